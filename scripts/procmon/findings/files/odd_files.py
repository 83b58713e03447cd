"""Files that stand out by how they were made: empty marks, borrowed names, fresh from the network, hidden streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.detail_text import numbers
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.suspects import images, suspects
from scripts.procmon.findings.evidence.tables import tree, written_files
from scripts.procmon.findings.files.borrowed_names import BESIDE, borrowed_names, is_named_alike
from scripts.procmon.findings.files.file_acts import FILE, OPEN, READ, WRITE, acts, unseen
from scripts.procmon.findings.files.maker_signs import by_maker
from scripts.procmon.findings.files.overwritten import hosts_written, is_hosts
from scripts.procmon.findings.files.planted import planted
from scripts.procmon.findings.files.put_there import put_there
from scripts.procmon.findings.files.seeded_drives import seeded_drives
from scripts.procmon.findings.paths.file_kinds import (
    PROGRAMS,
    ending,
    is_archive,
    is_stray,
    kind_of,
    stream_of,
)
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.knowledge import knowledge

#: A program that does nothing for as long as this before it makes a file has waited.
WAITED = 5.0
#: What comes from the network is written within this of the last answer.
RECEIVE = frozenset({"TCP Receive", "UDP Receive"})
FRESH = pd.Timedelta(seconds=2)
_PASSING = (".tmp", ".lock", ".lck", ".log", ".pid", "~")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings on files of the table ``files`` that were made by a program from a place where users may write."""
    if reason := unseen(capture):
        return Analysis(name="odd_files", outcome="could not be checked", reason=reason)
    rows = [row for row in written_files(earlier) if row.made and row.ordinary is None]
    image_of = images(earlier)
    stray = [row for row in rows if is_stray(image_of.get(row.process))]
    fresh = list(_from_the_network(capture, stray, suspects(earlier), everyone=written_files(earlier)))
    findings = [
        *_marks(capture, stray),
        *borrowed_names(capture, stray, fresh),
        *fresh,
        *_streams(rows),
        *seeded_drives(written_files(earlier), earlier),
        *planted(capture, written_files(earlier), earlier),
        *hosts_written(
            [*written_files(earlier), *put_there(capture, earlier, is_hosts)],
            Doers(tree(earlier)),
        ),
    ]
    return Analysis(
        name="odd_files",
        outcome="found" if findings else "not found",
        limits=[] if capture.info["can_show"]["network_events"]["value"] else ["no_network_events"],
        examined=len(rows),
        findings=findings,
    )


def _marks(capture: Capture, rows: Sequence[FileRow]) -> Iterator[Finding]:
    """Empty files that stay: their being there is all that they say. Severity: low."""
    if not one_of(capture.events[e.OPERATION], WRITE).any():
        return  # without writes in the capture every new file looks empty
    empty = [
        row
        for row in rows
        if row.what == "data"
        and not row.bytes_written
        and row.fate == "still there"
        and not row.path.lower().endswith(_PASSING)
    ]
    made = by_maker(rows)
    for person, marks in by_maker(empty).items():
        own = {process: _events_of(capture, process) for process in {row.process for row in marks}}
        waits = {row.path: _before(capture, row, own[row.process]) for row in marks}
        longest = max(marks, key=lambda row: waits[row.path][1] or 0.0)
        before, waited = waits[longest.path]
        long = waited is not None and waited >= WAITED
        asked = _asked(capture, longest)
        yield Finding(
            kind="empty_file_made",
            severity="low",
            confidence="likely",
            facts={
                "who": person,
                "path": longest.path,
                "others": [row.path for row in marks if row is not longest],
                "time": longest.time,
                "event": longest.events[0],
                "waited": waited if long else None,
                "asked": asked,
                "same_name": [row.path for row in made[person] if is_named_alike(row, longest)],
            },
            evidence=sorted(
                {event for row in marks for event in row.events}
                | set(asked)
                | ({before} if before is not None and long else set())
            ),
            reproduce=by_path([row.path for row in marks], whos=[person]),
            subjects={"processes": [person], "files": [row.path for row in marks]},
        )


def _events_of(capture: Capture, process: int) -> np.ndarray:
    """The numbers of a process's events, ascending."""
    events = capture.events
    return events[e.EVENT].to_numpy()[(events[e.PROCESS] == process).to_numpy(dtype=bool)]


