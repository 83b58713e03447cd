"""The few events that an analysis picked out, one by one, with their Detail taken apart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.procmon import detail_text
from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.names import when
from scripts.procmon.findings.evidence.select import Mask, one_of

SUCCESS = "SUCCESS"


@dataclass(frozen=True)
class Record:
    """One event; ``time`` is a pandas Timestamp or NaT, texts are as Process Monitor shows them."""

    event: int
    time: Any
    process: int
    tid: int | None
    operation: str
    path: str
    result: str
    detail: str

    @cached_property
    def fields(self) -> dict[str, str]:
        """The fields of Detail, by name."""
        return detail_text.fields(self.detail)

    @property
    def succeeded(self) -> bool:
        return self.result == SUCCESS

    @property
    def moment(self) -> str:
        """The time as ISO 8601; "" where the event has none."""
        return when(self.time) or ""

    def seconds_after(self, other: Record) -> float | None:
        """How long after ``other`` it happened; None where a time is missing."""
        if pd.isna(self.time) or pd.isna(other.time):
            return None
        return float((self.time - other.time).total_seconds())


def records(capture: Capture, mask: Mask) -> list[Record]:
    """The events of ``mask``, in order."""
    at = np.flatnonzero(mask)
    if not len(at):
        return []
    events = capture.events
    numbers = (events[name].iloc[at].tolist() for name in (e.EVENT, e.TIME, e.PROCESS, e.TID))
    texts = (_texts(events[name], at) for name in (e.OPERATION, e.PATH, e.RESULT, e.DETAIL))
    return [
        Record(int(event), time, int(process), None if pd.isna(tid) else int(tid), *told)
        for event, time, process, tid, *told in zip(*numbers, *texts, strict=True)
    ]


def _texts(column: pd.Series[Any], at: npt.NDArray[np.intp]) -> list[str]:
    """The texts of some rows, "" for a null, without making all texts of the column for them."""
    codes = column.cat.codes.to_numpy()[at]
    distinct, of = np.unique(codes, return_inverse=True)
    known = column.cat.categories.take(distinct[distinct >= 0]).tolist()
    texts = ["", *known] if distinct[0] < 0 else known
    return [texts[one] for one in of.tolist()]


def of_operations(capture: Capture, operations: Collection[str]) -> list[Record]:
    """The events with one of these operations, in order."""
    return records(capture, one_of(capture.events[e.OPERATION], operations))


def order_is_trusted(capture: Capture) -> bool:
    """False where many rows stand before earlier ones, as in an export that was sorted by another column."""
    times = capture.events[e.TIME].to_numpy(dtype="datetime64[ns]")
    if len(times) < 2:
        return True
    back = np.count_nonzero(times[1:] < times[:-1])
    return bool(back <= len(times) // 100)
