"""Every process of the capture: who started it, when it started and ended, as whom, with what command line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.detail_text import number
from scripts.procmon.findings.evidence.names import when, who
from scripts.procmon.findings.evidence.records import Record, of_operations
from scripts.procmon.findings.evidence.select import one_of

#: More of a Detail is not searched for the user's name: it is written by whoever is captured.
MOST_ENVIRONMENT = 100_000
START, CREATE, EXIT, LOAD = "Process Start", "Process Create", "Process Exit", "Load Image"


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:  # noqa: ARG001
    """The table ``processes``, parents before those that they started.

    A child that is known only from its parent's Process Create event has a number past the last row of
    processes.parquet and no event of its own.
    """
    if not len(capture.processes):
        return Analysis(name="process_tree", outcome="could not be checked", reason="no_processes")
    told = of_operations(capture, {START, CREATE, EXIT})
    rows = _known(capture, told)
    rows = _add_creations(
        rows, [record for record in told if record.operation == CREATE and record.succeeded]
    )
    rows = _add_parents(rows, capture, [record for record in told if record.operation == START])
    tells_ends = _tells_ends(capture, told)
    rows = [replace(row, end_known=row.end_known and (row.ended_here or tells_ends(row))) for row in rows]
    return Analysis(
        name="process_tree",
        outcome="found",
        limits=[] if told else ["no_process_starts"],
        examined=len(capture.events),
        tables={"processes": _add_images(rows, capture)},
    )


def _known(capture: Capture, told: list[Record]) -> list[ProcessRow]:
    """A row for each process of the process table."""
    people: list[dict[Any, Any]] = capture.processes.to_dict("records")
    counts = Counter(dict(capture.events[e.PROCESS].value_counts()))
    starts = _first_by_process(told, START)
    exits = _first_by_process(told, EXIT)
    times = capture.events[e.TIME]
    span = (times.min(), times.max())
    return [
        _row(capture, one, starts.get(one[p.PROCESS]), exits.get(one[p.PROCESS]), span=span, counts=counts)
        for one in people
    ]


def _row(
    capture: Capture,
    one: Mapping[str, Any],
    started: Record | None,
    ended: Record | None,
    *,
    span: tuple[Any, Any],
    counts: Mapping[int, int],
) -> ProcessRow:
    number = int(one[p.PROCESS])
    start = started.time if started and pd.isna(one[p.START]) else one[p.START]
    end = ended.time if ended and pd.isna(one[p.END]) else one[p.END]
    return ProcessRow(
        process=number,
        parent=_int(one[p.PARENT]),
        who=who(capture, number),
        process_name=str(one[p.PROCESS_NAME]),
        pid=_int(one[p.PID]),
        image_path=_text(one[p.IMAGE_PATH]),
        command_line=_text(one[p.COMMAND_LINE]) or (started.fields.get("Command line") if started else None),
        user=_text(one[p.USER]) or _user_of(started),
        integrity=_text(one[p.INTEGRITY]),
        session=_int(one[p.SESSION]),
        start=when(start),
        end=when(end),
        started_here=started is not None or _within(start, span),
        ended_here=ended is not None or _within(end, span),
        exit_code=_exit_code(ended),
        events=int(counts.get(number, 0)),
        start_event=started.event if started else None,
        end_event=ended.event if ended else None,
    )


_ENVIRONMENT = re.compile(r"(?:^|[\r\n\t;])(USERDOMAIN|USERNAME)=([^\r\n\t;=]{1,64})(?=[\r\n;]|$)")


def _user_of(started: Record | None) -> str | None:
    r"""The user as the environment of a starting process names it (``HOST\ann``), where no column does.

    Programs of the system have the computer's name there, followed by "$"; that is no user.
    """
    named = dict(reversed(_ENVIRONMENT.findall(started.detail[:MOST_ENVIRONMENT]))) if started else {}
    user = named.get("USERNAME")
    if not user or user.endswith("$"):
        return None
    return f"{named['USERDOMAIN']}\\{user}" if "USERDOMAIN" in named else user


def _first_by_process(told: list[Record], operation: str) -> dict[int, Record]:
    return {record.process: record for record in reversed(told) if record.operation == operation}


def _add_creations(rows: list[ProcessRow], created: list[Record]) -> list[ProcessRow]:
    """The rows with what Process Create events say of the children: parent, path, command line, or a row anew."""
    by_pid: dict[int | None, list[int]] = {}
    for position, row in enumerate(rows):
        by_pid.setdefault(row.pid, []).append(position)
    names = {row.process: row.process_name for row in rows}
    pids = {row.process: row.pid for row in rows}
    for record in created:
        pid, command_line = number(record.fields.get("PID", "")), record.fields.get("Command line")
        if pid is None:
            continue
        child = _child(rows, by_pid.get(pid, []), record)
        if child is None:
            by_pid.setdefault(pid, []).append(len(rows))
            rows.append(_unseen(len(rows), pid, command_line, record, parent_pid=pids.get(record.process)))
            continue
        row = rows[child]
        rows[child] = replace(
            row,
            parent=row.parent if row.parent in names else record.process,
            image_path=row.image_path or record.path or None,
            command_line=row.command_line or command_line,
            start=row.start or when(record.time),
            start_event=row.start_event if row.start_event is not None else record.event,
            started_here=True,
        )
    return rows


def _child(rows: list[ProcessRow], candidates: list[int], created: Record) -> int | None:
    """The row that a Process Create event made: same PID, and not begun at another time or by another parent."""
    name = created.path.rpartition("\\")[2].lower()
    moment = when(created.time)
    for position in candidates:
        row = rows[position]
        if row.process_name.lower() != name and row.image_path:
            continue
        if row.start and moment and row.started_here and abs(_seconds(row.start, moment)) > 5:
            continue
        if row.start and not row.started_here:
            continue
        return position
    return None


def _add_parents(rows: list[ProcessRow], capture: Capture, started: list[Record]) -> list[ProcessRow]:
    """The rows with parents that are known by PID alone: the last process of that PID which began before."""
    known: list[dict[Any, Any]] = capture.processes.to_dict("records")
    parent_pids = {one[p.PROCESS]: _int(one[p.PARENT_PID]) for one in known if pd.notna(one[p.PARENT_PID])}
    for record in started:
        parent_pids.setdefault(record.process, number(record.fields.get("Parent PID", "")))
    by_pid: dict[int | None, list[ProcessRow]] = {}
    for row in rows:
        by_pid.setdefault(row.pid, []).append(row)
    return [
        replace(
            row,
            parent=row.parent
            if row.parent is not None
            else _older(row, by_pid.get(parent_pids.get(row.process), [])),
            parent_pid=parent_pids.get(row.process, row.parent_pid),
        )
        for row in rows
    ]


def _older(row: ProcessRow, candidates: list[ProcessRow]) -> int | None:
    fitting = [
        one
        for one in candidates
        if one.process != row.process and not (one.start and row.start and one.start > row.start)
    ]
    return max(fitting, key=lambda one: one.start or "").process if fitting else None


def _add_images(rows: list[ProcessRow], capture: Capture) -> list[ProcessRow]:
    """The rows with the path of the program, where only the first Load Image event tells it."""
    loads = capture.events[one_of(capture.events[e.OPERATION], {LOAD})].drop_duplicates(e.PROCESS)
    first = dict(zip(loads[e.PROCESS].tolist(), loads[e.PATH].astype(str).tolist(), strict=True))
    return [
        replace(row, image_path=first[row.process])
        if row.image_path is None
        and first.get(row.process, "").rpartition("\\")[2].lower() == row.process_name.lower()
        else row
        for row in rows
    ]


def _unseen(
    number: int, pid: int, command_line: str | None, created: Record, *, parent_pid: int | None
) -> ProcessRow:
    name = created.path.rpartition("\\")[2] or "a process without a name"
    return ProcessRow(
        process=number,
        parent=created.process,
        who=f"{name} ({pid})",
        process_name=name,
        pid=pid,
        image_path=created.path or None,
        command_line=command_line,
        user=None,
        integrity=None,
        session=None,
        start=when(created.time),
        end=None,
        started_here=True,
        ended_here=False,
        start_event=created.event,
        end_known=False,
        parent_pid=parent_pid,
    )


def _tells_ends(capture: Capture, told: list[Record]) -> Callable[[ProcessRow], bool]:
    """Whether a process without an end went on: a table of processes says so, or its own events would.

    An export holds an end as an event alone: where it shows none at all, or no event of the process, nothing is known.
    """
    if capture.info["can_show"]["process_table"]["value"]:
        return lambda row: True  # noqa: ARG005
    ends = any(record.operation == EXIT for record in told)
    return lambda row: ends and row.events > 0


def _seconds(one: str, other: str) -> float:
    return float((pd.Timestamp(one) - pd.Timestamp(other)).total_seconds())


def _within(moment: Any, span: tuple[Any, Any]) -> bool:
    first, last = span
    return bool(pd.notna(moment) and pd.notna(first) and first < moment <= last)


def _exit_code(ended: Record | None) -> int | None:
    return number(ended.fields.get("Exit Status", "")) if ended else None


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _int(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
