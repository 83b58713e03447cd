"""The words that a report uses and that a reader without Windows knowledge may not know, with what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scripts.procmon.report.material import Material
from scripts.procmon.report.words import Words
from scripts.procmon.text import catalogue

#: What every report says in its headings and columns.
ALWAYS = "ATT&CK Category PID event イベント stage 絞り込みの段階 IoC"

#: The tables that a report shows with all their rows' texts; of the others the words in their cells are names.
_SAID = ("questions", "removal")


def glossary(material: Material, words: Words, above: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(word, meaning) of the catalogue ``glossary``, as far as this report uses the word.

    ``above`` is what stands above its tables.
    A word may stand with its forms, "impersonation, impersonating": any of them will do, the first is shown.
    """
    used = "\n".join([*_texts(material, words), *above])
    entries = catalogue("glossary", words.language).items()
    return [(word.partition(",")[0], str(meaning)) for word, meaning in entries if _is_used(word, used)]


def _is_used(word: str, text: str) -> bool:
    return any(_pattern(form).search(text) is not None for form in re.split(r",\s*|、|\s*[()]", word) if form)


def _pattern(form: str) -> re.Pattern[str]:
    """A word as prose writes it: abbreviations exactly, others with a capital or as several, too."""
    if not form.isascii():
        return re.compile(re.escape(form))
    exact = form.upper() == form
    return re.compile(rf"(?<!\w){re.escape(form)}(?:e?s)?(?!\w)", 0 if exact else re.IGNORECASE)


def _texts(material: Material, words: Words) -> Iterator[str]:
    yield ALWAYS
    if material.info.get("can_show"):
        yield from words["limits.aspects"].values()
    for finding in material.findings:
        for part in ("title", "statement", "meaning", "benign_explanation", "confidence_reason"):
            yield str(finding[part])
        yield from (str(rule["column"]) for rule in finding["reproduce"])
    for check in material.looked:
        yield str(check["title"])
        yield from (str(text) for text in (check.get("reason"), *check.get("limits", ())) if text)
    if material.events is not None:
        yield from (str(result) for result in material.events["result"].unique().to_pylist())
    for name, rows in material.tables.items():
        if name in _SAID:
            yield from (_said(name, row, words) for row in rows)


def _said(name: str, row: Mapping[str, Any], words: Words) -> str:
    return words.shared(name, str(row.get("because") or row.get("kind") or ""), row["facts"])
