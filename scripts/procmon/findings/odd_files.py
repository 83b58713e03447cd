"""Files that stand out by how they were made: empty marks, borrowed names, fresh from the network, hidden streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ntpath import basename
from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.detail_text import numbers
from scripts.procmon.findings.file_acts import FILE, OPEN, WRITE, acts, file_key
from scripts.procmon.findings.file_kinds import PROGRAMS, belongs_to_a_program, is_archive, stream_of
from scripts.procmon.findings.reproduce import by_path
from scripts.procmon.findings.select import one_of
from scripts.procmon.findings.suspects import images
from scripts.procmon.knowledge import knowledge

#: A program that does nothing for as long as this before it makes a file has waited.
WAITED = 5.0
#: What comes from the network is written within this of the last answer.
FRESH = pd.Timedelta(seconds=2)
_PASSING = (".tmp", ".lock", ".lck", ".log", ".pid", "~")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings on files of the table ``files`` that were made by a program from a place where users may write."""
    if not capture.info["can_show"]["file_events"]["value"]:
        return Analysis(name="odd_files", outcome="could not be checked", reason="no_file_events")
    rows = [row for row in _files(earlier) if row.how != "written" and row.ordinary is None]
    image_of = images(earlier)
    stray = [row for row in rows if not belongs_to_a_program(image_of.get(row.process))]
    findings = [
        *_marks(capture, stray),
        *_borrowed_names(capture, stray),
        *_from_the_network(capture, stray),
        *_streams(rows),
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
    for row in rows:
        passing = row.path.lower().endswith(_PASSING)
        if row.what != "data" or row.bytes_written or row.fate != "still there" or passing:
            continue
        before, waited = _before(capture, row)
        asked = _asked(capture, row)
        yield Finding(
            kind="empty_file_made",
            severity="low",
            confidence="likely",
            facts={
                "who": row.who,
                "path": row.path,
                "time": row.time,
                "event": row.events[0],
                "waited": waited if waited is not None and waited >= WAITED else None,
                "asked": asked,
            },
            evidence=sorted({*row.events, *asked, *([before] if before is not None and waited else [])}),
            reproduce=by_path([row.path], whos=[row.who]),
            subjects={"processes": [row.who], "files": [row.path]},
        )


def _before(capture: Capture, row: FileRow) -> tuple[int | None, float | None]:
    """The last event of the same process before the file was made, and how many seconds lie between."""
    events = capture.events[capture.events[e.PROCESS] == row.process]
    at = events[events[e.EVENT] == row.events[0]]
    earlier: Any = events[events[e.EVENT] < row.events[0]].tail(1)
    if not len(earlier) or not len(at):
        return None, None
    gap = at[e.TIME].iloc[0] - earlier[e.TIME].iloc[0]
    return int(earlier[e.EVENT].iloc[0]), None if pd.isna(gap) else float(gap.total_seconds())


def _asked(capture: Capture, row: FileRow) -> list[int]:
    """The events in which the same process looked for the file in vain before."""
    tried = acts(capture, OPEN | {"QueryOpen"}, tried=True)
    same = (tried[FILE] == file_key(row.path)) & (tried[e.PROCESS] == row.process)
    missed = tried[same & one_of(tried[e.RESULT], {"NAME NOT FOUND"})]
    return [int(event) for event in missed[e.EVENT] if event < row.events[0]][:20]


def _borrowed_names(capture: Capture, rows: Sequence[FileRow]) -> Iterator[Finding]:
    """Folders right below a disk's root that bear the name of a maker of security products. Severity: medium."""
    for row in rows:
        if row.what != "folder" or row.path.rstrip("\\").count("\\") != 1:
            continue
        name = basename(row.path.rstrip("\\")).lower().replace(" ", "")
        maker = next(
            (
                one["name"]
                for one in knowledge("security_vendors")
                if any(word in name for word in one["words"])
            ),
            None,
        )
        company: Any = capture.processes.loc[row.process, p.COMPANY]
        known = None if pd.isna(company) else str(company)
        if maker is None or (known and maker.lower().replace(" ", "") in known.lower().replace(" ", "")):
            continue
        yield Finding(
            kind="security_name_borrowed",
            severity="medium",
            confidence="likely",
            facts={
                "who": row.who,
                "path": row.path,
                "maker": maker,
                "company": known,
                "time": row.time,
                "event": row.events[0],
            },
            evidence=row.events,
            reproduce=by_path([row.path]),
            attack=[Technique("T1036.005", "medium")],
            subjects={"processes": [row.who], "files": [row.path]},
        )


def _from_the_network(capture: Capture, rows: Sequence[FileRow]) -> Iterator[Finding]:
    """Files written right after the same process received something. Severity: medium for programs, else low."""
    events = capture.events
    received = events[one_of(events[e.OPERATION], {"TCP Receive", "UDP Receive"})]
    received = received[one_of(received[e.RESULT], {"SUCCESS"})]
    received = received.assign(length=numbers(received[e.DETAIL], "Length"))
    received = received[received["length"].fillna(0) > 0]
    by_process = dict(iter(received.groupby(e.PROCESS)))
    for row in rows:
        answers = by_process.get(row.process)
        if answers is None or not row.bytes_written:
            continue
        writes = events[events[e.EVENT].isin(row.events) & one_of(events[e.OPERATION], WRITE)]
        if not len(writes) or pd.isna(writes[e.TIME].iloc[0]):
            continue
        first: Any = writes.iloc[0]
        near = answers[(answers[e.EVENT] < first[e.EVENT]) & (answers[e.TIME] >= first[e.TIME] - FRESH)]
        if not len(near):
            continue
        last: Any = near.iloc[-1]
        # Less than was written can't be where the content comes from.
        if int(answers["length"][answers[e.EVENT] < first[e.EVENT]].sum()) < row.bytes_written:
            continue
        peer = str(last[e.PATH]).partition(" -> ")[2]
        before = answers[(answers[e.EVENT] < first[e.EVENT]) & (answers[e.PATH] == last[e.PATH])]
        severity: Severity = "medium" if row.what in PROGRAMS else "low"
        yield Finding(
            kind="file_from_network",
            severity=severity,
            confidence="likely",
            facts={
                "who": row.who,
                "path": row.path,
                "bytes": row.bytes_written,
                "received": int(before["length"].sum()),
                "peer": peer,
                "seconds": float((first[e.TIME] - last[e.TIME]).total_seconds()),
                "archive": is_archive(row.path),
                "program": row.what in PROGRAMS,
                "what": row.what,
                "time": row.time,
                "receive_event": int(last[e.EVENT]),
                "write_event": int(first[e.EVENT]),
                "fate": row.fate,
            },
            evidence=sorted({*row.events, int(last[e.EVENT])}),
            reproduce=by_path([row.path, str(last[e.PATH])], whos=[row.who]),
            attack=[Technique("T1105", "medium")],
            subjects={"processes": [row.who], "files": [row.path], "peers": [peer]},
        )


def _streams(rows: Sequence[FileRow]) -> Iterator[Finding]:
    """Alternate data streams that no everyday program makes. Severity: low, medium for streams that are programs."""
    for row in rows:
        stream = stream_of(row.path)
        if stream is None or stream.lower() in knowledge("file_kinds")["usual_streams"]:
            continue
        program = row.what in PROGRAMS or stream.lower().endswith(
            (".exe", ".dll", ".sys", ".ps1", ".vbs", ".js")
        )
        yield Finding(
            kind="stream_made",
            severity="medium" if program else "low",
            confidence="certain",
            facts={
                "who": row.who,
                "path": row.path,
                "stream": stream,
                "bytes": row.bytes_written,
                "time": row.time,
                "program": program,
            },
            evidence=row.events,
            reproduce=by_path([row.path]),
            attack=[Technique("T1564.004", "high")],
            subjects={"processes": [row.who], "files": [row.path]},
        )


def _files(earlier: Mapping[str, Analysis]) -> Sequence[FileRow]:
    return earlier["dropped_files"].tables.get("files", ()) if "dropped_files" in earlier else ()
