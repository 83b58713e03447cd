"""Where the user-mode frames of the stacks lie: in a module of their process, or in none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.procmon import detail_text
from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.select import Mask, of_processes, one_of
from scripts.procmon.knowledge import knowledge

#: Below it no code can lie (Windows keeps the first 64 KB free); such frames are what a lost stack walk leaves.
LOWEST = 0x10000
#: The top of a process's own addresses: 2 GB on 32-bit Windows, 128 TB on 64-bit.
HIGHEST = {32: 0x8000_0000, 64: 0x8000_0000_0000}

#: Stacks taken apart at once: a program may have millions of them, of forty frames each.
BLOCK = 100_000

#: These events carry the stack of the thread that created the process, not of one of its own.
_CREATORS = ("Process Start", "Process Create")

Ints = npt.NDArray[np.int64]
Addresses = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Modules:
    """The modules of one process by ascending base; ``ends`` never fall, so that nested ones count."""

    bases: Addresses
    ends: Addresses
    sizes: Addresses
    paths: list[str]

    def index(self, addresses: Addresses) -> Ints:
        """The module that each address lies in; -1 for none."""
        if not len(self.bases):
            return np.full(len(addresses), -1)
        at = np.searchsorted(self.bases, addresses, side="right") - 1
        inside = (at >= 0) & (addresses < self.ends[at])
        return np.where(inside, at, -1)

    def has(self, name: str) -> bool:
        return any(path.lower().endswith("\\" + name) for path in self.paths)

    def runtimes(self) -> list[str]:
        """The file names of those that make code in memory as they run."""
        names = {path.rpartition("\\")[2].lower() for path in self.paths}
        return sorted(name for name in names if any(fnmatchcase(name, known) for known in _runtimes()))


@dataclass
class Walk:
    """The stacks of one process: for each event its frames outside every module, with what they called.

    ``frames`` has columns event, address, callee (path of the module that the code called, None for the kernel or
    another frame without one), caller (of the one that called it, None also where the walk ends there). ``weighed``
    counts events with a user-mode frame.
    """

    process: int
    modules: Modules
    weighed: int = 0
    frames: pd.DataFrame = field(default_factory=pd.DataFrame)


def walks(capture: Capture) -> list[Walk]:
    """A Walk for each process that has stacks, creators' events left out."""
    events = capture.events
    usable = _usable(capture)
    table = modules_of(capture)
    limit = HIGHEST[32 if capture.info.get("bits") == 32 else 64]
    # As plain arrays: tables of ten million rows would be copied for each step.
    people = events[e.PROCESS].to_numpy()[usable]
    order = np.argsort(people, kind="stable")
    numbers = events[e.EVENT].to_numpy(dtype=np.int64)[usable][order]
    stacks = events[e.STACK].to_numpy(dtype=np.int64, na_value=-1)[usable][order]
    every, begins = np.unique(people[order], return_index=True)
    ends = [*begins[1:], len(order)]
    return [
        _walk(
            capture,
            int(process),
            pd.DataFrame({e.EVENT: numbers[begin:end], e.STACK: stacks[begin:end]}, copy=False),
            table.get(int(process), _NONE),
            limit=limit,
        )
        for process, begin, end in zip(every, begins, ends, strict=True)
    ]


def modules_of(capture: Capture) -> dict[int, Modules]:
    """The modules of each process, from its list and from its Load Image events."""
    listed = capture.modules[[p.PROCESS, p.BASE, p.SIZE, p.MODULE_PATH]]
    loads = capture.events[one_of(capture.events[e.OPERATION], {"Load Image"})]
    loaded = pd.DataFrame(
        {
            p.PROCESS: loads[e.PROCESS].to_numpy(),
            p.BASE: _addresses(loads[e.DETAIL], "Image Base"),
            p.SIZE: _addresses(loads[e.DETAIL], "Image Size"),
            p.MODULE_PATH: loads[e.PATH].astype(object).to_numpy(),
        }
    ).dropna()
    tables: dict[int, list[Any]] = {}
    for frame in (listed.dropna(), loaded):
        for process, base, size, path in zip(*(frame[name].tolist() for name in frame.columns), strict=True):
            tables.setdefault(int(process), []).append((int(base), int(size), str(path)))
    return {process: _modules(entries) for process, entries in tables.items()}


def through(capture: Capture, process: int, ranges: Collection[tuple[int, int]]) -> Mask:
    """The events of a process with a frame in one of these ranges of addresses (base, size)."""
    events = capture.events
    mine = of_processes(capture, [process]) & _usable(capture)
    if not mine.any():
        return mine
    stacks = events.loc[mine, e.STACK].astype("int64").unique()
    passed = [np.empty(0, dtype=np.int64)]
    for at in range(0, len(stacks), BLOCK):
        addresses, owner = _flat(capture, block := stacks[at : at + BLOCK])
        hit = np.zeros(len(addresses), dtype=bool)
        for base, size in ranges:
            hit |= (addresses >= np.uint64(base)) & (addresses < np.uint64(base + size))
        passed.append(block[np.unique(owner[hit])])
    return mine & events[e.STACK].isin(np.concatenate(passed)).to_numpy(dtype=bool)


