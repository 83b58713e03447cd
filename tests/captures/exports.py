"""Exports as Process Monitor writes them: the same rows as CSV or XML, in any locale and with any columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from scripts.procmon.contracts.columns import COLUMNS as ALL
from scripts.procmon.contracts.columns import DEFAULT as DEFAULT

#: 100 ns
TICK = 100


def _twelve(hour: int) -> int:
    return (hour + 11) % 12 + 1


@dataclass(frozen=True)
class Locale:
    """How a Windows locale writes a time of day, a date with time, and a number."""

    name: str
    time: Callable[[int, int, int, int], str]
    date: Callable[[datetime], str]
    thousands: str
    decimal: str


def _en(hour: int, minute: int, second: int, ticks: int) -> str:
    return f"{_twelve(hour)}:{minute:02}:{second:02}.{ticks:07} {'AM' if hour < 12 else 'PM'}"


def _zh(hour: int, minute: int, second: int, ticks: int) -> str:
    return f"{'上午' if hour < 12 else '下午'} {_twelve(hour):02}:{minute:02}:{second:02}.{ticks:07}"


def _comma(hour: int, minute: int, second: int, ticks: int) -> str:
    return f"{hour}:{minute:02}:{second:02},{ticks:07}"


def _dots(hour: int, minute: int, second: int, ticks: int) -> str:
    return f"{hour:02}.{minute:02}.{second:02},{ticks:07}"


def _point(hour: int, minute: int, second: int, ticks: int) -> str:
    return f"{hour:02}:{minute:02}:{second:02}.{ticks:07}"


def _whole(time: Callable[[int, int, int, int], str], moment: datetime) -> str:
    return time(moment.hour, moment.minute, moment.second, 0).replace(".0000000", "")


_ALL_LOCALES = (
    Locale("en-US", _en, lambda d: f"{d.month}/{d.day}/{d.year} {_whole(_en, d)}", ",", "."),
    Locale("en-GB", _point, lambda d: f"{d:%d/%m/%Y %H:%M:%S}", ",", "."),
    Locale("zh-TW", _zh, lambda d: f"{d.year}/{d.month}/{d.day} {_whole(_zh, d)}", ",", "."),
    Locale("ru-RU", _comma, lambda d: f"{d:%d.%m.%Y} {d.hour}:{d:%M:%S}", "\u00a0", ","),
    Locale("da-DK", _comma, lambda d: f"{d:%d-%m-%Y %H:%M:%S}", ".", ","),
    Locale("fi-FI", _dots, lambda d: f"{d.day}.{d.month}.{d.year} {d:%H.%M.%S}", "\u202f", ","),
    Locale("de-CH", _point, lambda d: f"{d:%d.%m.%Y %H:%M:%S}", "’", "."),
    Locale("sv-SE", _comma, lambda d: f"{d:%Y-%m-%d %H:%M:%S}", "\u00a0", ","),
)
LOCALES = {locale.name: locale for locale in _ALL_LOCALES}


def row(**columns: str) -> dict[str, str]:
    """A row with plausible values in the default columns; names with "_" for blanks: process_name="a.exe"."""
    given = {name.casefold().replace(" & ", "_").replace(" ", "_"): name for name in ALL}
    usual = dict(
        zip(DEFAULT, ("10:00:00.0000000", "a.exe", "4", "RegOpenKey", "HKLM", "SUCCESS", ""), strict=True)
    )
    return usual | {given[name]: value for name, value in columns.items()}


def as_csv(
    rows: Sequence[Mapping[str, str]],
    columns: Sequence[str] = DEFAULT,
    *,
    newline: str = "\r\n",
    encoding: str = "utf-8-sig",
) -> bytes:
    """Every field in quotes, as Process Monitor does it."""
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join(
        ",".join('"' + field.replace('"', '""') + '"' for field in line) + newline for line in lines
    ).encode(encoding)


def as_xml(
    rows: Sequence[Mapping[str, str]],
    columns: Sequence[str] = DEFAULT,
    *,
    processes: str = "",
    stacks: Mapping[int, str] | None = None,
) -> bytes:
    """One event element a row; ``processes`` is the inside of processlist; ``stacks`` are XML by row number."""
    events = []
    for number, row in enumerate(rows):
        index = row.get("ProcessIndex")
        fields = "".join(f"<{_tag(name)}>{escape(row.get(name, ''))}</{_tag(name)}>\r\n" for name in columns)
        own = f"<ProcessIndex>{index}</ProcessIndex>" if index else ""
        events.append(f"<event>{own}{fields}{(stacks or {}).get(number, '')}</event>\r\n")
    listed = f"<processlist>{processes}</processlist>" if processes else ""
    inside = f"{listed}<eventlist>{''.join(events)}</eventlist>"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\r\n<procmon>{inside}</procmon>'
    return text.encode("utf-8-sig")


def _tag(column: str) -> str:
    return column.replace(" & ", "_").replace(" ", "_")
