"""Stages: what each leaves, what each rule takes away, what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from jsonschema import Draft202012Validator

from scripts import stage_events as script
from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.filters.columns import EventsFile
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.settings import CONFIG
from tests.captures.events import Row, capture

SYSTEM = "System (4)"
LSASS = "lsass.exe (300)"

HIDE_SYSTEM = {
    "column": "Process Name",
    "relation": "is",
    "value": "System",
    "action": "Exclude",
    "name": "system",
}
HIDE_LOGS = {"column": "Path", "relation": "ends with", "value": ".log", "action": "Exclude"}
HIDE_TEMP = {"column": "Path", "relation": "contains", "value": r"\Temp\\", "action": "Exclude"}
WRITES = {"column": "Category", "relation": "is", "value": "Write", "action": "Include"}
METADATA = {"column": "Category", "relation": "is", "value": "Write Metadata", "action": "Include"}

ROWS = (
    Row("WriteFile", r"C:\a.log", who=SYSTEM, category="Write"),
    Row("WriteFile", r"C:\driver.sys", who=SYSTEM, category="Write"),
    Row("ReadFile", r"C:\b.log", who=LSASS, category="Read"),
    Row("WriteFile", r"C:\b.txt", who=LSASS, category="Write"),
    Row("SetBasicInformationFile", r"C:\b.txt", who=LSASS, category="Write Metadata"),
    Row("CloseFile", r"C:\b.txt", who=LSASS),
)

SYSTEM_DID_2 = {"process": 0, "process_name": "System", "pid": 4, "events": 2}

STAGES = [
    {"name": "first", "add": [HIDE_SYSTEM]},
    {"name": "second", "add": [WRITES, METADATA], "remove": ["system"]},
    {"name": "third", "add": [HIDE_LOGS]},
]


def funnel_of(stages: list[dict[str, Any]], *rows: Row) -> tuple[list[int], dict[str, Any]]:
    built = capture(*rows)
    table, funnel = stage_events(built.events, built.processes, resolve_stages(stages))
    schema = yaml.safe_load((CONFIG / "schemas" / "funnel.schema.yaml").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(funnel)
    return table["stage"].to_pylist(), funnel


def test_the_stage_of_an_event_is_the_last_that_it_survived() -> None:
    stage, _ = funnel_of(STAGES, *ROWS)
    assert stage == [2, 3, 1, 3, 3, 1]


def test_an_event_that_no_stage_leaves_has_stage_0() -> None:
    stage, _ = funnel_of([{"name": "only", "add": [HIDE_LOGS]}], *ROWS)
    assert stage == [0, 1, 0, 1, 1, 1]


def test_what_a_removed_rule_hid_comes_back_and_is_counted() -> None:
    _, funnel = funnel_of(STAGES, *ROWS)
    first, second, third = funnel["stages"]
    assert (first["events_in"], first["removed"], first["came_back"], first["events_out"]) == (6, 2, 0, 4)
    assert (second["events_in"], second["removed"], second["came_back"], second["events_out"]) == (4, 2, 2, 4)
    assert (third["events_in"], third["removed"], third["came_back"], third["events_out"]) == (4, 1, 0, 3)
    assert [(rule["name"], rule["came_back"]) for rule in second["taken_out"]] == [("system", 2)]


def test_matched_counts_the_whole_capture_and_removed_what_the_stage_before_left() -> None:
    _, funnel = funnel_of(STAGES, *ROWS)
    (logs,) = [rule for rule in funnel["stages"][2]["rules"] if rule["value"] == ".log"]
    assert (logs["matched"], logs["removed"], logs["alone"], logs["since"]) == (2, 1, 1, 3)


def test_include_rules_of_a_column_take_away_together_what_none_of_them_matches() -> None:
    _, funnel = funnel_of(STAGES, *ROWS)
    included = [rule for rule in funnel["stages"][1]["rules"] if rule["action"] == "Include"]
    assert [(rule["matched"], rule["removed"], rule["alone"]) for rule in included] == [(3, 2, 2), (1, 2, 2)]


def test_alone_leaves_out_what_another_rule_takes_as_well() -> None:
    both = (
        Row("WriteFile", "C:\\Temp\\\\a.log"),
        Row("WriteFile", r"C:\a.log"),
        Row("WriteFile", r"C:\a.txt"),
    )
    _, funnel = funnel_of([{"name": "only", "add": [HIDE_LOGS, HIDE_TEMP]}], *both)
    counts = [(rule["removed"], rule["alone"]) for rule in funnel["stages"][0]["rules"]]
    assert counts == [(2, 1), (1, 0)]


def test_hidden_tells_what_was_taken_away() -> None:
    _, funnel = funnel_of(STAGES, *ROWS)
    assert funnel["stages"][0]["hidden"] == {
        "operations": [{"operation": "WriteFile", "events": 2}],
        "categories": [{"category": "Write", "events": 2}],
        "processes": [SYSTEM_DID_2],
        "acts": [{"act": "file_writes", "events": 2, "processes": [SYSTEM_DID_2]}],
    }


def test_a_rule_on_a_column_that_the_capture_lacks_is_told() -> None:
    rows = (Row("ReadFile", tid=None), Row("WriteFile", tid=None))
    rule = {"column": "TID", "relation": "is not", "value": 5, "action": "Exclude"}
    stage, funnel = funnel_of([{"name": "only", "add": [rule, WRITES | {"value": "Read"}]}], *rows)
    assert stage == [0, 0], "no event has the category Read where no event has a category"
    assert funnel["lacking"] == ["Category", "TID"]
    assert [(told["lacking"], told["matched"]) for told in funnel["stages"][0]["rules"]] == [
        (True, 0),
        (True, 0),
    ]


def test_a_rule_that_is_added_twice_stands_once() -> None:
    _, funnel = funnel_of([{"name": "a", "add": [HIDE_LOGS]}, {"name": "b", "add": [HIDE_LOGS]}], *ROWS)
    assert [len(stage["rules"]) for stage in funnel["stages"]] == [1, 1]
    assert funnel["stages"][1]["rules"][0]["since"] == 1


READS_AGAIN = {
    "name": "reads again",
    "from": "third",
    "remove": ["Category is Write", "Category is Write Metadata"],
}


def test_a_branch_is_a_look_aside_that_no_stage_goes_on_from() -> None:
    stage, funnel = funnel_of([*STAGES[:2], READS_AGAIN, STAGES[2]], *ROWS)
    assert stage == [2, 3, 1, 3, 3, 1], "the main line is what it is without the branch"
    (branch,) = funnel["branches"]
    assert (branch["name"], branch["from"]) == ("reads again", "third")
    assert (branch["events_in"], branch["removed"], branch["came_back"], branch["events_out"]) == (3, 0, 1, 4)
    assert [rule["came_back"] for rule in branch["taken_out"]] == [0, 0]


def test_the_events_of_a_branch_are_told_one_by_one() -> None:
    built = capture(*ROWS)
    table, _ = stage_events(built.events, built.processes, resolve_stages([*STAGES, READS_AGAIN]))
    assert table["branch_1"].to_pylist() == [False, True, False, True, True, True]


def test_a_branch_can_start_from_a_branch_that_is_told_later() -> None:
    stages = resolve_stages(
        [STAGES[0], {"name": "b", "from": "c", "add": [HIDE_LOGS]}, {"name": "c", "from": "first"}]
    )
    assert [rule.full_name for rule in stages[1].rules] == ["system", "Path ends with .log"]


def test_a_rule_tells_whom_and_what_it_took_away() -> None:
    rows = [Row("ReadFile", f"C:\\{name}.log", who=LSASS) for name in "aabbbc"] + [
        Row("ReadFile", r"C:\x.log")
    ]
    _, funnel = funnel_of([{"name": "only", "add": [HIDE_LOGS]}], *rows)
    (rule,) = funnel["stages"][0]["rules"]
    assert rule["paths"][:2] == [{"path": r"C:\b.log", "events": 3}, {"path": r"C:\a.log", "events": 2}]
    assert [(one["process_name"], one["events"]) for one in rule["processes"]] == [
        ("lsass.exe", 6),
        ("malware.exe", 1),
    ]


def test_a_stage_says_which_acts_it_hid_and_who_did_them() -> None:
    times = "CreationTime: {0}, LastAccessTime: 1/1/1601 2:00:00 AM, LastWriteTime: {0}, ChangeTime: n/a"
    rows = [
        *(
            Row(
                "SetBasicInformationFile",
                r"C:\x.pnf",
                times.format("11/4/2009 8:00:00 AM"),
                who=LSASS,
                category="Write Metadata",
            )
            for _ in range(6)
        ),
        # FILETIME 0: the time is left as it is.
        Row(
            "SetBasicInformationFile", r"C:\y", times.format("1/1/1601 2:00:00 AM"), category="Write Metadata"
        ),
        Row("WriteFile", r"C:\z", result="ACCESS DENIED", category="Write"),
        Row("RegDeleteValue", r"HKLM\a", who="a.exe (1)", category="Write"),
        Row("RegDeleteKey", r"HKLM\b", who="b.exe (2)", category="Write"),
    ]
    _, funnel = funnel_of([{"name": "only", "add": [WRITES | {"value": "Read"}]}], *rows)
    (stage,) = funnel["stages"]
    assert [(act["act"], act["events"]) for act in stage["hidden"]["acts"]] == [
        ("file_times", 6),
        ("registry_deletions", 2),
    ]
    assert stage["said"] == (
        "This stage hid 10 events: 7 Write Metadata and 3 Write. "
        "Among them, counted in events: 6 changes of file times by `lsass.exe (300)`; "
        "2 deletions in the registry by `a.exe (1)` and `b.exe (2)`."
    )


def test_a_stage_that_hid_only_reads_says_that_they_changed_nothing() -> None:
    _, funnel = funnel_of([{"name": "only", "add": [WRITES]}], Row("ReadFile", category="Read"))
    assert "None of them wrote" in funnel["stages"][0]["said"]


def test_a_file_of_many_pieces_counts_as_one_piece_does(tmp_path: Path) -> None:
    built = capture(*ROWS * 3)
    table = pa.Table.from_pandas(built.events, schema=e.events_schema(), preserve_index=False)
    pq.write_table(table, tmp_path / "events.parquet", row_group_size=4)
    stages = resolve_stages([*STAGES, READS_AGAIN])
    whole, funnel = stage_events(built.events, built.processes, stages)
    pieces, of_pieces = stage_events(EventsFile(tmp_path / "events.parquet"), built.processes, stages)
    assert pieces.equals(whole)
    assert of_pieces == funnel


def test_a_capture_without_events_goes_through() -> None:
    stage, funnel = funnel_of(STAGES)
    assert stage == []
    assert [one["events_out"] for one in funnel["stages"]] == [0, 0, 0]
    assert funnel["lacking"] == []


def test_the_script_writes_what_the_next_rooms_read(tmp_path: Path) -> None:
    built = capture(*ROWS)
    for name, frame, schema in (
        ("events", built.events, e.events_schema()),
        ("processes", built.processes.reset_index(drop=True), p.processes_schema()),
    ):
        pq.write_table(
            pa.Table.from_pandas(frame, schema=schema, preserve_index=False), tmp_path / f"{name}.parquet"
        )
    assert script.main([str(tmp_path)]) == 0
    table = pq.read_table(tmp_path / "stages.parquet")
    assert table["event"].to_pylist() == [0, 1, 2, 3, 4, 5]
    assert table["stage"].to_pylist() == [5, 5, 1, 5, 5, 1]
    assert (tmp_path / "funnel.json").read_text(encoding="utf-8").startswith('{\n "events": 6')


def test_the_script_says_what_is_wrong_with_a_stage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([str(tmp_path), "--stages", '[{"name": "x", "add": ["write"]}]']) == 1
    assert "did you mean 'writes'?" in capsys.readouterr().err


def test_a_capture_without_events_and_without_processes_goes_through_all_stages(tmp_path: Path) -> None:
    pq.write_table(e.events_schema(zone=None).empty_table(), tmp_path / "events.parquet")
    nobody = p.processes_schema(zone=None).empty_table().to_pandas()
    table, funnel = stage_events(EventsFile(tmp_path / "events.parquet"), nobody, resolve_stages(STAGES))
    assert len(table) == 0
    assert [stage["events_out"] for stage in funnel["stages"]] == [0] * len(STAGES)
