"""Arrow arrays from NumPy and lists without a copy, and without pandas: ``pyarrow.array`` would import it first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Missing = NDArray[np.bool_]


def numbers(
    values: NDArray[Any], kind: pa.DataType | None = None, *, missing: Missing | None = None
) -> pa.Array:
    """An array of ``values``, null where ``missing``; ``kind`` may name another type of the same width."""
    values = np.ascontiguousarray(values)
    kind = kind or pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, values.size, [_validity(missing), pa.py_buffer(values)])


def strings(values: Sequence[str | None]) -> pa.StringArray:
    """An array of texts, null where None; one that is an array already stays. Their sum must stay below 2 GiB."""
    if isinstance(values, pa.StringArray):
        return values
    missing = np.array([value is None for value in values], bool) if None in values else None
    told: Sequence[str] = values if missing is None else [value or "" for value in values]  # type: ignore[assignment]
    raw = "".join(told)
    content = raw.encode()
    sizes: Iterable[int] = map(len, told)
    if len(content) != len(raw):
        sizes = (len(value) if value.isascii() else len(value.encode()) for value in told)
    ends = np.zeros(len(told) + 1, np.int32)
    np.cumsum(np.fromiter(sizes, np.int32, len(told)), out=ends[1:])
    return pa.StringArray.from_buffers(
        len(told), pa.py_buffer(ends), pa.py_buffer(content), _validity(missing)
    )


def text(value: str) -> pa.StringScalar:
    """A single text."""
    return strings([value])[0]


def column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """An array of texts, or of whole numbers (ns for times), null where None."""
    if kind == pa.string():
        return strings(values)
    width = np.dtype(f"i{kind.bit_width // 8}")
    missing = np.array([value is None for value in values], bool)
    return numbers(np.array([value or 0 for value in values], width), kind, missing=missing)


def lists(ends: NDArray[np.int32], values: pa.Array) -> pa.ListArray:
    """Lists of ``values``: list n goes from ``ends[n]`` to before ``ends[n + 1]``."""
    kind = pa.list_(values.type)
    return pa.Array.from_buffers(kind, ends.size - 1, [None, pa.py_buffer(ends)], children=[values])


def codes(indices: pa.Array) -> NDArray[np.int32]:
    """The indices of a dictionary-encoded array without nulls."""
    return np.frombuffer(indices.buffers()[1], np.int32, len(indices), offset=4 * indices.offset)


def _validity(missing: Missing | None) -> pa.Buffer | None:
    if missing is None or not missing.any():
        return None
    return pa.py_buffer(np.packbits(~missing, bitorder="little"))
