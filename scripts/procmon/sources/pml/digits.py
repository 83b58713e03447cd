"""Whole numbers as text with commas, as Process Monitor prints offsets and sizes, for whole columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: "000," to "999,", a byte a column.
_THOUSANDS = np.array([f"{n:03}," for n in range(1000)], "S4").view(np.uint8).reshape(1000, 4)
_POWERS_OF_TEN = 10 ** np.arange(1, 20, dtype=np.uint64)


def with_commas(values: NDArray[Any]) -> pa.StringArray:
    """12345 → "12,345", for integers of any width; a tenth of the time of formatting them one by one."""
    negative = values < 0
    left = values.astype(np.uint64)
    left[negative] = ~left[negative] + np.uint64(1)  # of the lowest number, too
    digits = np.searchsorted(_POWERS_OF_TEN, left, "right") + 1
    sizes = digits + (digits - 1) // 3 + negative
    groups = (int(digits.max(initial=1)) + 2) // 3
    # All groups of three, "000,012,345,", with room for a sign before; of each row the last characters are taken.
    rows = np.zeros((values.size, 1 + 4 * groups), np.uint8)
    for at in range(1 + 4 * (groups - 1), 0, -4):
        rest = left // np.uint64(1000)
        rows[:, at : at + 4] = _THOUSANDS[left - rest * np.uint64(1000)]
        left = rest
    first = 4 * groups - sizes
    rows[negative, first[negative]] = ord("-")
    content = rows[:, :-1][np.arange(4 * groups) >= first[:, None]]
    ends = np.zeros(values.size + 1, np.int32)
    np.cumsum(sizes, out=ends[1:])
    return pa.StringArray.from_buffers(values.size, pa.py_buffer(ends), pa.py_buffer(content))
