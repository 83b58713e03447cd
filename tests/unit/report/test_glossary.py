"""The glossary explains the words that a report uses, and no others."""

from __future__ import annotations

from scripts.procmon.report.glossary import glossary
from scripts.procmon.report.words import Words
from tests.captures.results import event, finding, material


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


def test_what_stands_in_the_tables_is_explained_only_as_far_as_it_is_told_above_them() -> None:
    row = {"ordinary": "program_ran"}
    made = material(findings=[finding()], tables={"registry_values": [row]})
    assert "BAM" not in dict(glossary(made, Words()))
    assert "BAM" in dict(glossary(made, Words(), ["Windows' notes of programs that ran (BAM)"]))


def test_call_stacks_are_explained_where_the_report_says_whether_it_has_them() -> None:
    assert "call stack" in words_of("Nothing of the kind.")


def test_the_columns_of_a_filter_to_try_are_explained() -> None:
    told = finding(reproduce=[{"column": "TID", "relation": "is", "value": "12", "action": "Include"}])
    assert "TID" in dict(glossary(material(findings=[told]), Words()))
    assert "TID" not in words_of("Nothing of the kind.")


def test_results_of_the_listed_events_are_explained() -> None:
    made = material(events=[event(1, result="BUFFER OVERFLOW")])
    assert "no attack" in dict(glossary(made, Words()))["BUFFER OVERFLOW"]
    assert "BUFFER OVERFLOW" not in words_of("Nothing of the kind.")
