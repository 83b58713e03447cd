"""Files that were deleted, marked for deletion or renamed, and clean-ups after a copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Technique
from scripts.procmon.contracts.tables import CopyRow, DeletionRow, RenameRow
from scripts.procmon.findings.evidence.names import moment_of, who
from scripts.procmon.findings.evidence.parts import Part, parts, some
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import suspects
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.files import file_acts
from scripts.procmon.findings.files.file_acts import FILE, unseen
from scripts.procmon.findings.paths.file_kinds import in_windows, is_temporary, kind_of, ordinary_reason
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.programs.believed_names import believed_name
from scripts.procmon.text import listing

MOST_EVENTS = 50
#: A finding names as many files; the table holds all.
MOST_FILES = 1000
#: A list that is refreshed deletes its file and makes it anew at once.
REFRESH = np.timedelta64(5, "s")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The tables ``deletions`` (attempts among them) and ``renames``; a finding for each clean-up after a copy."""
    if reason := unseen(capture):
        return Analysis(name="deletions", outcome="could not be checked", reason=reason)
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
    return Analysis(
        name="deletions",
        outcome="found" if rows or moves else "not found",
        examined=len(marked) + len(renamed),
        findings=list(
            _clean_ups(rows, rows_of(earlier, "copies"), accused, written=_written(capture, accused))
        ),
        tables={"deletions": rows, "renames": moves},
    )


def _deletion_rows(
    capture: Capture, marked: pd.DataFrame, made: pd.DataFrame, *, accused: Mapping[str, object]
) -> Iterator[DeletionRow]:
    creations = {part[FILE][0]: part for part in parts(made, [FILE], (FILE, e.EVENT, e.TIME, e.PROCESS))}
    taken_back = file_acts.kept_after_all(capture)
    kept = taken_back.groupby([e.PROCESS, FILE])[e.EVENT].max().to_dict()
    for part in parts(marked, [e.PROCESS, FILE, "how", "attempt"], _MARKED):
        process, file, last = int(part[e.PROCESS][0]), str(part[FILE][0]), int(part[e.EVENT][-1])
        if kept.get((process, file), -1) > last:
            continue
        created, person = creations.get(file), who(capture, process)
        yield DeletionRow(
            path=str(part[e.PATH][0]),
            process=process,
            who=person,
            time=moment_of(capture, int(part[e.EVENT][0])),
            how=part["how"][0],
            created_here=created is not None and bool(created[e.EVENT][0] <= last),
            events=some(part[e.EVENT], MOST_EVENTS),
            attempt=bool(part["attempt"][0]),
            ordinary=_ordinary(capture, part, created, trusted=person not in accused),
        )


_MARKED = (FILE, e.EVENT, e.TIME, e.PROCESS, e.PATH, "how", "attempt")


def _ordinary(capture: Capture, part: Part, created: Part | None, *, trusted: bool) -> str | None:
    """Why a deletion is everyday business."""
    process, path, last = int(part[e.PROCESS][0]), str(part[e.PATH][0]), part[e.EVENT][-1]
    name = believed_name(capture, process)
    if reason := ordinary_reason(path, process_name=name, what=kind_of(path)):
        return reason
    if created is None or not trusted:
        return None
    own = created[e.PROCESS] == process
    again = own & (created[e.EVENT] > last)
    # A missing time makes the difference missing, which is not less than anything.
    if again.any() and created[e.TIME][again][0] - part[e.TIME][-1] <= REFRESH:
        return "refreshed"
    return "own_temporary" if (own & (created[e.EVENT] <= last)).any() and is_temporary(path) else None


def _rename_rows(capture: Capture, renamed: pd.DataFrame) -> Iterator[RenameRow]:
    for part in parts(renamed, [e.PROCESS, FILE, "to"], (e.EVENT, e.PROCESS, e.PATH, "to")):
        process, path = int(part[e.PROCESS][0]), str(part[e.PATH][0])
        name = believed_name(capture, process)
        if not isinstance(part["to"][0], str):
            continue
        to = _whole(part["to"][0], path)
        yield RenameRow(
            path=path,
            to=to,
            process=process,
            who=who(capture, process),
            time=moment_of(capture, int(part[e.EVENT][0])),
            events=some(part[e.EVENT], MOST_EVENTS),
            ordinary=ordinary_reason(path, process_name=name, what=kind_of(path))
            or ordinary_reason(to, process_name=name, what=kind_of(to)),
        )


def _whole(to: str, path: str) -> str:
    r"""The new name as a whole path: Detail may hold ``\??\C:\…`` or the bare name."""
    to = to.removeprefix("\\??\\")
    return to if "\\" in to else path[: path.rfind("\\") + 1] + to


def _written(capture: Capture, people: Mapping[str, object]) -> set[str]:
    """The files that these processes wrote to."""
    if not people:
        return set()
    writes = file_acts.acts(capture, file_acts.WRITE)
    numbers = [number for number in writes[e.PROCESS].unique() if who(capture, int(number)) in people]
    return set(writes[FILE][writes[e.PROCESS].isin(numbers)])


def _clean_ups(
    rows: Sequence[DeletionRow],
    copies: Sequence[CopyRow],
    accused: Mapping[str, Sequence[str]],
    *,
    written: set[str],
) -> Iterator[Finding]:
    """One finding a process that deleted what it had copied into Windows; one for all that are not what they seem."""
    targets = {file_key(copy.source): copy for copy in copies if _matters(copy)}
    told_of: dict[str, list[DeletionRow]] = {}
    for row in rows:
        guilty = row.who in accused
        used = guilty and (row.created_here or file_key(row.path) in written)
        wanted = file_key(row.path) in targets or used
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
                "files": list(dict.fromkeys(row.path for row in deleted))[:MOST_FILES],
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
            subjects={"processes": people, "files": [row.path for row in deleted[:MOST_FILES]]},
        )


def _matters(copy: CopyRow) -> bool:
    """Whether the target of a copy is a driver or lies in the Windows folder, so that its origin is worth hiding."""
    return copy.confidence != "possible" and (kind_of(copy.target) == "driver" or in_windows(copy.target))
