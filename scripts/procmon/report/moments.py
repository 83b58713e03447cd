"""ISO 8601 texts → dates and times for people, without a date where the capture knows none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scripts.procmon.text.forms import forms
from scripts.procmon.text.hours import hour_known, masked

if TYPE_CHECKING:
    from scripts.procmon.report.material import Material


@dataclass(frozen=True, kw_only=True)
class Moments:
    """How moments of one capture are written; ``dates`` False where the capture has times of day only.

    ``hours`` False where it has no more than minutes and seconds: "??:16:22".
    """

    dates: bool = True
    hours: bool = True
    zone: str = ""
    language: str = "en"

    def day(self, iso: str | None) -> str:
        """ "20 April 2011"; "" where unknown."""
        return self.long_day(iso) if self.dates else ""

    def long_day(self, iso: str | None) -> str:
        """The day of a moment that has one whatever the capture knows, such as a file time; "" where unknown."""
        moment = parse(iso)
        if moment is None:
            return ""
        return forms(self.language).day(moment)

    def clock(self, iso: str | None, digits: int = 0) -> str:
        """ "20:16:22", or with ``digits`` of the second; "" where unknown."""
        if not iso or "T" not in iso:
            return ""
        whole, _, fraction = iso.partition("T")[2].rstrip("Z").partition(".")
        whole = of_day(whole, hours=self.hours)
        return f"{whole}.{fraction[:digits]:0<{digits}}" if digits else whole[:8]

    def facts(self, facts: Any) -> Any:
        """What a sentence is told, its moments without the hour where the capture has none."""
        return facts if self.hours else masked(facts)

    def full(self, iso: str | None) -> str:
        """ "20 April 2011, 20:16:22 UTC"; "" where unknown."""
        clock = f"{self.clock(iso)} {self.zone}".strip()
        if not self.clock(iso) or not self.day(iso):
            return clock if self.clock(iso) else ""
        return str(forms(self.language).words["moment"].format(day=self.day(iso), clock=clock))

    def absolute(self, iso: str | None) -> str:
        """ "20 April 2011, 20:16:22 UTC" of a moment that is in UTC whatever the capture knows; "" where unknown."""
        moment = parse(iso)
        if moment is None:
            return ""
        units = forms(self.language)
        return str(units.words["moment"].format(day=units.day(moment), clock=f"{moment:%H:%M:%S} UTC"))

    def covers(self, first: str | None, last: str | None) -> str:
        """ "20 April 2011, 20:16:22 UTC – 20:19:01"; the end has its day where that is another."""
        days = self._days_between(first, last)
        if not days or not self.hours:
            end = self.clock(last)
        elif self.dates:
            end = self.full(last)
        else:
            units = forms(self.language)
            end = str(units.words["later"].format(clock=self.clock(last), days=units.counted("day", days)))
        return " – ".join(part for part in (self.full(first), end) if part)

    def _days_between(self, first: str | None, last: str | None) -> int:
        start, end = parse(first), parse(last)
        return (end.date() - start.date()).days if start and end else 0


def moments_of(material: Material, language: str) -> Moments:
    """How a capture's times are written: without a date where it has none, in UTC where its zone is known."""
    told = material.info.get("date") or {}
    dated, hours = bool(told.get("known", True)), hour_known(material.info)
    return Moments(dates=dated, hours=hours, zone="UTC" if material.zone else "", language=language)


def of_day(clock: str, *, hours: bool) -> str:
    """ "20:16:22" as it stands; "??:16:22" where its hour is not known."""
    return clock if hours or not clock else f"??{clock[2:]}"


def parse(iso: Any) -> datetime | None:
    """The moment to the microsecond, without a zone; None for a missing or unreadable one."""
    if not isinstance(iso, str):
        return None
    whole, _, fraction = iso.rstrip("Z").partition(".")
    try:
        return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}" if "T" in whole else whole)
    except ValueError:
        return None


def seconds_between(first: Any, last: Any) -> float | None:
    """Seconds from ``first`` to ``last``; None where one is unknown."""
    start, end = parse(first), parse(last)
    return (end - start).total_seconds() if start and end else None
