"""What the stages hide of a finding, what the baseline has of it as well, and what a next rule would hide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.procmon.report.material import Material
from scripts.procmon.report.view import Suggested
from scripts.procmon.report.words import Words
from scripts.procmon.text import catalogue, code
from scripts.procmon.text.phrases import in_language
from scripts.procmon.text.telling import baseline_said, counterparts_said


def shares_said(material: Material, finding: Mapping[str, Any], words: Words) -> dict[str, str]:
    """``hidden``, ``mark`` and ``also`` of view.Found, as far as suggestions.json tells of the finding."""
    share: Mapping[str, Any] | None = material.shares.get(str(finding["id"]))
    if not share or not share["evidence"]:
        return {}
    listed, told = share["evidence"], {}
    if share["left"] < listed:
        told["hidden"] = words.say("finding.hidden", listed=listed, left=share["left"])
    baseline = material.funnel.get("baseline")
    if baseline and "also" in share:
        unseen = share.get("unseen") or {}
        # A filter may have left out whatever has no counterpart; else only what is of a class that is not there.
        untold = listed - share["also"] if baseline.get("filtered") is not None else sum(unseen.values())
        facts = {"also": share["also"], "listed": listed, "baseline": baseline["capture"], "untold": untold}
        facts |= {"lacks": list(unseen), "filtered": baseline.get("filtered") is not None}
        key = "mark" if share["also"] else "mark_untold" if untold else "mark_none"
        told["mark"] = counterparts_said(key, facts, words.language)
        said = "finding_untold" if untold == listed else "finding"
        told["also"] = counterparts_said(said, facts, words.language)
    return told


def compared_said(material: Material, language: str) -> str:
    """What was compared with the baseline, or why it could not be used; "" where none is named."""
    told = material.funnel.get("baseline")
    if not told:
        return ""
    known = {**told, "refused": _why(told, Words(language))} if told["refused"] else dict(told)
    worded = {key: known[key] for key in ("filtered", "unlike") if key in known}
    known |= in_language(worded, language, known="capture")
    return baseline_said(known, int(material.info.get("events", 0)), language)


def _why(told: Mapping[str, Any], words: Words) -> str:
    if refusal := told.get("refusal"):
        advice = in_language(refusal.get("advice") or "", words.language, known="capture")
        return f"{words.refused(refusal)}{words['stop']}{words['gap']}{advice}".rstrip()
    if told["refused"] == catalogue("baseline")["not_made"]:
        return str(catalogue("baseline", words.language)["not_made"])
    return str(in_language(told["refused"], words.language, known="capture"))


def suggested(material: Material, findings: Iterable[Mapping[str, Any]]) -> list[Suggested]:
    """The rules of suggestions.json, each with the numbered ``findings`` of whose evidence it would hide some."""
    by_id = {str(finding["id"]): (finding["number"], finding["title"]) for finding in findings}
    return [
        Suggested(
            rule=one["yaml"],
            said=_numbered(one["said"], by_id),
            hides=[by_id[hid["id"]] for hid in one["hides"] if hid["id"] in by_id],
        )
        for one in material.suggestions
    ]


def _numbered(said: str, by_id: Mapping[str, tuple[int, str]]) -> str:
    """``said`` with findings by their numbers, as the report calls them, in place of their ids."""
    for name, (number, _) in by_id.items():
        said = said.replace(code(name), str(number))
    return said
