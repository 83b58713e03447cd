"""Process Monitor's 27 columns piece by piece, as distinct values: a rule looks at each value of a piece once.

A piece is a row group of events.parquet, so that a long capture is never held as a whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.filters import shown
from scripts.procmon.filters.values import DAY, SECOND

if TYPE_CHECKING:
    import pandas as pd

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer[Any]]

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


_AHEAD = 2  #: row groups that are read while one is looked at


class Events(Protocol):
    """The columns of events.parquet, each read when asked for."""

    def __len__(self) -> int: ...

    def pieces(self, *names: str) -> Iterator[Mapping[str, pa.Array]]:
        """The columns ``names``, in pieces of the same rows."""


class EventsFile:
    """events.parquet, a row group at a time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._metadata = pq.read_metadata(file)

    def __len__(self) -> int:
        count: int = self._metadata.num_rows
        return count

    def pieces(self, *names: str) -> Iterator[Mapping[str, pa.Array]]:
        """The columns ``names``, a row group a piece; the next ones are read meanwhile."""
        groups = iter(range(self._metadata.num_row_groups))
        with ThreadPoolExecutor(_AHEAD) as pool:
            ahead = deque(pool.submit(self._read, group, names) for group in islice(groups, _AHEAD))
            while ahead:
                table = ahead.popleft().result()
                ahead.extend(pool.submit(self._read, group, names) for group in islice(groups, 1))
                for batch in table.to_batches():
                    yield {name: batch.column(name) for name in names}

    def _read(self, group: int, names: Sequence[str]) -> pa.Table:
        # A reader is not to be shared by threads; what it needs to know of the file is read once.
        with pq.ParquetFile(self._file, metadata=self._metadata) as opened:
            return opened.read_row_group(group, columns=list(names), use_threads=False)


