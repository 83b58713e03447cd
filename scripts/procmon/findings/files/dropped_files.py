"""Files and folders that were created, overwritten or written: by whom, how much, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import CopyRow, DeletionRow, FileRow, RenameRow
from scripts.procmon.findings.evidence.names import moment_of, who
from scripts.procmon.findings.evidence.parts import Part, parts, some
from scripts.procmon.findings.evidence.select import one_of
from scripts.procmon.findings.evidence.tables import copies_by_target, rows_of
from scripts.procmon.findings.files.changed_programs import programs_changed
from scripts.procmon.findings.files.dropped_programs import programs_dropped
from scripts.procmon.findings.files.file_acts import (
    FILE,
    WRITE,
    changes,
    creations,
    says_open_result,
    transfers,
    unseen,
)
from scripts.procmon.findings.files.file_uses import Use, module_users, uses
from scripts.procmon.findings.files.hidden_files import hidden_files
from scripts.procmon.findings.files.maker_signs import Known
from scripts.procmon.findings.paths.file_kinds import PROGRAMS, Kind, kind_of, ordinary_reason
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import hides
from scripts.procmon.findings.programs.believed_names import believed_name

MOST_EVENTS = 100
Fate = Literal["still there", "deleted", "renamed", "deleted on close", "not known"]


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``files``; findings for programs that were dropped and for files that were hidden.

    One row a file, however often it was opened or written. A file that only the memory manager wrote to (paging
    I/O) counts as written when no process did so itself.
    """
    if not capture.info["can_show"]["file_events"]["value"]:
        return Analysis(name="dropped_files", outcome="could not be checked", reason="no_file_events")
    made, written = creations(capture), transfers(capture, WRITE)
    ran = uses(capture)
    fates = _fates(earlier)
    rows = _rows(capture, made, written, ran=ran, fates=fates, copied=copies_by_target(earlier))
    rows = _with_empty(capture, rows) if len(written) else rows
    known = Known.of(capture, rows, ran, earlier)
    return Analysis(
        name="dropped_files",
        outcome="found" if rows else "not found",
        limits=_limits(capture),
        examined=len(made) + len(written),
        findings=[
            finding
            for find in (programs_dropped, programs_changed, hidden_files)
            for finding in find(capture, rows, known)
        ],
        tables={"files": rows},
    )


def _rows(
    capture: Capture,
    made: pd.DataFrame,
    written: pd.DataFrame,
    *,
    ran: Mapping[str, Use],
    fates: Mapping[str, Sequence[DeletionRow | RenameRow]],
    copied: Mapping[str, CopyRow],
) -> list[FileRow]:
    loaded = module_users(capture, frozenset(made[FILE]))
    left: Fate = "not known" if unseen(capture) else "still there"
    other = changes(capture)
    changed = {part[FILE][0]: part for part in parts(other, [FILE], (FILE, e.EVENT, e.PROCESS, "change"))}
    creations_of = {part[FILE][0]: part for part in parts(made, [FILE], _CREATED)}
    writes_of = {part[FILE][0]: part for part in parts(written, [FILE], _WRITTEN)}
    rows = [
        _row(
            capture,
            creations_of.get(file),
            writes_of.get(file),
            use=ran.get(file) or Use(loaded_by=list(loaded.get(file, ()))),
            fates=fates.get(file, ()),
            copy=copied.get(file),
            left=left,
            changed=changed.get(file),
        )
        for file in dict.fromkeys([*creations_of, *writes_of])
    ]
    return sorted(rows, key=lambda row: row.events[0])


def _with_empty(capture: Capture, rows: list[FileRow]) -> list[FileRow]:
    """``rows`` of a capture that holds writes: a new file that nobody wrote to or set the end of is empty."""
    events = capture.events
    ends = events[e.PATH][one_of(events[e.OPERATION], {"SetEndOfFileInformationFile"})].unique()
    known = {file_key(str(path)) for path in ends}
    return [
        replace(row, size=0)
        if row.how == "created"
        and row.what != "folder"
        and row.fate == "still there"
        and row.bytes_written is None
        and file_key(row.path) not in known
        else row
        for row in rows
    ]


_CREATED = (FILE, e.EVENT, e.TIME, e.PROCESS, e.PATH, "how", "folder", "attributes")
_WRITTEN = (FILE, e.EVENT, e.TIME, e.PROCESS, e.PATH, "offset", "length", "paging")


