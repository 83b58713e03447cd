"""What every analysis must keep to, on every kind of capture, however little that shows."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import pandas as pd
import pytest
import yaml

from scripts.procmon.contracts import findings as contract
from scripts.procmon.contracts.capture import CAN_SHOW, Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.findings import summarise
from scripts.procmon.findings.analyses import ANALYSES, run
from scripts.procmon.knowledge import FOLDER, knowledge
from scripts.procmon.text.telling import check_sentences, tell
from tests.captures.events import Row, capture

BUSY = (
    Row("Process Start", detail="Parent PID: 4, Command line: malware.exe", stack=(0x10002000,)),
    Row(
        "CreateFile",
        r"C:\Windows\System32\drivers\bad.sys",
        "Desired Access: Generic Write, Disposition: OverwriteIf, Options: , Attributes: HS, "
        "ShareMode: None, AllocationSize: 0, OpenResult: Created",
        stack=(0x7FFE1000, 0x10002000),
    ),
    Row("ReadFile", r"C:\Temp\~d.tmp", "Offset: 0, Length: 4,096"),
    Row("WriteFile", r"C:\Windows\System32\drivers\bad.sys", "Offset: 0, Length: 4,096"),
    Row(
        "SetBasicInformationFile",
        r"C:\Windows\System32\drivers\bad.sys",
        "CreationTime: 11/4/2009 8:00:00 AM, LastAccessTime: 1/1/1601 12:00:00 AM, "
        "LastWriteTime: 1/1/1601 12:00:00 AM, ChangeTime: 1/1/1601 12:00:00 AM, FileAttributes: n/a",
    ),
    Row(
        "RegCreateKey",
        r"HKLM\System\CurrentControlSet\Services\bad",
        "Desired Access: All Access, Disposition: REG_CREATED_NEW_KEY",
    ),
    Row(
        "RegSetValue",
        r"HKLM\System\CurrentControlSet\Services\bad\Type",
        "Type: REG_DWORD, Length: 4, Data: 1",
    ),
    Row("RegDeleteValue", r"HKLM\System\CurrentControlSet\Services\Network\FailoverConfig"),
    Row("SetDispositionInformationFile", r"C:\Temp\~d.tmp", "Delete: True"),
    Row(
        "Load Image",
        r"C:\Windows\System32\drivers\bad.sys",
        "Image Base: 0xf8000000, Image Size: 0x2000",
        who="System (4)",
    ),
    Row("TCP Connect", "host:1000 -> 203.0.113.5:443", "Length: 0"),
    Row("Process Exit", detail="Exit Status: 0"),
)
MODULES = {"malware.exe (300)": [(r"C:\Windows\System32\ntdll.dll", 0x7FFE0000, 0x100000)]}


def without(*columns: str) -> Capture:
    """The busy capture with nulls in these columns of its events."""
    whole = capture(*BUSY, modules=MODULES)
    events = whole.events.copy()
    for column in columns:
        events[column] = events[column].where(pd.Series(False, index=events.index))
    return dataclasses.replace(whole, events=events)


def names_only() -> Capture:
    """The busy capture, of whose processes nothing but the names is known."""
    whole = capture(*BUSY, can_show={"process_table": False, "stacks": False, "modules": False})
    processes = whole.processes.copy()
    for column in processes.columns.drop(["process", "process_name"]):
        processes[column] = processes[column].where(pd.Series(False, index=processes.index))
    return dataclasses.replace(whole, processes=processes)


CAPTURES = {
    "empty": lambda: capture(can_show=dict.fromkeys(CAN_SHOW, False)),
    "busy": lambda: capture(*BUSY, modules=MODULES),
    "without stacks": lambda: capture(
        *(dataclasses.replace(row, stack=()) for row in BUSY), can_show={"stacks": False}
    ),
    "without modules": lambda: capture(*BUSY, can_show={"modules": False}),
    "without dates": lambda: capture(*BUSY, zone=None, can_show={"dates": False}),
    "without times": lambda: without("time"),
    "without category": lambda: without("category"),
    "without TID": lambda: without("tid", "duration"),
    "without process table": names_only,
    "registry only": lambda: capture(
        *(row for row in BUSY if row.operation.startswith("Reg")),
        can_show={"file_events": False, "process_events": False, "network_events": False, "reads": False},
    ),
    "files only": lambda: capture(
        *(row for row in BUSY if "File" in row.operation),
        can_show={"registry_events": False, "process_events": False, "network_events": False},
    ),
}

SCHEMA = yaml.safe_load((FOLDER.parent / "schemas" / "findings.schema.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=CAPTURES)
def examined(request: pytest.FixtureRequest) -> tuple[Capture, dict[str, Analysis]]:
    built = CAPTURES[request.param]()
    return built, run(built)


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_says_what_it_found_or_why_it_could_not_look(
    examined: tuple[Capture, dict[str, Analysis]], name: str
) -> None:
    built, done = examined
    analysis = done[name]
    told = check_sentences()
    assert analysis.name == name
    assert name in told["titles"]
    assert (analysis.outcome == "could not be checked") == (analysis.reason is not None)
    assert analysis.reason is None or analysis.reason in told["reasons"]
    assert set(analysis.limits) <= told["limits"].keys()
    assert 0 <= analysis.examined <= len(built.events)
    if analysis.findings:
        assert analysis.outcome == "found"


@pytest.mark.parametrize("name", ANALYSES)
def test_a_finding_carries_evidence_a_filter_and_plain_words(
    examined: tuple[Capture, dict[str, Analysis]], name: str
) -> None:
    built, done = examined
    for finding in done[name].findings:
        assert finding.severity in contract.SEVERITIES
        assert finding.confidence in contract.CONFIDENCES
        assert finding.evidence
        assert set(finding.evidence) <= set(built.events["event"])
        assert finding.reproduce
        assert set(finding.subjects) <= set(contract.SUBJECTS)
        assert {technique.id for technique in finding.attack} <= knowledge("attack").keys()
        told = tell(finding.kind, finding.facts)
        assert all(told.values())


@pytest.mark.parametrize("name", ANALYSES)
def test_tables_hold_rows_of_their_contract(examined: tuple[Capture, dict[str, Analysis]], name: str) -> None:
    _, done = examined
    for table, rows in done[name].tables.items():
        assert all(isinstance(row, TABLES[table]) for row in rows)


@pytest.mark.parametrize("name", CAPTURES)
def test_the_document_is_json_by_its_schema_and_shows_what_it_cites(name: str) -> None:
    built = CAPTURES[name]()
    stages = pd.DataFrame({"event": built.events["event"], "stage": 0})
    document, shown = summarise(built, stages, last_stage=1)
    jsonschema.validate(json.loads(json.dumps(document, allow_nan=False)), SCHEMA)
    assert [finding["id"] for finding in document["findings"]] == [
        f"F{number}" for number in range(1, len(document["findings"]) + 1)
    ]
    cited = {event for finding in document["findings"] for event in finding["evidence"]}
    assert set(shown["event"]) == cited
    assert all(shown["findings"].map(len) > 0)
