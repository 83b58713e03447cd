"""The Method part: what each stage hid, by which rules, and what a next rule would hide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import report_html
from scripts.procmon.report.material import Settings
from scripts.procmon.report.rules import at_work
from scripts.procmon.report.shares import compared_said
from scripts.procmon.report.words import Words
from tests.captures.results import event, finding, material, stages


def page(**changes: object) -> str:
    made = material(
        findings=[finding(evidence=[10, 11])],
        events=[event(10, stage=1), event(11, stage=0)],
        funnel=stages(100, 50),
    )
    return report_html(make_report(replace(made, **changes), Settings.of({}, {}), medium="html"))  # type: ignore[arg-type]


def funnel(**changes: object) -> dict[str, object]:
    made = stages(100, 50)
    made["stages"][0] |= changes
    return made


def test_a_stage_says_what_it_may_have_hidden() -> None:
    assert "6 changes of file times by <code><bdi>lsass.exe (300)</bdi></code>" in page(
        funnel=funnel(
            said="This stage hid 6 events. Among them: 6 changes of file times by `lsass.exe (300)`."
        )
    )


@pytest.mark.parametrize(
    ("left", "told"), [(1, "from 100 to 1 event, as"), (50, "from 100 to 50 events, as")]
)
def test_the_events_left_are_counted_in_words_that_fit_their_number(left: int, told: str) -> None:
    assert told in page(funnel=stages(100, left))


def test_what_a_stage_hid_and_what_it_brought_back_are_counted_apart() -> None:
    first = funnel()
    first["stages"][0] |= {"events_in": 13_377, "events_out": 600, "removed": 12_913, "came_back": 136}  # type: ignore[index]
    shown = page(funnel=first)
    assert "13,377 events in, 600 left: 12,913 hidden (97%), 136 brought back by rules" in shown
    assert "12,777" not in shown
    first["stages"][0] |= {"events_in": 100, "events_out": 100, "removed": 7, "came_back": 7}  # type: ignore[index]
    assert "100 events in, 100 left: 7 hidden (7%), 7 brought back" in page(funnel=first)
    first["stages"][0] |= {"events_in": 100, "events_out": 110, "removed": 5, "came_back": 15}  # type: ignore[index]
    assert "15 events brought back: this stage takes rules away. 5 hidden. 100 in" in page(funnel=first)


def test_a_rule_shows_whom_and_what_it_took_most_of() -> None:
    made = stages(100, 50)
    made["stages"][0]["rules"][0] |= {
        "alone": 7,
        "processes": [{"process": 0, "process_name": "svc<b>.exe", "pid": 4, "events": 8}],
        "paths": [{"path": "C:\\most.log", "events": 5}],
    }
    shown = page(funnel=made)
    assert "svc&lt;b&gt;.exe (4)" in shown
    assert "most.log" in shown


def test_a_branch_is_told_as_a_look_aside() -> None:
    made = stages(100, 50)
    made["branches"] = [made["stages"][0] | {"name": "The reads again", "from": "Stage of 50"}]
    assert "A look aside from Stage of 50: The reads again" in page(funnel=made)


def test_a_suggestion_stands_with_the_findings_that_it_would_hide() -> None:
    rule = {
        "yaml": "{column: Path, relation: is, value: '<i>', action: Exclude}",
        "said": "and evidence of finding `F1`.",
        "hides": [{"id": "F1"}],
    }
    shown = page(suggestions=[rule, rule | {"hides": []}])
    assert '<a href="#finding-1">1</a> · bad.exe (300) did a thing to' in shown.partition("value: &#39;")[2]
    assert "value: &#39;&lt;i&gt;&#39;" in shown
    assert "evidence of finding 1." in shown


def test_rules_that_would_all_hide_evidence_are_not_offered() -> None:
    rule = {"yaml": "{column: Path}", "said": "and evidence of finding `F1`.", "hides": [{"id": "F1"}]}
    shown = page(suggestions=[rule])
    assert "No rule can be added that hides a large group" in shown
    assert "{column: Path}" not in shown


def include(value: str, matched: int) -> dict[str, Any]:
    rule = stages(100, 50)["stages"][0]["rules"][0]
    told = {"column": "Category", "relation": "is", "value": value, "action": "Include", "matched": matched}
    return {**rule, **told, "removed": 60, "alone": 60, "set": "writes"}


def test_include_rules_that_hid_the_same_events_together_are_one_row() -> None:
    words = Words("en")
    (row,) = at_work([include("Write", 9), include("Write Metadata", 31)], words)
    assert (
        row.text
        == "Matched by none of the 2 Include rules: Category · is · Write; Category · is · Write Metadata"
    )
    assert (row.matched, row.removed, row.alone) == (40, 60, 60)


def test_a_single_include_rule_and_one_that_hid_nothing_are_told_as_they_are() -> None:
    idle = include("Write", 9) | {"removed": 0, "action": "Exclude"}
    (row,) = at_work([include("Read", 40), idle], Words("en"))
    assert row.text == "Category · is · Read · Include"


def test_a_stage_that_hid_nothing_says_so_once() -> None:
    made = stages(100, 100)
    made["stages"][-1]["said"] = "This stage hid no event."
    shown = page(funnel=made)
    assert "It hides none of the 100 events." in shown
    assert "This stage hid no event." not in shown


def share(**counts: Any) -> dict[str, object]:
    return {"F1": {"id": "F1", **counts}}


def test_a_finding_is_marked_when_the_stages_hide_some_of_its_evidence() -> None:
    some = page(shares=share(evidence=3, left=1))
    assert "2 of them are hidden at the last filter stage." in some
    assert "All of them are hidden at the last filter stage." in page(shares=share(evidence=3, left=0))
    assert "It is hidden at the last filter stage." in page(shares=share(evidence=1, left=0))


def test_a_finding_is_not_marked_when_the_stages_leave_it() -> None:
    assert "hidden at the last filter stage" not in page(shares=share(evidence=3, left=3))


BASELINE = {"capture": "clean<b>", "refused": None, "events": 2000, "also": 1234}


def test_a_finding_says_how_much_of_it_is_also_on_the_clean_machine() -> None:
    made = funnel() | {"baseline": BASELINE}
    some = page(funnel=made, shares=share(evidence=3, left=3, also=2))
    assert "also on the clean machine: 2 of 3 events" in some
    assert (
        "2 of the 3 events have a counterpart in the baseline <code><bdi>clean&lt;b&gt;</bdi></code>." in some
    )
    none = page(funnel=made, shares=share(evidence=3, left=3, also=0))
    assert "not on the clean machine" in none


BLIND = BASELINE | {"lacks": ["Registry", "Network"], "filtered": None, "unlike": {}}
FILTERED = BASELINE | {"lacks": [], "filtered": "All 4,979 events are of a.exe.", "unlike": {}}


@pytest.mark.parametrize(
    ("baseline", "counts", "mark", "said"),
    [
        (BLIND, {"also": 0, "unseen": {"Registry": 3}}, "whether also on the clean machine can’t be told",
         "can’t be told: the baseline <code><bdi>clean&lt;b&gt;</bdi></code> holds no events of the registry."),
        (BLIND, {"also": 0, "unseen": {"Network": 1}}, "can’t be told of 1 of 3 events",
         "holds no events of the network."),
        (BLIND, {"also": 2, "unseen": {"Registry": 1}}, "also on the clean machine: 2 of 3 events",
         "Of 1 of the others it can’t be told: the baseline"),
        (FILTERED, {"also": 0, "unseen": {}}, "whether also on the clean machine can’t be told",
         "was filtered before it was saved."),
    ],
)  # fmt: skip
def test_where_the_baseline_could_not_hold_a_counterpart_nothing_is_said_of_the_clean_machine(
    baseline: dict[str, Any], counts: dict[str, Any], mark: str, said: str
) -> None:
    shown = page(funnel=funnel() | {"baseline": baseline}, shares=share(evidence=3, left=3, **counts))
    shown = shown.replace("can't", "can’t").replace("can&#39;t", "can’t")
    assert mark in shown
    assert said in shown
    assert ("Not on the clean machine" in shown) is (counts["unseen"] == {"Network": 1})


def test_part_2_says_what_the_baseline_lacks_and_how_it_is_unlike_this_capture() -> None:
    unlike = {"host": {"baseline": "OTHER", "capture": "LAB"}, "os": {"baseline": "W11", "capture": "XP"}}
    made = material(funnel=funnel() | {"baseline": FILTERED | {"lacks": ["Registry"], "unlike": unlike}})
    for language in ("en", "ja"):
        told = compared_said(made, language)
        for fact in ("4,979", "`OTHER`", "`LAB`", "`W11`", "`XP`"):
            assert fact in told, (language, fact)
    assert "holds no events of the registry" in compared_said(made, "en")
    assert "another" not in compared_said(material(funnel=funnel() | {"baseline": BLIND}), "en")


def test_the_baseline_is_told_with_what_was_compared() -> None:
    shown = page(funnel=funnel() | {"baseline": BASELINE})
    assert "1,234 of the 30,000 events here have a counterpart there" in shown


def test_a_baseline_that_could_not_be_used_is_told_with_the_reason() -> None:
    shown = page(
        funnel=funnel() | {"baseline": BASELINE | {"refused": "clean.CSV: expected rows, found none."}}
    )
    assert "could not be used: clean.CSV: expected rows, found none. Nothing here was compared" in shown


UNREAD = {
    "file": "clean.CSV",
    "where": "offset 0x10",
    "expected": "an intact gzip archive",
    "found": "an empty file",
}


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (
            {"refused": "x", "refusal": UNREAD | {"advice": "Unpack it once."}},
            "clean.CSV、オフセット 0x10。あるべきもの: 壊れていない gzip アーカイブ。"
            "実際にあったもの: 空のファイル。一度展開する。このため、",
        ),
        ({"refused": "Its conversion did not get through."}, "変換が完了しなかった。このため、"),
        (
            {"refused": "The link leads out of the folder of inputs; please copy the file here."},
            "リンクが入力フォルダーの外を指している",
        ),
    ],
)
def test_why_a_baseline_could_not_be_used_is_told_in_the_language_of_the_report(
    refused: dict[str, Any], told: str
):
    made = material(funnel=funnel() | {"baseline": BASELINE | refused})
    assert told in compared_said(made, "ja")
