"""The sentences of a finding, from its kind and its facts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.text import FOLDER, catalogue, render

#: What the catalogues findings_*.yaml hold for every kind of finding.
PARTS = ("title", "statement", "meaning", "benign_explanation", "confidence_reason")


@cache
def sentences(language: str = "en") -> Mapping[str, Mapping[str, str]]:
    """All catalogues findings_*.yaml as one: kind → part → sentence. A kind that stands in two is an error."""
    merged: dict[str, Mapping[str, str]] = {}
    for file in sorted((FOLDER / language).glob("findings_*.yaml")):
        kinds = catalogue(file.stem, language)
        if twice := merged.keys() & kinds.keys():
            raise ValueError(f"{file.name}: {', '.join(sorted(twice))} stands in another catalogue too")
        merged |= kinds
    return merged


def tell(finding: Finding, language: str = "en") -> dict[str, str]:
    """The parts of ``PARTS`` as sentences with the finding's facts in them."""
    kind = sentences(language)[finding.kind]
    return {part: render(kind[part], finding.facts, language) for part in PARTS}


@cache
def check_sentences(language: str = "en") -> Mapping[str, Mapping[str, str]]:
    """All catalogues checks*.yaml as one: titles, reasons and limits, each key → sentence."""
    merged: dict[str, dict[str, str]] = {"titles": {}, "reasons": {}, "limits": {}}
    for file in sorted((FOLDER / language).glob("checks*.yaml")):
        for group, told in catalogue(file.stem, language).items():
            merged[group] |= told
    return merged


def check_sentence(group: str, key: str, language: str = "en") -> str:
    """A sentence of the catalogues checks*.yaml; ``group`` is titles, reasons or limits."""
    return render(check_sentences(language)[group][key], {}, language)
