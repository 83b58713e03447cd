"""Process Monitor's rules, one at a time and together."""

from __future__ import annotations

import pandas as pd
import pytest

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.columns import EventsFrame, pieces_of
from scripts.procmon.filters.resolve import Stage
from scripts.procmon.filters.rules import look, matches
from scripts.procmon.filters.sets import NamedRule
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.filters.values import problem
from scripts.procmon.filters.words import COLUMNS, RELATIONS
from tests.captures.events import START, Row, capture

LSASS = "lsass.exe (300)"
EXPLORER = "Explorer.EXE (1432)"


def matched(rule: Rule, *rows: Row, **options: object) -> list[int]:
    """The events that the rule matches."""
    built = capture(*rows, **options)  # type: ignore[arg-type]
    column = look([rule], pieces_of(rule.column, EventsFrame(built.events), built.processes))
    return [int(row) for row in column.matched[rule][column.codes].nonzero()[0]]


def kept(rules: list[Rule], *rows: Row) -> list[int]:
    """The events that a filter of ``rules`` leaves."""
    built = capture(*rows)
    stages = [Stage("only", tuple(NamedRule(rule) for rule in rules))]
    table, _ = stage_events(built.events, built.processes, stages)
    return [row["event"] for row in table.to_pylist() if row["stage"]]


PATHS = (Row("ReadFile", r"C:\Temp\A.txt"), Row("ReadFile", r"C:\temp\a.TXT.bak"), Row("ReadFile", r"D:\b"))


@pytest.mark.parametrize(
    ("relation", "value", "expected"),
    [
        ("is", r"c:\TEMP\a.txt", [0]),
        ("is not", r"c:\TEMP\a.txt", [1, 2]),
        ("begins with", r"c:\temp", [0, 1]),
        ("ends with", ".TXT", [0]),
        ("contains", r"\A.", [0, 1]),
        ("excludes", r"\A.", [2]),
        ("less than", r"c:\temp\a.txt.", [0]),
        ("more than", r"c:\temp\a.txt", [1, 2]),
    ],
)
def test_letter_case_never_counts(relation: str, value: str, expected: list[int]) -> None:
    assert matched(Rule("Path", relation, value), *PATHS) == expected


@pytest.mark.parametrize("length", [10, 5_000, 100_000])
def test_rules_that_no_single_pattern_can_hold_match_all_the_same(length: int) -> None:
    rows = [Row("ReadFile", rf"C:\{'y' * number}X") for number in range(100)]
    long = [Rule("Path", "ends with", f"{number}{'x' * length}", "Exclude") for number in range(100)]
    short = [Rule("Path", "is", rf"c:\{'Y' * number}x", "Exclude") for number in range(0, 100, 2)]
    assert kept([*long, *short], *rows) == list(range(1, 100, 2))


def test_letters_of_other_alphabets_have_case_as_well() -> None:
    assert matched(Rule("Path", "is", r"C:\ПРИВЕТ\ÄÖ"), Row("ReadFile", r"c:\привет\äö")) == [0]


def test_signs_that_mean_something_in_patterns_are_plain_signs() -> None:
    rows = (Row("ReadFile", "C:\\a.b%_*?[x]"), Row("ReadFile", "C:\\aXb"))
    assert matched(Rule("Path", "contains", "a.b%_*?[x]"), *rows) == [0]
    assert matched(Rule("Path", "ends with", ".b%_*?[x]"), *rows) == [0]


def test_a_process_number_is_compared_as_a_number() -> None:
    rows = tuple(Row("ReadFile", who=f"a.exe ({pid})") for pid in (4, 30, 300))
    assert matched(Rule("PID", "less than", "31"), *rows) == [0, 1]
    assert matched(Rule("PID", "more than", "4"), *rows) == [1, 2]
    assert matched(Rule("PID", "is", "30"), *rows) == [1]
    assert matched(Rule("PID", "is not", "30"), *rows) == [0, 2]
    assert matched(Rule("PID", "begins with", "3"), *rows) == [1, 2]


