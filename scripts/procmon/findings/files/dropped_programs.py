"""Findings on programs that were dropped: executables and scripts that a process made and nothing explains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.kept import keeps_registering
from scripts.procmon.findings.evidence.names import name_of
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
from scripts.procmon.findings.files.standing import stands_at
from scripts.procmon.findings.paths.file_kinds import (
    belongs_to_a_program,
    stream_of,
    watched_place,
)
from scripts.procmon.findings.paths.places import below_windows, in_its_place
from scripts.procmon.findings.programs.setup_programs import is_installer
from scripts.procmon.findings.registry.input_methods import entry_of, input_methods
from scripts.procmon.knowledge import knowledge


def programs_dropped(capture: Capture, rows: Sequence[FileRow], known: Known) -> Iterator[Finding]:
    """One finding a process that made executables or scripts which nothing explains (drivers have their own).

    Severity: one strong sign (a place where no program belongs, a double ending, made by a process that is not what it
    seems) is medium, two with the program having run are high. Medium also where a program that shows documents or runs
    scripts made an executable that then ran. Without any: low, or info for a set-up program's usual places.
    """
    wanted = [
        row
        for row in rows
        if row.what in ("executable", "script")
        and row.ordinary is None
        and row.made
        and stream_of(row.path) is None  # those are told of by odd_files
        and not is_hidden(row.attributes)  # those are told of by hidden_files
    ]
    entries, registering = input_methods(capture), keeps_registering(capture)
    for person, files in by_maker(wanted).items():
        signs, image = Signs.of(files, known), known.images.get(files[0].process)
        installed = all(belongs_to_a_program(row.renamed_to or row.path) for row in files)
        setup = person in known.setups or is_installer(person, image)
        foreign = [] if setup else _foreign(files, signs, known=known, entered=entries.get(person, {}))
        handed = [] if setup else _handed_on(files, signs, known)
        unremarkable: Severity = "info" if setup or (installed and not signs.stray) else "low"
        yield Finding(
            kind="programs_dropped",
            severity=_severity(signs) or ("medium" if foreign or handed else unremarkable),
            confidence="certain",
            facts={
                **facts_on(person, files, signs),
                "scripts": sum(row.what == "script" for row in files),
                "executables": sum(row.what == "executable" for row in files),
                "installed": installed,
                "foreign": bool(foreign),
                "foreign_count": len(foreign),
                "registering": registering,
                "over": [row.path for row in files if row.how != "created"],
                "handed": handed,
                "browser": _is_browser(person, image),
                "gone": [row.path for row in files if row.fate in ("deleted", "deleted on close")],
            },
            evidence=evidence_of(files, known),
            reproduce=by_path([row.path for row in files]),
            attack=_attack(signs),
            subjects={"processes": [person], "files": [row.path for row in files[:MOST_FILES]]},
        )


def _severity(signs: Signs) -> Severity | None:
    """What strong signs alone make of it."""
    return None if not signs.strong else "high" if signs.strong >= 2 and signs.used else "medium"


def _foreign(
    files: Sequence[FileRow], signs: Signs, *, known: Known, entered: Mapping[str, int]
) -> list[FileRow]:
    """The files that a program from where users may write put into Windows, but for input methods (``entered``).

    It installs nothing there unless it says so in the list of programs.
    """
    if not signs.stray or files[0].who in known.brought:
        return []
    return [
        row
        for row in files
        if _passes_for_windows(row.renamed_to or row.path, known.images.get(row.process))
        and entry_of(stands_at(row), entered) is None
    ]


def _handed_on(files: Sequence[FileRow], signs: Signs, known: Known) -> list[str]:
    """The executables among ``files`` that ran, where who made them shows documents or runs scripts, and brings none.

    None that came from a share, as what log-on scripts bring does, or went where programs are installed.
    """
    image = known.images.get(files[0].process)
    name = name_of(files[0].who)
    habits = knowledge("process_habits")
    reader = name in habits["readers"] and in_its_place(image)
    if not reader and (name not in habits["script_hosts"] or known.doers.of(files[0].process) == "installed"):
        return []
    return [
        row.path
        for row in files
        if row.what == "executable"
        and stands_at(row) in signs.used
        and not belongs_to_a_program(row.path)
        and not (row.copied_from or "").startswith("\\\\")
    ]


def _passes_for_windows(path: str, image: str | None) -> bool:
    r"""Whether a program lies in the Windows folder as if it belonged to Windows.

    A temporary folder of Windows is one like any other, and so is a product's own folder there: the management client in
    C:\Windows\CCM fills that and its cache. Only administrators may make such a folder, and who made it is told.
    """
    below = below_windows(path)
    if below is None or watched_place(path) == "a temporary folder":
        return False
    home, _, rest = (below_windows(image or "") or "").partition("\\")
    homes = {home, *knowledge("file_kinds")["folders_beside"].get(home, ())} if rest else set()
    return below.partition("\\")[0] not in homes


def _is_browser(person: str, image: str | None) -> bool:
    name = name_of(person)
    return name in knowledge("network")["browsers"] and in_its_place(image)


def _attack(signs: Signs) -> list[Technique]:
    return [Technique("T1564.001", "high")] * bool(signs.hidden) + [Technique("T1036.007", "high")] * bool(
        signs.double
    )
