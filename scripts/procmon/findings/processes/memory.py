"""What VMMap's snapshots say of the memory that code ran from: whose it is, whether it may be written and executed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from ntpath import basename
from typing import Any, Literal

import numpy as np
import pandas as pd

from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts import sidecars as s
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.paths.places import kind_of

#: "foreign": private, writable and executable. "executable": of no file, executable. "data": not executable.
#: "file": of a file. "managed": of .NET. "gone": nothing there when the snapshot was taken.
Verdict = Literal["foreign", "executable", "data", "file", "managed", "gone"]

#: Types of memory that a process has to itself.
_PRIVATE = (s.PRIVATE_DATA, s.HEAP, s.THREAD_STACK)
#: Addresses that are looked up; a finding names but a few of them.
MOST_ADDRESSES = 500


@dataclass(frozen=True, kw_only=True)
class Region:
    """A region of memory as a snapshot shows it; sizes in bytes, ``protection`` in VMMap's words."""

    source: str
    address: int
    size: int
    type: str
    protection: str | None
    writable: bool | None
    executable: bool | None
    details: str | None

    @property
    def verdict(self) -> Verdict:
        """What it means for code that ran there."""
        if self.type == s.MANAGED_HEAP:
            return "managed"
        if self.type in (s.IMAGE, s.MAPPED_FILE) and self.details:
            return "file"
        if self.type in (s.FREE, s.UNUSABLE) or self.executable is None:
            return "gone"
        if not self.executable:
            return "data"
        return "foreign" if self.writable and self.type in _PRIVATE else "executable"

    @property
    def explains(self) -> bool:
        """Whether code is ordinary there: in a file where programs may lie, or made by .NET."""
        if self.verdict == "file":
            return kind_of(str(self.details))[0] in ("own", "other")
        return self.verdict == "managed"


@dataclass
class Memory:
    """The snapshots of one process."""

    regions: pd.DataFrame
    _known: dict[int, Region | None] = field(default_factory=dict)

    def at(self, address: int) -> Region | None:
        """The smallest region that holds ``address``: a part rather than the whole. None where none does."""
        if address not in self._known:
            if len(self._known) >= MOST_ADDRESSES:
                return None
            self._known[address] = self._look_up(address)
        return self._known[address]

    def _look_up(self, address: int) -> Region | None:
        starts = self.regions[s.ADDRESS].to_numpy(dtype=np.uint64)
        sizes = self.regions[s.SIZE].to_numpy(dtype=np.uint64)
        wanted = np.uint64(address)
        inside = np.flatnonzero(starts <= wanted)
        inside = inside[wanted - starts[inside] < sizes[inside]]
        if not len(inside):
            return None
        return _region(self.regions.iloc[int(inside[np.argmin(sizes[inside])])])


@dataclass
class Snapshots:
    """The memory of each process that a snapshot shows; ``limits`` are keys of the catalogue ``checks``."""

    of: dict[int, Memory] = field(default_factory=dict)
    limits: list[str] = field(default_factory=list)


def snapshots(capture: Capture) -> Snapshots:
    """The snapshots that lay beside the capture, given to the processes that they show."""
    found = Snapshots()
    frames: dict[int, list[pd.DataFrame]] = defaultdict(list)
    limits: dict[str, None] = {}
    for _, regions in capture.regions.groupby(s.SOURCE, sort=True):
        process = _process(capture, regions)
        if process is None:
            limits["snapshot_of_nobody"] = None
        elif not _shows(capture, process, regions):
            limits["snapshot_of_another"] = None
        else:
            frames[process].append(regions)
    found.of = {process: Memory(pd.concat(several)) for process, several in frames.items()}
    found.limits = list(limits)
    return found


