"""What the user did, as far as starts of programs, saved documents and browsing show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ntpath import basename
from typing import Literal

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import ActivityRow, FileRow, PeerRow, ProcessRow
from scripts.procmon.findings.accusations import accusations
from scripts.procmon.findings.named_files import named_files
from scripts.procmon.findings.process_tree import tree
from scripts.procmon.findings.traces import rows_of

MOST_ROWS = 10
MOST_NAMES = 5
MOST_EVENTS = 5
#: What a user works in starts the user's programs.
_SHELL = "explorer.exe"


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:  # noqa: ARG001
    """The table ``activity``, from the tables of the analyses before it."""
    rows = tree(earlier)
    mine = {row.who: row for row in _of_the_user(rows)}
    accused = accusations(earlier)
    acts = [
        *_started(mine.values()),
        *_saved([who for who in mine if who not in accused], rows_of(earlier, "files")),
        *_connected(rows_of(earlier, "peers")),
    ]
    acts.sort(key=lambda row: (row.time, row.events[:1]))
    return Analysis(
        name="activity",
        outcome="found" if acts else "not found",
        tables={"activity": acts[:MOST_ROWS]},
    )


def _of_the_user(rows: Sequence[ProcessRow]) -> Iterator[ProcessRow]:
    """The processes that Explorer started, whenever that was."""
    by_number = {row.process: row for row in rows}
    for row in rows:
        parent = by_number.get(row.parent) if row.parent is not None else None
        # A number may have been given anew: who runs as somebody else was not started by this Explorer.
        same = parent is not None and (row.user is None or parent.user is None or row.user == parent.user)
        if parent is not None and same and parent.process_name.lower() == _SHELL:
            yield row


def _started(mine: Iterable[ProcessRow]) -> Iterator[ActivityRow]:
    for row in mine:
        if row.started_here:
            documents = named_files(row.command_line or "", row.image_path)
            yield _row(
                row.who,
                "started",
                documents,
                time=row.start or "",
                events=[] if row.start_event is None else [row.start_event],
            )


def _saved(mine: Sequence[str], files: Sequence[FileRow]) -> Iterator[ActivityRow]:
    """Documents that one of these programs wrote and that are still there."""
    by_who: dict[str, list[FileRow]] = {}
    for file in files:
        kept = file.what == "data" and file.left and file.ordinary is None
        if file.who in mine and kept and file.bytes_written:
            by_who.setdefault(file.who, []).append(file)
    for who, saved in by_who.items():
        yield _row(
            who,
            "saved",
            [file.path for file in saved],
            time=saved[0].time,
            events=[file.events[0] for file in saved],
        )


def _connected(peers: Sequence[PeerRow]) -> Iterator[ActivityRow]:
    """What browsers talked to, all processes of one browser together."""
    by_program: dict[str, list[PeerRow]] = {}
    for peer in peers:
        if peer.ordinary == "browser_traffic" and peer.direction == "out":
            by_program.setdefault(_program(peer.who), []).append(peer)
    for mine in by_program.values():
        yield _row(
            mine[0].who,
            "connected to",
            list(dict.fromkeys(peer.peer for peer in mine)),
            time=min(peer.first for peer in mine),
            events=sorted(peer.events[0] for peer in mine if peer.events),
        )


What = Literal["started", "saved", "connected to"]


def _row(who: str, what: What, names: Sequence[str], *, time: str, events: Sequence[int]) -> ActivityRow:
    return ActivityRow(
        program=_program(who),
        who=who,
        what=what,
        names=list(names[:MOST_NAMES]),
        count=len(names),
        time=time,
        events=list(events[:MOST_EVENTS]),
    )


def _program(who: str) -> str:
    return basename(who.rpartition(" (")[0] or who)
