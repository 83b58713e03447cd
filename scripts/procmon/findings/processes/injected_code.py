"""Code that ran in a process but belongs to none of its modules, and what it did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Confidence, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.autostart.acts import Acts, acts
from scripts.procmon.findings.evidence.reproduce import around
from scripts.procmon.findings.evidence.stack_frames import Walk, walks
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.processes.memory import Memory, Seen, Snapshots, seen, snapshots
from scripts.procmon.findings.processes.own_runtimes import Maker, maker_of
from scripts.procmon.text.named import named

#: A page that is met in fewer events is more likely what a lost stack walk left behind.
REPEATS = 2
#: Regions of 64 KB (Windows' unit of allocation) nearer than this belong together.
NEAR = 16


@dataclass(frozen=True)
class Place:
    """A part of a process's memory that code ran from; ``frames`` as in Walk."""

    walk: Walk
    frames: pd.DataFrame
    own_callee: bool = False  #: it calls the program's own file, as unpacked code does


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "injected_code", one for each program (all its processes together)."""
    if not len(capture.stacks) or not capture.events[e.STACK].notna().any():
        return Analysis(name="injected_code", outcome="could not be checked", reason="no_stacks_or_modules")
    walked = walks(capture)
    judged = [walk for walk in walked if walk.modules.has("ntdll.dll")]
    if not judged:
        return Analysis(name="injected_code", outcome="could not be checked", reason="no_stacks_or_modules")
    by_program: dict[str, list[Place]] = defaultdict(list)
    shown = snapshots(capture)
    explained = 0
    for walk in judged:
        if len(walk.frames) and not walk.modules.runtimes():
            name = str(capture.processes.loc[walk.process, p.PROCESS_NAME]).lower()
            memory = shown.of.get(walk.process)
            frames = _unexplained(walk.frames, memory)
            explained += len(walk.frames) - len(frames)
            by_program[name].extend(_places(walk, frames, name, memory=memory))
    rows = {row.process: row for row in tree(earlier)}
    weighed = sum(walk.weighed for walk in judged)
    met = {place.walk.process for places in by_program.values() for place in places}
    told = [
        _finding(capture, places, rows=rows, judged=judged, met=met, shown=shown)
        for places in by_program.values()
        if places
    ]
    findings = [finding for finding in told if finding is not None]
    return Analysis(
        name="injected_code",
        outcome="found" if findings else "not found",
        limits=[
            *(["some_modules_unknown"] if len(judged) < len(walked) else []),
            *shown.limits,
            *(["snapshot_explains"] if explained else []),
        ],
        examined=weighed,
        findings=findings,
    )


def _unexplained(frames: pd.DataFrame, memory: Memory | None) -> pd.DataFrame:
    """The frames without those that a snapshot of the memory places in a file, or in what .NET made."""
    if memory is None:
        return frames
    regions = {address: memory.at(int(address)) for address in frames["address"].unique()}
    ordinary = {address for address, region in regions.items() if region and region.explains}
    return frames[~frames["address"].isin(ordinary)]


def _places(walk: Walk, every: pd.DataFrame, program: str, *, memory: Memory | None) -> list[Place]:
    """The parts of memory that were met again and again, and that called Windows' own code.

    Once is enough where a snapshot shows the memory as private, writable and executable.
    """
    if not len(every):
        return []
    regions = every["address"].to_numpy(dtype=np.uint64) >> np.uint64(16)
    distinct = np.unique(regions)
    cluster = np.append(0, np.cumsum(np.diff(distinct.astype(np.int64)) > NEAR))
    numbers = cluster[np.searchsorted(distinct, regions)]
    found = []
    for frames in (every[numbers == one] for one in np.unique(numbers)):
        if not _repeats(frames) and not _is_foreign(frames, memory):
            continue
        if _calls_windows(frames):
            found.append(Place(walk, frames))
        elif _calls_program(frames, program):
            found.append(Place(walk, frames, own_callee=True))
    return found


def _repeats(frames: pd.DataFrame) -> bool:
    pages = frames["address"].to_numpy(dtype=np.uint64) >> np.uint64(12)
    events = frames.assign(page=pages).groupby("page")[e.EVENT].nunique()
    return bool(events.max() >= REPEATS)


def _is_foreign(frames: pd.DataFrame, memory: Memory | None) -> bool:
    regions = [memory.at(int(address)) for address in frames["address"].unique()] if memory else []
    return any(region is not None and region.verdict == "foreign" for region in regions)


def _calls_windows(frames: pd.DataFrame) -> bool:
    """Whether mostly Windows' own modules are called: after another's module the stack walk may just be lost."""
    callees = frames["callee"].dropna()
    own = [below_windows(path) is not None for path in callees]
    return bool(own) and 2 * sum(own) >= len(own)


def _calls_program(frames: pd.DataFrame, program: str) -> bool:
    """Whether chains of such frames call the program's own file: one frame alone is more likely a lost walk."""
    chains = len(frames) >= 2 * frames[e.EVENT].nunique()
    callees = frames["callee"].dropna()
    return chains and len(callees) > 0 and all(path.lower().endswith("\\" + program) for path in callees)