class EventsFrame:
    """Events in memory, as contracts.capture reads them: one piece."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def __len__(self) -> int:
        return len(self._frame)

    def pieces(self, *names: str) -> Iterator[Mapping[str, pa.Array]]:
        """The columns ``names``, whole."""
        yield {name: pa.Array.from_pandas(self._frame[name]) for name in names}


@dataclass(frozen=True)
class Values:
    """A piece of a column: its distinct values, and which of them each event shows.

    ``texts`` are as Process Monitor shows them, "" where it shows nothing. ``numbers`` are the same values to be
    compared as numbers (ns, or plain integers), valid where ``known``; None for columns of text. ``codes`` gives the
    value of each event; None where every event has a value of its own. ``blank``: no event shows anything.
    """

    size: int
    make_texts: Callable[[], pa.Array]
    codes: Codes | None
    numbers: Integers | None = None
    known: Mask | None = None
    blank: bool = False

    @cached_property
    def texts(self) -> pa.Array:
        """The values in lower case: letter by letter, as Windows compares names."""
        return pc.utf8_lower(self.make_texts())

    def only(self, places: Integers) -> Values:
        """The values at ``places``, without the events."""
        texts = self.texts.take(pa.array(places))
        numbers = None if self.numbers is None else self.numbers[places]
        return Values(
            len(places), lambda: texts, None, numbers, None if self.known is None else self.known[places]
        )


def pieces_of(name: str, events: Events, processes: pd.DataFrame) -> Iterator[Values]:
    """The column that Process Monitor calls ``name``, piece by piece.

    ``processes`` is processes.parquet, a row a process in order. Times are those of the tables: UTC where the capture
    knows its zone, else local. A column that only a newer Process Monitor knows is blank throughout.
    """
    if name in TEXT_COLUMNS:
        column = TEXT_COLUMNS[name]
        return (_of_texts(piece[column]) for piece in events.pieces(column))
    if name in PROCESS_COLUMNS:
        values = _of_processes(processes[PROCESS_COLUMNS[name]])
        return (values(_numpy(piece[e.PROCESS])) for piece in events.pieces(e.PROCESS))
    return _OTHERS.get(name, _unknown)(events)


def _of_texts(values: pa.Array) -> Values:
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    texts = values.dictionary.cast(pa.large_string())
    blank = values.null_count == len(values) > 0
    if not values.null_count:
        return Values(len(texts), lambda: texts, _numpy(values.indices))
    # Shown as nothing: one more value, "".
    codes = _numpy(pc.fill_null(values.indices, len(texts)))
    with_blank = pa.concat_arrays([texts, pa.array([""], type=pa.large_string())])
    return Values(len(with_blank), lambda: with_blank, codes, blank=blank)


def _of_processes(series: pd.Series[Any]) -> Callable[[Codes], Values]:
    missing = series.isna().to_numpy()
    texts = pa.array(
        ["" if gone else str(value) for gone, value in zip(missing, series, strict=True)], pa.large_string()
    )
    numbers = known = None
    if series.dtype.kind == "i":
        numbers, known = series.fillna(0).to_numpy(dtype=np.int64), ~missing
    blank = bool(len(missing) and missing.all())
    return lambda codes: Values(len(texts), lambda: texts, codes, numbers, known, blank)


def _of_integers(values: pa.Array, show: Callable[[Integers], pa.Array]) -> Values:
    """Few distinct integers: thread numbers, durations."""
    encoded = values.dictionary_encode()
    numbers, codes = _numpy(encoded.dictionary), encoded.indices
    known = np.ones(len(numbers), dtype=np.bool_)
    if values.null_count:
        codes = pc.fill_null(codes, len(numbers))
        numbers, known = np.append(numbers, 0), np.append(known, False)
    blank = values.null_count == len(values) > 0
    return Values(
        len(numbers), lambda: shown.blank(show(numbers), ~known), _numpy(codes), numbers, known, blank
    )


def _of_times(numbers: Integers, known: Mask, show: Callable[[Integers], pa.Array]) -> Values:
    """Nearly as many values as events: each event has its own."""
    blank = bool(len(known) and not known.any())
    return Values(len(numbers), lambda: shown.blank(show(numbers), ~known), None, numbers, known, blank)


def _numpy(values: pa.Array) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = values.to_numpy(zero_copy_only=False)
    return array


def _ticks(values: pa.Array) -> tuple[Integers, Mask]:
    """Times or spans in ns, and where there is one."""
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("ns", values.type.tz))
    return _numpy(pc.fill_null(values.cast(pa.int64()), 0)), _numpy(values.is_valid())


def _by_time(
    of_ticks: Callable[[Integers], Integers], show: Callable[[Integers], pa.Array]
) -> Callable[[Events], Iterator[Values]]:
    def pieces(events: Events) -> Iterator[Values]:
        for piece in events.pieces(e.TIME):
            times, known = _ticks(piece[e.TIME])
            yield _of_times(of_ticks(times), known, show)

    return pieces


def _relative_time(events: Events) -> Iterator[Values]:
    first: int | None = None
    for piece in events.pieces(e.TIME):
        times, known = _ticks(piece[e.TIME])
        if first is None and known.any():
            first = int(times[known][0])
        yield _of_times(np.where(known, times - (first or 0), 0), known, shown.relative_time)


def _completion_time(events: Events) -> Iterator[Values]:
    for piece in events.pieces(e.TIME, e.DURATION):
        times, known = _ticks(piece[e.TIME])
        spans, ended = _ticks(piece[e.DURATION])
        yield _of_times((times + spans) % DAY, known & ended, shown.time_of_day)


def _integers(name: str, show: Callable[[Integers], pa.Array]) -> Callable[[Events], Iterator[Values]]:
    return lambda events: (_of_integers(piece[name], show) for piece in events.pieces(name))


def _sequence(events: Events) -> Iterator[Values]:
    """Always n/a, in Process Monitor's exports as well."""
    texts = pa.array(["n/a"], type=pa.large_string())
    yield Values(1, lambda: texts, np.zeros(len(events), dtype=np.int8))


def _unknown(events: Events) -> Iterator[Values]:
    texts = pa.array([""], type=pa.large_string())
    yield Values(1, lambda: texts, np.zeros(len(events), dtype=np.int8), blank=True)


_OTHERS: dict[str, Callable[[Events], Iterator[Values]]] = {
    "Time of Day": _by_time(lambda times: times % DAY, shown.time_of_day),
    "Date & Time": _by_time(lambda times: times // SECOND * SECOND, shown.date_and_time),
    "Relative Time": _relative_time,
    "Duration": _integers(e.DURATION, shown.duration),
    "Completion Time": _completion_time,
    "Sequence": _sequence,
    "TID": _integers(e.TID, shown.integer),
}
