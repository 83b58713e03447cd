"""Scheduled tasks whose files a standard user's program wrote past the scheduler, and what then ran as the system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Technique
from scripts.procmon.contracts.tables import DeletionRow, ProcessRow
from scripts.procmon.detail_text import number
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.files.file_acts import OPEN, READ, WRITE
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.rights.rights import is_standard, is_system, levels

#: Since Windows Vista a task is a file of XML here, which says what is run and as whom.
_TASK = re.compile(r"\\windows\\(?:system32|syswow64)\\tasks\\[^*]+$", re.IGNORECASE)

#: Seconds. The scheduler serves all tasks: what it starts later is more likely another's.
SOON = 5.0

#: Windows in which a CRC-32 alone guarded a task's file, until MS10-092 (December 2010) or Windows 7's Service Pack 1.
_WEAK = re.compile(r"^Windows (?:Vista\b|7(?!, Service)\b|Server 2008(?! R2, Service)\b)")


@dataclass(frozen=True)
class Rewriting:
    """What happened to one task's file: by whom it was made, written by a standard user's program, and read after."""

    path: str
    told: list[Record]
    by: ProcessRow
    first: Record
    last: Record

    @property
    def before(self) -> list[Record]:
        """The writes of others before."""
        return [one for one in self.told if one.operation in WRITE and one.event < self.first.event]

    @property
    def made(self) -> Record | None:
        """The event that made the file, where another did."""
        return next((one for one in self.told if _creates(one) and one.process != self.by.process), None)

    @property
    def readers(self) -> list[Record]:
        """The reads of others after it."""
        return [
            one
            for one in self.told
            if one.operation in READ and one.event > self.last.event and one.process != self.by.process
        ]


def tasks_rewritten(
    capture: Capture, rows: list[ProcessRow], earlier: Mapping[str, Analysis]
) -> list[Finding]:
    """Findings "task_rewritten", one for each such file."""
    by_number = {row.process: row for row in rows}
    level = levels(capture)
    deleted = {file_key(row.path): row for row in rows_of(earlier, "deletions") if not row.attempt}
    found = []
    for path, told in _by_file(capture).items():
        low = [one for one in told if one.operation in WRITE and is_standard(level.get(one.process))]
        if low and low[0].process in by_number:
            mine = [one for one in low if one.process == low[0].process]
            rewriting = Rewriting(path, told, by_number[low[0].process], mine[0], mine[-1])
            found.append(_finding(capture, rewriting, rows, gone=deleted.get(file_key(path))))
    return found


def _by_file(capture: Capture) -> dict[str, list[Record]]:
    """What succeeded on the files of tasks, by path."""
    events = capture.events
    mask = one_of(events[e.OPERATION], OPEN | READ | WRITE) & one_of(events[e.RESULT], {"SUCCESS"})
    mask[mask] = where(events[e.PATH][mask], lambda path: _TASK.search(path) is not None)
    files: dict[str, list[Record]] = {}
    paths: dict[str, str] = {}
    for record in records(capture, mask):
        files.setdefault(paths.setdefault(file_key(record.path), record.path), []).append(record)
    return files


def _creates(record: Record) -> bool:
    return record.operation in OPEN and record.fields.get("OpenResult") == "Created"


def _finding(
    capture: Capture, done: Rewriting, rows: list[ProcessRow], *, gone: DeletionRow | None
) -> Finding:
    by_number = {row.process: row for row in rows}
    ran = [row for row in _started(rows, done) if is_system(capture, row)]
    own = [one.event for one in done.told if one.process == done.by.process]
    started = [row.start_event for row in ran if row.start_event is not None]
    made = done.made
    evidence = {*own, *started, *(one.event for one in done.before), *(one.event for one in done.readers)}
    return Finding(
        kind="task_rewritten",
        severity="high" if ran else "medium",
        confidence="certain",
        facts={
            "writer": done.by.who,
            "integrity": done.by.integrity,
            "user": done.by.user,
            "path": done.path,
            "name": done.path.rpartition("\\")[2],
            "made_by": by_number[made.process].who if made and made.process in by_number else None,
            "made": made.moment if made else None,
            "since": done.first.seconds_after(made) if made else None,
            "size_before": _end(done.before),
            "size": _end(
                [one for one in done.told if one.operation in WRITE and one.event >= done.first.event]
            ),
            "time": done.first.moment,
            "writes": [
                one.event for one in done.told if one.operation in WRITE and one.process == done.by.process
            ],
            "read_first": any(
                one.operation in READ and one.process == done.by.process and one.event < done.first.event
                for one in done.told
            ),
            "readers": list(dict.fromkeys(by_number[one.process].who for one in done.readers)),
            "ran": [
                {
                    "who": row.who,
                    "command_line": row.command_line,
                    "time": row.start,
                    "event": row.start_event,
                    "by": by_number[row.parent].who if row.parent in by_number else None,
                }
                for row in ran
            ],
            "gone": None if gone is None else {"who": gone.who, "time": gone.time, "event": gone.events[-1]},
            "weak": _WEAK.match(str(capture.info.get("os") or "")) is not None,
        },
        evidence=sorted({*evidence, *([made.event] if made else []), *(gone.events if gone else ())}),
        reproduce=by_path([done.path, *(row.image_path for row in ran if row.image_path)]),
        attack=[Technique("T1053.005", "high"), *([Technique("T1068", "medium")] if ran else [])],
        subjects={"processes": [done.by.who, *(row.who for row in ran)], "files": [done.path]},
    )


def _started(rows: list[ProcessRow], done: Rewriting) -> list[ProcessRow]:
    """What was started by those that read the changed file: an engine of the scheduler's, or the scheduler itself."""
    read = {one.process: one for one in done.readers}
    began = {row.process: row.start_event for row in rows}
    found = []
    for row in rows:
        reader = read.get(row.parent) if row.parent is not None else None
        if reader is None or row.process in read or row.start_event is None or row.start_event < reader.event:
            continue
        start = began[reader.process]
        engine = start is not None and start > done.last.event
        if engine or _soon(reader.moment, row.start):
            found.append(row)
    return found


def _soon(read: str, start: str | None) -> bool:
    """Whether a program was started so soon after the task was read that this task is likely what started it."""
    if not read or not start:
        return False
    return (datetime.fromisoformat(start[:26]) - datetime.fromisoformat(read[:26])).total_seconds() <= SOON


def _end(writes: list[Record]) -> int | None:
    """Where the last written byte lies, in bytes; None where no write says so."""
    blocks = [[_number(one.fields.get(name)) for name in ("Offset", "Length")] for one in writes]
    ends = [offset + length for offset, length in blocks if offset is not None and length is not None]
    return max(ends, default=None)


def _number(text: str | None) -> int | None:
    """A number of Detail; None for one that is missing or below zero."""
    read = number(text or "")
    return None if read is None or read < 0 else read
