"""Documents of others that a program deleted after it had written other files of its own names: encrypted, or moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from ntpath import basename

from scripts.procmon.contracts.findings import Finding, Severity, Technique
from scripts.procmon.contracts.tables import DeletionRow, FileRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.files.file_times import folder_of
from scripts.procmon.findings.files.maker_signs import by_maker
from scripts.procmon.findings.files.notes import MANY, MOSTLY, is_sweep, is_work, notes_of
from scripts.procmon.findings.paths.file_kinds import ending
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.programs.doers import Doers

MOST_EVENTS = 500
#: A shorter name may stand in another by chance.
SHORTEST = 4


def replaced(files: Sequence[FileRow], deletions: Sequence[DeletionRow], doers: Doers) -> Iterator[Finding]:
    """Findings "files_overwritten": papers and others deleted in several folders, new files of other names there.

    Severity: high where a note was left, medium otherwise; none for installed programs, for copies, for files that
    keep their names (converters, packers), and for one new file for many (archives).
    """
    mine, made = by_maker(files), defaultdict[str, list[FileRow]](list)
    for row in files:
        if row.how == "created" and row.what == "data" and row.bytes_written and row.copied_from is None:
            made[row.who].append(row)
    gone: dict[str, list[DeletionRow]] = defaultdict(list)
    for one in deletions:
        if not (one.attempt or one.created_here or one.ordinary) and is_work(one.path):
            gone[one.who].append(one)
    for person, lost in gone.items():
        paths = [one.path for one in lost]
        if len(lost) < MANY or not made[person] or doers.of(person) == "installed" or not is_sweep(paths):
            continue
        notes = notes_of(mine[person], paths)
        new = _in_their_place(made[person], paths, notes)
        if len(new) >= len(lost) * MOSTLY:
            yield _finding(person, lost, new, notes)


def _in_their_place(made: Sequence[FileRow], paths: Sequence[str], notes: Sequence[FileRow]) -> list[FileRow]:
    """The new files in the folders of the old ones that bear none of their names."""
    folders = {folder_of(path.lower()) for path in paths}
    names = {basename(path).lower().partition(".")[0] for path in paths}
    told = {file_key(row.path) for row in notes}
    return [
        row
        for row in made
        if folder_of(row.path.lower()) in folders
        and file_key(row.path) not in told
        and not _bears(basename(row.path).lower(), names)
    ]


def _bears(name: str, names: set[str]) -> bool:
    """Whether a name is, or begins with, one of the old names without their endings."""
    stem = name.partition(".")[0]
    return stem in names or any(stem[:length] in names for length in range(SHORTEST, len(stem)))


def _finding(
    person: str, lost: Sequence[DeletionRow], new: Sequence[FileRow], notes: Sequence[FileRow]
) -> Finding:
    paths: list[str] = [one.path for one in lost]
    severity: Severity = "high" if notes else "medium"
    rows: list[FileRow | DeletionRow] = [*notes, *lost, *new]
    facts: Mapping[str, object] = {
        "who": person,
        "way": "replaced",
        "installed": False,
        "count": len(lost),
        "made": len(new),
        "renamed_to": new[0].path,
        "kinds": sorted({ending(path) for path in paths}),
        "files": paths[:20],
        "folders": len({folder_of(path.lower()) for path in paths}),
        "note": basename(notes[0].path) if notes else None,
        "notes": len(notes),
        "read": None,
        "time": min(one.time for one in rows),
    }
    return Finding(
        kind="files_overwritten",
        severity=severity,
        confidence="likely" if notes else "possible",
        facts=dict(facts),
        evidence=sorted({event for row in rows for event in row.events[:10]})[:MOST_EVENTS],
        reproduce=by_path([*paths[:60], *(row.path for row in new[:60])], whos=[person]),
        attack=[Technique("T1486", "medium" if notes else "low")],
        subjects={"processes": [person], "files": [*(row.path for row in notes), *paths][:100]},
        key_events=[*(row.events[0] for row in new[:4]), *(one.events[0] for one in lost[:4])],
    )
