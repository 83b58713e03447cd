"""New libraries by which Windows or a trusted program runs foreign code: under borrowed names, or where none was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ntpath import basename, dirname
from typing import Literal

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow, ProcessRow
from scripts.procmon.findings.evidence.names import name_of
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.files.file_uses import Use, module_users, uses
from scripts.procmon.findings.paths.file_kinds import belongs_to_a_program, ending
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.findings.programs.setup_programs import is_installer, setup_programs
from scripts.procmon.findings.registry.input_methods import entry_of, input_methods
from scripts.procmon.knowledge import knowledge

#: "missing": Windows looks for it and has none; "beside": a library with the name of one of Windows' in the folder of the
#: program that loads it; "windows": new in Windows, and loaded by a program of Windows.
How = Literal["missing", "beside", "windows"]


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One such file, who loaded it, and the program beside which it lies."""

    row: FileRow
    how: How
    users: list[str]
    events: list[int]
    program: FileRow | None = None
    #: The program is a copy of one of Windows' own.
    copied: bool = False
    #: The event that entered it as an input method.
    entered: int | None = None


def planted(capture: Capture, rows: Sequence[FileRow], earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """Findings "code_planted", one a file. None by set-up programs, installed programs and Windows' own servicing.

    Severity: high for a library that Windows misses once it was loaded, and beside a copy of a program of Windows; low
    for one that was entered as an input method; medium otherwise.
    """
    people = tree(earlier)
    doers, setups = Doers(people), setup_programs(capture)
    images = {row.process: row.image_path for row in people}
    wanted = [
        row
        for row in rows
        if row.ordinary is None
        and (doers.of(row.process) != "installed" or _abused(row, images.get(row.process)))
        and row.who not in setups
        and not is_installer(row.who, images.get(row.process))
    ]
    for one in _found(capture, wanted, people):
        yield _finding(one)


def _abused(row: FileRow, image: str | None) -> bool:
    """Whether a program of Windows that brings no libraries made one where Windows looks for it in vain."""
    habits, missing = knowledge("process_habits"), knowledge("system_libraries")["missing"]
    name = name_of(row.who)
    if name not in {*habits["bring_no_libraries"], *habits["change_no_programs"]}:
        return False
    return below_windows(image or "") is not None and below_windows(row.renamed_to or row.path) in missing


def _found(capture: Capture, rows: Sequence[FileRow], people: Sequence[ProcessRow]) -> Iterator[Planted]:
    made = {file_key(row.renamed_to or row.path): row for row in rows if row.made}
    rows = [row for row in rows if row.made and ending(row.renamed_to or row.path) == "dll"]
    if not rows:
        return
    ran = uses(capture)
    tables, entries = module_users(capture, frozenset(made)), input_methods(capture)
    by_who = {row.who: row for row in people}
    missing, borrowed = (knowledge("system_libraries")[key] for key in ("missing", "borrowed"))
    for row in rows:
        path = row.renamed_to or row.path
        below, name, key = below_windows(path), basename(path).lower(), file_key(path)
        use = ran.get(key, Use())
        users = list(dict.fromkeys([*use.loaded_by, *tables.get(key, ())]))
        events = use.events
        if below is not None and below in missing:
            yield Planted(row=row, how="missing", users=users, events=events)
        elif below is not None and belongs_to_a_program(path):
            foreign = [user for user in users if user != row.who and _is_windows(by_who.get(user))]
            if foreign:
                entered = entry_of(path, entries.get(row.who, {}), foreign)
                yield Planted(row=row, how="windows", users=foreign, events=events, entered=entered)
        elif name in borrowed:
            program = _beside(path, users, made, by_who)
            if program is not None and program.who == row.who:
                copied = below_windows(program.copied_from or "") is not None
                yield Planted(
                    row=row, how="beside", users=users, events=events, program=program, copied=copied
                )


def _beside(
    path: str, users: Sequence[str], made: Mapping[str, FileRow], people: Mapping[str, ProcessRow]
) -> FileRow | None:
    """The new program in the same folder whose process loaded the library."""
    for user in users:
        image = people[user].image_path if user in people else None
        if image and dirname(image).lower() == dirname(path).lower() and file_key(image) in made:
            return made[file_key(image)]
    return None


def _is_windows(row: ProcessRow | None) -> bool:
    """Whether a process is a program of Windows that takes no orders: no interpreter loads what it was not told to."""
    if row is None or row.image_path is None or below_windows(row.image_path) is None:
        return False
    return row.process_name.lower() not in knowledge("process_habits")["interpreters"]


def _finding(one: Planted) -> Finding:
    row = one.row
    path = row.renamed_to or row.path
    grave = one.copied or (one.how == "missing" and one.users)
    severity: Severity = "high" if grave else "medium" if one.entered is None else "low"
    beside = [one.program.path] if one.program else []
    evidence = {*row.events, *one.events, *(one.program.events if one.program else ())}
    evidence |= set() if one.entered is None else {one.entered}
    return Finding(
        kind="code_planted",
        severity=severity,
        confidence="likely",
        facts={
            "who": row.who,
            "path": path,
            "name": basename(path),
            "how": one.how,
            "users": one.users,
            "program": beside[0] if beside else None,
            "copied": one.program.copied_from if one.program and one.copied else None,
            "why": knowledge("system_libraries")["missing"].get(below_windows(path) or ""),
            "over": row.how != "created",
            "time": row.time,
            "event": row.events[0],
            "load": one.events[0] if one.events else None,
            "entered": one.entered,
        },
        evidence=sorted(evidence)[:500],
        reproduce=by_path([path, *beside]),
        attack=[Technique("T1574.001", "medium")],
        subjects={"processes": list(dict.fromkeys([row.who, *one.users])), "files": [path, *beside]},
    )