def _walk(capture: Capture, process: int, mine: pd.DataFrame, modules: Modules, *, limit: int) -> Walk:
    stacks = mine[e.STACK].unique()
    blocks = [
        _outside(capture, stacks[at : at + BLOCK], modules, limit=limit)
        for at in range(0, max(len(stacks), 1), BLOCK)
    ]
    by_stack = pd.concat([frames for frames, _ in blocks], ignore_index=True)
    weighed = int(mine[e.STACK].isin(np.concatenate([known for _, known in blocks])).sum())
    frames = mine.merge(by_stack, on=e.STACK) if len(by_stack) else by_stack
    return Walk(process, modules, weighed, frames)


def _outside(capture: Capture, stacks: Ints, modules: Modules, *, limit: int) -> tuple[pd.DataFrame, Ints]:
    """The user-mode frames of these stacks in no module (see Walk), and the stacks that have any."""
    addresses, owner = _flat(capture, stacks)
    user = (addresses >= np.uint64(LOWEST)) & (addresses < np.uint64(limit))
    index = modules.index(addresses)
    outside = user & (index < 0) & ~_named(capture, stacks, len(addresses))
    known = np.where(user, index, -1)
    callee = _callees(outside, owner, known)
    caller = _callees(outside[::-1], owner[::-1], known[::-1])[::-1]
    hits = np.flatnonzero(outside)
    by_stack = pd.DataFrame(
        {
            e.STACK: stacks[owner[hits]],
            "address": addresses[hits],
            "callee": [modules.paths[at] if at >= 0 else None for at in callee[hits]],
            "caller": [modules.paths[at] if at >= 0 else None for at in caller[hits]],
        }
    )
    return by_stack, stacks[np.unique(owner[user])]


def _flat(capture: Capture, stacks: Ints) -> tuple[Addresses, Ints]:
    """All frames of these stacks in one array, and for each the position of its stack."""
    frames = capture.stacks[p.FRAMES].reindex(stacks.tolist()).to_list()
    lengths = np.fromiter((len(one) for one in frames), dtype=np.int64, count=len(frames))
    flat = np.concatenate([_whole(one) for one in frames] or [np.empty(0, np.uint64)])
    return flat, np.repeat(np.arange(len(frames)), lengths)


def _whole(frames: Any) -> Addresses:
    """Addresses as integers; one that could not be read is 0, where no code lies.

    Beside a missing one pandas has floats, which hold every address of a program exactly, and of the kernel nearly.
    """
    one = np.asarray(frames)
    return (
        one.astype(np.uint64)
        if one.dtype.kind != "f"
        else np.nan_to_num(one).clip(0, 2.0**63).astype(np.uint64)
    )


def _named(capture: Capture, stacks: Ints, count: int) -> Mask:
    """Frames whose module an XML export names, whatever the list of modules says."""
    named = capture.stacks[p.MODULES].reindex(stacks.tolist())
    if not named.notna().any():
        return np.zeros(count, dtype=bool)
    lengths = capture.stacks[p.FRAMES].reindex(stacks.tolist()).map(len).tolist()
    marks = [
        [one is not None and one is not pd.NA for one in names] if names is not None else [False] * length
        for names, length in zip(named.to_list(), lengths, strict=True)
    ]
    return np.fromiter((mark for one in marks for mark in one), dtype=bool, count=count)


def _callees(outside: Mask, owner: Ints, index: Ints) -> Ints:
    """For each frame outside: the module of the frame that its run of such frames called; -1 for none."""
    if not len(outside):
        return np.empty(0, dtype=np.int64)
    same = np.append(False, owner[1:] == owner[:-1])
    before_outside = np.append(False, outside[:-1]) & same
    before_index = np.where(same, np.append(-1, index[:-1]), -1)
    starts = outside & ~before_outside
    run = np.cumsum(starts) - 1
    of_run = before_index[starts]
    return np.where(outside, of_run[run] if len(of_run) else -1, -1)


@lru_cache(maxsize=1)
def _usable(capture: Capture) -> Mask:
    """Events with a stack of the process's own."""
    usable: Mask = capture.events[e.STACK].notna().to_numpy() & ~_creators(capture)
    return usable


def _creators(capture: Capture) -> Mask:
    """Events whose stack belongs to the thread that created the process, its first Thread Create among them."""
    operations = capture.events[e.OPERATION]
    threads = one_of(operations, {"Thread Create"})
    first = np.zeros(len(operations), dtype=bool)
    at = np.flatnonzero(threads)
    # The first of each process.
    _, where_first = np.unique(capture.events[e.PROCESS].to_numpy()[at], return_index=True)
    first[at[where_first]] = True
    return one_of(operations, _CREATORS) | first


def _modules(entries: list[tuple[int, int, str]]) -> Modules:
    ordered = sorted(entries)
    bases = np.array([base for base, _, _ in ordered], dtype=np.uint64)
    # A size that would pass the end of all addresses is a lie of the file.
    sizes = np.array([min(size, 2**64 - 1 - base) for base, size, _ in ordered], dtype=np.uint64)
    return Modules(bases, np.maximum.accumulate(bases + sizes), sizes, [path for _, _, path in ordered])


def _addresses(details: pd.Series[Any], name: str) -> pd.Series[Any]:
    """As Python's integers: as floats, which pandas would make beside a missing one, the highest are out of bounds."""
    return pd.Series([_address(text) for text in detail_text.field(details, name)], dtype=object)


def _address(text: str) -> int | None:
    try:
        address = int(text, 16)
    except (TypeError, ValueError):
        return None
    return address if 0 <= address < 2**64 else None


@cache
def _runtimes() -> tuple[str, ...]:
    table: Mapping[str, list[str]] = knowledge("jit_runtimes")
    return tuple(name for names in table.values() for name in names)


_NONE = _modules([])
