"""Whether dates are written day first or month first, worked out from the dates of one capture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scripts.procmon.detail_text import Order, moment_parts, year_month_day

#: Dates in Detail stand behind "CreationTime: ", "LastWriteTime: " and the like.
_DETAIL_DATE = re.compile(r"Time: ([^,]*\d[^,]*\d{2})")
_ORDERS: tuple[Order, ...] = ("day-month-year", "month-day-year", "year-month-day")
#: Enough distinct dates to decide by; a capture that lists a million files needs no more.
_MOST = 20_000


@dataclass(frozen=True)
class Dating:
    """The order of a capture's dates; ``ambiguous`` where the evidence allows another."""

    order: Order | None
    ambiguous: bool
    known_by: str


class DateEvidence:
    """Gathers dates of a capture and says in which order they are written."""

    def __init__(self) -> None:
        self._shown: dict[tuple[int, int, int], None] = {}
        self._in_details: set[tuple[int, int, int]] = set()
        self._marks: set[str] = set()

    def add_shown(self, texts: Iterable[str]) -> None:
        """Distinct values of the column Date & Time, in the order of the capture."""
        for text in texts:
            if len(self._shown) < _MOST and (parts := moment_parts(text)):
                self._shown.setdefault(parts[0])
                self._marks.update(_marks(text))

    def add_details(self, texts: Iterable[str]) -> None:
        """Distinct Detail texts."""
        for text in texts:
            if "Time: " not in text:
                continue
            for found in _DETAIL_DATE.findall(text):
                if len(self._in_details) < _MOST and (parts := moment_parts(found)):
                    self._in_details.add(parts[0])
                    self._marks.update(_marks(found))

    @property
    def certain(self) -> bool:
        """Whether more dates could not change the answer."""
        return len(self._possible()) == 1 and bool(self._shown or self._in_details)

    def dating(self, *, decimal_comma: bool = False, setting: str | None = None) -> Dating:
        """The order, by the strongest evidence there is; order None where the capture shows no date at all."""
        if asked := next((order for order in _ORDERS if order == setting), None):
            return Dating(asked, False, "setting")
        if not self._shown and not self._in_details:
            return Dating(None, False, "no dates in the capture")
        possible = self._possible()
        if len(possible) == 1:
            why = "the year stands first" if possible[0] == "year-month-day" else "a number over 12"
            return Dating(possible[0], False, why)
        for weigh, why in (
            (self._consecutive, "days that follow each other"),
            (self._no_future, "no file is younger than the capture"),
        ):
            if left := weigh(possible):
                return Dating(left, False, why)
        if "day-month-year" in possible:
            if decimal_comma or "." in self._marks:
                return Dating(
                    "day-month-year", False, "dots or a decimal comma, which no month-first locale has"
                )
            american = "month-day-year" in possible and {"/", "am/pm"} <= self._marks
            return Dating(
                "month-day-year" if american else "day-month-year",
                True,
                "assumed from the style of the times",
            )
        return Dating(possible[0], True, "assumed from the style of the times")

    def _possible(self) -> list[Order]:
        """The orders that make the fewest of the dates impossible: one garbled date must not rule out the right one."""
        dates = self._in_details | set(self._shown)
        wrong = {order: sum(not _is_read(parts, order) for parts in dates) for order in _ORDERS}
        least = min(wrong.values())
        return [order for order in _ORDERS if wrong[order] == least]

    def _consecutive(self, possible: list[Order]) -> Order | None:
        """The one order in which the capture's days are neighbours; None where none or several are."""
        if len(self._shown) < 2:
            return None
        close = [order for order in possible if 0 < _span(self._shown, order) <= 2 * len(self._shown)]
        return close[0] if len(close) == 1 else None

    def _no_future(self, possible: list[Order]) -> Order | None:
        """The one order in which no date in Detail lies after the capture; forged dates are few, so three must speak."""
        future: dict[Order, int] = {}
        for order in possible:
            last = max((day for day in (_day(parts, order) for parts in self._shown) if day), default=None)
            if last is None:
                return None
            days = (_day(parts, order) for parts in self._in_details)
            future[order] = sum(day is not None and (day - last).days > 1 for day in days)
        clean = [order for order, count in future.items() if count == 0]
        return clean[0] if len(clean) == 1 and max(future.values()) >= 3 else None


def _is_read(parts: tuple[int, int, int], order: Order) -> bool:
    if (parts[0] > 99 and order != "year-month-day") or (parts[2] > 99 and order == "year-month-day"):
        return False
    ymd = year_month_day(*parts, order=order)
    places = {"year-month-day": 0, "day-month-year": 2, "month-day-year": 2}
    month = {"year-month-day": 1, "day-month-year": 1, "month-day-year": 0}
    return (
        ymd is not None
        and ymd[1] == parts[month[order]]
        and ymd[0] % 100
        in {
            parts[places[order]] % 100,
            (parts[places[order]] - 543) % 100,
        }
    )


def _day(parts: tuple[int, int, int], order: Order) -> date | None:
    ymd = year_month_day(*parts, order=order)
    try:
        return date(*ymd) if ymd else None
    except ValueError:
        return None


def _span(dates: Iterable[tuple[int, int, int]], order: Order) -> int:
    days = [day for day in (_day(parts, order) for parts in dates) if day]
    return (max(days) - min(days)).days if days else 0


def _marks(text: str) -> set[str]:
    found = {mark for mark in "./-" if re.match(rf"\D*\d+\{mark}", text)}
    return found | ({"am/pm"} if re.search(r"\d\s?[AP]M", text) else set())
