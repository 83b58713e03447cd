"""Who started a process, and who started that one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scripts.procmon.contracts.tables import ProcessRow

#: Longer chains don't occur; a capture may claim that two processes started each other.
MOST_ANCESTORS = 20


def ancestors(row: ProcessRow, by_number: Mapping[int, ProcessRow]) -> Iterator[ProcessRow]:
    """The parents of a process as far as the capture knows them, the nearest first."""
    seen = {row.process}
    while row.parent is not None and row.parent not in seen and len(seen) < MOST_ANCESTORS:
        if row.parent not in by_number:
            return
        row = by_number[row.parent]
        seen.add(row.process)
        yield row
