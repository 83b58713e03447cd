"""Numbers and times as Process Monitor shows them (English), and as rules give them.

Shown: ``1:18:10.7752429 AM``, ``7/12/2020 1:18:10 AM``, ``00:00:00.0339400``, ``0.0000074`` (exports of version 3.x).
Times are ns since 1970-01-01, times of day ns since midnight, durations ns.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Integers = npt.NDArray[np.int64]

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def blank(texts: pa.Array, where: npt.NDArray[np.bool_]) -> pa.Array:
    """``texts`` with "" where nothing is shown."""
    return pc.if_else(pa.array(where), pa.scalar("", type=pa.large_string()), texts) if where.any() else texts


def integer(numbers: Integers) -> pa.Array:
    """ "3588" """
    return pa.array(numbers).cast(pa.large_string())


def duration(numbers: Integers) -> pa.Array:
    """ "0.0000074" """
    return _join(integer(numbers // SECOND), ".", _padded(numbers % SECOND // 100, 7))


def relative_time(numbers: Integers) -> pa.Array:
    """ "00:00:00.0339400" """
    sign = pa.array(np.where(numbers < 0, "-", "").tolist(), type=pa.large_string())
    return _join(sign, _padded(np.abs(numbers) // HOUR, 2), _after_hours(np.abs(numbers)))


def time_of_day(numbers: Integers) -> pa.Array:
    """ "1:18:10.7752429 AM" """
    return _join(_hour(numbers), _after_hours(numbers), _half(numbers))


def date_and_time(numbers: Integers) -> pa.Array:
    """ "7/12/2020 1:18:10 AM" """
    days, of_day = numbers // DAY, numbers % DAY
    dates = pa.array(days.astype("datetime64[D]"))
    numbered = (integer(part(dates).to_numpy(zero_copy_only=False)) for part in (pc.month, pc.day, pc.year))
    month, day, year = numbered
    minutes = _join(":", _padded(of_day % HOUR // MINUTE, 2), ":", _padded(of_day % MINUTE // SECOND, 2))
    return _join(month, "/", day, "/", year, " ", _hour(of_day), minutes, _half(of_day))


def _hour(numbers: Integers) -> pa.Array:
    return integer((numbers // HOUR + 11) % 12 + 1)


def _half(numbers: Integers) -> pa.Array:
    return pc.if_else(
        pa.array(numbers < DAY // 2), pa.scalar(" AM", pa.large_string()), pa.scalar(" PM", pa.large_string())
    )


def _after_hours(numbers: Integers) -> pa.Array:
    minutes, seconds = numbers % HOUR // MINUTE, numbers % MINUTE // SECOND
    return _join(":", _padded(minutes, 2), ":", _padded(seconds, 2), ".", _padded(numbers % SECOND // 100, 7))


def _padded(numbers: Integers, width: int) -> pa.Array:
    return pc.utf8_lpad(integer(numbers), width=width, padding="0")


def _join(*parts: Any) -> pa.Array:
    large = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*large, pa.scalar("", pa.large_string()))


_DECIMAL = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,9})?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*([AP]M)?", re.IGNORECASE)
_DATE = re.compile(r"(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)/(\d\d?)/(\d{4}))(?:[ T]+(.+))?")


def parse_integer(text: str) -> int | None:
    """ "300" as 300; None for what is no whole number."""
    return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text.strip()) else None


def parse_seconds(text: str) -> int | None:
    """ "0.5" in ns; the comma may stand for the point."""
    if not _DECIMAL.fullmatch(text.strip()):
        return None
    return int(Decimal(text.strip().replace(",", ".")) * SECOND)


def parse_time_of_day(text: str) -> int | None:
    """ "1:18:10.7752429 AM" or "13:18:10" in ns since midnight."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    half = (found[5] or "").upper()
    if minute > 59 or second > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return None
    hour = hour % 12 + (12 if half == "PM" else 0) if half else hour
    return hour * HOUR + minute * MINUTE + second * SECOND + int((found[4] or "").ljust(9, "0"))


def parse_relative_time(text: str) -> int | None:
    """ "00:00:01.5" or plain seconds, in ns."""
    seconds = parse_seconds(text)
    return parse_time_of_day(text) if seconds is None else seconds


def parse_date_and_time(text: str) -> int | None:
    """ "2020-07-12 01:18:10" or "7/12/2020 1:18:10 AM" (month first) in ns since 1970-01-01."""
    found = _DATE.fullmatch(text.strip())
    clock = parse_time_of_day(found[7]) if found and found[7] else 0
    if not found or clock is None:
        return None
    year, month, day = found.groups()[:3] if found[1] else (found[6], found[4], found[5])
    try:
        midnight = datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None
    return int(midnight.timestamp()) * SECOND + clock // SECOND * SECOND


#: How a rule's value is read where its column is compared by number; None from it means: no number.
PARSERS: dict[str, Callable[[str], int | None]] = {
    "PID": parse_integer,
    "TID": parse_integer,
    "Parent PID": parse_integer,
    "Session": parse_integer,
    "Duration": parse_seconds,
    "Relative Time": parse_relative_time,
    "Time of Day": parse_time_of_day,
    "Completion Time": parse_time_of_day,
    "Date & Time": parse_date_and_time,
}
