"""Numbers, times and names in the texts of details, as Process Monitor writes them in English and UTC."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

_DAYS_IN_400_YEARS = 146_097
_FIRST_DAY = date(1601, 1, 1).toordinal()


def number(value: int) -> str:
    """12345 → "12,345"."""
    return f"{value:,}"


@lru_cache(65_536)
def moment(filetime: int) -> str:
    """A FILETIME in UTC: "7/12/2020 12:37:44 AM". 0 is the first moment of 1601, and so is what is no time at all."""
    seconds = filetime // 10_000_000 if filetime < 1 << 63 else 0
    days, second = divmod(seconds, 86_400)
    cycles, days = divmod(days, _DAYS_IN_400_YEARS)  # the years repeat, and date() ends with 9999
    day = date.fromordinal(_FIRST_DAY + days)
    hour, second = divmod(second, 3_600)
    minute, second = divmod(second, 60)
    clock = f"{(hour + 11) % 12 + 1}:{minute:02}:{second:02} {'PM' if hour >= 12 else 'AM'}"
    return f"{day.month}/{day.day}/{day.year + 400 * cycles} {clock}"


def seconds(ticks: int) -> str:
    """Ticks of 100 ns: "0.0468750"."""
    return f"{ticks // 10_000_000}.{ticks % 10_000_000:07}"


def boolean(value: int) -> str:
    """ "True" or "False"."""
    return "True" if value else "False"
