"""The columns of an export that tell times, in any locale, as ticks of 100 ns; and those that a PML means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

from scripts.procmon.detail_text import moment_parts
from scripts.procmon.sources.locales import NAT, clock_times

_SECOND = 10_000_000
_DAY = 86_400 * _SECOND


def ticks_of_day(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Ticks since midnight of each *Time of Day*, in any locale; missing where it is none."""
    times, _ = clock_times(pa.array(texts.tolist(), pa.string()))
    ticks: pd.Series[Any] = pd.Series(times // 100, dtype="Int64")
    return ticks.mask(times == NAT)


def day_ticks(times: pd.Series[Any]) -> pd.Series[Any]:
    """Ticks since midnight of moments."""
    return times.astype("int64") // 100 % _DAY


def shown_times(
    times: pd.Series[Any], lasted: pd.Series[Any], *, began: Any, shift: timedelta | None
) -> dict[str, pd.Series[Any]]:
    """What the time columns of an export mean, as ``read_times`` reads them: by column.

    ``lasted`` is in ticks, missing while pending; ``began`` the first event's time. Without ``shift``, the export's clock
    beside UTC, nothing but the relative time can be told.
    """
    since = (times - began).astype("timedelta64[ns]").astype("int64") // 100
    shown = {"Relative Time": since.astype("Int64")}
    if shift is not None:
        local = times.astype("int64") // 100 + round(shift.total_seconds()) * _SECOND
        shown["Time of Day"] = (local % _DAY).astype("Int64")
        shown["Completion Time"] = (local + lasted) % _DAY
        shown["Date & Time"] = _dated(times + shift)
    return shown


def _dated(local: pd.Series[Any]) -> pd.Series[Any]:
    numbers = {
        moment: _one_number(
            sorted((moment.year, moment.month, moment.day)), moment.hour, moment.minute, moment.second
        )
        for moment in local.dt.floor("s").unique()
    }
    dated: pd.Series[Any] = local.dt.floor("s").map(numbers).astype("Int64")
    return dated


def read_times(name: str, texts: pd.Series[Any]) -> pd.Series[Any]:
    """The cells of the time column ``name`` as numbers that are equal where the moments are; missing where blank."""
    if name != "Date & Time":
        return ticks_of_day(texts)
    read = {text: moment_parts(text) for text in texts.unique()}
    numbers = {text: _one_number(sorted(parts[0]), *parts[1]) for text, parts in read.items() if parts}
    return texts.map(numbers).astype("Int64").reset_index(drop=True)


def _one_number(date: list[int], hour: int, minute: int, second: int) -> int:
    """Date (its numbers by size, for no locale tells their order) and time as one number."""
    return (((date[0] * 100 + date[1]) * 10_000 + date[2]) * 100 + hour) * 10_000 + minute * 100 + second
