"""Which events a page lists."""

from __future__ import annotations

from scripts.procmon.report.events import list_events, telling
from tests.captures.results import event, events_table


def test_all_events_are_listed_in_the_order_of_the_capture_where_they_fit():
    listed = list_events(events_table([event(n) for n in (3, 7, 9)]), most=5)
    assert [row.event for row in listed.rows] == [3, 7, 9]
    assert listed.more == 0


def test_cited_events_come_before_others_into_a_list_that_is_too_short():
    rows = [event(n, findings=["F1"] if n in (8, 9) else []) for n in range(10)]
    listed = list_events(events_table(rows), most=4)
    assert [row.event for row in listed.rows] == [0, 1, 8, 9]
    assert listed.more == 6


def test_every_finding_keeps_its_telling_events_however_many_another_has():
    many = [event(n, findings=["F1"]) for n in range(50)]
    few = [
        event(50, findings=["F2"]),
        event(51, findings=["F2"]),
        event(52, findings=["F2"], operation="Load Image"),
        event(53, findings=["F2"]),
    ]
    listed = list_events(events_table(many + few), most=4)
    assert [row.event for row in listed.rows] == [0, 1, 50, 52]


def test_a_process_without_a_number_is_called_by_its_name_alone():
    listed = list_events(events_table([event(1, pid=None)]), most=5)
    assert listed.rows[0].process == "bad.exe"


def test_no_table_is_an_empty_list():
    assert list_events(None, most=5).total == 0


def test_one_event_of_each_kind_is_shown_before_a_second_of_the_same():
    rows = [event(n) for n in range(6)] + [event(6, operation="RegSetValue", path="HKLM\\x")]
    by_number = {row.event: row for row in list_events(events_table(rows), most=9).rows}
    assert [row.event for row in telling(range(7), by_number, most=3)] == [0, 1, 6]


def test_the_variables_of_a_process_stand_on_one_line():
    written = "Parent PID: 4, Environment: \r;\tOS=Windows_NT\r;\tPath=C:\\a;C:\\b"
    (row,) = list_events(events_table([event(1, detail=written)]), most=1).rows
    assert row.detail == "Parent PID: 4, Environment: OS=Windows_NT; Path=C:\\a;C:\\b"
