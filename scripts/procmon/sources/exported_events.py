"""Rows of an export (CSV or XML) as texts → events, whatever columns were shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.contracts import columns as shown
from scripts.procmon.contracts import events as contract
from scripts.procmon.detail_text import number
from scripts.procmon.sources import categories
from scripts.procmon.sources.clock import Clock
from scripts.procmon.sources.locales import durations

_BLANK_IS_EMPTY = {contract.PATH: shown.PATH, contract.RESULT: shown.RESULT, contract.DETAIL: shown.DETAIL}

#: Given a batch of rows and their times, the row of processes.parquet of each.
WhoActed = Callable[[pa.RecordBatch, npt.NDArray[np.int64]], npt.NDArray[np.int32]]


class ExportedEvents:
    """Turns batches of texts, dictionary-encoded columns named as in ``columns``, into batches of events."""

    def __init__(self, *, clock: Clock, who: WhoActed) -> None:
        self._clock = clock
        self._who = who
        self.zone = "UTC" if clock.zone else None
        self._schema = contract.events_schema(zone=self.zone)
        self.count = 0

    def events(self, texts: pa.RecordBatch, *, stacks: pa.Array | None = None) -> pa.RecordBatch:
        """The events of one batch of rows; batches must come in order."""
        rows = len(texts)
        times = self._clock.times(texts)
        operations = _column(texts, shown.OPERATION)
        details = _column(texts, shown.DETAIL)
        made: dict[str, pa.Array] = {
            contract.EVENT: pa.array(np.arange(self.count, self.count + rows)),
            # NaT is what NumPy has for null.
            contract.TIME: pa.array(times.view("datetime64[ns]")).cast(
                self._schema.field(contract.TIME).type
            ),
            contract.DURATION: _numbers(texts, shown.DURATION, durations),
            contract.PROCESS: pa.array(self._who(texts, times), pa.int32()),
            contract.TID: _numbers(
                texts, shown.TID, lambda values: [number(value or "") for value in values]
            ),
            contract.OPERATION: _blanks_to_null(operations),
            contract.EVENT_CLASS: _blanks_to_null(_column(texts, shown.EVENT_CLASS))
            if shown.EVENT_CLASS in texts.schema.names
            else categories.event_classes(operations),
            contract.CATEGORY: _blanks_to_null(_column(texts, shown.CATEGORY))
            if shown.CATEGORY in texts.schema.names
            else categories.categories(operations, details),
            contract.STACK: stacks if stacks is not None else pa.nulls(rows, pa.int64()),
        } | {name: _column(texts, column) for name, column in _BLANK_IS_EMPTY.items()}
        self.count += rows
        return pa.record_batch([made[field.name] for field in self._schema], schema=self._schema)


def _column(texts: pa.RecordBatch, name: str) -> pa.DictionaryArray:
    """One column; null throughout where the export does not show it."""
    if name in texts.schema.names:
        return texts.column(name)
    return pa.nulls(len(texts), pa.dictionary(pa.int32(), pa.string()))


def _numbers(
    texts: pa.RecordBatch, name: str, read: Callable[[list[str | None]], list[int | None]]
) -> pa.Array:
    column = _column(texts, name)
    values: Any = pa.array(read(column.dictionary.to_pylist()), pa.int64())
    return values.take(column.indices) if len(values) else pa.nulls(len(texts), pa.int64())


def _blanks_to_null(column: pa.DictionaryArray) -> pa.DictionaryArray:
    blank = pc.index(column.dictionary, pa.scalar("", pa.string())).as_py()
    if blank < 0:
        return column
    indices = pc.if_else(pc.equal(column.indices, blank), pa.scalar(None, pa.int32()), column.indices)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary)
