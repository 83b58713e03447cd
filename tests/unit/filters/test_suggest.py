"""What a next filter could hide, and what it would cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import yaml
from jsonschema import Draft202012Validator

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.columns import EventsFrame
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.filters.suggest import as_yaml, suggest
from scripts.procmon.settings import CONFIG
from tests.captures.events import Row, capture

BAGS = r"HKCU\Software\Microsoft\Windows\ShellNoRoam\BagsMRU"
ROWS = [
    *(Row("RegSetValue", rf"{BAGS}\{number}\MRUListEx", who="Explorer.EXE (1)") for number in range(30)),
    *(Row("WriteFile", r"C:\WINDOWS\system32\drivers\x.sys", who="bad.exe (2)") for _ in range(7)),
    *(Row("WriteFile", rf"C:\WINDOWS\Temp\{number}.tmp", who="bad.exe (2)") for number in range(5)),
    Row("WriteFile", r"C:\once", who="once.exe (3)"),
]
DRIVER = {"id": "F1", "title": "A driver", "severity": "high", "evidence": [30, 31, 32]}


def suggested(*rows: Row, findings: list[dict[str, Any]] | None = None, hidden: int = 0) -> dict[str, Any]:
    """The suggestions for a capture of which a stage hides the first ``hidden`` events."""
    built = capture(*rows)
    stage = np.ones(len(rows), dtype=np.int64)
    stage[:hidden] = 0
    told = suggest(EventsFrame(built.events), built.processes, stage, 1, findings or [])
    schema = yaml.safe_load((CONFIG / "schemas" / "suggestions.schema.yaml").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(told)
    return told


def one(told: dict[str, Any], value: str) -> dict[str, Any]:
    (found,) = [rule for rule in told["suggestions"] if rule["value"] == value]
    found_rule: dict[str, Any] = found
    return found_rule


def test_the_largest_group_of_paths_is_told_by_the_narrowest_beginning_that_holds_it() -> None:
    told = suggested(*ROWS)
    assert told["left"] == len(ROWS)
    bags = one(told, BAGS + "\\")
    assert (bags["column"], bags["relation"], bags["events"]) == ("Path", "begins with", 30)


def test_a_rule_that_would_leave_nothing_is_not_suggested() -> None:
    told = suggested(*ROWS[:36])
    values = {rule["value"] for rule in told["suggestions"]}
    assert "Explorer.EXE" in values
    assert "RegSetValue" in values
    alone = suggested(*ROWS[:30])["suggestions"]
    assert not [rule for rule in alone if rule["events"] == 30]


def test_a_group_of_one_path_is_told_as_the_path() -> None:
    driver = one(suggested(*ROWS), r"C:\WINDOWS\system32\drivers\x.sys")
    assert (driver["relation"], driver["events"]) == ("is", 7)


def test_what_would_hide_evidence_says_so_and_stands_last() -> None:
    told = suggested(*ROWS, findings=[DRIVER])
    assert one(told, r"C:\WINDOWS\system32\drivers\x.sys")["hides"] == [
        {"id": "F1", "title": "A driver", "severity": "high", "events": 3}
    ]
    assert one(told, "bad.exe")["hides"]
    assert "evidence of finding `F1`" in one(told, "WriteFile")["said"]
    assert one(told, "Explorer.EXE")["hides"] == []
    hides = [bool(rule["hides"]) for rule in told["suggestions"]]
    assert hides == sorted(hides)


def test_evidence_that_the_stages_hide_already_counts_as_well() -> None:
    finding = DRIVER | {"evidence": [0]}
    told = suggested(*ROWS, findings=[finding], hidden=1)
    assert one(told, BAGS + "\\")["hides"][0]["events"] == 1
    assert told["findings"] == [{"id": "F1", "evidence": 1, "left": 0}]


def test_a_finding_with_more_evidence_than_is_listed_is_never_left_out() -> None:
    told = suggested(*ROWS, findings=[DRIVER | {"evidence_count": 6000}])
    assert [hidden["events"] for hidden in one(told, "Explorer.EXE")["hides"]] == [0]


def test_what_is_met_once_is_no_group() -> None:
    told = suggested(*ROWS)
    assert not [rule for rule in told["suggestions"] if "once" in rule["value"]]


def test_no_suggestion_is_as_wide_as_a_system_folder() -> None:
    rows = [Row("WriteFile", rf"C:\WINDOWS\{name}\{name}.dat") for name in "abcdefgh" for _ in range(3)]
    told = suggested(*rows)
    assert [rule["value"] for rule in told["suggestions"] if rule["column"] == "Path"]
    assert not [rule for rule in told["suggestions"] if rule["value"].lower() == "c:\\windows\\"]


def test_nothing_left_and_nothing_suggested() -> None:
    assert suggested()["suggestions"] == []
    assert suggested(*ROWS, hidden=len(ROWS))["suggestions"] == []


def test_a_suggestion_pasted_into_a_stage_hides_what_it_said() -> None:
    built = capture(*ROWS)
    for rule in suggested(*ROWS)["suggestions"]:
        (entry,) = yaml.safe_load(f"[{rule['yaml']}]")
        assert entry == {key: rule[key] for key in ("column", "relation", "value", "action")}
        _, funnel = stage_events(
            built.events, built.processes, resolve_stages([{"name": "x", "add": [entry]}])
        )
        assert funnel["stages"][0]["removed"] == rule["events"]


def test_a_hostile_path_stays_one_value_of_the_rule() -> None:
    for path in ("C:\\a'}, {x: y\\b", "C:\\a\n- b: c\\", 'C:\\"\x00\x85{{x}}', "C:\\\u202egpj.exe # x"):
        rule = Rule("Path", "is", path, "Exclude")
        assert yaml.safe_load(f"[{as_yaml(rule)}]")[0]["value"] == path
