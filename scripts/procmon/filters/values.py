"""Numbers and times as rules give them: which values a column can be compared with, and how they are read.

Times are ns since 1970-01-01, times of day ns since midnight, durations ns. Imports nothing heavy: settings are checked
whenever Snakemake reads the Snakefile.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.words import ORDERED

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_DECIMAL = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,9})?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*([AP]M)?", re.IGNORECASE)
_SPAN = re.compile(r"(-)?(\d{1,6}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?")
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
    """ "00:00:01.5" or plain seconds, in ns; a capture can last longer than a day, and its times can run backwards."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        return parse_seconds(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:4])
    if minutes > 59 or seconds > 59:
        return None
    ticks = hours * HOUR + minutes * MINUTE + seconds * SECOND + int((found[5] or "").ljust(9, "0"))
    return -ticks if found[1] else ticks


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


def problem(rule: Rule) -> str | None:
    """Why the rule's value can't be compared; None if it can. Column and relation are taken to be known."""
    parse = PARSERS.get(rule.column)
    if parse and rule.relation in ORDERED and parse(rule.value) is None:
        return f"{rule.value!r} is no number or time that {rule.column!r} could be {rule.relation}"
    return None
