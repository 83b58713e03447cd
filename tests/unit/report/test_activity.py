"""The picture of activity counts what the capture, the last stage and the findings hold."""

from __future__ import annotations

from scripts.procmon.report.activity import make_activity
from tests.captures.results import event, events_table


def test_each_operation_is_counted_in_the_capture_at_the_last_stage_and_among_what_findings_cite():
    rows = [event(1, stage=2), event(2, stage=1, findings=["F1"]), event(3, stage=2, findings=["F1", "F2"])]
    (write, read) = make_activity({"ReadFile": 5, "WriteFile": 20}, events_table(rows), last=2)
    assert (write.operation, write.count, write.left, write.cited) == ("WriteFile", 20, 2, 2)
    assert (read.operation, read.count, read.left, read.cited) == ("ReadFile", 5, 0, 0)
    assert write.width == 4 * read.width


def test_a_rare_operation_that_a_finding_cites_is_drawn_before_frequent_ones():
    operations = {f"RegQuery{n}": 1000 + n for n in range(30)} | {"Load Image": 1}
    rows = [event(1, operation="Load Image", findings=["F1"])]
    drawn = make_activity(operations, events_table(rows), last=1, most=5)
    assert [one.operation for one in drawn] == [
        "RegQuery29",
        "RegQuery28",
        "RegQuery27",
        "RegQuery26",
        "Load Image",
    ]


def test_nothing_is_drawn_of_a_capture_without_events():
    assert make_activity({}, None, last=0) == []


def test_events_without_an_operation_are_counted_as_none_of_those_that_have_one():
    table = events_table([event(1, operation="ReadFile"), event(2, operation=None, findings=["F1"])])
    table = table.set_column(
        table.column_names.index("operation"), "operation", table["operation"].dictionary_encode()
    )
    (read,) = make_activity({"ReadFile": 1}, table, last=1)
    assert (read.left, read.cited) == (1, 0)
