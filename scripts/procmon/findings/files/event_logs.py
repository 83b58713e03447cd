"""Event logs of Windows that were deleted, emptied or written over; going on writing them is their service's work."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Technique
from scripts.procmon.findings.evidence.names import process_name, who
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.files.file_acts import OPEN, SET_DISPOSITION, WRITE
from scripts.procmon.findings.paths.places import below_windows

SET_END = frozenset({"SetEndOfFileInformationFile"})
#: The logs themselves, not copies that Windows puts aside when they are full.
_LOG = re.compile(r"\\(?:winevt\\logs\\(?!archive-)[^\\]+\.evtx|config\\[^\\]+\.evt)$", re.IGNORECASE)
_GONE = re.compile(
    r"Delete: True|FILE_DISPOSITION_DELETE|Delete On Close|OpenResult: (?:Superseded|Overwritten)"
)
_EMPTIED = re.compile(r"EndOfFile: 0(?:\D|$)")
_SERVICES = {"svchost.exe", "services.exe"}


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "logs_cleared", one for each process; high, a step lower for the service that keeps the logs."""
    if not capture.info["can_show"]["file_events"]["value"]:
        return Analysis(name="event_logs", outcome="could not be checked", reason="no_file_events")
    events = capture.events
    mask = one_of(events[e.OPERATION], OPEN | SET_DISPOSITION | SET_END | WRITE)
    mask[mask] = where(events[e.PATH][mask], lambda path: _LOG.search(path) is not None)
    told = records(capture, mask)
    by_process: dict[int, list[Record]] = {}
    for record in told:
        if record.succeeded and _clears(record):
            by_process.setdefault(record.process, []).append(record)
    image_of = images(earlier)
    return Analysis(
        name="event_logs",
        outcome="found" if by_process else "not found",
        examined=len(told),
        findings=[_finding(capture, same, image_of) for same in by_process.values()],
    )


def _clears(record: Record) -> bool:
    if record.operation in SET_END:
        return _EMPTIED.search(record.detail) is not None
    return record.operation not in WRITE and _GONE.search(record.detail) is not None


def _finding(capture: Capture, same: list[Record], image_of: Mapping[int, str]) -> Finding:
    process = same[0].process
    person, paths = who(capture, process), list(dict.fromkeys(record.path for record in same))
    service = (
        process_name(capture, process).lower() in _SERVICES
        and below_windows(image_of.get(process, "")) is not None
    )
    return Finding(
        kind="logs_cleared",
        severity="medium" if service else "high",
        confidence="certain",
        facts={
            "who": person,
            "paths": paths,
            "time": same[0].moment,
            "events": [record.event for record in same],
            "service": service,
        },
        evidence=[record.event for record in same],
        reproduce=by_path(paths),
        attack=[Technique("T1685.005", "medium")],
        subjects={"processes": [person], "files": paths},
    )
