"""The time columns of an export → times in ns, row after row, past midnight and in a zone if one is known."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.contracts import columns as shown
from scripts.procmon.detail_text import Order, moment_parts, year_month_day
from scripts.procmon.errors import SettingsError
from scripts.procmon.sources.locales import DAY, HOUR, NAT, SECOND, Ticks, clock_times

#: A clock that jumps back by more than this has passed midnight; less is a row out of order, or the end of
#: daylight saving time.
_PASSED_MIDNIGHT = 2 * HOUR
#: A row this near to midnight may belong to the day before the rows around it.
_NEAR_MIDNIGHT = 5 * 60 * SECOND
_QUARTER = 15 * 60 * SECOND
#: datetime64[ns] ends in 2262.
_LAST_YEAR = 2261


class Clock:
    """Gives each row its time: ns since 1970-01-01, UTC with a zone, otherwise local; NaT where it can't be read.

    ``order`` is that of the dates in Date & Time. Without that column days are counted from ``start`` (or 1970-01-01): up
    whenever the clock jumps back by hours. Rows keep their order; small steps back are counted, not mended.
    """

    def __init__(
        self, columns: set[str], *, order: Order | None, start: date | None = None, zone: tzinfo | None = None
    ) -> None:
        self._order = order
        self.dated = shown.DATE_AND_TIME in columns
        self._of_day = next(
            (
                name
                for name in (shown.TIME_OF_DAY, shown.COMPLETION_TIME, shown.RELATIVE_TIME)
                if name in columns
            ),
            None,
        )
        self._start = np.int64((start - date(1970, 1, 1)).days * DAY if start else 0)
        self.zone = zone if self.dated or start or isinstance(zone, timezone) else None
        self._previous = NAT
        self._turn = DAY
        self._passed = 0
        self._odd: dict[str, int] = {}
        self._backwards = 0
        self._twice = self._never = 0
        self._missing = 0
        self._first_missing = (0, "")
        self._rows = 0

    @property
    def hour_known(self) -> bool:
        """False where a spreadsheet program left no more of the times than minutes and seconds."""
        return self.dated or not self._odd.get("no hour")

    def times(self, texts: pa.RecordBatch) -> Ticks:
        """The times of one batch of rows; batches must come in order."""
        local = self._local(texts)
        self._count(local, texts)
        if not self.zone:
            return local
        twice, never = _turned(local, self.zone)
        self._twice += twice
        self._never += never
        return to_utc(local, self.zone)

    def remarks(self) -> list[str]:
        """What a reader must know about the times, in sentences."""
        said = []
        if not self._of_day and not self.dated:
            return ["The export has no column that tells a time."]
        if self._odd.get("no hour"):
            said.append(
                f"The hour is missing in {self._odd['no hour']:,} times: the export was saved again by a spreadsheet "
                "program, which kept minutes, seconds and tenths only. "
                "Times count from the last full hour before the capture."
            )
        if self._missing:
            row, text = self._first_missing
            said.append(
                f"{self._missing:,} rows have a time that can't be read, the first is data row {row:,} ({text[:40]!r}). "
                "They are kept in their place, without a time."
            )
        said += [
            f"The mark {mark!r} in {count:,} times is neither a known AM nor a known PM; these times are taken as read."
            for mark, count in self._odd.items()
            if mark not in ("no hour", "unreadable")
        ]
        if self._twice:
            said.append(
                f"{self._twice:,} times lie in the hour that the zone {zone_name(self.zone)} had twice, at the end of "
                "daylight saving time. They are told as of its first run and may be an hour later."
            )
        if self._never:
            said.append(
                f"{self._never:,} times lie in the hour that the zone {zone_name(self.zone)} left out, at the begin of "
                "daylight saving time: the computer's clock was set to another zone, or not set forward."
            )
        if self._backwards:
            said.append(
                f"{self._backwards:,} rows have an earlier time than the row before; the order of the export was kept."
            )
        if not self.dated and self._passed:
            said.append(f"The capture passes midnight {_times(self._passed)}; days were counted up there.")
        if self._of_day not in (shown.TIME_OF_DAY, None):
            said.append(f"The export has no column Time of Day; times were taken from {self._of_day}.")
        return said

    def _local(self, texts: pa.RecordBatch) -> Ticks:
        of_day = self._times_of_day(texts) if self._of_day else np.full(len(texts), NAT, dtype=np.int64)
        if self.dated:
            return self._with_dates(of_day, texts.column(shown.DATE_AND_TIME))
        return self._with_counted_days(of_day)

    def _times_of_day(self, texts: pa.RecordBatch) -> Ticks:
        column = texts.column(self._of_day)
        times, odd = clock_times(column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column)
        for what, count in odd.items():
            self._odd[what] = self._odd.get(what, 0) + count
        if odd.get("no hour"):
            self._turn = HOUR
        if self._of_day == shown.RELATIVE_TIME:
            return times
        return np.where(times < DAY, times, NAT)

    def _with_dates(self, of_day: Ticks, column: pa.Array) -> Ticks:
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        dates = [self._date(text) for text in encoded.dictionary.to_pylist()] or [(NAT, NAT)]
        days, seconds = np.array(dates, dtype=np.int64).T
        codes = pc.fill_null(encoded.indices, 0).to_numpy(zero_copy_only=False)
        days, seconds = days[codes], seconds[codes]
        if self._of_day in (None, shown.RELATIVE_TIME) or self._turn == HOUR:
            return np.where(days == NAT, NAT, days + seconds)
        # A call that ends after midnight has the next day's Completion Time and this day's date.
        known = np.where(of_day == NAT, seconds, of_day)
        return np.where((days == NAT) | (known == NAT), NAT, days + known)

    def _date(self, text: str | None) -> tuple[int, int]:
        parts = moment_parts(text) if text else None
        ymd = year_month_day(*parts[0], order=self._order) if parts else None
        if parts is None or ymd is None or not 1900 <= ymd[0] <= _LAST_YEAR:
            return NAT, NAT
        try:
            day = (date(*ymd) - date(1970, 1, 1)).days * DAY
        except ValueError:
            return NAT, NAT
        hour, minute, second = parts[1]
        return day, ((hour * 60 + minute) * 60 + second) * SECOND

    def _with_counted_days(self, of_day: Ticks) -> Ticks:
        """Days counted up where the clock jumps back; hours likewise where the hour is lost."""
        if self._of_day == shown.RELATIVE_TIME:
            return np.where(of_day == NAT, NAT, self._start + of_day)
        known = of_day != NAT
        clock = of_day[known]
        if not len(clock):
            return of_day
        before = np.concatenate(([clock[0] if self._previous == NAT else self._previous], clock[:-1]))
        step = clock - before
        jump = _PASSED_MIDNIGHT if self._turn == DAY else self._turn // 2
        near = min(_NEAR_MIDNIGHT, self._turn // 12)
        up = step < -jump
        # 00:00:01 → 23:59:59: one late row of the day before. A leap over most of a day would look the same only if
        # it began and ended within minutes of midnight.
        down = (before < near) & (clock > self._turn - near)
        turns = self._passed + np.cumsum(up.astype(np.int64) - down)
        self._passed = int(turns[-1])
        self._previous = int(clock[-1])
        times = of_day.copy()
        times[known] = self._start + turns * self._turn + clock
        return times

    def _count(self, times: Ticks, texts: pa.RecordBatch) -> None:
        known = times[times != NAT]
        self._backwards += int((np.diff(known) < 0).sum())
        missing = np.flatnonzero(times == NAT)
        if (
            len(missing)
            and not self._missing
            and (name := self._of_day or (self.dated and shown.DATE_AND_TIME))
        ):
            self._first_missing = (
                self._rows + int(missing[0]) + 1,
                texts.column(name)[int(missing[0])].as_py() or "",
            )
        self._missing += len(missing)
        self._rows += len(times)


def zone_name(zone: tzinfo | None) -> str | None:
    """A zone as capture.json names it: "UTC", "+05:30", "Europe/Berlin"; None for none."""
    return None if zone is None else str(zone).removeprefix("UTC") or "UTC"


def to_utc(local: Ticks, zone: tzinfo) -> Ticks:
    """Local ns → UTC ns; an hour that occurs twice in autumn is taken as its first occurrence."""
    quarters, places = np.unique(local // _QUARTER, return_inverse=True)
    offsets = [_offset(quarter * _QUARTER, zone) for quarter in quarters.tolist()] or [0]
    return np.where(local == NAT, NAT, local - np.array(offsets, dtype=np.int64)[places])


def _turned(local: Ticks, zone: tzinfo) -> tuple[int, int]:
    """How many of the local times happened twice, and how many never, when daylight saving time ended or began."""
    quarters, counts = np.unique(local[local != NAT] // _QUARTER, return_counts=True)
    moved = [
        _offset(quarter * _QUARTER, zone) - _offset(quarter * _QUARTER, zone, fold=1)
        for quarter in quarters.tolist()
    ]
    shift = np.array(moved, dtype=np.int64)
    return int(counts[shift > 0].sum()), int(counts[shift < 0].sum())


def _offset(local: int, zone: tzinfo, fold: int = 0) -> int:
    if local < -(1 << 62):
        return 0
    moment = datetime(1970, 1, 1) + timedelta(microseconds=local // 1000)
    offset = moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()
    return int(offset.total_seconds()) * SECOND


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def date_of(setting: object) -> date | None:
    """The date of a setting, "2020-07-12" or as YAML reads it; None for none. Raises SettingsError for anything else."""
    if not setting:
        return None
    if isinstance(setting, date):
        return setting
    try:
        return date.fromisoformat(str(setting))
    except ValueError as error:
        raise SettingsError(f"date: {setting!r} is no date of the form '2020-07-12'") from error
