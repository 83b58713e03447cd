"""Whether files named as the parts of one log are parts of one log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.tables import Part, fixed_text

_SECOND = 10_000_000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
#: An event stands where it began but is written when it has ended, so parts overlap a little.
_OVERLAP = 60 * _SECOND
#: What a log whose filter drops events may be silent for between two parts.
_SILENCE = 24 * 3600 * _SECOND
_RENAME = "Files named NAME.PML and NAME-1.PML are read as parts of one log; if these are two logs, rename one of them."


def check_parts(parts: Sequence[Part]) -> None:
    """Raises CaptureError, naming what differs, for a part of another machine, Windows or time than the first."""
    for part in parts[1:]:
        for what, first, this in zip(_KNOWN_BY, _machine(parts[0]), _machine(part), strict=True):
            if first != this:
                expected = f"a part of the same log as {parts[0].name}: {what} {first}"
                raise CaptureError(part.name, expected=expected, found=f"{what} {this}", advice=_RENAME)
    spans = [(part, span) for part in parts if (span := _span(part))]
    for (before, (_, last)), (part, (first_time, _)) in pairwise(spans):
        if not -_OVERLAP <= first_time - last <= _SILENCE:
            expected = f"events that follow those of {before.name}, which end at {_told(last)}"
            found = f"events that begin at {_told(first_time)}"
            raise CaptureError(part.name, expected=expected, found=found, advice=_RENAME)


_KNOWN_BY = ("PML version", "bits", "computer", "Windows build")


def _machine(part: Part) -> Iterator[str]:
    header = part.header
    yield str(part.version)
    yield str(part.bits)
    # Windows does not tell computers' names apart by case.
    yield repr(fixed_text(header["computer_name"].tobytes()).upper())
    yield ".".join(str(header[key]) for key in ("os_major", "os_minor", "os_build"))


def _span(part: Part) -> tuple[int, int] | None:
    """The times of the first and the last event that can be read at the ends of the table, which is in their order."""
    if not part.events:
        return None
    times = []
    for row in (0, part.events - 1):
        at = int(part.offsets(row, row + 1)[0])
        if not layout.HEADER_SIZE <= at <= part.source.size - layout.EVENT_SIZE:
            return None
        times.append(int(part.source.data[at : at + layout.EVENT_SIZE].view(layout.EVENT)["time"][0]))
    return times[0], times[1]


def _told(filetime: int) -> str:
    try:
        return f"{_EPOCH + timedelta(microseconds=filetime // 10):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return f"0x{filetime:X} ticks"