def _process(capture: Capture, regions: pd.DataFrame) -> int | None:
    """Whose memory it is: by number, and by name where that is told; the last to start where a number was reused."""
    people = capture.processes
    pid, name = regions[s.PID].iloc[0], regions[s.PROCESS_NAME].iloc[0]
    if pd.isna(pid) and pd.isna(name):
        return None
    fits = pd.Series(True, index=people.index)
    if not pd.isna(pid):
        fits &= (people[p.PID] == pid).fillna(False)
    if not pd.isna(name):
        fits &= people[p.PROCESS_NAME].str.lower() == str(name).lower()
    those = people[fits.astype(bool)]
    if not len(those) or (pd.isna(pid) and len(those) > 1):
        return None
    return int(those.sort_values(p.START, na_position="first")[p.PROCESS].iloc[-1])


def _shows(capture: Capture, process: int, regions: pd.DataFrame) -> bool:
    """Whether the process's own program is among the images: a number is given to another process later."""
    images = regions.loc[(regions[s.TYPE] == s.IMAGE) & regions[s.DETAILS].notna(), s.DETAILS]
    row = capture.processes.loc[process]
    path = row[p.IMAGE_PATH]
    program = basename(str(path) if isinstance(path, str) else str(row[p.PROCESS_NAME])).lower()
    return not len(images) or any(basename(str(one)).lower() == program for one in images)


def _region(row: pd.Series[Any]) -> Region:
    def known(name: str) -> Any:
        return None if pd.isna(row[name]) else row[name]

    return Region(
        source=str(row[s.SOURCE]),
        address=int(row[s.ADDRESS]),
        size=int(row[s.SIZE]),
        type=str(row[s.TYPE]),
        protection=known(s.PROTECTION),
        writable=known(s.WRITABLE),
        executable=known(s.EXECUTABLE),
        details=known(s.DETAILS),
    )


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What snapshots say of the addresses of one finding: the regions with their events, and what weighs most."""

    regions: list[dict[str, Any]]
    verdict: Verdict | None
    complete: bool  #: every process of the finding has a snapshot that says the same

    @property
    def doubtful(self) -> bool:
        """Whether the snapshots of all processes say that code can't have run there, or name a file."""
        return self.complete and self.verdict in ("data", "file")


def seen(frames: Mapping[int, pd.DataFrame], shown: Snapshots, names: Mapping[int, str]) -> Seen:
    """``frames`` holds the frames outside modules by process, ``names`` what people call the processes."""
    told: dict[tuple[str, int, Verdict], dict[str, Any]] = {}
    by_process: dict[int, Verdict] = {}
    for process, mine in frames.items():
        memory = shown.of.get(process)
        weights: dict[Verdict, int] = defaultdict(int)
        for address, events in mine.groupby("address")["event"].nunique().items() if memory else ():
            region = memory.at(int(str(address))) if memory else None
            verdict: Verdict = region.verdict if region else "gone"
            weights[verdict] += int(events)
            key = (names[process], region.address if region else -1, verdict)
            entry = told.setdefault(key, _told(names[process], region, verdict, memory))
            entry["events"] += int(events)
            entry["addresses"].append(hex(int(str(address))))
        if weights:
            by_process[process] = max(weights, key=lambda one: weights[one])
    verdicts = set(by_process.values())
    regions = sorted(told.values(), key=lambda one: -int(one["events"]))
    return Seen(
        regions=[entry | {"addresses": entry["addresses"][:5]} for entry in regions],
        verdict=by_process[max(by_process, key=lambda one: len(frames[one]))] if by_process else None,
        complete=len(verdicts) == 1 and set(by_process) == set(frames),
    )


def _told(who: str, region: Region | None, verdict: Verdict, memory: Memory | None) -> dict[str, Any]:
    return {
        "who": who,
        "verdict": verdict,
        "source": region.source if region else str(memory.regions[s.SOURCE].iloc[0]) if memory else "",
        "address": hex(region.address) if region else None,
        "size": region.size if region else None,
        "type": region.type if region else None,
        "protection": region.protection if region else None,
        "file": region.details if region and verdict == "file" else None,
        "events": 0,
        "addresses": [],
    }