def _row(
    capture: Capture,
    created: Part | None,
    writes: Part | None,
    *,
    use: Use,
    fates: Sequence[DeletionRow | RenameRow],
    copy: CopyRow | None,
    left: Fate,
    changed: Part | None,
) -> FileRow:
    """One file; ``left`` is what became of it where nothing was seen to happen to it."""
    own = _by_processes(writes)
    begun = created or own or {}
    path, process = str(begun[e.PATH][0]), int(begun[e.PROCESS][0])
    fate, by = _fate(fates, after=int(begun[e.EVENT][-1 if created else 0]), otherwise=left)
    final = by.to if isinstance(by, RenameRow) else path
    what: Kind = "folder" if created and created["folder"].all() else _kind(path, final, use)
    return FileRow(
        path=path,
        how="written" if not created else "created" if "created" in created["how"] else "overwritten",
        what=what,
        process=process,
        who=who(capture, process),
        time=moment_of(capture, int(begun[e.EVENT][0])),
        events=some(
            np.unique([*_events(created), *_events(writes), *_after(changed, int(begun[e.EVENT][0]))]),
            MOST_EVENTS,
        ),
        writers=[who(capture, int(one)) for one in dict.fromkeys(own[e.PROCESS])] if own else [],
        bytes_written=int(np.nansum(own["length"])) if own else None,
        size=_size(own, new=created is not None),
        attributes=_attributes(created),
        fate=fate,
        fate_event=by.events[0] if by else None,
        fate_who=by.who if by else None,
        renamed_to=by.to if isinstance(by, RenameRow) else None,
        copied_from=copy.source if copy else None,
        copy_confidence=copy.confidence if copy else None,
        ordinary=_ordinary(capture, path, final, what, created, writes) or _passing(what, by),
        changed=list(dict.fromkeys(changed["change"])) if changed else [],
        changed_by=[who(capture, int(one)) for one in dict.fromkeys(changed[e.PROCESS])] if changed else [],
    )


def _by_processes(writes: Part | None) -> Part | None:
    """The writes that processes made themselves; those of the memory manager where there are no others."""
    if writes is None or writes["paging"].all():
        return writes
    return {name: array[~writes["paging"]] for name, array in writes.items()}


def _events(part: Part | None) -> list[int]:
    return [] if part is None else part[e.EVENT].tolist()


def _after(part: Part | None, event: int) -> list[int]:
    return [one for one in _events(part) if one > event]


def _kind(path: str, final: str, use: Use) -> Kind:
    by_name = kind_of(path) if kind_of(path) != "data" else kind_of(final)
    if use.by_system:
        return "driver"
    return "executable" if use.ran and by_name == "data" else by_name


def _size(writes: Part | None, *, new: bool) -> int | None:
    """The end of the last write; of a new file that was only appended to, all that was written."""
    if writes is None:
        return None
    ends = writes["offset"] + writes["length"]
    placed = ~np.isnan(ends)
    appended = int(np.nansum(writes["length"][np.isnan(writes["offset"])])) if new else 0
    last = int(ends[placed].max()) if placed.any() else 0
    return last + appended if placed.any() or appended else None


def _attributes(created: Part | None) -> str | None:
    given = [text for text in created["attributes"] if isinstance(text, str)] if created else []
    return given[0] if given else None


def _fate(
    fates: Sequence[DeletionRow | RenameRow], *, after: int, otherwise: Fate
) -> tuple[Fate, DeletionRow | RenameRow | None]:
    """The last thing that happened to a file after its last creation; a handle may be marked as it is opened."""
    later = [row for row in fates if row.events[-1] >= after]
    if not later:
        return otherwise, None
    last = max(later, key=lambda row: row.events[-1])
    return ("renamed" if isinstance(last, RenameRow) else last.how), last


def _fates(earlier: Mapping[str, Analysis]) -> dict[str, list[DeletionRow | RenameRow]]:
    fates: dict[str, list[DeletionRow | RenameRow]] = {}
    for deletion in rows_of(earlier, "deletions"):
        if not deletion.attempt:
            fates.setdefault(file_key(deletion.path), []).append(deletion)
    for rename in rows_of(earlier, "renames"):
        fates.setdefault(file_key(rename.path), []).append(rename)
    return fates


def _ordinary(
    capture: Capture, path: str, final: str, what: str, created: Part | None, writes: Part | None
) -> str | None:
    """Why a file is everyday business: everyone who created or wrote it must be known to do so."""
    actors = {int(one) for part in (created, writes) if part for one in np.unique(part[e.PROCESS])}
    names = {believed_name(capture, one) for one in actors}
    # The cache manager writes for others, in the System process.
    names = {name for name in names if name.lower() != "system"} or names
    reasons = [
        ordinary_reason(path, process_name=name, what=what)
        or ordinary_reason(final, process_name=name, what=what)
        for name in names
    ]
    if created is None and writes and writes["paging"].all():
        return next((reason for reason in reasons if reason), "memory_manager")
    # Whoever deletes moves a file into the recycle bin; nobody makes a program there.
    made_there = created is not None and what in PROGRAMS and hides(path) and "recycle_bin" in reasons
    return reasons[0] if all(reasons) and not made_there else None


def _passing(what: Kind, by: DeletionRow | RenameRow | None) -> str | None:
    """Why a file that is gone again was everyday business; programs may have run before they went."""
    return by.ordinary if isinstance(by, DeletionRow) and what not in PROGRAMS else None


def _limits(capture: Capture) -> list[str]:
    limits = [] if says_open_result(capture) else ["no_open_result"]
    if unseen(capture):
        limits.append("no_openings")
    if not capture.info["can_show"]["reads"]["value"]:
        limits.append("no_reads")
    if not capture.info["can_show"]["process_events"]["value"]:
        limits.append("no_process_events")
    return limits
