"""What findings.json says in words, made from what it says in keys and facts: findings and checks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from scripts.procmon.text import FOLDER, LANGUAGES, catalogue, merged, render
from scripts.procmon.text.phrases import in_language

#: What the catalogues findings_*.yaml hold for every kind of finding.
PARTS = ("title", "statement", "meaning", "benign_explanation", "confidence_reason")


def sentences(language: str = "en") -> Mapping[str, Mapping[str, str]]:
    """All catalogues findings_*.yaml as one: kind → part → sentence. A kind that stands in two is an error."""
    return merged("findings_*.yaml", language)


def tell(kind: str, facts: Mapping[str, Any], language: str = "en") -> dict[str, str]:
    """The parts of ``PARTS`` as sentences with the facts in them. Raises KeyError for an unknown kind."""
    told = sentences(language)[kind]
    known = in_language(facts, language)
    said = {part: render(told[part], known, language) for part in PARTS}
    if known.get("autoruns"):
        # What an export beside the capture adds, in the same words for every kind.
        said["statement"] += " " + beside("autoruns", known, language)
    return said


def beside(key: str, facts: Mapping[str, Any], language: str = "en") -> str:
    """A sentence of the catalogue ``sidecars``, in English where a language has none."""
    spoken = language if key in catalogue("sidecars", language) else "en"
    return render(catalogue("sidecars", spoken)[key], facts, spoken)


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
