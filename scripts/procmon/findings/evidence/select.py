"""Masks and values of the text columns, worked out once for each distinct text, and the events of processes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.tables import ProcessRow

Mask = npt.NDArray[np.bool_]


def where(column: pd.Series[Any], keep: Callable[[str], bool]) -> Mask:
    """True for the rows whose text ``keep`` accepts; a null is never kept."""
    kept = np.fromiter((keep(text) for text in column.cat.categories), dtype=bool, count=-1)
    # Code -1 (null) picks the last element: False is put there for it.
    return np.append(kept, False)[column.cat.codes.to_numpy()]


def one_of(column: pd.Series[Any], texts: Collection[str]) -> Mask:
    """True for the rows whose text is one of ``texts``, exactly."""
    return where(column, texts.__contains__)


def values_of(column: pd.Series[Any], make: Callable[[str], Any]) -> npt.NDArray[np.object_]:
    """What ``make`` makes of each row's text, called once for each text that occurs; None for a null."""
    codes = column.cat.codes.to_numpy()
    texts = column.cat.categories
    made = np.full(len(texts) + 1, None, dtype=object)
    for code in np.unique(codes[codes >= 0]):
        made[code] = make(texts[code])
    return made[codes]


def of_processes(capture: Capture, processes: Iterable[int]) -> Mask:
    """True for the events of these processes."""
    mine = np.zeros(len(capture.events), dtype=bool)
    rows = _rows_of(capture)
    for process in processes:
        mine[rows.get(process, _NO_ROWS)] = True
    return mine


def first_events(capture: Capture, processes: Iterable[int], *, most: int) -> list[int]:
    """The numbers of the first events of these processes, at most ``most``: evidence that they ran."""
    return [int(event) for event in np.flatnonzero(of_processes(capture, processes))[:most]]


def shown_by(capture: Capture, row: ProcessRow) -> list[int]:
    """The event that shows a process: its start, else its first; [] where it stands in the table of processes alone."""
    return first_events(capture, [row.process], most=1) if row.start_event is None else [row.start_event]


_NO_ROWS = np.empty(0, dtype=np.int64)


@lru_cache(maxsize=1)
def _rows_of(capture: Capture) -> dict[int, npt.NDArray[np.int64]]:
    """The positions of each process's events: analyses ask for one process after another, of a hundred thousand."""
    people = capture.events[e.PROCESS].to_numpy()
    order = np.argsort(people, kind="stable")
    every, begins = np.unique(people[order], return_index=True)
    return dict(zip(every.tolist(), np.split(order, begins[1:]), strict=True)) if len(order) else {}
