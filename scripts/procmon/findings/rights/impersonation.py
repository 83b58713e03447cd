"""Programs that are no part of Windows and yet opened files as the system itself."""

from __future__ import annotations

import re

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import where
from scripts.procmon.findings.paths.places import kind_of
from scripts.procmon.findings.rights.rights import logon_under

#: The system's name in the languages of Windows that have one of their own.
_SYSTEM = re.compile(r"Impersonating: [^,]*\\(?:system|système|sistema|система)\b", re.IGNORECASE)

_CREATED = re.compile(r"OpenResult: (?:Created|Superseded)\b")


def acted_as_system(capture: Capture, rows: list[ProcessRow], *, accused: set[str]) -> list[Finding]:
    """Findings "acts_as_system", one for each such process; services of Windows do this as a matter of course."""
    told = records(
        capture, where(capture.events[e.DETAIL], lambda detail: _SYSTEM.search(detail) is not None)
    )
    by_process: dict[int, list[Record]] = {}
    for record in told:
        by_process.setdefault(record.process, []).append(record)
    by_number = {row.process: row for row in rows}
    return [
        _finding(by_number[process], mine, accused=by_number[process].who in accused)
        for process, mine in by_process.items()
        if process in by_number and _is_users(capture, by_number[process])
    ]


def _is_users(capture: Capture, row: ProcessRow) -> bool:
    """Whether it is known to be neither a program in its own place nor a logon of Windows' own."""
    if row.image_path is None or kind_of(row.image_path)[0] == "own":
        return False
    return logon_under(capture, row) is None


def _is_folder(record: Record) -> bool:
    return "Directory" in (record.fields.get("Options") or "").split(", ")


def _finding(row: ProcessRow, mine: list[Record], *, accused: bool) -> Finding:
    done = [record for record in mine if record.succeeded]
    opened = list(dict.fromkeys(record.path for record in done))
    made = {record.path: _is_folder(record) for record in done if _CREATED.search(record.detail)}
    first = (done or mine)[0]
    tried = {record.path: record.result for record in mine if record.path not in opened}
    paths = [*opened, *tried]
    return Finding(
        kind="acts_as_system",
        severity="high" if accused else "medium",
        confidence="certain",
        facts={
            "who": row.who,
            "image": row.image_path,
            "user": row.user,
            "times": len(mine),
            "paths": opened,
            "made_folders": sum(made.values()),
            "made_files": len(made) - sum(made.values()),
            "tried": [{"path": path, "result": result} for path, result in tried.items()],
            "time": first.moment,
            "first": first.event,
            "accused": accused,
        },
        evidence=[record.event for record in mine],
        reproduce=by_path(paths, whos=[row.who]),
        attack=[Technique("T1134.001", "medium")],
        subjects={"processes": [row.who]},
    )