def _before(capture: Capture, row: FileRow, own: np.ndarray) -> tuple[int | None, float | None]:
    """The last of the process's ``own`` events before the file was made, and how many seconds lie between."""
    made = row.events[0]
    at = int(np.searchsorted(own, made))
    if not at or at == len(own) or own[at] != made:
        return None, None
    times, before = capture.events[e.TIME], int(own[at - 1])
    gap = times.iloc[made] - times.iloc[before]
    return before, None if pd.isna(gap) else float(gap.total_seconds())


def _asked(capture: Capture, row: FileRow) -> list[int]:
    """The events in which the same process looked for the file in vain before."""
    tried = acts(capture, OPEN | {"QueryOpen"}, tried=True)
    same = (tried[FILE] == file_key(row.path)) & (tried[e.PROCESS] == row.process)
    missed = tried[same & one_of(tried[e.RESULT], {"NAME NOT FOUND"})]
    return [int(event) for event in missed[e.EVENT] if event < row.events[0]][:20]


def _from_the_network(
    capture: Capture, rows: Sequence[FileRow], accused: Mapping[str, object], *, everyone: Sequence[FileRow]
) -> Iterator[Finding]:
    """Files written right after the same process received at least as much.

    Severity: low, since every updater does so; medium for a program by a process that is not what it seems.
    """
    traffic = _traffic(capture, rows)
    fresh = {
        row.path: answer
        for row in rows
        if row.process in traffic and (answer := _answer(row, traffic[row.process]))
    }
    for person, files in by_maker([row for row in rows if row.path in fresh]).items():
        first, answer = files[0], fresh[files[0].path]
        programs = any(row.what in PROGRAMS for row in files)
        peers = list(dict.fromkeys(fresh[row.path].peer for row in files))
        severity: Severity = "medium" if programs and person in accused else "low"
        yield Finding(
            kind="file_from_network",
            severity=severity,
            confidence="likely",
            facts={
                "who": person,
                "path": first.path,
                "others": [row.path for row in files[1:]],
                "bytes": sum(row.bytes_written or 0 for row in files),
                "received": answer.received,
                "peer": answer.peer,
                "seconds": answer.seconds,
                "archive": len(files) == 1 and is_archive(first.path),
                "program": programs,
                "time": first.time,
                "receive_event": answer.receive_event,
                "write_event": answer.write_event,
                "created_before": first.events[0] if first.events[0] < answer.first_event else None,
                "fate": first.fate,
                "folder": _folder_after(rows, first, answer),
                **(then := _afterwards(capture, files, answer, everyone)),
            },
            evidence=sorted(
                {event for row in files for event in row.events}
                | {fresh[row.path].receive_event for row in files}
                | ({then["read_event"]} if then["read_event"] is not None else set())
            ),
            reproduce=by_path(
                [*(row.path for row in files), *(fresh[row.path].path for row in files)], whos=[person]
            ),
            attack=[Technique("T1105", "medium")],
            subjects={"processes": [person], "files": [row.path for row in files], "peers": peers},
        )


def _folder_after(rows: Sequence[FileRow], first: FileRow, answer: Answer) -> dict[str, Any] | None:
    """The folder that the same process made next, within BESIDE of writing the file."""
    later = [
        one
        for one in rows
        if one.what == "folder" and one.process == first.process and one.events[0] > answer.write_event
    ]
    soon = [one for one in later if pd.Timestamp(one.time) - answer.wrote <= BESIDE]
    return {"path": soon[0].path, "event": soon[0].events[0]} if soon else None


def _afterwards(
    capture: Capture, files: Sequence[FileRow], answer: Answer, everyone: Sequence[FileRow]
) -> dict[str, Any]:
    """What became of it in the same process: read again, programs made or started.

    ``told`` is False where the capture holds no process events or no reads, so that nothing follows from their absence.
    """
    events = capture.events
    mine = ((events[e.PROCESS] == files[0].process) & (events[e.EVENT] > answer.write_event)).to_numpy(
        dtype=bool
    )
    done = mine & one_of(events[e.RESULT], {"SUCCESS"})
    keys = {file_key(row.path) for row in files}
    again = where(events[e.PATH], lambda path: file_key(path) in keys)
    read = events[e.EVENT][done & one_of(events[e.OPERATION], READ) & again]
    can = capture.info["can_show"]
    return {
        "told": bool(can["process_events"]["value"] and can["reads"]["value"]),
        "read_event": int(read.iloc[0]) if len(read) else None,
        "programs_after": sum(
            row.process == files[0].process and row.what in PROGRAMS and row.events[0] > answer.write_event
            for row in everyone
        ),
        "started_after": int(np.count_nonzero(done & one_of(events[e.OPERATION], {"Process Create"}))),
    }


