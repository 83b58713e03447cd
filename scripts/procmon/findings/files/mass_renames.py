"""Many files of others that got one new ending or were written over by one program, as when they are encrypted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ntpath import basename

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import DeletionRow, FileRow, RenameRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.tables import rows_of, tree, written_files
from scripts.procmon.findings.files.file_acts import unseen
from scripts.procmon.findings.files.file_times import folder_of
from scripts.procmon.findings.files.maker_signs import by_maker
from scripts.procmon.findings.files.notes import is_work, notes_of, set_up
from scripts.procmon.findings.files.overwritten import overwritten
from scripts.procmon.findings.files.replaced import replaced
from scripts.procmon.findings.files.untouched import only_renamed
from scripts.procmon.findings.paths.file_kinds import ending
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.knowledge import knowledge

#: Fewer files than this may be anybody's tidying.
MANY = 10
MOST_EVENTS = 500
#: Encrypted files bear a mark and an address between the old name and the new ending.
MOST_ENDINGS = 6
#: An ending drawn by lot for each file may still come twice.
ALIKE = 3


@dataclass
class Rewritten:
    """The files that one process gave one new ending."""

    files: dict[str, str] = field(default_factory=dict)  #: old path → new path
    events: list[int] = field(default_factory=list)
    endings: int = 1  #: how many different ones, where each file got its own


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "files_rewritten" (``MANY`` files that a program had not made got one new ending), "files_overwritten"."""
    if reason := unseen(capture):
        return Analysis(name="mass_renames", outcome="could not be checked", reason=reason)
    files: list[FileRow] = list(written_files(earlier))
    renames: list[RenameRow] = rows_of(earlier, "renames")
    deletions: list[DeletionRow] = rows_of(earlier, "deletions")
    people, mine = tree(earlier), by_maker(files)
    numbers, doers = {row.who: row.process for row in people}, Doers(people)
    installed = set_up({row.who: row.image_path for row in people}, files)
    findings = [
        _finding(
            person,
            end,
            group,
            notes=notes_of(mine.get(person, ()), [*group.files, *group.files.values()]),
            installed=person in installed,
            renamed_only=only_renamed(capture, numbers.get(person, -1), group.files, group.files.values()),
        )
        for (person, end), group in _with_random(_groups(files, renames, deletions)).items()
        if _is_rewriting(end, group)
    ]
    findings += overwritten(capture, files, doers=doers, installed=installed)
    findings += replaced(files, deletions, doers)
    return Analysis(
        name="mass_renames",
        outcome="found" if findings else "not found",
        examined=len(renames) + len(deletions),
        findings=findings,
    )


def _groups(
    files: Iterable[FileRow], renames: Iterable[RenameRow], deletions: Iterable[DeletionRow]
) -> dict[tuple[str, str], Rewritten]:
    """By process and new ending: renamed files, and files that were deleted after a longer name was made beside them."""
    made = {file_key(row.path): row for row in files if row.how == "created"}
    groups: dict[tuple[str, str], Rewritten] = defaultdict(Rewritten)
    for row in renames:
        if (
            row.ordinary is None
            and is_work(row.path)
            and file_key(row.path) not in made
            and ending(row.to) != ending(row.path)
        ):
            _add(groups[row.who, ending(row.to)], row.path, row.to, row.events)
    beside: dict[str, list[FileRow]] = defaultdict(list)
    for file in made.values():
        for shorter in _before_endings(file_key(file.path)):
            beside[shorter].append(file)
    for gone in deletions:
        if gone.attempt or gone.created_here or gone.ordinary or not is_work(gone.path):
            continue
        for file in beside.get(file_key(gone.path), ()):
            if file.who == gone.who:
                _add(groups[file.who, ending(file.path)], gone.path, file.path, [*file.events, *gone.events])
    return groups


def _before_endings(key: str) -> Iterator[str]:
    """What a path is without its last ending, without the last two, and so on: "x.docx.id-7.locked" → "x.docx.id-7" …"""
    for _ in range(MOST_ENDINGS):
        key, dot, end = key.rpartition(".")
        if not dot or "\\" in end:
            return
        yield key


def _with_random(groups: Mapping[tuple[str, str], Rewritten]) -> dict[tuple[str, str], Rewritten]:
    """``groups``, and for each process under the ending "" the files that got each another ending behind their own."""
    found = dict(groups)
    for person in dict.fromkeys(person for person, _ in groups):
        every = [(end, group) for (one, end), group in groups.items() if one == person]
        random = [
            (old, new, group.events)
            for end, group in every
            for old, new in group.files.items()
            if len(group.files) <= ALIKE and _is_random(end) and new.lower() == f"{old.lower()}.{end}"
        ]
        endings = {ending(new) for _, new, _ in random}
        if len(endings) >= MANY and len({len(end) for end in endings}) <= 2:
            mixed = found.setdefault((person, ""), Rewritten(endings=len(endings)))
            for old, new, events in random:
                _add(mixed, old, new, events)
    return found


def _is_random(end: str) -> bool:
    """Whether an ending may have been drawn by lot: three to twelve letters and digits; numbers alone count up."""
    return 3 <= len(end) <= 12 and end.isalnum() and end.isascii()


def _add(group: Rewritten, old: str, new: str, events: Iterable[int]) -> None:
    group.files[old] = new
    group.events.extend(events)


def _is_rewriting(end: str, group: Rewritten) -> bool:
    """Whether many files of several kinds got an ending that no passing file has."""
    if len(group.files) < MANY or end in knowledge("file_kinds")["passing_endings"]:
        return False
    if len({ending(path) for path in group.files}) < 2:
        return False
    # Numbers counted up are parts or versions; endings drawn by lot hold letters somewhere.
    return bool(end) or (
        group.endings > 1 and not all(ending(new).isdecimal() for new in group.files.values())
    )


def _finding(
    person: str, end: str, group: Rewritten, *, notes: Sequence[FileRow], installed: bool, renamed_only: bool
) -> Finding:
    """Severity: high where a note of one name lies in several folders, too; medium otherwise; low if ``installed``.

    Low also where their contents can't have been changed (``renamed_only``) and no note was left.
    """
    renamed_only = renamed_only and not notes
    severity: Severity = "low" if installed or renamed_only else "high" if notes else "medium"
    evidence = sorted({*group.events, *(event for row in notes for event in row.events)})[:MOST_EVENTS]
    old = list(group.files)
    return Finding(
        kind="files_rewritten",
        severity=severity,
        confidence="likely",
        facts={
            "who": person,
            "installed": installed,
            "renamed_only": renamed_only,
            "count": len(old),
            "ending": end or ending(next(iter(group.files.values()))),
            "endings": group.endings,
            "files": old[:20],
            "renamed_to": group.files[old[0]],
            "kinds": sorted({ending(path) for path in group.files} - {""}),
            "folders": len({folder_of(path.lower()) for path in old}),
            "note": basename(notes[0].path) if notes else None,
            "notes": len(notes),
        },
        evidence=evidence,
        reproduce=by_path(old, whos=[person]),
        attack=[] if renamed_only else [Technique("T1486", "medium")],
        subjects={"processes": [person], "files": old[:100]},
    )