def test_a_duration_is_compared_in_seconds() -> None:
    built = capture(*(Row("ReadFile") for _ in range(4)))
    built.events["duration"] = pd.array([74_00, 500_000_000, 2_000_000_000, None], dtype="Int64")
    (values,) = pieces_of("Duration", EventsFrame(built.events), built.processes)

    def events(relation: str, value: str) -> list[int]:
        mask = matches(Rule("Duration", relation, value), values)[values.codes]
        return [int(row) for row in mask.nonzero()[0]]

    assert events("more than", "0.1") == [1, 2]
    assert events("less than", "0,5") == [0]
    assert events("is", "0.5") == [1]
    assert events("is", "0.0000074") == [0]
    assert events("begins with", "0.") == [0, 1]
    assert events("is not", "0.5") == [0, 2, 3], "a pending operation shows a blank, which is not 0.5"


def test_times_are_compared_as_times() -> None:
    rows = tuple(Row("ReadFile", at=at) for at in (0, 1.5, 7200))  # 10:00:00, 10:00:01.5, 12:00:00
    assert START.isoformat() == "2011-03-30T10:00:00+00:00"
    assert matched(Rule("Time of Day", "more than", "10:00:01"), *rows) == [1, 2]
    assert matched(Rule("Time of Day", "less than", "12:00:00 PM"), *rows) == [0, 1]
    assert matched(Rule("Time of Day", "ends with", " pm"), *rows) == [2]
    assert matched(Rule("Time of Day", "is", "10:00:01.5000000 AM"), *rows) == [1]
    assert matched(Rule("Relative Time", "more than", "1"), *rows) == [1, 2]
    assert matched(Rule("Relative Time", "is", "02:00:00.0000000"), *rows) == [2]
    assert matched(Rule("Date & Time", "is", "3/30/2011 10:00:01 AM"), *rows) == [1]
    assert matched(Rule("Date & Time", "less than", "2011-03-30 10:00:01"), *rows) == [0]
    assert matched(Rule("Completion Time", "is", "10:00:00.0000010 AM"), *rows) == [0]


def test_relative_time_begins_with_the_first_event_even_if_times_run_backwards() -> None:
    rows = (Row("ReadFile", at=10), Row("ReadFile", at=8), Row("ReadFile", at=11))
    assert matched(Rule("Relative Time", "less than", "0.5"), *rows) == [0, 1]
    assert matched(Rule("Relative Time", "is", "-00:00:02.0000000"), *rows) == [1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("26:00:00", [1]), ("-00:00:01.5", [2]), ("-1.5", [2]), ("00:60:00", []), ("1:00 PM", [])],
)
def test_relative_time_can_pass_a_day_and_run_backwards(value: str, expected: list[int]) -> None:
    rows = (Row("ReadFile", at=10), Row("ReadFile", at=10 + 26 * 3600), Row("ReadFile", at=8.5))
    assert matched(Rule("Relative Time", "is", value), *rows) == expected


def test_an_operation_that_is_pending_has_no_completion_time() -> None:
    built = capture(Row("ReadFile"), Row("ReadFile"))
    built.events["duration"] = pd.array([None, 0], dtype="Int64")
    (values,) = pieces_of("Completion Time", EventsFrame(built.events), built.processes)
    assert values.make_texts().to_pylist() == ["", "10:00:00.0100000 AM"]
    assert matches(Rule("Completion Time", "less than", "11:00"), values).tolist() == [False, True]


def test_completion_passes_midnight() -> None:
    built = capture(Row("ReadFile", at=13.5 * 3600 + 1800 - 1))
    built.events["duration"] = pd.array([2_000_000_000], dtype="Int64")
    (values,) = pieces_of("Completion Time", EventsFrame(built.events), built.processes)
    assert values.make_texts()[0].as_py() == "12:00:01.0000000 AM"


def test_a_blank_is_text_of_no_length() -> None:
    rows = (Row("CloseFile", category=None), Row("WriteFile", category="Write"))
    assert matched(Rule("Category", "is", ""), *rows) == [0]
    assert matched(Rule("Category", "is not", "Write"), *rows) == [0]
    assert matched(Rule("Category", "excludes", "Meta"), *rows) == [0, 1]


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("name", ["Category", "TID", "Company", "Session", "Integrity", "Parent PID"])
def test_a_column_that_the_capture_lacks_matches_nothing(name: str, relation: str) -> None:
    assert matched(Rule(name, relation, "5"), Row("ReadFile", tid=None, category=None)) == []