@dataclass(frozen=True)
class Answer:
    """What came from the network right before a file was written."""

    path: str
    peer: str
    received: int  #: over this connection until then
    seconds: float
    first_event: int  #: of what came over this connection
    receive_event: int
    write_event: int
    wrote: pd.Timestamp


@dataclass(frozen=True)
class Traffic:
    """What one process received, event by event, and the times of its writes by their events."""

    received: pd.DataFrame
    events: np.ndarray  #: of the receives, ascending
    until: np.ndarray  #: bytes received with each and before
    writes: Mapping[int, Any]


def _traffic(capture: Capture, rows: Sequence[FileRow]) -> dict[int, Traffic]:
    """By process, taken once for all its files; only processes that received and wrote anything."""
    events = capture.events
    asked = {row.process for row in rows if row.bytes_written}
    mine = events[e.PROCESS].isin(asked).to_numpy()
    received = events[
        mine & one_of(events[e.OPERATION], RECEIVE) & one_of(events[e.RESULT], {"SUCCESS"})
    ].copy()
    received["length"] = numbers(received[e.DETAIL], "Length").fillna(0)
    received = received[received["length"] > 0]
    talked = dict(iter(received.groupby(e.PROCESS)))
    writes = events[events[e.PROCESS].isin(talked).to_numpy() & one_of(events[e.OPERATION], WRITE)]
    return {
        int(cast(int, process)): Traffic(
            received=(heard := talked[process]),
            events=heard[e.EVENT].to_numpy(dtype=np.int64),
            until=heard["length"].cumsum().to_numpy(dtype=np.int64),
            writes=dict(zip(frame[e.EVENT].tolist(), frame[e.TIME].tolist(), strict=True)),
        )
        for process, frame in writes.groupby(e.PROCESS)
    }


def _answer(row: FileRow, traffic: Traffic) -> Answer | None:
    """What the process had received right before it wrote the file."""
    first = min((event for event in row.events if event in traffic.writes), default=None)
    if not row.bytes_written or first is None or pd.isna(written := traffic.writes[first]):
        return None
    count = int(np.searchsorted(traffic.events, first))
    # Less than was written can't be where the content comes from.
    if not count or int(traffic.until[count - 1]) < row.bytes_written:
        return None
    if traffic.received[e.TIME].iloc[count - 1] < written - FRESH:
        return None
    before = traffic.received.iloc[:count]
    last: Any = before.iloc[-1]
    return Answer(
        path=str(last[e.PATH]),
        peer=str(last[e.PATH]).partition(" -> ")[2],
        received=int((same := before[before[e.PATH] == last[e.PATH]])["length"].sum()),
        first_event=int(same[e.EVENT].iloc[0]),
        seconds=float((written - last[e.TIME]).total_seconds()),
        receive_event=int(last[e.EVENT]),
        write_event=first,
        wrote=written,
    )


def _streams(rows: Sequence[FileRow]) -> Iterator[Finding]:
    """Alternate data streams that no everyday program makes. Severity: low, medium for streams that are programs."""
    odd = [
        row
        for row in rows
        if (stream := stream_of(row.path)) and stream.lower() not in knowledge("file_kinds")["usual_streams"]
    ]
    for person, files in by_maker(odd).items():
        programs = [row for row in files if kind_of(f"x.{stream_of(row.path)}") in PROGRAMS]
        first = (programs or files)[0]
        yield Finding(
            kind="stream_made",
            severity="medium" if programs else "low",
            confidence="certain",
            facts={
                "who": person,
                "path": first.path,
                "stream": stream_of(first.path),
                "host": _host(first.path),
                "library": ending(f"x.{stream_of(first.path)}") in _LIBRARIES,
                "others": [row.path for row in files if row is not first],
                "bytes": first.bytes_written,
                "time": first.time,
                "program": bool(programs),
            },
            evidence=sorted({event for row in files for event in row.events}),
            reproduce=by_path([row.path for row in files]),
            attack=[Technique("T1564.004", "high")],
            subjects={"processes": [person], "files": [row.path for row in files]},
        )


#: What is loaded into a process, and never started as one.
_LIBRARIES = ("dll", "ocx", "cpl")


def _host(path: str) -> str:
    """The file or folder that a stream belongs to."""
    folder, _, name = path.rpartition("\\")
    return f"{folder}\\{name.partition(':')[0]}"
