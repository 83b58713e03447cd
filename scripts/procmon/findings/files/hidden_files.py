"""Findings on files that were created hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.files.file_acts import is_hidden
from scripts.procmon.findings.files.maker_signs import (
    MOST_FILES,
    Known,
    Signs,
    by_maker,
    evidence_of,
    facts_on,
)
from scripts.procmon.findings.files.paging_writes import rounded_up
from scripts.procmon.findings.paths.file_kinds import (
    in_windows,
    is_folder_settings,
    odd_place,
)

#: desktop.ini holds a few lines; more than this is something else.
FOLDER_SETTINGS = 2048


def hidden_files(capture: Capture, rows: Sequence[FileRow], known: Known) -> Iterator[Finding]:
    """One finding a process that created files or folders with the attributes Hidden and System, or in the recycle bin.

    Strong signs: a place where no program belongs, loaded or started afterwards, made by a process that is not what it
    seems, a folder's settings file that is too long to be one. Weak ones: made by a program from where users may write, a
    program among them, inside the Windows folder. Severity: high for two signs with a strong one, medium for a strong
    one or two weak ones, otherwise low.
    """
    wanted = [
        row
        for row in rows
        if row.ordinary is None
        and row.how == "created"
        and is_hidden(row.attributes)
        and row.what != "driver"
        and not (
            is_folder_settings(row.path) and (row.size or 0) <= FOLDER_SETTINGS and not odd_place(row.path)
        )
    ]
    for person, files in by_maker(wanted).items():
        signs = Signs.of(files, known)
        windows = any(in_windows(row.path) for row in files)
        disguised = [
            row.path for row in files if is_folder_settings(row.path) and (row.size or 0) > FOLDER_SETTINGS
        ]
        programs = any(row.what in ("executable", "script") for row in files)
        strong = sum(map(bool, (signs.odd, signs.used, signs.accused, disguised)))
        every = strong + sum(map(bool, (signs.stray, programs, windows)))
        severity: Severity = "high" if strong and every >= 2 else "medium" if strong or every >= 2 else "low"
        yield Finding(
            kind="files_hidden",
            severity=severity,
            confidence="certain",
            facts={
                **facts_on(person, files, signs),
                "folders": sum(row.what == "folder" for row in files),
                "folder_paths": [row.path for row in files if row.what == "folder"],
                "data_files": sum(row.what != "folder" for row in files),
                "windows": windows,
                "programs": programs,
                "disguised": disguised,
                "rounded_up": rounded_up(capture, files),
            },
            evidence=evidence_of(files, known),
            reproduce=by_path([row.path for row in files]),
            attack=[Technique("T1564.001", "high")],
            subjects={"processes": [person], "files": [row.path for row in files[:MOST_FILES]]},
        )
