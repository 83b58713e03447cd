"""Files that an ordinary user's program wrote and that then ran with the rights of the system."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Technique
from scripts.procmon.contracts.tables import FileRow, ProcessRow
from scripts.procmon.findings.rights import levels, logon_of
from scripts.procmon.findings.traces import rows_of

MEDIUM = 2


def user_files_run_by_system(
    capture: Capture, rows: list[ProcessRow], earlier: Mapping[str, Analysis]
) -> list[Finding]:
    """Findings "user_file_as_system": the way from a standard user to the system that needs no parent."""
    level = levels(capture)
    written: dict[str, FileRow] = {
        file.path.lower(): file
        for file in rows_of(earlier, "files")
        if file.what != "folder" and _is_low(level.get(file.process))
    }
    found = []
    for row in rows:
        if row.started_here and row.start_event is not None and _is_system(capture, row):
            file = _named(row, written)
            if file is not None:
                found.append(_finding(row, file))
    return found


def _is_low(level: int | None) -> bool:
    return level is not None and level <= MEDIUM


def _is_system(capture: Capture, row: ProcessRow) -> bool:
    if row.process not in capture.processes.index:
        return False
    return logon_of(capture.processes.loc[row.process, p.AUTHENTICATION_ID]) == "SYSTEM"


def _named(row: ProcessRow, written: Mapping[str, FileRow]) -> FileRow | None:
    """The file of the user's that this process runs, or is told to run by its command line."""
    if row.image_path and row.image_path.lower() in written:
        return written[row.image_path.lower()]
    line = (row.command_line or "").lower()
    return next((file for path, file in written.items() if path in line), None) if line else None


def _finding(row: ProcessRow, file: FileRow) -> Finding:
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
        },
        evidence=sorted({*file.events[:20], *started}),
        reproduce=[Rule("Path", "is", file.path), Rule("Path", "is", str(row.image_path or file.path))],
        attack=[Technique("T1068", "low")],
        subjects={"processes": [row.who, file.who], "files": [file.path]},
    )
