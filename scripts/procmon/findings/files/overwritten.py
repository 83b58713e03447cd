"""Documents of others that one program wrote over where they lay, and a note beside them; the file of host names."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from ntpath import basename

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of
from scripts.procmon.findings.files.file_acts import FILE, READ, acts, transfers
from scripts.procmon.findings.files.file_times import folder_of
from scripts.procmon.findings.files.maker_signs import by_maker
from scripts.procmon.findings.files.notes import MANY, MOSTLY, is_sweep, is_work, notes_of
from scripts.procmon.findings.paths.file_kinds import ending
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.programs.doers import Doers

#: What a program reads of its own and Windows' files, as a share of what it writes.
LITTLE = 0.05
MOST_EVENTS = 500
HOSTS = r"system32\drivers\etc\hosts"


def overwritten(
    capture: Capture, files: Sequence[FileRow], *, doers: Doers, installed: Collection[str]
) -> Iterator[Finding]:
    """One finding a process that wrote over documents of several kinds, as when they are encrypted where they lie.

    Severity: high where it left a note (of one name in several folders, or one whose name tells), medium where it read
    nearly all of them first, in several folders and of several sorts, or none of them and nothing else that it could
    have written there; low for a program that is set up (``installed``). Without either nothing
    is said: editors, players and synchronising programs write over files, too, and so do installed programs.
    """
    every = by_maker(files)
    by_process: dict[str, list[FileRow]] = {}
    for row in files:
        if row.how in ("written", "overwritten") and row.bytes_written and is_work(row.path):
            by_process.setdefault(row.who, []).append(row)
    for person, mine in by_process.items():
        if len(mine) < MANY:
            continue
        notes = notes_of(every[person], [row.path for row in mine])
        own = {basename(row.path).lower() for row in notes}
        mine = [row for row in mine if basename(row.path).lower() not in own]
        kinds = sorted({ending(row.path) for row in mine})
        if len(mine) < MANY or len(kinds) < 2:
            continue
        if notes:
            yield _finding(person, mine, notes, read=None, installed=person in installed)
        elif doers.of(person) != "installed" and _is_sweep(mine):
            read = _read_first(capture, mine)
            if read >= len(mine) * MOSTLY or (not read and _takes_nothing_in(capture, mine)):
                yield _finding(person, mine, notes, read=read, installed=person in installed)


def _finding(
    person: str, mine: Sequence[FileRow], notes: Sequence[FileRow], *, read: int | None, installed: bool
) -> Finding:
    paths = [row.path for row in mine]
    evidence = sorted({event for row in (*notes, *mine) for event in row.events[:10]})
    return Finding(
        kind="files_overwritten",
        severity="low" if installed else "high" if notes else "medium",
        confidence="likely" if notes else "possible",
        facts={
            "who": person,
            "way": "blind" if read == 0 else "over",
            "installed": installed,
            "count": len(mine),
            "kinds": sorted({ending(path) for path in paths}),
            "files": paths[:20],
            "folders": len({folder_of(path.lower()) for path in paths}),
            "note": basename(notes[0].path) if notes else None,
            "notes": len(notes),
            "read": read,
            "time": mine[0].time,
        },
        evidence=evidence[:MOST_EVENTS],
        reproduce=by_path(paths, whos=[person]),
        attack=[Technique("T1485" if read == 0 else "T1486", "medium" if notes else "low")],
        subjects={"processes": [person], "files": [*(row.path for row in notes), *paths][:100]},
        key_events=[*(row.events[0] for row in mine[:4]), *(row.events[0] for row in notes[:4])],
    )


def _is_sweep(mine: Sequence[FileRow]) -> bool:
    """Whether they are of several sorts and in several folders, and no copies of others."""
    copies = sum(row.copied_from is not None for row in mine)
    return copies <= len(mine) * (1 - MOSTLY) and is_sweep([row.path for row in mine])


def _read_first(capture: Capture, mine: Sequence[FileRow]) -> int:
    """How many of the files the same process had read before it wrote to them for the last time."""
    events = capture.events
    inside = (events[e.PROCESS] == mine[0].process).to_numpy(dtype=bool)
    reads = acts(dataclasses.replace(capture, events=events[inside]), READ)
    first = reads.groupby(FILE, observed=True)[e.EVENT].min().to_dict()
    return sum(first.get(file_key(row.path), row.events[-1]) < row.events[-1] for row in mine)


def _takes_nothing_in(capture: Capture, mine: Sequence[FileRow]) -> bool:
    """Whether the process read hardly anything, and received nothing: then what it wrote came from nowhere.

    Who unpacks, copies or fetches takes in what it writes.
    """
    events = capture.events
    own = events[(events[e.PROCESS] == mine[0].process).to_numpy(dtype=bool)]
    if not one_of(events[e.OPERATION], READ).any():
        return False  # without any reads their absence tells nothing
    if one_of(own[e.OPERATION], {"TCP Receive", "UDP Receive"}).any():
        return False
    reads = transfers(dataclasses.replace(capture, events=own), READ)
    return int(reads["length"].fillna(0).sum()) <= LITTLE * sum(row.bytes_written or 0 for row in mine)


def is_hosts(path: str) -> bool:
    """Whether a path is that of the file of host names."""
    return below_windows(path) == HOSTS


def hosts_written(files: Sequence[FileRow], doers: Doers) -> Iterator[Finding]:
    """A finding on the file of host names. Severity: medium; low for a program that is installed or Windows' own.

    An interpreter of Windows does what it is given: it counts as installed only where an installed program started it.
    """
    for row in files:
        if not is_hosts(row.path):
            continue
        doer = doers.of(row.process)
        installed = doer == "installed"
        severity: Severity = "low" if installed else "medium"
        yield Finding(
            kind="hosts_written",
            severity=severity,
            confidence="certain",
            facts={
                "who": row.who,
                "path": row.path,
                "bytes": row.bytes_written,
                "source": row.copied_from,
                "time": row.time,
                "event": row.events[0],
                "installed": installed,
                "script": doer == "script",
            },
            evidence=row.events,
            reproduce=by_path([row.path], whos=[row.who]),
            attack=[Technique("T1565.001", "low")],
            subjects={"processes": [row.who], "files": [row.path]},
        )
