"""What findings.json, funnel.json and suggestions.json say in words, made from what they say in keys and facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from scripts.procmon.text import FOLDER, LANGUAGES, catalogue, code, merged, plural, render
from scripts.procmon.text.phrases import facts_in_language

#: What the catalogues findings_*.yaml hold for every kind of finding.
PARTS = ("title", "statement", "meaning", "benign_explanation", "confidence_reason")


def sentences(language: str = "en") -> Mapping[str, Mapping[str, str]]:
    """All catalogues findings_*.yaml as one: kind → part → sentence. A kind that stands in two is an error."""
    return merged("findings_*.yaml", language)


def tell(kind: str, facts: Mapping[str, Any], language: str = "en") -> dict[str, str]:
    """The parts of ``PARTS`` as sentences with the facts in them. Raises KeyError for an unknown kind."""
    told = sentences(language)[kind]
    known = facts_in_language(facts, language)
    said = {part: render(told[part], known, language) for part in PARTS}
    if known.get("short_names"):
        said["statement"] += catalogue("report", language)["gap"] + short_names_said(known, language)
    if known.get("autoruns"):
        # What an export beside the capture adds, in the same words for every kind.
        said["statement"] += catalogue("report", language)["gap"] + beside("autoruns", known, language)
    return said


def short_names_said(facts: Mapping[str, Any], language: str = "en") -> str:
    """What the short names among a finding's paths stand for, in the same words for every kind."""
    return render(catalogue("short_names", language)["stands_for"], facts, language)


def beside(key: str, facts: Mapping[str, Any], language: str = "en") -> str:
    """A sentence of the catalogue ``sidecars``."""
    return render(catalogue("sidecars", language)[key], facts, language)


@cache
def check_sentences(language: str = "en") -> Mapping[str, Mapping[str, str]]:
    """All catalogues checks*.yaml as one: titles, reasons and limits, each key → sentence."""
    together: dict[str, dict[str, str]] = {"titles": {}, "reasons": {}, "limits": {}}
    for file in sorted((FOLDER / LANGUAGES[0]).glob("checks*.yaml")):
        for group, told in catalogue(file.stem, language).items():
            together[group] |= told
    return together


def check_sentence(group: str, key: str, language: str = "en") -> str:
    """A sentence of the catalogues checks*.yaml; ``group`` is titles, reasons or limits. Raises KeyError."""
    return render(check_sentences(language)[group][key], {}, language)


def stage_said(stage: Mapping[str, Any], language: str = "en") -> str:
    """What one stage of funnel.json hid, in a sentence or two; every number in it is a key of the stage."""
    words = catalogue("filters", language)
    if stage.get("baseline") is not None:
        words = words | catalogue("baseline", language)["stage"]
    if not stage["removed"]:
        return render(words["hid_nothing"], {"baseline": stage.get("baseline")}, language)
    found = stage["hidden"]
    acts = [render(words["act"], _act(act, words, language), language) for act in found["acts"]]
    categories = [
        render(words["category"], {"n": one["events"], "category": one["category"]}, language)
        for one in found["categories"]
    ]
    rest = stage["removed"] - sum(one["events"] for one in found["categories"])
    if categories and rest > 0:
        categories.append(render(words["no_category"], {"n": rest}, language))
    told = [
        render(
            words["hid"],
            {"n": stage["removed"], "categories": categories, "before": stage["events_in"]}
            | {"baseline": stage.get("baseline")},
            language,
        ),
        render(words["among" if acts else "harmless"], {"acts": acts}, language),
    ]
    return str(catalogue("report", language)["gap"]).join(told)


def stage_name(baseline: str, language: str = "en") -> str:
    """What the stage is called that takes away what happens in the capture ``baseline`` as well."""
    return render(catalogue("baseline", language)["stage"]["name"], {"baseline": baseline}, language)


def baseline_said(baseline: Mapping[str, Any], events: int, language: str = "en") -> str:
    """What funnel.json tells of the baseline of a capture of ``events`` events: what was compared, or why it was not."""
    key = "refused" if baseline["refused"] else "compared"
    known = {"lacks": (), "filtered": None, "unlike": {}, **baseline, "all": events}
    known["lacks"] = _classes(known["lacks"], language)
    return render(catalogue("baseline", language)[key], known, language)


def counterparts_said(key: str, facts: Mapping[str, Any], language: str = "en") -> str:
    """A sentence of the catalogue ``baseline`` on the counterparts of a finding's events; ``lacks`` are classes."""
    words = catalogue("baseline", language)
    known = {**facts, "lacks": _classes(facts["lacks"], language)}
    return render(words[key], {**known, "why": render(words["why"], known, language)}, language)


def _classes(classes: Iterable[str], language: str) -> list[str]:
    named = catalogue("baseline", language)["classes"]
    return [named[one] for one in classes]


def _act(act: Mapping[str, Any], words: Mapping[str, Any], language: str) -> dict[str, str]:
    names = [
        code(one["process_name"] if one["pid"] is None else f"{one['process_name']} ({one['pid']})")
        for one in act["processes"]
    ]
    rest = act["events"] - sum(one["events"] for one in act["processes"])
    one, many = words["acts"][act["act"]]
    return {
        "what": plural(act["events"], one, many, language),
        "who": render(words["who"], {"names": [*names, words["others"]] if rest else names}, language),
    }


def would_hide(events: int, *, left: int, findings: Iterable[str], language: str = "en") -> str:
    """What a suggested rule would hide of the events left; ``findings``: ids of those with evidence that it matches."""
    facts = {"n": events, "left": left, "findings": [code(one) for one in findings]}
    return render(catalogue("filters", language)["suggestion"], facts, language)
