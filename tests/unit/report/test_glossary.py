"""The glossary explains the words that a report uses, and no others."""

from __future__ import annotations

from scripts.procmon.report.glossary import glossary
from scripts.procmon.report.words import Words
from tests.captures.results import finding, material


def words_of(statement: str) -> set[str]:
    told = finding()
    told["statement"] = statement
    return {word.partition(",")[0] for word, _ in glossary(material(findings=[told]), Words())}


def test_a_word_that_a_finding_uses_is_explained_in_any_of_its_forms() -> None:
    assert "COM class" in words_of("Two COM classes now lead there.")
    assert "impersonation" in words_of("It opened files while impersonating the system.")


def test_a_word_that_is_not_used_is_not_explained() -> None:
    assert not {"COM class", "lsass.exe", "CopyFileEx"} & words_of("Nothing of the kind.")


def test_abbreviations_are_not_found_in_other_words() -> None:
    assert "INF" not in words_of("For information only.")
