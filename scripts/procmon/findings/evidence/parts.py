"""The rows of a table by what they have in common, as slices of arrays: a hundred thousand files take seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

#: The columns of some rows as arrays: whole numbers (float with NaN where some are missing), moments as datetime64[ns].
Part = dict[str, npt.NDArray[Any]]

#: Where the rows of a part stand in the table.
ROW = "row"


def parts(table: pd.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> Iterator[Part]:
    """The rows of each combination of ``keys``, in order of its first row; of them ``columns`` and ``ROW``."""
    if not len(table):
        return
    groups: Any = table.groupby(list(keys), sort=False, observed=True, dropna=False)
    number = groups.ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    bounds = [0, *(np.flatnonzero(np.diff(number[order])) + 1), len(order)]
    arrays = {name: as_array(table[name])[order] for name in columns} | {ROW: order}
    for begin, end in pairwise(bounds):
        yield {name: array[begin:end] for name, array in arrays.items()}


def as_array(column: pd.Series[Any]) -> npt.NDArray[Any]:
    """A column as ``Part`` has it."""
    if isinstance(column.dtype, pd.Int64Dtype | pd.Int32Dtype):
        return (
            column.to_numpy(dtype=float, na_value=np.nan)
            if column.hasnans
            else column.to_numpy(dtype="int64")
        )
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        naive = column.dt.tz_localize(None) if column.dt.tz is not None else column
        return naive.to_numpy(dtype="datetime64[ns]")
    return column.to_numpy()


def some(events: npt.NDArray[Any], most: int) -> list[int]:
    """Event numbers for a table: all, or the first ``most`` - 1 and the last."""
    shown = np.append(events[: most - 1], events[-1]) if len(events) > most else events
    return [int(event) for event in shown]
