"""Numbers, sizes, times, lists and plurals as one language writes them: Babel's data, the words of units.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from scripts.procmon.own_yaml import read_own

#: The region whose habits a language follows here: no comma before "and", the day before the month.
_REGIONS = {"en": "en_GB"}

#: (unit, its length in seconds, from how many on it is used, the smaller unit told beside it, that unit's length)
_SPANS = (
    ("year", 31_556_952, 2, "", 0),
    ("day", 86_400, 2, "", 0),
    ("hour", 3_600, 1, "minute", 60),
    ("minute", 60, 1, "second", 1),
)


@dataclass(frozen=True)
class Forms:
    """How ``language`` writes what stands in facts."""

    language: str
    locale: Locale
    words: dict[str, Any]

    def number(self, value: float) -> str:
        """12345 → "12,345"."""
        return format_decimal(value, locale=self.locale)

    def counted(self, unit: str, count: float) -> str:
        """A number with its unit: "1 byte", "2.5 seconds"."""
        forms = self.words[unit]
        form = forms.get(self.locale.plural_form(count), forms["other"])
        return str(form.format(n=self.number(count)))

    def size(self, value: int) -> str:
        """Bytes for people, exact below 10,000,000: "26,616 bytes", "14.2 million bytes"."""
        if value < 10_000_000:
            return self.counted("byte", value)
        millions = format_decimal(round(value / 1e6, 1), format="#,##0.0", locale=self.locale)
        return str(self.words["million_bytes"].format(n=millions))

    def clock(self, value: str | None) -> str:
        """The time of day in an ISO 8601 text, to the second: "20:16:22"."""
        return str(self.words["unknown_time"]) if not value else value.partition("T")[2][:8]

    def day(self, value: date) -> str:
        """ "20 April 2011"."""
        return format_date(value, format="long", locale=self.locale)

    def seconds(self, value: float) -> str:
        """A length of time for people: "0.4 seconds", "2 minutes and 35 seconds", "3 years"."""
        span = abs(value)
        if span < 120:
            return self.counted("second", round(span, 1 if span >= 0.1 else 3))
        unit, length, _, smaller, part = next(row for row in _SPANS if span >= row[2] * row[1])
        count = int(span // length)
        told = self.counted(unit, count)
        rest = int((span - count * length) // part) if part else 0
        if not rest:
            return told
        return str(self.words["two_units"].format(large=told, small=self.counted(smaller, rest)))

    def listing(self, values: Iterable[object], most: int = 6) -> str:
        """ "a, b and c"; past ``most`` the rest is counted: "a, b, c and 4 more". A text is its own list.

        Whole numbers in it are counted things or events, written as ``number`` does; ports come as texts.
        """
        items = [values] if isinstance(values, str) else [self._item(value) for value in values]
        if len(items) > most:
            first = str(self.words["comma"]).join(items[:most])
            return (
                str(self.words["more"])
                .replace("{items}", first)
                .replace("{n}", self.number(len(items) - most))
            )
        return format_list(items, locale=self.locale) if items else str(self.words["none"])

    def _item(self, value: object) -> str:
        return self.number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)

    def plural(self, count: int, one: str, many: str) -> str:
        """ "1 file", "12,345 files"."""
        word = one if self.locale.plural_form(count) == "one" else many
        return str(self.words["counted"].format(n=self.number(count), word=word))


@cache
def forms(language: str) -> Forms:
    """The forms of ``language``; OSError where it has no units.yaml."""
    file = Path(__file__).parent / language / "units.yaml"
    words = read_own(file)
    return Forms(language, Locale.parse(_REGIONS.get(language, language)), words)
