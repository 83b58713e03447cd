"""Process Monitor's 27 columns as distinct values: a rule looks at each value once, however many events show it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.filters import shown

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

#: Columns of processes.parquet: their values are looked at by process, not by event.
PROCESS_COLUMNS = {
    "Process Name": p.PROCESS_NAME,
    "PID": p.PID,
    "Image Path": p.IMAGE_PATH,
    "Company": p.COMPANY,
    "Description": p.DESCRIPTION,
    "Version": p.VERSION,
    "User": p.USER,
    "Authentication ID": p.AUTHENTICATION_ID,
    "Session": p.SESSION,
    "Command Line": p.COMMAND_LINE,
    "Virtualized": p.VIRTUALIZED,
    "Integrity": p.INTEGRITY,
    "Parent PID": p.PARENT_PID,
    "Architecture": p.ARCHITECTURE,
}

#: Columns of events.parquet that are stored by distinct value already.
TEXT_COLUMNS = {
    "Operation": e.OPERATION,
    "Path": e.PATH,
    "Result": e.RESULT,
    "Detail": e.DETAIL,
    "Event Class": e.EVENT_CLASS,
    "Category": e.CATEGORY,
}


_OTHER_NEEDS = {
    "Time of Day": (e.TIME,),
    "Date & Time": (e.TIME,),
    "Relative Time": (e.TIME,),
    "Duration": (e.DURATION,),
    "Completion Time": (e.TIME, e.DURATION),
    "TID": (e.TID,),
}


def needed(names: Collection[str]) -> list[str]:
    """The columns of events.parquet that rules on the columns ``names`` look at."""
    wanted = {TEXT_COLUMNS[name] for name in names if name in TEXT_COLUMNS}
    return sorted(wanted | {one for name in names for one in _OTHER_NEEDS.get(name, ())})


@dataclass(frozen=True)
class Column:
    """One column: its distinct values, and which of them each event shows.

    ``texts`` are as Process Monitor shows them, "" where it shows nothing. ``numbers`` are the same values to be
    compared as numbers (ns, or plain integers), valid where ``known``; None for columns of text. ``codes`` gives the
    value of each event; None where every event has a value of its own. ``lacking``: the capture has no such column.
    """

    size: int
    make_texts: Callable[[], pa.Array]
    codes: npt.NDArray[Any] | None
    numbers: Integers | None = None
    known: Mask | None = None
    lacking: bool = False

    @cached_property
    def texts(self) -> pa.Array:
        """The values in lower case: letter by letter, as Windows compares names."""
        return pc.utf8_lower(self.make_texts())

    def spread(self, of_values: npt.NDArray[Any], rows: Integers | None = None) -> npt.NDArray[Any]:
        """What holds of each event, of all or of ``rows``, from what holds of each value."""
        if self.codes is None:
            return of_values if rows is None else of_values[rows]
        spread: npt.NDArray[Any] = of_values[self.codes if rows is None else self.codes[rows]]
        return spread

    def count(self, rows: Integers | None = None) -> Integers:
        """How many events, of all or of ``rows``, show each value."""
        if self.codes is None:
            if rows is None:
                return np.ones(self.size, dtype=np.int64)
            return np.bincount(rows, minlength=self.size)
        return np.bincount(self.codes if rows is None else self.codes[rows], minlength=self.size)


class Columns:
    """The columns of one capture by Process Monitor's names, each made when first asked for.

    ``events`` as contracts.events says, ``processes`` a row a process in order. Times are those of the tables: UTC
    where the capture knows its zone, else local.
    """

    def __init__(self, events: pd.DataFrame, processes: pd.DataFrame) -> None:
        self.events = events
        self.processes = processes
        self._made: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Column:
        if name in TEXT_COLUMNS:
            return _of_categories(self.events[TEXT_COLUMNS[name]])
        if name in PROCESS_COLUMNS:
            return _of_processes(self.processes[PROCESS_COLUMNS[name]], self.events[e.PROCESS].to_numpy())
        return _OTHERS[name](self.events)


def _of_categories(series: pd.Series[Any]) -> Column:
    values = series if isinstance(series.dtype, pd.CategoricalDtype) else series.astype("category")
    codes = values.cat.codes.to_numpy()
    texts = pa.array(values.cat.categories.astype("str"), type=pa.large_string())
    blank = codes < 0
    if blank.any():
        # Shown as nothing: one more value, "".
        codes = np.where(blank, len(texts), codes.astype(np.int32, copy=False))
        texts = pa.concat_arrays([texts, pa.array([""], type=pa.large_string())])
    return Column(len(texts), lambda: texts, codes, lacking=bool(len(codes) and blank.all()))


def _of_processes(series: pd.Series[Any], process_of_event: npt.NDArray[Any]) -> Column:
    missing = series.isna().to_numpy()
    texts = pa.array(
        ["" if gone else str(value) for gone, value in zip(missing, series, strict=True)], pa.large_string()
    )
    numbers = known = None
    if pd.api.types.is_integer_dtype(series.dtype):
        numbers, known = series.fillna(0).to_numpy(dtype=np.int64), ~missing
    lacking = bool(len(missing) and missing.all())
    return Column(len(texts), lambda: texts, process_of_event, numbers, known, lacking)


def _of_integers(series: pd.Series[Any], show: Callable[[Integers], pa.Array]) -> Column:
    """Few distinct integers: thread numbers, durations."""
    missing = series.isna().to_numpy()
    codes, numbers = pd.factorize(series.fillna(0).to_numpy(dtype=np.int64))
    lacking = bool(len(missing) and missing.all())
    known = np.ones(len(numbers), dtype=np.bool_)
    if missing.any():
        codes = np.where(missing, len(numbers), codes)
        numbers, known = np.append(numbers, 0), np.append(known, False)
    return Column(len(numbers), lambda: shown.blank(show(numbers), ~known), codes, numbers, known, lacking)


def _of_times(numbers: Integers, known: Mask, show: Callable[[Integers], pa.Array]) -> Column:
    """Nearly as many values as events: each event has its own."""
    lacking = bool(len(known) and not known.any())
    return Column(len(numbers), lambda: shown.blank(show(numbers), ~known), None, numbers, known, lacking)


def _nanoseconds(events: pd.DataFrame) -> tuple[Integers, Mask]:
    times = events[e.TIME].to_numpy(dtype="datetime64[ns]")
    return times.view(np.int64), ~np.isnat(times)


def _time_of_day(events: pd.DataFrame) -> Column:
    times, known = _nanoseconds(events)
    return _of_times(times % shown.DAY, known, shown.time_of_day)


def _date_and_time(events: pd.DataFrame) -> Column:
    times, known = _nanoseconds(events)
    return _of_times(times // shown.SECOND * shown.SECOND, known, shown.date_and_time)


def _relative_time(events: pd.DataFrame) -> Column:
    times, known = _nanoseconds(events)
    first = times[known][0] if known.any() else 0
    return _of_times(np.where(known, times, first) - first, known, shown.relative_time)


def _completion_time(events: pd.DataFrame) -> Column:
    times, known = _nanoseconds(events)
    pending = events[e.DURATION].isna().to_numpy()
    ends = times + events[e.DURATION].fillna(0).to_numpy(dtype=np.int64)
    return _of_times(ends % shown.DAY, known & ~pending, shown.time_of_day)


def _sequence(events: pd.DataFrame) -> Column:
    """Always n/a, in Process Monitor's exports as well."""
    codes = np.zeros(len(events), dtype=np.int8)
    return Column(1, lambda: pa.array(["n/a"], type=pa.large_string()), codes)


_OTHERS: dict[str, Callable[[pd.DataFrame], Column]] = {
    "Time of Day": _time_of_day,
    "Date & Time": _date_and_time,
    "Relative Time": _relative_time,
    "Duration": lambda events: _of_integers(events[e.DURATION], shown.duration),
    "Completion Time": _completion_time,
    "Sequence": _sequence,
    "TID": lambda events: _of_integers(events[e.TID], shown.integer),
}

#: All columns, in the order of Process Monitor's default seven and then of its Column Selection dialog.
COLUMNS = (
    "Time of Day",
    "Process Name",
    "PID",
    "Operation",
    "Path",
    "Result",
    "Detail",
    "Date & Time",
    "Relative Time",
    "Duration",
    "Completion Time",
    "Event Class",
    "Sequence",
    "Image Path",
    "Company",
    "Description",
    "Version",
    "User",
    "Authentication ID",
    "Session",
    "Command Line",
    "TID",
    "Virtualized",
    "Integrity",
    "Category",
    "Parent PID",
    "Architecture",
)
