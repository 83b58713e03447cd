"""Columns out of bytes: unaligned fields, ragged ranges and distinct rows, each in one stroke for many events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scripts.procmon.sources.pml import arrow
from scripts.procmon.sources.pml.digits import with_commas

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Value = TypeVar("Value")
Other = TypeVar("Other")
#: Most fields of a detail stand in its first bytes, and a walk through the file costs more than what it brings back.
HEAD = 72
_HEAD = np.dtype(f"V{HEAD}")


@dataclass(frozen=True)
class Encoded(Generic[Value]):
    """A column as codes into its distinct values, which may repeat; ``numbers`` and ``joined`` leave them to Arrow."""

    codes: Codes
    values: Sequence[Value]

    def map(self, change: Callable[[Value], Other]) -> Encoded[Other]:
        """The same column with every distinct value changed."""
        return Encoded(self.codes, [change(value) for value in self.values])

    def take(self, rows: Ints) -> Encoded[Value]:
        """The column at ``rows``."""
        return Encoded(self.codes[rows], self.values)


def constant(value: Value, rows: int) -> Encoded[Value]:
    """A column of ``rows`` times the same value."""
    return Encoded(np.zeros(rows, np.int32), [value])


class Source:
    """The bytes of one file, read in columns. Callers see to it that offsets lie inside."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self.size = int(data.size)
        self._buffer = pa.py_buffer(data)

    def fields(self, offsets: Ints, dtype: np.dtype[Any]) -> NDArray[Any]:
        """The fields of ``dtype`` at byte ``offsets``, aligned or not."""
        if self.size < dtype.itemsize or not offsets.size:
            return np.zeros(offsets.size, dtype)
        # A view that starts a field at every byte gathers 30 times faster than byte indexing.
        every = np.ndarray((self.size - dtype.itemsize + 1,), f"V{dtype.itemsize}", self.data, strides=(1,))
        return every[offsets].view(dtype)

    def heads(self, starts: Ints) -> NDArray[np.void]:
        """The first ``HEAD`` bytes from each start on; what would lie beyond the file is 0."""
        inside = np.minimum(starts, self.size - HEAD)
        heads = self.fields(inside, _HEAD)
        for row in np.flatnonzero(inside < starts).tolist():
            heads[row] = self.data[starts[row] :].tobytes()
        return heads

    def distinct(self, starts: Ints, sizes: Ints) -> tuple[Codes, pa.LargeBinaryArray]:
        """The distinct byte ranges, and for each range which of them it is."""
        count = starts.size
        # Every other value is a range, those between are null: Arrow finds the distinct ones where they lie in the
        # file, and never looks at what lies between them. To copy them out first costs more than all the rest.
        bounds = np.empty(2 * count + 2, np.int64)
        bounds[1:-1:2], bounds[2:-1:2] = starts, starts + sizes
        bounds[0] = bounds[-1] = 0
        is_range = np.full(2 * count // 8 + 1, 0b10101010, np.uint8)
        both = pa.LargeBinaryArray.from_buffers(
            pa.large_binary(),
            2 * count + 1,
            [pa.py_buffer(is_range), pa.py_buffer(bounds), self._buffer],
        ).dictionary_encode()
        return np.ascontiguousarray(arrow.codes(both.indices)[1::2]), both.dictionary

    def blobs(self, starts: Ints, sizes: Ints) -> Encoded[bytes]:
        """The byte ranges as a column of bytes."""
        codes, unique = self.distinct(starts, sizes)
        _, bounds, data = unique.buffers()
        ends = np.frombuffer(bounds, np.int64, len(unique) + 1).tolist()
        raw = data.to_pybytes() if data else b""
        return Encoded(codes, [raw[at:end] for at, end in pairwise(ends)])


def distinct(columns: Sequence[NDArray[Any]]) -> tuple[Codes, list[NDArray[Any]]]:
    """The distinct rows of some integer columns: a code for every row, and the distinct values, column by column."""
    if len(columns) == 1:
        column = arrow.numbers(columns[0]).dictionary_encode()
        values = np.frombuffer(column.dictionary.buffers()[1], columns[0].dtype, len(column.dictionary))
        return arrow.codes(column.indices), [values]
    packed = np.empty(len(columns[0]), [(f"f{n}", column.dtype) for n, column in enumerate(columns)])
    for name, values in zip(packed.dtype.names or (), columns, strict=True):
        packed[name] = values
    keys = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(packed.dtype.itemsize), packed.size, [None, pa.py_buffer(packed)]
    ).dictionary_encode()
    unique = np.frombuffer(keys.dictionary.buffers()[1], packed.dtype, len(keys.dictionary))
    return arrow.codes(keys.indices), [unique[name] for name in packed.dtype.names or ()]


def texts(form: Callable[..., Value], *columns: NDArray[Any] | Encoded[Any]) -> Encoded[Value]:
    """``form`` of the values of the columns, called once for every distinct combination of them."""
    codes, unique = distinct([column.codes if isinstance(column, Encoded) else column for column in columns])
    values = [
        [column.values[code] for code in some.tolist()] if isinstance(column, Encoded) else some.tolist()
        for column, some in zip(columns, unique, strict=True)
    ]
    return Encoded(codes, list(map(form, *values)))


def numbers(column: NDArray[Any]) -> Encoded[str]:
    """Integers as text: "12,345"."""
    codes, (unique,) = distinct([column])
    return Encoded(codes, with_commas(unique))


def joined(*pieces: str | Encoded[str], told: NDArray[np.bool_] | None = None) -> Encoded[str]:
    """The pieces one after the other, joined by Arrow once for every distinct combination; "" where not ``told``.

    Where many columns with few values each make many texts, this takes a fraction of the time of ``texts``.
    """
    columns = [piece for piece in pieces if isinstance(piece, Encoded)]
    codes, unique = distinct([column.codes for column in columns])
    chosen = iter(
        [
            arrow.strings(column.values).take(arrow.numbers(some))
            for column, some in zip(columns, unique, strict=True)
        ]
    )
    row = [arrow.text(piece) if isinstance(piece, str) else next(chosen) for piece in pieces]
    values = pc.binary_join_element_wise(*row, arrow.text(""))
    if told is not None and not told.all():
        codes = np.where(told, codes, np.int32(len(values)))
        values = pa.concat_arrays([values, arrow.strings([""])])
    return Encoded(codes, values)


def dictionary(
    parts: Sequence[tuple[Ints | slice, Encoded[str] | Encoded[str | None]]], rows: int
) -> pa.DictionaryArray:
    """One dictionary-encoded Arrow column of ``rows`` out of parts that each tell some rows; the rest is null."""
    columns = [arrow.strings(part.values) for _, part in parts]
    # Groups share texts ("" above all), and readers of the column count on distinct ones. Null is place 0.
    unique = pa.concat_arrays([arrow.strings([None]), *columns]).dictionary_encode("encode")
    places = arrow.codes(unique.indices)
    found = np.zeros(rows, np.int32)
    first = 1
    for (where, part), column in zip(parts, columns, strict=True):
        found[where] = places[first : first + len(column)][part.codes]
        first += len(column)
    # A value that no row uses any more (a path that a filter was added to) must not look like one that occurs.
    used = np.bincount(found, minlength=len(unique.dictionary)) > 0
    used[0] = False
    codes = (np.cumsum(used, dtype=np.int32) - np.int32(1))[found]
    kept = unique.dictionary.take(arrow.numbers(np.flatnonzero(used)))
    return pa.DictionaryArray.from_arrays(arrow.numbers(codes, missing=found == 0), kept)
