"""Masks and values of the text columns, worked out once for each distinct text, not for each event."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

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
