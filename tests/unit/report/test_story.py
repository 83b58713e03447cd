"""Page 1 of a capture with many findings: one sentence that sums up, then alike things together, the gravest first."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.report import plainly, story
from scripts.procmon.report.brief import Brief, make_brief
from scripts.procmon.report.moments import Moments
from scripts.procmon.text import LANGUAGES, catalogue
from tests.captures.results import finding, material

#: (kind, severity, facts that its sentence asks for), in the order in which they happen.
MANY: list[tuple[str, str, dict[str, Any]]] = [
    ("program_copied_itself", "medium", {}),
    ("traces_deleted", "medium", {"files": ["C:\\a"]}),
    ("self_deletion", "medium", {"program": "bad.exe", "deleter": "cmd.exe", "itself": True, "lent": ""}),
    ("acts_as_system", "high", {}),
    ("winsock_hijack", "high", {}),
    ("registry_link", "high", {}),
    ("hosts_written", "medium", {}),
    ("weakened_settings", "high", {"count": 2, "done": True}),
]


def told(many: list[tuple[str, str, dict[str, Any]]], language: str = "en") -> Brief:
    findings = [
        finding(n, kind=kind, severity=severity, facts={"who": "bad.exe (300)"} | facts, evidence=[n])
        for n, (kind, severity, facts) in enumerate(many, 1)
    ]
    return make_brief(material(findings=findings), Moments(zone="UTC", language=language), language)


def test_many_kinds_of_findings_are_told_as_a_list_with_the_gravest_first():
    made = told(MANY)
    assert [item.head for item in made.items] == [
        "Protection", "Rights", "What starts or is loaded by itself", "Files", "Traces", "Besides",
    ]  # fmt: skip
    assert made.happened[0] == (
        "In 40 seconds, what protects the computer was changed, programs took or sought higher rights and what Windows "
        "starts or loads by itself was changed."
    )
    assert made.happened[-1] == "By kind, what weighs most first:"


def test_alike_things_stand_together_and_the_graver_of_them_first():
    protection = told(MANY).items[0].said
    assert len(protection) == 2
    assert "two settings" in protection[0]
    assert "address of every name" in protection[1]


def test_a_few_kinds_stay_a_paragraph():
    made = told(MANY[:7])
    assert not made.items
    assert len(made.happened) == 7


def test_an_attempt_alone_is_not_summed_up_as_done():
    tried = [
        *MANY[:6],
        ("raw_disk", "medium", {}),
        ("weakened_settings", "high", {"count": 1, "done": False}),
    ]
    assert "something tried to take protection off the computer" in told(tried).happened[0]


def test_what_is_certain_of_a_list_is_told_by_pointing_to_it():
    label, said = told(MANY).sure[0]
    assert (label, said) == ("Certain", "everything in this list; the capture itself shows it.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_has_its_words_and_every_kind_of_it_a_sentence(language: str):
    words = catalogue("story", language)
    assert set(words["came"]) == set(story.GROUPS)
    assert set(words["heads"]) == {*story.GROUPS, "besides"}
    kinds = [kind for kinds in story.GROUPS.values() for kind in kinds]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) <= set(catalogue("brief", language)["happened"])


def test_the_list_is_told_in_japanese_too():
    made = told(MANY, "ja")
    assert [item.head for item in made.items][:2] == ["保護機能", "権限"]
    assert made.happened[0].startswith("40 秒の間に、主に次のことが起きた: 保護に関わる設定が変更され、")


def test_questions_that_page_1_leaves_out_are_counted():
    rows = [{"kind": f"kind {n}", "facts": {}, "events": []} for n in range(5)]
    made = make_brief(material(findings=[finding()], tables={"questions": rows}), Moments(zone="UTC"))
    unknown = dict(made.sure)["Not known"]
    assert "kind 2" in unknown
    assert "kind 3" not in unknown
    assert unknown.lower().endswith("two more questions stand in part 6.")


def test_a_number_that_begins_a_sentence_after_a_question_has_a_capital():
    words = catalogue("brief")["numbers"]
    assert (
        plainly.spelled("Who? 6 more questions stand there.", words) == "Who? Six more questions stand there."
    )
