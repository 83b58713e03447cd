"""The times of files as events show them: set, or read by someone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.detail_text import moments
from scripts.procmon.findings.evidence.parts import Part, parts
from scripts.procmon.findings.evidence.select import values_of
from scripts.procmon.findings.files.file_acts import FILE, SET_BASIC, acts
from scripts.procmon.findings.paths.path_forms import file_key

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
    moments: dict[str, datetime]

    def agrees(self, other: Times) -> bool:
        """Whether the other file has the times that this one was given, as far as they tell."""
        shared = [name for name in TELLING if name in self.moments]
        return bool(shared) and all(other.moments.get(name) == self.moments[name] for name in shared)


def times_set(capture: Capture) -> list[Times]:
    """What each process set the times of each file to, the last value of each; 0 and -1 set nothing."""
    rows = _with_times(capture, acts(capture, SET_BASIC))
    return [_times(part) for part in parts(rows, [e.PROCESS, FILE], _COLUMNS)]


class Seen:
    """What queries showed of the times of files that may matter to ``done``.

    These are the files themselves, ``sources`` (lower-case paths), and files with one of the times that were set: those
    beside the files and any that the process that set the times had looked at.
    """

    def __init__(self, capture: Capture, done: Sequence[Times], sources: Collection[str]) -> None:
        self.by_file: dict[str, list[Times]] = defaultdict(list)
        self._by_moment: dict[tuple[str, datetime], list[Times]] = defaultdict(list)
        rows = _relevant(capture, done, sources)
        self.count = len(rows)
        for part in parts(rows, [e.EVENT], _COLUMNS):
            times = _times(part)
            self.by_file[times.file].append(times)
            for name in TELLING:
                if name in times.moments:
                    self._by_moment[name, times.moments[name]].append(times)

    def before(self, times: Times) -> Times | None:
        """What was seen of the same file last before its times were set."""
        earlier = [one for one in self.by_file.get(times.file, ()) if one.events[0] < times.events[0]]
        return earlier[-1] if earlier else None

    def agreeing(self, times: Times) -> list[Times]:
        """The other files that have the times that were set, in order."""
        name = next((name for name in TELLING if name in times.moments), None)
        known = self._by_moment.get((name, times.moments[name]), ()) if name else ()
        return [one for one in known if one.file != times.file and times.agrees(one)]


def _relevant(capture: Capture, done: Sequence[Times], sources: Collection[str]) -> pd.DataFrame:
    rows = acts(capture, QUERIES)
    files = {times.file for times in done} | set(sources)
    folders = {folder_of(times.file) for times in done}
    named = values_of(rows[e.PATH], lambda path: file_key(path) in files).astype(bool)
    near = values_of(rows[e.PATH], lambda path: folder_of(path.lower()) in folders).astype(bool)
    own = rows[e.PROCESS].isin(list({times.process for times in done})).to_numpy()
    rows, named = rows[named | near | own], named[named | near | own]
    rows = rows.assign(named=named)
    rows = _with_times(capture, rows)
    values = {times.moments[name] for times in done for name in TELLING if name in times.moments}
    alike = rows[list(TELLING)].isin(list(values)).any(axis=1)
    rows = rows[alike | rows["named"]]
    # Of the same times seen again and again by one process the first is enough.
    state = rows[[e.PROCESS, *TIMES]]
    again = (state == state.groupby(rows[FILE], observed=True).shift()) | (
        state.isna() & state.groupby(rows[FILE], observed=True).shift().isna()
    )
    return rows[~again.all(axis=1)]


def folder_of(path: str) -> str:
    """The folder of a path, without the last backslash."""
    return path.rstrip("\\").rpartition("\\")[0]


def _with_times(capture: Capture, rows: pd.DataFrame) -> pd.DataFrame:
    detail = rows[e.DETAIL].cat.remove_unused_categories()
    order = capture.info.get("date", {}).get("order")
    read = rows.assign(**{name: moments(detail, name, order=order) for name in TIMES})
    return read[read[list(TIMES)].notna().any(axis=1)]


_COLUMNS = (e.EVENT, e.TIME, e.PROCESS, e.PATH, FILE, *TIMES)


def _times(part: Part) -> Times:
    """The times in some events on one file; of several values the last."""
    told = {name: part[name][~np.isnat(part[name])] for name in TIMES}
    return Times(
        file=str(part[FILE][0]),
        path=str(part[e.PATH][0]),
        process=int(part[e.PROCESS][0]),
        events=tuple(part[e.EVENT].tolist()),
        # Detail shows whole seconds.
        moments={
            name: values[-1].astype("datetime64[s]").item() for name, values in told.items() if len(values)
        },
    )
