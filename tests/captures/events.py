"""A capture built by hand from rows, as the rooms after conversion hold it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import _NULLABLE, CAN_SHOW, Capture

#: The moment at which built captures begin.
START = pd.Timestamp("2011-03-30T10:00:00Z")

#: A module of a process: (path, base, size).
Module = tuple[str, int, int]


@dataclass(frozen=True)
class Row:
    """One event; ``at`` in seconds after START, ``stack`` innermost address first, ``who`` "name (pid)"."""

    operation: str
    path: str = ""
    detail: str = ""
    result: str = "SUCCESS"
    who: str = "malware.exe (300)"
    at: float | None = None
    tid: int | None = 1000
    stack: Sequence[int] = ()
    category: str | None = None
    event_class: str | None = None
    locations: Sequence[str | None] = field(default=())


def capture(
    *rows: Row,
    processes: Mapping[str, Mapping[str, Any]] | None = None,
    modules: Mapping[str, Sequence[Module]] | None = None,
    can_show: Mapping[str, bool] | None = None,
    info: Mapping[str, Any] | None = None,
    zone: str | None = "UTC",
) -> Capture:
    """A Capture of ``rows``, 10 ms apart where ``at`` is not given; it can show everything but what
    ``can_show`` denies. ``processes`` adds columns to a process (or a process that has no events);
    "parent" may be given as "name (pid)". Categories stay null where rows give none.
    """
    people = list(dict.fromkeys([*(row.who for row in rows), *(processes or {})]))
    number = {person: index for index, person in enumerate(people)}
    stacks = list(dict.fromkeys((tuple(row.stack), tuple(row.locations)) for row in rows if row.stack))
    return Capture(
        info=_info(can_show or {}, info or {}, zone),
        events=_frame(e.events_schema(zone=zone), _events(rows, number, stacks, zone)),
        processes=_frame(
            p.processes_schema(zone=zone), [_process(who, number, processes or {}) for who in people]
        ).set_index(p.PROCESS, drop=False),
        modules=_frame(
            p.MODULES_SCHEMA,
            [
                {p.PROCESS: number[who], p.BASE: base, p.SIZE: size, p.MODULE_PATH: path}
                for who, entries in (modules or {}).items()
                for path, base, size in entries
            ],
        ),
        stacks=_frame(
            p.STACKS_SCHEMA,
            [
                {p.STACK: index, p.FRAMES: list(frames), p.LOCATIONS: list(locations) or None}
                for index, (frames, locations) in enumerate(stacks)
            ],
        ).set_index(p.STACK, drop=False),
    )


def event_class_of(operation: str) -> str:
    """The event class that an operation belongs to."""
    for pattern, name in (
        (r"Reg[A-Z]", e.REGISTRY),
        (r"(TCP|UDP) ", e.NETWORK),
        (r"(Process|Thread) (Start|Create|Exit|Statistics)|Load Image|System Statistics", e.PROCESS_CLASS),
        (r"(Process|Thread|Debug).*Profiling", e.PROFILING),
    ):
        if re.match(pattern, operation):
            return name
    return e.FILE_SYSTEM


def _frame(schema: pa.Schema, rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame: pd.DataFrame = pa.Table.from_pylist(rows, schema=schema).to_pandas(types_mapper=_NULLABLE.get)
    return frame


def _events(
    rows: Sequence[Row], number: Mapping[str, int], stacks: list[Any], zone: str | None
) -> list[dict[str, Any]]:
    start = START if zone else START.tz_localize(None)
    return [
        {
            e.EVENT: index,
            e.TIME: start + pd.Timedelta(seconds=index / 100 if row.at is None else row.at),
            e.DURATION: 1000,
            e.PROCESS: number[row.who],
            e.TID: row.tid,
            e.EVENT_CLASS: row.event_class or event_class_of(row.operation),
            e.OPERATION: row.operation,
            e.PATH: row.path,
            e.RESULT: row.result,
            e.DETAIL: row.detail,
            e.CATEGORY: row.category,
            e.STACK: stacks.index((tuple(row.stack), tuple(row.locations))) if row.stack else None,
        }
        for index, row in enumerate(rows)
    ]


def _process(who: str, number: Mapping[str, int], extra: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    name, _, pid = who.removesuffix(")").rpartition(" (")
    row: dict[str, Any] = {p.PROCESS: number[who], p.PROCESS_NAME: name, p.PID: int(pid)}
    row |= extra.get(who, {})
    if isinstance(row.get(p.PARENT), str):
        row[p.PARENT_PID] = int(row[p.PARENT].removesuffix(")").rpartition(" (")[2])
        row[p.PARENT] = number[row[p.PARENT]]
    return row


def _info(can_show: Mapping[str, bool], info: Mapping[str, Any], zone: str | None) -> dict[str, Any]:
    return {
        "capture": "built",
        "format": "PML",
        "can_show": {
            what: {"value": can_show.get(what, True), "reason": "built by a test"} for what in CAN_SHOW
        },
        "time_zone": {"name": "UTC" if zone else None, "known_by": "built by a test"},
        "date": {"known": True, "order": "month-day-year", "ambiguous": False, "known_by": "built by a test"},
        "filtered": {"value": False, "reason": "built by a test"},
        "rejected": {"count": 0, "rows": []},
        "remarks": [],
        **info,
    }
