"""What people keep, and the notes of one name that a program lays into several folders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from ntpath import basename

from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.file_kinds import ending
from scripts.procmon.findings.file_times import folder_of
from scripts.procmon.knowledge import knowledge

#: A note is laid into at least as many folders under one name.
NOTES = 3
NOTE_ENDINGS = frozenset({"txt", "html", "htm", "hta", "rtf", "png", "bmp", "url"})


def is_work(path: str) -> bool:
    """Whether a file is what people keep: documents, pictures, archives; not the parts of programs."""
    known = knowledge("file_kinds")
    return ending(path) in known["document"] or ending(path) in known["archive"]


def notes_of(person: str, files: Iterable[FileRow]) -> list[FileRow]:
    """The files of one name that the process laid into several folders."""
    by_name: dict[str, list[FileRow]] = defaultdict(list)
    for row in files:
        if row.who == person and row.how == "created" and ending(row.path) in NOTE_ENDINGS:
            by_name[basename(row.path).lower()].append(row)
    most = max(by_name.values(), key=len, default=[])
    return most if len({folder_of(row.path.lower()) for row in most}) >= NOTES else []
