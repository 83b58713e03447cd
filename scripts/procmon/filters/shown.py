"""Numbers and times as Process Monitor shows them (English, exports of version 3.x).

``1:18:10.7752429 AM``, ``7/12/2020 1:18:10 AM``, ``00:00:00.0339400``, ``0.0000074``.
Times are ns since 1970-01-01, times of day ns since midnight, durations ns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.filters.values import DAY, HOUR, MINUTE, SECOND

Integers = npt.NDArray[np.int64]


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
