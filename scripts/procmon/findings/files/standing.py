"""Where new programs stand in the end: under which name, and in which places that say something."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.paths.file_kinds import kind_of, odd_place, watched_place


def got_its_end(row: FileRow) -> bool:
    """Whether a file was made under a name that is no program's ("a.exe.new") and renamed to another."""
    return bool(row.renamed_to) and kind_of(row.path) == "data"


def stands_at(row: FileRow) -> str:
    """The path under which a program is found, and started."""
    return row.renamed_to if row.renamed_to and got_its_end(row) else row.path


def placed(files: Sequence[FileRow]) -> list[dict[str, object]]:
    """The places that say something, each with how many of the files lie there and the first of them."""
    places: dict[str, list[str]] = {}
    for row in files:
        path = stands_at(row)
        if place := odd_place(path) or watched_place(path):
            places.setdefault(place, []).append(path)
    return [{"place": place, "n": len(paths), "paths": paths[:3]} for place, paths in sorted(places.items())]
