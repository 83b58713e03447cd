"""Files by which a program gets itself started from a drive that is plugged into the next computer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ntpath import basename

from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.files.file_acts import is_hidden
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.programs.callers import acts_for_others
from scripts.procmon.findings.programs.doers import Doers

_ROOT = re.compile(r"^(?P<drive>[a-z]:)\\[^\\]+$", re.IGNORECASE)
_AUTORUN = "autorun.inf"
#: Who fills a whole medium, as for an installation from it, writes more files to it.
FEW = 20


def seeded_drives(files: Sequence[FileRow], earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """Findings "drive_seeded", one a process and drive that got an autorun.inf and a program or shortcut beside it.

    Severity: high where the program is a copy of the process's own, or one of the files is hidden; medium otherwise. None
    by installed programs, none where the medium was filled with many files, and none for autorun.inf alone (it may name
    an icon).
    """
    doers, image_of = Doers(tree(earlier)), images(earlier)
    by_drive: dict[tuple[int, str], list[FileRow]] = {}
    for row in files:
        if row.made and row.path[1:2] == ":":
            by_drive.setdefault((row.process, row.path[:2].upper()), []).append(row)
    for (process, drive), mine in by_drive.items():
        roots = [row for row in mine if _ROOT.match(row.path)]
        mark = next((row for row in roots if basename(row.path).lower() == _AUTORUN), None)
        started = [row for row in roots if row.what in ("executable", "script", "shortcut")]
        if mark is None or not started or len(mine) > FEW or not _may(mark, image_of.get(process), doers):
            continue
        yield _finding(drive, mark, started, image_of.get(process))


def _may(row: FileRow, image: str | None, doers: Doers) -> bool:
    """Whether it may be a program's own doing: its place speaks against it or, where that is not known, its name does not
    stand for others."""
    if image is None:
        return not acts_for_others(row.who.rpartition(" (")[0], None)
    return doers.of(row.process) != "installed"


def _finding(drive: str, mark: FileRow, started: Sequence[FileRow], image: str | None) -> Finding:
    own = [row.path for row in started if image and row.copied_from and _same(row.copied_from, image)]
    hidden = [row.path for row in (mark, *started) if is_hidden(row.attributes) or "hidden" in row.changed]
    severity: Severity = "high" if own or hidden else "medium"
    # Menus of portable programs lie on the drive themselves and give it their mark: hidden, if at all, is that alone.
    at_home = image is not None and image[:2].upper() == drive and image.count("\\") >= 3
    if (
        at_home
        and not own
        and set(hidden) <= {mark.path}
        and all(row.what == "executable" for row in started)
    ):
        severity = "low"
    paths = [mark.path, *(row.path for row in started)]
    return Finding(
        kind="drive_seeded",
        severity=severity,
        confidence="likely",
        facts={
            "who": mark.who,
            "drive": drive,
            "path": mark.path,
            "programs": [row.path for row in started],
            "own": own,
            "hidden": hidden,
            "time": mark.time,
            "event": mark.events[0],
        },
        evidence=sorted({event for row in (mark, *started) for event in row.events})[:500],
        reproduce=by_path(paths, whos=[mark.who]),
        attack=[Technique("T1091", "medium")],
        subjects={"processes": [mark.who], "files": paths},
    )


def _same(one: str, other: str) -> bool:
    return file_key(one) == file_key(other)