def test_every_column_of_process_monitor_can_be_asked() -> None:
    built = capture(
        Row("ReadFile", "C:\\a", "Offset: 0", who=LSASS, category="Read"),
        processes={
            LSASS: {
                "image_path": r"C:\Windows\lsass.exe",
                "company": "Somebody",
                "description": "Shell",
                "version": "6.1",
                "user": "NT AUTHORITY\\SYSTEM",
                "authentication_id": "00000000:000003e7",
                "session": 0,
                "command_line": "lsass.exe -x",
                "virtualized": "False",
                "integrity": "System",
                "parent_pid": 4,
                "architecture": "32-bit",
            }
        },
    )
    events = EventsFrame(built.events)
    columns = {name: next(pieces_of(name, events, built.processes)) for name in COLUMNS}
    shown = {name: values.make_texts().to_pylist() for name, values in columns.items()}
    assert shown == {
        "Time of Day": ["10:00:00.0000000 AM"],
        "Process Name": ["lsass.exe"],
        "PID": ["300"],
        "Operation": ["ReadFile"],
        "Path": ["C:\\a"],
        "Result": ["SUCCESS"],
        "Detail": ["Offset: 0"],
        "Date & Time": ["3/30/2011 10:00:00 AM"],
        "Relative Time": ["00:00:00.0000000"],
        "Duration": ["0.0000010"],
        "Completion Time": ["10:00:00.0000010 AM"],
        "Event Class": ["File System"],
        "Sequence": ["n/a"],
        "Image Path": [r"C:\Windows\lsass.exe"],
        "Company": ["Somebody"],
        "Description": ["Shell"],
        "Version": ["6.1"],
        "User": ["NT AUTHORITY\\SYSTEM"],
        "Authentication ID": ["00000000:000003e7"],
        "Session": ["0"],
        "Command Line": ["lsass.exe -x"],
        "TID": ["1000"],
        "Virtualized": ["False"],
        "Integrity": ["System"],
        "Category": ["Read"],
        "Parent PID": ["4"],
        "Architecture": ["32-bit"],
    }
    assert len(COLUMNS) == 27


def test_include_rules_on_one_column_are_alternatives() -> None:
    rules = [Rule("Operation", "is", "WriteFile"), Rule("Operation", "is", "ReadFile")]
    assert kept(rules, Row("WriteFile"), Row("ReadFile"), Row("CloseFile")) == [0, 1]


def test_include_rules_on_different_columns_must_all_hold() -> None:
    rules = [Rule("Operation", "is", "WriteFile"), Rule("Process Name", "is", "LSASS.exe")]
    rows = (Row("WriteFile", who=EXPLORER), Row("ReadFile", who=LSASS), Row("WriteFile", who=LSASS))
    assert kept(rules, *rows) == [2]


def test_an_exclude_rule_wins_over_include_rules() -> None:
    rules = [Rule("Operation", "is", "WriteFile"), Rule("Path", "ends with", ".log", "Exclude")]
    assert kept(rules, Row("WriteFile", "C:\\a.log"), Row("WriteFile", "C:\\a.txt")) == [1]


def test_exclude_rules_on_different_columns_are_each_enough() -> None:
    rules = [Rule("Process Name", "is", "lsass.exe", "Exclude"), Rule("Path", "is", "C:\\a", "Exclude")]
    rows = (Row("ReadFile", "C:\\b", who=LSASS), Row("ReadFile", "C:\\a", who=EXPLORER))
    assert kept(rules, *rows, Row("ReadFile", "C:\\b", who=EXPLORER)) == [2]


def test_without_rules_everything_is_shown() -> None:
    assert kept([], Row("ReadFile"), Row("WriteFile")) == [0, 1]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("PID", "lsass"),
        ("PID", "4.5"),
        ("Duration", "long"),
        ("Time of Day", "25:00:00"),
        ("Time of Day", "13:00:00 PM"),
        ("Date & Time", "2011-02-30"),
        ("Date & Time", "2011-02-20 noon"),
        ("Session", ""),
    ],
)
def test_what_is_no_number_can_not_be_less(column: str, value: str) -> None:
    assert problem(Rule(column, "less than", value))
    assert not problem(Rule(column, "contains", value))


@pytest.mark.parametrize("value", ["10", "0.5", "00:00:10", "1:02:03.0000004"])
def test_times_can_be_given_in_many_ways(value: str) -> None:
    assert not problem(Rule("Relative Time", "more than", value))
