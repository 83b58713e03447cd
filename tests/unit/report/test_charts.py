"""Where bars, lanes and twigs of the pictures stand."""

from __future__ import annotations

import dataclasses
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.report import charts
from scripts.procmon.report.moments import Moments
from tests.captures.results import HOUR, event, events_table, finding, process, stages

SPAN = (f"{HOUR}:00.0", f"{HOUR}:40.0")


def timeline(rows: list[dict[str, Any]], findings: list[dict[str, Any]] | None = None, **more: Any) -> Any:
    return charts.timeline(
        events_table(rows), more.pop("processes", ()), findings or [], moments=Moments(), span=SPAN, **more
    )


def marked(number: int, event_number: int) -> dict[str, Any]:
    return finding(number, evidence=[event_number]) | {"number": number}


def test_the_funnel_is_drawn_to_scale():
    bars = charts.funnel(stages(30_000, 15_000, 300)["stages"], "All")
    assert [bar.value for bar in bars] == [30_000, 15_000, 300]
    assert bars[1].width * 2 == bars[0].width


def test_a_capture_without_stages_has_no_funnel():
    assert charts.funnel((), "All") == []


def test_a_finding_is_marked_on_the_process_and_at_the_time_of_its_first_event():
    made = timeline([event(0), event(20, process_name="other.exe")], [marked(7, 20)])
    lane = next(lane for lane in made.lanes if lane.full == "other.exe (300)")
    assert [mark.number for mark in lane.marks] == [7]
    assert abs(lane.marks[0].x - (made.axis[2][0])) < 0.2  # half of the 40 seconds


def test_a_timeline_of_very_many_events_keeps_those_that_are_cited():
    table = events_table(
        [event(n) for n in range(20)] + [event(21, process_name="rare.exe", findings=["F1"])]
    )
    many = pa.concat_tables([table.slice(0, 20)] * 6_000 + [table.slice(20, 1)])
    made = charts.timeline(many, (), [marked(1, 21)], moments=Moments(), span=SPAN)
    assert made is not None
    assert {lane.full for lane in made.lanes} == {"bad.exe (300)", "rare.exe (300)"}


def test_marks_at_one_moment_stand_above_each_other():
    made = timeline([event(5)], [marked(n, 5) for n in (1, 2, 3)])
    marks = made.lanes[0].marks
    assert len({mark.y for mark in marks}) == 3
    assert len({mark.x for mark in marks}) == 1


def test_processes_with_findings_come_before_busy_ones_where_room_is_short():
    rows = [event(n, process_name="busy.exe") for n in range(30)] + [event(31, process_name="bad.exe")]
    made = timeline(rows, [marked(1, 31)], most=1)
    assert [lane.full for lane in made.lanes] == ["bad.exe (300)"]
    assert made.more == 1


def test_no_timeline_is_drawn_where_no_time_passes():
    assert charts.timeline(events_table([event(1)]), (), [], moments=Moments(), span=(None, None)) is None
    assert (
        charts.timeline(events_table([event(1)]), (), [], moments=Moments(), span=(SPAN[0], SPAN[0])) is None
    )


def test_a_child_stands_under_its_parent_and_further_right():
    made = charts.tree([process(1), process(2, 1), process(3, 2)], [], moments=Moments())
    assert made is not None
    assert [twig.full for twig in made.twigs] == ["p1.exe /x", "p2.exe /x", "p3.exe /x"]
    assert made.twigs[0].x < made.twigs[1].x < made.twigs[2].x
    assert made.twigs[0].elbow is None
    assert made.twigs[1].elbow == made.twigs[0].y


def test_only_processes_that_started_here_or_have_a_finding_are_drawn_with_their_ancestors():
    quiet = [process(n, started_here=False) for n in (1, 2, 3)]
    made = charts.tree([*quiet, process(4, 1)], [], moments=Moments())
    assert made is not None
    assert {twig.label for twig in made.twigs} == {"p1.exe (1)", "p4.exe (4)"}
    assert made.more == 2


@given(st.lists(st.integers(-1, 8), min_size=1, max_size=9))
def test_any_tangle_of_parents_is_drawn_once_each(parents: list[int]):
    rows = [process(n, None if parent < 0 else parent) for n, parent in enumerate(parents)]
    made = charts.tree(rows, [], moments=Moments())
    assert made is not None
    labels = [twig.label for twig in made.twigs]
    assert len(labels) == len(set(labels))
    assert len(labels) + made.more == len(rows)


def test_a_driver_is_followed_from_its_source_to_its_loading():
    driver = TABLES["drivers"](
        service="MRxCls", file="C:\\drivers\\mrxcls.sys", dropped=True, registered=True, loaded=True, starts="system",
        copied_from="C:\\Temp\\~d.tmp", load_events=[9],
    )  # fmt: skip
    words = {"starts": "starts {how}", "loaded": "loaded by System"}
    made = charts.chains(
        [dataclasses.asdict(driver)], [], words=words, starts={"system": "with Windows"}, load_times={9: "14:00:09.5"}
    )  # fmt: skip
    assert [link.text for link in made[0].links] == ["~d.tmp", "mrxcls.sys", "MRxCls", "loaded by System"]
    assert made[0].links[2].below == "starts with Windows"
    assert made[0].links[3].below == "14:00:09"
