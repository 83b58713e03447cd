"""The Detail column's text → its fields, in any locale.

    fields(text)                          {"Offset": "0", "Length": "2.691"}, in order
    field(details, "Disposition")         Series of str, missing where there is no such field
    numbers(details, "Length")            Series of Int64: 2691 for "2,691", "2.691", "2 691", "2’691", "0xa83"
    moments(details, "CreationTime", order=info["date"]["order"])
                                          Series of datetime64[ns], the machine's local time; missing for
                                          FILETIME 0 and -1, which are no change
    environment(text)                     the variables of Process Start's field Environment
    number(text), moment(text, order=…)   the same for one value

``details`` is the Detail column or a part of it (categorical or not); only its distinct values are parsed. All
return a Series with the same index.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd

Order = Literal["day-month-year", "month-day-year", "year-month-day"]

_KEY = re.compile(r"(?:(?<=^)|(?<=, ))([^\W_][\w/()\-]*(?: [\w/()\-]+){0,5}): ?")
#: Fields that run to the end of the text, whatever it holds: file names may contain ", Name: ".
_TO_THE_END = {"Data", "Environment", "FileName", "VolumeLabel", "Name"}

_SEPARATORS = ",.\u00a0\u202f\u2009 '’\u066c"
_NUMBER = re.compile(rf"-?\d+(?:[{_SEPARATORS}]\d{{2,3}})*")
_MOMENT = re.compile(
    r"\D*(\d{1,4})\D{1,4}?(\d{1,2})\D{1,4}?(\d{1,4})"
    r"(\D+?)(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(\D*)"
)
#: What stands for morning and afternoon beside a clock of twelve hours, as ``mark_of`` has it, and the hour that each
#: half begins with. English, Chinese, Japanese, Korean, Greek, Vietnamese, Arabic, Persian, Hungarian, Czech, Malay,
#: Hindi, Swedish, Afrikaans.
_MORNING = ["am", "a", "上午", "午前", "오전", "πμ", "sa", "ص", "قظ", "de", "dop", "pg", "पूर्वाह्न", "fm", "vm"]
_AFTERNOON = [
    "pm",
    "p",
    "下午",
    "午後",
    "오후",
    "μμ",
    "ch",
    "م",
    "بظ",
    "du",
    "odp",
    "ptg",
    "अपराह्न",
    "em",
    "nm",
]
HALVES = dict.fromkeys(_MORNING, 0) | dict.fromkeys(_AFTERNOON, 12)


def fields(text: str) -> dict[str, str]:
    """The fields of one Detail text by name, in order; {} for a text without any.

    "Command line" runs to the last "Current directory" before the environment; of two fields with one name the
    first counts.
    """
    found: dict[str, str] = {}
    match = _KEY.match(text)
    while match:
        name = match[1]
        end, following = _end(text, match.end(), name, found)
        found.setdefault(name, text[match.end() : end])
        match = following
    return found


def environment(text: str) -> dict[str, str]:
    """The variables of an Environment field by name in capitals.

    They are parted by "\\r;\\t" in CSV, by line feeds in XML.
    """
    lines = re.split(r"[\r\n][\r\n;]*\t", text)
    parted = (line.strip("\r\n;\t ").partition("=") for line in lines)
    return {name.upper(): value for name, _, value in parted if name}


def field(details: pd.Series[Any], name: str) -> pd.Series[Any]:
    """The text of one field of each Detail; missing where it has none."""
    return _on_distinct(details, name, lambda text: text, "str")


def numbers(details: pd.Series[Any], name: str) -> pd.Series[Any]:
    """One field of each Detail as Int64; missing where there is none or it is no number."""
    return _on_distinct(details, name, number, "Int64")


def moments(details: pd.Series[Any], name: str, *, order: Order | None) -> pd.Series[Any]:
    """One field of each Detail as datetime64[ns] in the machine's local time; missing where ``moment`` gives None."""
    return _on_distinct(details, name, lambda text: moment(text, order=order), "datetime64[ns]")


#: 19 digits, a sign and separators have room; digits by the thousand are no number of Process Monitor's.
_LONGEST_NUMBER = 40


def number(text: str) -> int | None:
    """The whole number in a text with any thousands separator, or hexadecimal with 0x; None for anything else."""
    text = text.strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    if _NUMBER.fullmatch(text):
        value = int(re.sub(f"[{_SEPARATORS}]", "", text))
        return value if abs(value) < 1 << 63 else None
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,16}", text):
        value = int(text, 16)
        return value if value < 1 << 63 else value - (1 << 64)
    return None


