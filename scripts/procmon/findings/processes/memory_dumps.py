"""The memory of a process written into a file: that of lsass holds the passwords of whoever is logged on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ntpath import basename

from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow, ProcessRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.paths.file_kinds import ending
from scripts.procmon.findings.paths.places import in_its_place, kind_of
from scripts.procmon.findings.programs.command_lines import telling
from scripts.procmon.findings.programs.lsass_number import dumps_by_number, numbers_of_lsass
from scripts.procmon.knowledge import knowledge


def memory_dumps(earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """Findings "memory_dumped": files that bear lsass's name as a picture of memory does, or come of a command for it.

    Reading another process's memory leaves no event in Process Monitor: the file and the command line are what shows.
    Severity: high; medium for a program that people use to write such files by hand, without a command line that names
    lsass. None where Windows' own error reporting wrote it.
    """
    people = {row.process: row for row in tree(earlier)}
    lsass = numbers_of_lsass(people.values())
    groups: dict[int, list[FileRow]] = {}
    for row in rows_of(earlier, "files"):
        if row.how != "changed" and row.ordinary is None and _is_told(row, people.get(row.process), lsass):
            groups.setdefault(row.process, []).append(row)
    for process, files in groups.items():
        writer = people.get(process)
        yield _finding(files, writer, asked=_asked(writer, lsass))


def _is_told(row: FileRow, writer: ProcessRow | None, lsass: frozenset[int]) -> bool:
    known = knowledge("credential_stores")["dumps"]
    name = basename(row.path).lower()
    named = any(word in name for word in known["names"])
    dump = ending(row.path) in known["endings"]
    program = (writer.process_name if writer else "").lower()
    if program in known["writers"] and in_its_place(writer.image_path if writer else None):
        return False
    return (dump and named) or (_asked(writer, lsass) and (dump or row.made) and row.what == "data")


def _asked(writer: ProcessRow | None, lsass: frozenset[int]) -> bool:
    """Whether the command line asks for the memory of lsass (of these numbers), or of a process by its number."""
    known = telling(writer.command_line) if writer and writer.command_line else None
    by_number = writer is not None and dumps_by_number(writer.command_line, lsass)
    return by_number or (known is not None and known["id"] == "password-memory")


def _finding(files: Sequence[FileRow], writer: ProcessRow | None, *, asked: bool) -> Finding:
    first = files[0]
    image = writer.image_path if writer else None
    by_hand = not asked and image is not None and kind_of(image)[0] == "own"
    severity: Severity = "medium" if by_hand else "high"
    events = sorted({event for row in files for event in row.events})
    return Finding(
        kind="memory_dumped",
        severity=severity,
        confidence="certain" if asked else "likely",
        facts={
            "who": first.who,
            "paths": [row.path for row in files],
            "size": first.size,
            "command_line": writer.command_line if asked and writer else None,
            "named": any("lsass" in basename(row.path).lower() for row in files),
            "by_hand": by_hand,
            "gone": [row.path for row in files if row.fate in ("deleted", "deleted on close")],
            "time": first.time,
            "events": events[:20],
        },
        evidence=events,
        reproduce=by_path([row.path for row in files], whos=[first.who]),
        attack=[Technique("T1003.001", "high" if asked else "medium")],
        subjects={"processes": [first.who], "files": [row.path for row in files]},
    )
