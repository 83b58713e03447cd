"""Files that were deleted, marked for deletion or renamed, and clean-ups after a copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Technique
from scripts.procmon.contracts.tables import CopyRow, DeletionRow, RenameRow
from scripts.procmon.findings import file_acts
from scripts.procmon.findings.file_acts import FILE, file_key, first_rows, grouped
from scripts.procmon.findings.file_kinds import in_windows, is_temporary, kind_of, ordinary_reason
from scripts.procmon.findings.names import process_name, when, who
from scripts.procmon.findings.reproduce import by_path
from scripts.procmon.findings.suspects import suspects
from scripts.procmon.text import listing

MOST_EVENTS = 50
#: A list that is refreshed deletes its file and makes it anew at once.
REFRESH_SECONDS = 5


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The tables ``deletions`` (attempts among them) and ``renames``; a finding for each clean-up after a copy."""
    if not capture.info["can_show"]["file_events"]["value"]:
        return Analysis(name="deletions", outcome="could not be checked", reason="no_file_events")
    marked, made, renamed = (
        file_acts.deletions(capture),
        file_acts.creations(capture),
        file_acts.renames(capture),
    )
    # Files opened with Delete On Close that were not there: nothing to delete, not even an attempt on something.
    marked = marked[~((marked["how"] == "deleted on close") & (marked[e.RESULT] != "SUCCESS"))]
    accused = suspects(earlier)
    rows = list(_deletion_rows(capture, marked, made, accused=accused))
    moves = list(_rename_rows(capture, renamed))
    copies: Sequence[CopyRow] = earlier["copies"].tables.get("copies", ()) if "copies" in earlier else ()
    return Analysis(
        name="deletions",
        outcome="found" if rows or moves else "not found",
        examined=len(marked) + len(renamed),
        findings=list(_clean_ups(rows, copies, accused)),
        tables={"deletions": rows, "renames": moves},
    )


def _deletion_rows(
    capture: Capture, marked: pd.DataFrame, made: pd.DataFrame, *, accused: Mapping[str, object]
) -> Iterator[DeletionRow]:
    creations = {file: part for (file,), part in grouped(made, [FILE])}
    taken_back = file_acts.kept_after_all(capture)
    kept = taken_back.groupby([e.PROCESS, FILE])[e.EVENT].max().to_dict()
    for (process, file, how, attempt), part in grouped(marked, [e.PROCESS, FILE, "how", "attempt"]):
        if kept.get((process, file), -1) > part[e.EVENT].iloc[-1]:
            continue
        first, person = part.iloc[0], who(capture, int(process))
        created = creations.get(file)
        yield DeletionRow(
            path=str(first[e.PATH]),
            process=int(process),
            who=person,
            time=when(first[e.TIME]) or "",
            how=how,
            created_here=created is not None and bool((created[e.EVENT] <= part[e.EVENT].iloc[-1]).any()),
            events=first_rows(part, MOST_EVENTS),
            attempt=bool(attempt),
            ordinary=_ordinary(capture, part, created, trusted=person not in accused),
        )


def _ordinary(
    capture: Capture, part: pd.DataFrame, created: pd.DataFrame | None, *, trusted: bool
) -> str | None:
    """Why a deletion is everyday business."""
    last, path = part.iloc[-1], str(part[e.PATH].iloc[0])
    process = int(last[e.PROCESS])
    name = process_name(capture, process)
    if reason := ordinary_reason(path, process_name=name, what=kind_of(path)):
        return reason
    if created is None or not trusted:
        return None
    own = created[created[e.PROCESS] == process]
    again = own[own[e.EVENT] > last[e.EVENT]]
    if len(again) and (again[e.TIME].iloc[0] - last[e.TIME]).total_seconds() <= REFRESH_SECONDS:
        return "refreshed"
    return "own_temporary" if (own[e.EVENT] <= last[e.EVENT]).any() and is_temporary(path) else None


def _rename_rows(capture: Capture, renamed: pd.DataFrame) -> Iterator[RenameRow]:
    for (process, _, to), part in grouped(renamed, [e.PROCESS, FILE, "to"]):
        first, name = part.iloc[0], process_name(capture, process)
        path = str(first[e.PATH])
        yield RenameRow(
            path=path,
            to=_whole(str(to), path),
            process=int(process),
            who=who(capture, int(process)),
            time=when(first[e.TIME]) or "",
            events=first_rows(part, MOST_EVENTS),
            ordinary=ordinary_reason(path, process_name=name, what=kind_of(path))
            or ordinary_reason(str(to), process_name=name, what=kind_of(str(to))),
        )


def _whole(to: str, path: str) -> str:
    r"""The new name as a whole path: Detail may hold ``\??\C:\…`` or the bare name."""
    to = to.removeprefix("\\??\\")
    return to if "\\" in to else path[: path.rfind("\\") + 1] + to


def _clean_ups(
    rows: Sequence[DeletionRow], copies: Sequence[CopyRow], accused: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    """One finding a process that deleted what it had copied into Windows; one for all that are not what they seem."""
    targets = {file_key(copy.source): copy for copy in copies if _matters(copy)}
    told_of: dict[str, list[DeletionRow]] = {}
    for row in rows:
        guilty = row.who in accused
        wanted = file_key(row.path) in targets or (row.created_here and guilty)
        if wanted and not row.attempt and row.ordinary in (None, "own_temporary"):
            told_of.setdefault("" if guilty else row.who, []).append(row)
    for name, deleted in told_of.items():
        copied = [targets[key] for row in deleted if (key := file_key(row.path)) in targets]
        evidence = sorted({event for row in deleted for event in row.events})
        people = list(dict.fromkeys(row.who for row in deleted))
        yield Finding(
            kind="traces_deleted",
            severity="low" if name else "medium",
            confidence="certain" if copied and not name else "likely",
            facts={
                "who": listing(people),
                "processes": len(people),
                "files": list(dict.fromkeys(row.path for row in deleted)),
                "on_close": sum(row.how == "deleted on close" for row in deleted),
                "created_here": sum(row.created_here for row in deleted),
                "copied_to": sorted({copy.target for copy in copied}),
                "accused": not name,
                "time": deleted[0].time,
                "events": evidence,
            },
            evidence=evidence,
            reproduce=by_path([row.path for row in deleted], whos=people),
            attack=[Technique("T1070.004", "high")],
            subjects={"processes": people, "files": [row.path for row in deleted]},
        )


def _matters(copy: CopyRow) -> bool:
    """Whether the target of a copy is a driver or lies in the Windows folder, so that its origin is worth hiding."""
    return copy.confidence != "possible" and (kind_of(copy.target) == "driver" or in_windows(copy.target))