def moment(text: str, *, order: Order | None) -> datetime | None:
    """A date and time as Windows writes it in any locale; None where it is none or means "no change".

    FILETIME 0 ("leave as is") and -1 ("stop updating") are printed as a date around 1 January 1601 in the machine's time
    zone, which a two-digit year shows as "01". Without ``order`` only dates that can be read one way are read.
    """
    parts = moment_parts(text)
    if parts is None:
        return None
    (first, second, third), clock = parts
    ymd = year_month_day(first, second, third, order=order)
    if ymd is None or _is_no_change(ymd, clock[0], two_digits=max(first, second, third) < 100):
        return None
    try:
        return datetime(*ymd, *clock)
    except ValueError:
        return None


def moment_parts(text: str) -> tuple[tuple[int, int, int], tuple[int, int, int]] | None:
    """The three numbers of the date as they stand, and hour (0-23), minute and second; None where it is no date."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    first, second, third, before, hour, minute, seconds, after = match.groups()
    clock_hour, half = int(hour), HALVES.get(mark_of(before + after))
    if clock_hour <= 12 and half is not None:
        clock_hour = clock_hour % 12 + half
    if clock_hour > 23 or int(minute) > 59 or int(seconds or 0) > 59:
        return None
    return (int(first), int(second), int(third)), (clock_hour, int(minute), int(seconds or 0))


def mark_of(text: str) -> str:
    """The letters of what stands beside a clock, in small ones: " a. m." → "am". A key of ``HALVES`` if it is known."""
    # Above U+0300 stand the marks that are parts of letters, as in Hindi, and are none by themselves.
    return "".join(one for one in text.casefold() if one.isalnum() or ord(one) > 0x300)


def year_month_day(
    first: int, second: int, third: int, *, order: Order | None
) -> tuple[int, int, int] | None:
    """Year, month and day of a date's three numbers; None where they are none or (without order) can be read two ways."""
    readings = {
        "year-month-day": (first, second, third),
        "day-month-year": (third, second, first),
        "month-day-year": (third, first, second),
    }
    possible = {name: ymd for name, ymd in readings.items() if _is_date(*ymd)}
    # A year in four digits says where it stands, whatever the order of the rest.
    if first > 99 or third > 99:
        possible = {name: ymd for name, ymd in possible.items() if ymd[0] > 99}
    if order in possible:
        return _whole(possible[order])
    distinct = set(possible.values())
    return _whole(distinct.pop()) if len(distinct) == 1 else None


def _is_date(year: int, month: int, day: int) -> bool:
    return (
        1 <= month <= 12
        and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
        and year < 2800
    )


def _whole(ymd: tuple[int, int, int]) -> tuple[int, int, int]:
    year, month, day = ymd
    if year < 100:
        year += 2000 if year < 70 else 1900
    elif 2400 < year < 2800:  # the Thai calendar counts from the Buddha
        year -= 543
    return year, month, day


def _is_no_change(ymd: tuple[int, int, int], hour: int, *, two_digits: bool) -> bool:
    if not two_digits:
        return ymd[0] <= 1601
    # Zones reach from 12 hours behind to 14 ahead, so that the first moment of 1601 is shown within these.
    return (ymd == (2001, 1, 1) and hour <= 14) or (ymd == (2000, 12, 31) and hour >= 12)


def _end(text: str, start: int, name: str, found: dict[str, str]) -> tuple[int, re.Match[str] | None]:
    """Where the value that begins at ``start`` ends, and the key that follows it."""
    at = -1
    if name in _TO_THE_END:
        if name == "Name" and "Index" in found:
            at = text.find(", Type: ", start)
    elif name == "Command line":
        environment = text.find(", Environment: ", start)
        at = text.rfind(", Current directory: ", start, environment if environment >= 0 else len(text))
    elif name == "Current directory":
        at = text.find(", Environment: ", start)
    else:
        following = _KEY.search(text, start)
        return (following.start() - 2, following) if following else (len(text), None)
    return (at, _KEY.match(text, at + 2)) if at >= 0 else (len(text), None)


def _on_distinct(
    details: pd.Series[Any], name: str, read: Callable[[str], Any], dtype: Any
) -> pd.Series[Any]:
    categories = details if isinstance(details.dtype, pd.CategoricalDtype) else details.astype("category")
    codes = categories.cat.codes.to_numpy()
    met, places = np.unique(codes, return_inverse=True)
    known = list(categories.cat.categories)
    mark = f"{name}:"
    values = [
        read(value) if code >= 0 and mark in text and (value := fields(text).get(name)) is not None else None
        for code, text in ((code, known[code] if code >= 0 else "") for code in met.tolist())
    ]
    # An empty column keeps its type: nothing met is still a column of numbers.
    distinct = pd.Series(values or [None], dtype=dtype)
    taken = distinct.take(places if values else np.zeros(len(details), dtype=int))
    return pd.Series(taken.array, index=details.index, name=name)