def _finding(
    capture: Capture,
    places: list[Place],
    *,
    rows: Mapping[int, ProcessRow],
    judged: list[Walk],
    met: set[int],
    shown: Snapshots,
) -> Finding | None:
    """``met`` are all processes of the capture in which such code was met."""
    frames = pd.concat([place.frames for place in places])
    numbers = np.unique(frames[e.EVENT].to_numpy(dtype=np.int64))
    mask = np.isin(capture.events[e.EVENT].to_numpy(), numbers)
    done = acts(capture, mask)
    own_callee = all(place.own_callee for place in places)
    if own_callee and not (done.native or done.hidden or done.autostarts or done.services):
        return None
    people = [rows[one] for one in dict.fromkeys(place.walk.process for place in places) if one in rows]
    mine = {row.process for row in people}
    own = all(_is_windows_own(row) for row in people)
    addresses = frames.groupby("address")[e.EVENT].nunique().sort_values(ascending=False)
    first = capture.events.iloc[int(numbers[0])]
    memory = _memory(places, shown, rows)
    facts: dict[str, Any] = {
        "who": [row.who for row in people],
        "name": named(people[0].process_name),
        "windows_own": own,
        "own_callee": own_callee,
        "events": len(numbers),
        "of": sum(walk.weighed for walk in judged if walk.process in mine),
        "addresses": [hex(int(address)) for address in addresses.index[:5]],
        "address_count": len(addresses),
        "pages": len(np.unique(frames["address"].to_numpy(dtype=np.uint64) >> np.uint64(12))),
        "callees": _names(frames["callee"]),
        "threads": _threads(capture, mask),
        "alike": [rows[one].who for one in sorted(met - mine) if one in rows],
        "other_processes": len({walk.process for walk in judged} - met),
        "first_operation": str(first[e.OPERATION]),
        "first_path": str(first[e.PATH]),
        "first_event": int(numbers[0]),
        "acted": done.any,
        "memory": memory.regions,
        "snapshot": memory.verdict,
        **done.facts(),
    }
    maker = _maker(places, rows, own=own)
    facts["maker"] = maker
    facts["callers"] = _names(frames["caller"]) if maker == "product" else []
    severity: Severity = "medium" if own_callee else _severity(own, done, len(numbers))
    if maker is not None and memory.verdict != "foreign":
        severity = "low"
    return Finding(
        kind="injected_code",
        severity="medium" if severity == "high" and memory.doubtful else severity,
        confidence="possible" if severity == "low" else _confidence(own, done, len(numbers), memory),
        facts=facts,
        evidence=[int(number) for number in numbers],
        reproduce=around(capture, numbers),
        attack=[Technique("T1055", "medium") if own else Technique("T1027.002", "low")],
        subjects={"processes": [row.who for row in people]},
        key_events=done.most_telling() or [int(number) for number in numbers[:3]],
    )


def _severity(own: bool, done: Acts, events: int) -> Severity:
    """High where code hidden in a program of Windows changed something; others may carry a compiler of their own."""
    if own:
        return "high" if done.any else "medium" if events > REPEATS else "low"
    return "medium" if done.grave else "low"


def _confidence(own: bool, done: Acts, events: int, memory: Seen) -> Confidence:
    """A step surer where snapshots of all processes show foreign memory, "possible" where they speak against it."""
    likely = events >= 5 and (own or done.grave)
    if memory.doubtful:
        return "possible"
    if memory.verdict == "foreign" and memory.complete:
        return "certain" if likely else "likely"
    return "likely" if likely else "possible"


def _maker(places: list[Place], rows: Mapping[int, ProcessRow], *, own: bool) -> Maker | None:
    """Who made such code, where that is the same for all processes; a program of Windows brings no runtime along."""
    by_process: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        by_process[place.walk.process].append(place)
    found = {
        maker_of(
            mine[0].walk, pd.concat([place.frames for place in mine]), rows[process].process_name.lower()
        )
        for process, mine in by_process.items()
        if process in rows
    }
    maker = next(iter(found)) if len(found) == 1 else None
    return maker if not own or maker == "product" else None


def _memory(places: list[Place], shown: Snapshots, rows: Mapping[int, ProcessRow]) -> Seen:
    frames: dict[int, list[pd.DataFrame]] = defaultdict(list)
    for place in places:
        if place.walk.process in rows:
            frames[place.walk.process].append(place.frames)
    names = {process: rows[process].who for process in frames}
    return seen({process: pd.concat(several) for process, several in frames.items()}, shown, names)


def _is_windows_own(row: ProcessRow) -> bool:
    return bool(row.image_path and below_windows(row.image_path) is not None)


def _names(callees: pd.Series[Any]) -> list[str]:
    return sorted({str(path).rpartition("\\")[2].lower() for path in callees.dropna()})


def _threads(capture: Capture, mask: Any) -> int | None:
    tids = capture.events.loc[mask, e.TID].dropna()
    return int(tids.nunique()) if len(tids) else None
