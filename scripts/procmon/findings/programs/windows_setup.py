"""Windows' own setup at work: by where it runs from and by the new Windows that the capture shows it laying out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.paths.file_kinds import PROGRAMS

_SOURCES = re.compile(r"(?P<drive>[a-z]:)\\\$windows\.~bt\\sources\\[^\\]+\.exe", re.IGNORECASE)
_NEW = re.compile(r"(?P<drive>[a-z]:)\\\$windows\.~bt\\newos\\windows\\.+", re.IGNORECASE)
#: A new Windows has thousands of programs; a decoy has one or two.
LEAST = 5


def laying_out(earlier: Mapping[str, Analysis]) -> set[str]:
    """The processes that run from setup's own folder and put so many programs into the new Windows beside it."""
    put: Counter[tuple[str, str]] = Counter()
    for file in rows_of(earlier, "files"):
        found = _NEW.fullmatch(file.path)
        if found and file.what in PROGRAMS and file.made:
            put[file.who, found["drive"].lower()] += 1
    people = set()
    for row in tree(earlier):
        found = _SOURCES.fullmatch(row.image_path or "")
        if found and put[row.who, found["drive"].lower()] >= LEAST:
            people.add(row.who)
    return people


def is_of_setup(path: str) -> bool:
    """Whether a program lies in the folder from which Windows' own setup runs."""
    return _SOURCES.fullmatch(path) is not None
