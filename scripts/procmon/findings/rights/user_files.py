"""Files that an ordinary user's program wrote and that then ran with the rights of the system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Technique
from scripts.procmon.contracts.tables import FileRow, ProcessRow
from scripts.procmon.findings.evidence.names import who
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.rights.rights import is_standard, is_system, levels

#: More things that were refused first are not listed.
MOST_GRANTED = 3


def user_files_run_by_system(
    capture: Capture, rows: list[ProcessRow], earlier: Mapping[str, Analysis]
) -> list[Finding]:
    """Findings "user_file_as_system": the way from a standard user to the system that needs no parent."""
    level = levels(capture)
    written: dict[str, FileRow] = {
        file.path.lower(): file
        for file in rows_of(earlier, "files")
        if file.what != "folder" and is_standard(level.get(file.process))
    }
    by_number = {row.process: row for row in rows}
    runs = [
        (row, file)
        for row in rows
        if row.started_here and row.start_event is not None and is_system(capture, row)
        if (file := _named(row, written)) is not None
    ]
    granted = {
        path: _granted(capture, file, rows) for path, file in {one.path: one for _, one in runs}.items()
    }
    return [
        _finding(
            row,
            file,
            by_number.get(row.parent) if row.parent is not None else None,
            granted=granted[file.path],
        )
        for row, file in runs
    ]


def _named(row: ProcessRow, written: Mapping[str, FileRow]) -> FileRow | None:
    """The file of the user's that this process runs, or is told to run by its command line."""
    if row.image_path and row.image_path.lower() in written:
        return written[row.image_path.lower()]
    line = (row.command_line or "").lower()
    return next((file for path, file in written.items() if path in line), None) if line else None


def _granted(capture: Capture, file: FileRow, rows: list[ProcessRow]) -> list[dict[str, Any]]:
    """What had been refused to the program that wrote the file, and was granted later to what ran as the system."""
    events = capture.events
    later = events[e.EVENT].to_numpy() > file.events[0]
    refused = (events[e.PROCESS] == file.process).to_numpy() & one_of(events[e.RESULT], {"ACCESS DENIED"})
    wanted = {(one.operation, one.path.lower()): one for one in records(capture, refused)}
    started = {row.process for row in rows if row.started_here and is_system(capture, row)}
    paths = {path for _, path in wanted}
    mine = events[e.PROCESS].isin(started).to_numpy() & one_of(events[e.RESULT], {"SUCCESS"}) & later
    mine &= where(events[e.PATH], lambda path: path.lower() in paths)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in records(capture, mine):
        before = wanted.get((one.operation, one.path.lower()))
        if before is not None and _asks_as_much(before, one):
            found.setdefault(
                (one.operation, one.path.lower()),
                {
                    "path": one.path,
                    "operation": one.operation,
                    "refused": before.event,
                    "granted": one.event,
                    "who": who(capture, one.process),
                },
            )
    return list(found.values())[:MOST_GRANTED]


def _asks_as_much(before: Record, after: Record) -> bool:
    """Whether what was granted is at least what had been refused."""
    asked, got = (set(one.fields.get("Desired Access", "").split(", ")) for one in (before, after))
    return asked <= got or "All Access" in got


def _finding(
    row: ProcessRow, file: FileRow, starter: ProcessRow | None, *, granted: list[dict[str, Any]]
) -> Finding:
    started = [] if row.start_event is None else [row.start_event]
    return Finding(
        kind="user_file_as_system",
        severity="high",
        confidence="likely",
        facts={
            "who": row.who,
            "path": file.path,
            "writer": file.who,
            "written": file.time,
            "time": row.start,
            "user": row.user,
            "command_line": row.command_line,
            "starter": starter.who if starter else None,
            "granted": granted,
        },
        evidence=sorted(
            {*file.events[:20], *started, *(one[key] for one in granted for key in ("refused", "granted"))}
        ),
        reproduce=by_path([file.path, row.image_path or file.path, *(one["path"] for one in granted)]),
        attack=[Technique("T1068", "low")],
        subjects={"processes": [row.who, file.who], "files": [file.path]},
    )
