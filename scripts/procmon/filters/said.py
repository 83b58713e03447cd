"""The sentence on what a stage may have hidden, made of what funnel.json holds on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.procmon.text import catalogue, code, plural, render


def said(stage: Mapping[str, Any]) -> str:
    """What one stage of funnel.json hid, in a sentence or two; every number in it is a key of the stage."""
    words = catalogue("filters")
    if not stage["removed"]:
        return render(words["hid_nothing"], {})
    hidden = stage["hidden"]
    acts = [
        render(
            words["act"], {"what": plural(act["events"], *words["acts"][act["act"]]), "who": _who(act, words)}
        )
        for act in hidden["acts"]
    ]
    categories = [f"{one['events']:,} {one['category']}" for one in hidden["categories"]]
    told = [
        render(words["hid"], {"n": stage["removed"], "categories": categories}),
        render(words["among" if acts else "harmless"], {"acts": acts}),
    ]
    return " ".join(told)


def _who(act: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    names = [
        code(one["process_name"] if one["pid"] is None else f"{one['process_name']} ({one['pid']})")
        for one in act["processes"]
    ]
    rest = act["events"] - sum(one["events"] for one in act["processes"])
    return render(words["who"], {"names": [*names, words["others"]] if rest else names})
