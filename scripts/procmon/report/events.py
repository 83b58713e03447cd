"""Which of the shown events a page lists, and how each is set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts.procmon.report.arrays import codes, numbers, rows
from scripts.procmon.report.moments import of_day

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


#: What an Event is made of. Without ``time``, of which a list of Python values would load pandas.
_SHOWN = [
    "event", "time_of_day", "process_name", "pid", "operation", "path", "result", "detail", "findings",
]  # fmt: skip


#: What Process Monitor puts before each variable of a process's environment.
_BEFORE_VARIABLE = re.compile(r"[\r\n][\r\n;]*\t")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event as a line of a report; texts are Process Monitor's own, not yet made visible."""

    event: int
    time: str
    process: str
    operation: str
    path: str
    result: str
    detail: str
    findings: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The events of one page: ``rows`` in order, ``total`` of all that could have been listed."""

    rows: Sequence[Event]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def list_events(table: pa.Table | None, *, most: int, hours: bool = True) -> Listed:
    """At most ``most`` events in the capture's order: what tells most of each finding, then what none cites."""
    if table is None or not table.num_rows:
        return Listed(rows=(), total=0)
    chosen = table if table.num_rows <= most else rows(table, _by_worth(table, most))
    listed = chosen.select(_SHOWN).to_pylist()
    return Listed(rows=[_event(row, hours) for row in listed], total=table.num_rows)


def _by_worth(table: pa.Table, most: int) -> np.ndarray:
    """The places of ``most`` rows, in order: the first of each finding, the second of each, and so on; then the uncited.

    Of a finding those come first that are not of one operation and path with an earlier one.
    """
    import numpy as np
    import pyarrow.compute as pc

    findings = table["findings"].combine_chunks()
    place = numbers(pc.list_parent_indices(findings))
    finding, _ = codes(pc.list_flatten(findings))
    kind = codes(table["operation"])[0][place] * table.num_rows + codes(table["path"])[0][place]
    again = np.ones(len(place), dtype=bool)
    again[np.unique(np.stack([finding, kind]), axis=1, return_index=True)[1]] = False
    order = np.lexsort((place, again, finding))
    turn = np.arange(len(order)) - np.searchsorted(finding[order], finding[order])
    worth = np.full(table.num_rows, len(order))
    np.minimum.at(worth, place[order], turn)
    return np.sort(np.argsort(worth, kind="stable")[:most])


def who(name: Any, pid: Any) -> str:
    """ "lsass.exe (300)"; the name alone where no PID is known."""
    return f"{name} ({pid})" if pid is not None else str(name or "")


def telling(evidence: Iterable[int], events: Mapping[int, Event], *, most: int) -> list[Event]:
    """At most ``most`` events that say most of ``evidence``: one of each operation and path before the others."""
    known = [events[number] for number in evidence if number in events]
    first: dict[tuple[str, str], Event] = {}
    for event in known:
        first.setdefault((event.operation, event.path), event)
    chosen = list(first.values())[:most]
    if len(chosen) < most:
        taken = {event.event for event in chosen}
        chosen += [event for event in known if event.event not in taken][: most - len(chosen)]
    return sorted(chosen, key=lambda event: event.event)


def _event(row: Mapping[str, Any], hours: bool) -> Event:
    return Event(
        event=int(row["event"]),
        time=of_day(str(row["time_of_day"] or ""), hours=hours),
        process=who(row["process_name"], row["pid"]),
        operation=str(row["operation"] or ""),
        path=str(row["path"] or ""),
        result=str(row["result"] or ""),
        detail=_on_one_line(str(row["detail"] or "")),
        findings=list(row["findings"] or ()),
    )


def _on_one_line(detail: str) -> str:
    return _BEFORE_VARIABLE.sub("; ", detail).replace("Environment: ; ", "Environment: ")
