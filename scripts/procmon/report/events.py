"""Which of the shown events a page lists, and how each is set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


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
    stage: int
    findings: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The events of one page: ``rows`` in order, ``total`` of all that could have been listed."""

    rows: Sequence[Event]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def list_events(table: pa.Table | None, *, most: int) -> Listed:
    """At most ``most`` events in the order of the capture: cited ones first, then those of the last stage."""
    if table is None or not table.num_rows:
        return Listed(rows=(), total=0)
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen = table
    if table.num_rows > most:
        cited = pc.fill_null(pc.greater(pc.list_value_length(table["findings"]), 0), False)
        places = pa.array(range(table.num_rows), pa.int64())
        order = pc.sort_indices(
            pa.table({"cited": pc.cast(cited, pa.int8()), "at": places}),
            sort_keys=[("cited", "descending"), ("at", "ascending")],
        )
        kept = order[:most]
        chosen = table.take(kept.take(pc.sort_indices(kept)))
    return Listed(rows=[_event(row) for row in chosen.to_pylist()], total=table.num_rows)


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


def _event(row: Mapping[str, Any]) -> Event:
    return Event(
        event=int(row["event"]),
        time=str(row["time_of_day"] or ""),
        process=who(row["process_name"], row["pid"]),
        operation=str(row["operation"] or ""),
        path=str(row["path"] or ""),
        result=str(row["result"] or ""),
        detail=str(row["detail"] or ""),
        stage=int(row["stage"] or 0),
        findings=list(row["findings"] or ()),
    )
