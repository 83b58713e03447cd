"""Installed programs that put many files of all sorts in many places: they restore or synchronise."""

from __future__ import annotations

from collections.abc import Mapping
from ntpath import dirname

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.paths.file_kinds import ending
from scripts.procmon.findings.paths.places import below_windows, kind_of

#: So many files at least, in so many folders, of so many endings.
FILES = 20
FOLDERS = 5
ENDINGS = 4


def restorers(earlier: Mapping[str, Analysis]) -> set[str]:
    """Such processes by name; Windows' own programs do what anybody tells them, and are none."""
    image_of = images(earlier)
    made: dict[str, list[str]] = {}
    for file in rows_of(earlier, "files"):
        image = image_of.get(file.process)
        if image and kind_of(image)[0] == "own" and below_windows(image) is None and file.what != "folder":
            made.setdefault(file.who, []).append(file.path.lower())
    return {
        person
        for person, paths in made.items()
        if len(paths) >= FILES
        and len(set(map(dirname, paths))) >= FOLDERS
        and len(set(map(ending, paths))) >= ENDINGS
    }
