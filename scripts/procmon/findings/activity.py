"""What the user did, as far as starts of programs, saved documents and browsing show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import takewhile
from ntpath import basename
from typing import Literal

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import ActivityRow, FileRow, PeerRow, ProcessRow
from scripts.procmon.findings.autostart.acts import acts as file_acts
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.names import process_name, when
from scripts.procmon.findings.evidence.names import who as person
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.paths.named_files import named_files

MOST_ROWS = 10
MOST_NAMES = 5
MOST_EVENTS = 5
#: Of a capture in which nothing was changed, the programs that looked most, each at least so often.
MOST_READERS = 3
READS = 100
#: What a user works in starts the user's programs.
_SHELL = "explorer.exe"


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``activity``, from the tables of the analyses before it."""
    rows = tree(earlier)
    mine = {row.who: row for row in _of_the_user(rows)}
    accused = accusations(earlier)
    acts = [
        *_started(mine.values()),
        *_saved(mine.keys() - accused.keys(), rows_of(earlier, "files")),
        *_connected(rows_of(earlier, "peers")),
    ]
    acts = acts or list(_read(capture))
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


def _saved(mine: Set[str], files: Sequence[FileRow]) -> Iterator[ActivityRow]:
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


What = Literal["started", "saved", "connected to", "read"]


def _read(capture: Capture) -> Iterator[ActivityRow]:
    """Which programs only looked at files, and below which folder; nothing where anything was changed or sent.

    Where no folder holds them all, what looked most at files and the registry, without a name of a place.
    """
    every = np.ones(len(capture.events), dtype=bool)
    done = file_acts(capture, every)
    if done.any or done.sent_to:
        return
    kinds = capture.events[e.EVENT_CLASS]
    found = []
    for process, mine in _busiest(capture.events[(kinds == e.FILE_SYSTEM).to_numpy(dtype=bool)]):
        folder = _common_folder(mine[e.PATH].cat.remove_unused_categories().cat.categories)
        if folder and len(mine) >= READS:
            found.append(_looked(capture, process, mine, [folder]))
    if not found:
        both = capture.events[kinds.isin([e.FILE_SYSTEM, e.REGISTRY]).to_numpy(dtype=bool)]
        found = [_looked(capture, process, mine, []) for process, mine in _busiest(both)]
    yield from found


def _busiest(events: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
    """The processes with the most of ``events``, and their events."""
    for process in events[e.PROCESS].value_counts().head(MOST_READERS).index:
        yield int(str(process)), events[(events[e.PROCESS] == process).to_numpy(dtype=bool)]


def _looked(capture: Capture, process: int, mine: pd.DataFrame, names: list[str]) -> ActivityRow:
    first = mine.iloc[0]
    return ActivityRow(
        program=process_name(capture, process),
        who=person(capture, process),
        what="read",
        names=names,
        count=len(mine),
        time=when(first[e.TIME]) or "",
        events=[int(first[e.EVENT])],
    )


def _common_folder(paths: Iterable[str]) -> str | None:
    """The folder that all these paths lie in or below, as the first one writes it; None for none but a disk's root."""
    parts = sorted(path.lower().split("\\") for path in paths if path)
    if not parts:
        return None
    # What the first and the last in order share, all between them share as well.
    same = list(takewhile(lambda pair: pair[0] == pair[1], zip(parts[0], parts[-1], strict=False)))
    if len(same) < 2:
        return None
    known = next(path for path in paths if path)
    return "\\".join(known.split("\\")[: len(same)])


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
