"""The times of files as events show them: set, or read by someone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.detail_text import moments
from scripts.procmon.findings.file_acts import FILE, SET_BASIC, acts, grouped
from scripts.procmon.findings.select import values_of

TIMES = ("CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime")
#: Those that Explorer shows and that forgers set; reading a file alone may change the time of last access.
TELLING = ("CreationTime", "LastWriteTime")

QUERIES = frozenset(
    {
        "QueryBasicInformationFile",
        "QueryNetworkOpenInformationFile",
        "QueryAllInformationFile",
        "QueryOpen",
        "FASTIO_QUERY_INFORMATION",
        "FASTIO_NETWORK_QUERY_OPEN",
        "IRP_MJ_QUERY_INFORMATION",
    }
)


@dataclass(frozen=True, kw_only=True)
class Times:
    """The times of one file in one event, or set by one process in several; local to the capture's machine."""

    file: str
    path: str
    process: int
    events: tuple[int, ...]
    at: Any  #: the moment of the (last) event, as the capture has it
    moments: dict[str, datetime]

    def agrees(self, other: Times) -> bool:
        """Whether the other file has the times that this one was given, as far as they tell."""
        shared = [name for name in TELLING if name in self.moments]
        return bool(shared) and all(other.moments.get(name) == self.moments[name] for name in shared)


def times_set(capture: Capture) -> list[Times]:
    """What each process set the times of each file to, the last value of each; 0 and -1 set nothing."""
    rows = _with_times(capture, acts(capture, SET_BASIC))
    return [_together(part) for _, part in grouped(rows, [e.PROCESS, FILE])]


def times_seen(capture: Capture, folders: Collection[str], processes: Collection[int]) -> list[Times]:
    """The times that queries showed of files in ``folders`` (lower case), or of any file to ``processes``."""
    rows = acts(capture, QUERIES)
    near = values_of(rows[e.PATH], lambda path: folder_of(path.lower()) in folders).astype(bool)
    rows = _with_times(capture, rows[near | rows[e.PROCESS].isin(list(processes)).to_numpy()])
    return [_together(part) for _, part in grouped(rows, [e.EVENT])]


def folder_of(path: str) -> str:
    """The folder of a path, without the last backslash."""
    return path.rstrip("\\").rpartition("\\")[0]


def _with_times(capture: Capture, rows: pd.DataFrame) -> pd.DataFrame:
    detail = rows[e.DETAIL].cat.remove_unused_categories()
    order = capture.info.get("date", {}).get("order")
    read = rows.assign(**{name: moments(detail, name, order=order) for name in TIMES})
    return read[read[list(TIMES)].notna().any(axis=1)]


def _together(part: pd.DataFrame) -> Times:
    last: Any = part.iloc[-1]
    values = {name: part[name].dropna().iloc[-1] for name in TIMES if part[name].notna().any()}
    return Times(
        file=str(last[FILE]),
        path=str(last[e.PATH]),
        process=int(last[e.PROCESS]),
        events=tuple(int(event) for event in part[e.EVENT]),
        at=last[e.TIME],
        moments={name: value.to_pydatetime() for name, value in values.items()},
    )


def latest(known: Collection[Times]) -> Iterator[datetime]:
    """All moments among ``known``, to find the newest."""
    for times in known:
        yield from times.moments.values()
