"""Findings on programs and drivers that were there before and were written into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Severity
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.names import name_of
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.files.file_acts import unseen
from scripts.procmon.findings.files.maker_signs import (
    MOST_FILES,
    Known,
    Signs,
    by_maker,
    evidence_of,
    facts_on,
)
from scripts.procmon.findings.paths.file_kinds import (
    belongs_to_a_program,
)
from scripts.procmon.findings.paths.places import in_its_place
from scripts.procmon.knowledge import knowledge

#: Programs in so many different folders are those of different makers.
SEVERAL = 3


def programs_changed(capture: Capture, rows: Sequence[FileRow], known: Known) -> Iterator[Finding]:
    """One finding a process that wrote into programs or drivers that were there before.

    Written whole in a capture without openings of files they may be new: "programs_written" then. Severity: medium for a
    process that is not what it seems, or a program from where users may write that changes installed programs; high where
    it is no set-up program and these lie in the folders of several; low otherwise, since linkers and updaters do so too.
    """
    wanted = [
        row
        for row in rows
        if row.what in ("executable", "driver")
        and row.how == "written"
        and not row.ordinary
        and row.bytes_written
    ]
    unopened = unseen(capture) is not None
    for person, files in by_maker(wanted).items():
        # What is written at its end alone was there.
        maybe_new = unopened and all((row.bytes_written or 0) >= (row.size or 0) for row in files)
        signs = Signs.of(files, known)
        installed = [row.path for row in files if belongs_to_a_program(row.path)]
        evidence = evidence_of(files, known)
        foreign = bool(signs.stray) and bool(installed)
        # An updater changes the programs of its maker; what changes everybody's infects them.
        lent = _changes_no_programs(person, known.images.get(files[0].process))
        changed = [row.path for row in files] if lent else installed if foreign else []
        folders = {"\\".join(path.lower().split("\\")[:3]) for path in changed if path.count("\\") > 1}
        spreads = not maybe_new and len(folders) >= SEVERAL and person not in known.setups
        severity: Severity = "high" if spreads else "medium" if signs.accused or foreign else "low"
        yield Finding(
            kind="programs_written" if maybe_new else "programs_changed",
            severity=severity,
            confidence="certain",
            facts={
                **facts_on(person, files, signs),
                "installed": installed[:MOST_FILES],
                "folders": len(folders) if spreads else 0,
            },
            evidence=evidence,
            reproduce=by_path([row.path for row in files]),
            subjects={"processes": [person], "files": [row.path for row in files[:MOST_FILES]]},
        )


def _changes_no_programs(person: str, image: str | None) -> bool:
    """Whether it is a browser, shows documents, or is one of Windows' own with no business with others' programs."""
    name, habits = name_of(person), knowledge("process_habits")
    known = {*knowledge("network")["browsers"], *habits["readers"], *habits["change_no_programs"]}
    return name in known and image is not None and in_its_place(image)
