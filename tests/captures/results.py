"""Results folders as the steps before the report leave them, made by hand: findings, tables and shown events."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.procmon.contracts.capture import (
    CAN_SHOW,
    FINDINGS_FILE,
    FUNNEL_FILE,
    INFO_FILE,
    SHOWN_EVENTS_FILE,
)
from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.report.material import Material

Json = dict[str, Any]

HOUR = "2010-07-20T14:00"


def info(**changes: Any) -> Json:
    """capture.json of a capture that shows everything."""
    return {
        "capture": "case/one",
        "files": [{"name": "one.PML", "size": 2048, "sha256": "ab" * 32}],
        "format": "PML",
        "version": 9,
        "bits": 32,
        "host": "LAB",
        "os": "Windows XP",
        "first_time": f"{HOUR}:00.000000000",
        "last_time": f"{HOUR}:40.000000000",
        "time_zone": {"name": "UTC", "known_by": "FILETIMEs"},
        "date": {"known": True},
        "events": 30_000,
        "can_show": {key: {"value": True, "reason": ""} for key in CAN_SHOW},
        "filtered": {"value": None, "reason": "A PML does not tell."},
        "rejected": {"count": 0, "rows": []},
        "remarks": [],
        "refused": None,
    } | changes


def finding(number: int = 1, **changes: Any) -> Json:
    """One finding of findings.json, of a kind that no catalogue knows."""
    return {
        "id": f"F{number}",
        "kind": "something_new",
        "analysis": "dropped_files",
        "title": "bad.exe (300) did a thing to `C:\\a.sys`",
        "severity": "high",
        "confidence": "certain",
        "confidence_reason": "It is recorded.",
        "statement": "bad.exe (300) wrote `C:\\a.sys` (events 10 to 12).",
        "evidence": [10, 11, 12],
        "evidence_count": 3,
        "reproduce": [{"column": "Path", "relation": "is", "value": "C:\\a.sys", "action": "Include"}],
        "meaning": "It runs.",
        "benign_explanation": "Set-up programs do so.",
        "attack": [
            {"id": "T1014", "name": "Rootkit", "tactics": ["Stealth"], "version": "19", "confidence": "low"}
        ],
        "subjects": {"processes": ["bad.exe (300)"], "files": ["C:\\a.sys"]},
        "facts": {},
    } | changes


def check(analysis: str, outcome: str = "not found", **changes: Any) -> Json:
    """What one analysis says of having looked."""
    title = analysis.replace("_", " ").capitalize()
    return {"analysis": analysis, "title": title, "outcome": outcome, "reason": None, "limits": []} | changes


def event(number: int, **changes: Any) -> Json:
    """One row of shown_events.parquet."""
    return {
        "event": number,
        "time": 1_279_634_400_000_000_000 + number * 1_000_000_000,
        "time_of_day": f"14:00:{number % 60:02}.0000000",
        "process_name": "bad.exe",
        "pid": 300,
        "tid": 304,
        "operation": "WriteFile",
        "path": "C:\\a.sys",
        "result": "SUCCESS",
        "detail": "Offset: 0, Length: 4,096",
        "category": "Write",
        "event_class": "File System",
        "stage": 1,
        "findings": [],
    } | changes


def process(number: int, parent: int | None = None, **changes: Any) -> Json:
    """One row of the table processes."""
    return {
        "process": number,
        "parent": parent,
        "who": f"p{number}.exe ({number})",
        "process_name": f"p{number}.exe",
        "pid": number,
        "image_path": None,
        "command_line": f"p{number}.exe /x",
        "user": None,
        "integrity": None,
        "session": 0,
        "start": f"{HOUR}:{number % 60:02}.000000000",
        "end": None,
        "started_here": True,
        "ended_here": False,
        "exit_code": None,
        "events": 5,
        "start_event": None,
        "end_event": None,
    } | changes


def events_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of ``event`` as shown_events.parquet holds them."""
    numbers = dict.fromkeys(("event", "pid", "tid", "stage"), pa.int64())
    types = numbers | {"time": pa.timestamp("ns"), "findings": pa.list_(pa.string())}
    columns = {name: pa.array([row[name] for row in rows], types.get(name, pa.string())) for name in event(0)}
    return pa.table(columns)


def stages(*left: int) -> Json:
    """funnel.json with so many events left at each stage; the first is the whole capture."""
    rule = {
        "set": "noise",
        "column": "Path",
        "relation": "is",
        "value": "x",
        "action": "Exclude",
        "matched": 9,
    }
    return {
        "events": left[0],
        "stages": [
            {
                "name": f"Stage of {after}",
                "events_in": before,
                "events_out": after,
                "removed": max(before - after, 0),
                "came_back": max(after - before, 0),
                "rules": [rule | {"removed": 9}],
            }
            for before, after in itertools.pairwise(left)
        ],
    }


def material(
    *,
    findings: Sequence[Json] = (),
    checks: Sequence[Json] = (),
    tables: Mapping[str, Sequence[Json]] | None = None,
    events: Sequence[Json] = (),
    capture: Json | None = None,
    funnel: Json | None = None,
) -> Material:
    """What a report is made of, in memory."""
    return Material(
        name="case/one",
        info=capture or info(),
        funnel=funnel or stages(30_000, 100),
        findings=findings,
        checks=checks or [check("dropped_files"), check("persistence"), check("services")],
        tables=dict.fromkeys(TABLES, ()) | dict(tables or {}),
        events=events_table(events),
        attack_version="19",
    )


def write_results(folder: Path, made: Material) -> Path:
    """The same as files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    findings = {
        "findings": list(made.findings),
        "checks": list(made.checks),
        "tables": dict(made.tables),
        "attack_version": "19",
    }
    for name, document in ((INFO_FILE, made.info), (FUNNEL_FILE, made.funnel), (FINDINGS_FILE, findings)):
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    pq.write_table(made.events, folder / SHOWN_EVENTS_FILE)
    return folder
