"""What becomes of a file that an accused program made: deleted, put back as it was before, or looked at and left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ntpath import basename, dirname
from typing import Literal

from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.contracts.tables import DeletionRow, FileRow, ProcessRow, RemovalRow, RenameRow
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.files.notes import is_work
from scripts.procmon.findings.paths.file_kinds import PROGRAMS, ending, is_temporary
from scripts.procmon.findings.paths.places import (
    below_windows,
    hides,
    in_another_windows,
    in_its_place,
    is_laid_out,
    kind_of,
)
from scripts.procmon.findings.programs.settled_programs import home_of

Disposal = Literal["delete", "put back", "look at"]

#: Findings that name files which they say nothing against: what was read, set or copied there is somebody's own.
_ABOUT_OTHERS = {"credentials_read", "suspect_talked", "raw_disk", "times_set"}


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What decides about files: paths in lower case that findings speak against, or that something stood at before."""

    against: frozenset[str]
    before: frozenset[str]

    @classmethod
    def of(cls, findings: Sequence[Finding], earlier: Mapping[str, Analysis]) -> Grounds:
        """``findings``: those of at least medium severity."""
        files = rows_of(earlier, "files")
        new = {row.path.lower() for row in files if row.how == "created"}
        made = {row.path.lower(): row.events[0] for row in sorted(files, key=_begin) if row.made}
        gone = [row for row in rows_of(earlier, "deletions") if not row.attempt]
        moved = rows_of(earlier, "renames")
        return cls(
            against=frozenset(
                path.lower()
                for finding in findings
                if finding.kind not in _ABOUT_OTHERS
                for path in finding.subjects.get("files", ())
            ),
            before=frozenset(
                {
                    row.path.lower()
                    for row in files
                    if row.how == "overwritten" and row.path.lower() not in new
                }
                | {row.path.lower() for row in gone if not row.created_here and _is_first(row, made)}
                | {row.path.lower() for row in moved if _is_first(row, made)}
            ),
        )

    def about(self, file: FileRow, *, stranger: bool) -> Disposal:
        """``stranger``: whether its maker is no program that is set up on this computer.

        Documents, data and profiles go only where a finding is about them, they are hidden, or a stranger left them
        where no documents lie; programs go unless an installed program made them and no finding is about them.
        """
        path = file.path.lower()
        if path in self.before:
            return "put back"
        if is_laid_out(path):
            return "look at"
        if path in self.against:
            return "delete"
        runs = file.what in PROGRAMS or file.what in ("shortcut", "folder")
        hidden = "H" in (file.attributes or "") or "hidden" in file.changed or hides(path)
        dropped = kind_of(path)[0] in ("odd", "watch") and (not is_work(path) or is_temporary(path))
        return "delete" if stranger and (runs or hidden or dropped) else "look at"


def _begin(row: FileRow) -> int:
    return row.events[0]


def _is_first(row: DeletionRow | RenameRow, made: Mapping[str, int]) -> bool:
    """Whether a file was taken away from its place before one was ``made`` there, so that it had been there before.

    ``made``: by path in lower case the event that last made a file there.
    """
    return made.get(row.path.lower(), -1) > row.events[0]


def is_set_up(row: ProcessRow) -> bool:
    """Whether a process runs from where programs are set up; one whose place is not known is not believed here."""
    image = row.image_path or ""
    return "\\" in image and in_its_place(image)


def is_somebodys(row: ProcessRow) -> bool:
    """Whether a program lies where people keep programs of their own: a folder of theirs, a product's of one user."""
    image = row.image_path or ""
    return kind_of(image)[0] == "other" or home_of(image) is not None


def put_back_files(files: Sequence[FileRow]) -> Iterator[RemovalRow]:
    """Steps "check" for what was there before and holds something else now."""
    for file in files:
        if below_windows(file.path) is not None or in_another_windows(file.path):
            place = "windows"
        else:
            place = "program" if kind_of(file.path)[0] == "own" else "file"
        facts = {"who": file.who, "place": place}
        yield RemovalRow(step="check", target=file.path, because="overwritten", facts=facts)


def looked_at(files: Sequence[FileRow]) -> Iterator[RemovalRow]:
    """Steps for what nothing speaks against but its maker, one for each maker, folder and ending; programs first."""
    groups: dict[tuple[str, str, str], list[FileRow]] = {}
    for file in sorted(
        (one for one in files if one.what != "folder"), key=lambda one: one.what not in PROGRAMS
    ):
        groups.setdefault((file.who, dirname(file.path), ending(file.path)), []).append(file)
    for (person, folder, end), same in groups.items():
        target = same[0].path if len(same) == 1 else f"{folder}\\*.{end}" if end else f"{folder}\\*"
        facts = {"who": person, "count": f"{len(same):,}"}
        if same[0].what in PROGRAMS:
            yield RemovalRow(step="check", target=target, because="made_program", facts=facts)
        else:
            yield RemovalRow(step="leave", target=target, because="made_data", facts=facts)


def kept_program(program: ProcessRow, maker: str | None = None) -> RemovalRow:
    """The step for a program that may be somebody's: installed, or kept where nobody else puts programs.

    ``maker`` is who made it in this capture, if anybody did.
    """
    path = str(program.image_path)
    because = "installed_program" if is_set_up(program) or is_laid_out(path) else "known_program"
    return RemovalRow(
        step="check",
        target=path,
        because=because,
        facts={"who": program.who, "name": basename(path), "maker": maker or ""},
    )
