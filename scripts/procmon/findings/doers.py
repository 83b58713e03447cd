"""Whose doing an act of a process is: its own program's, or that of whoever gave an interpreter of Windows its orders."""

from __future__ import annotations

from collections.abc import Iterable
from ntpath import basename
from typing import Literal

from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.callers import acts_for_others
from scripts.procmon.findings.file_kinds import is_stray
from scripts.procmon.findings.places import below_windows
from scripts.procmon.knowledge import knowledge

#: "stray": a program from where users may write, or a command that one gave; "script": an interpreter of Windows that
#: runs what it is given, by whom is not known; "installed": any other program, or a command that an installed one gave.
Doer = Literal["stray", "script", "installed"]


class Doers:
    """The processes of a capture, by name ("cmd.exe (4)") and number."""

    def __init__(self, rows: Iterable[ProcessRow]) -> None:
        self._by_number: dict[int, ProcessRow] = {}
        self._by_name: dict[str, ProcessRow] = {}
        for row in rows:
            self._by_number[row.process] = row
            self._by_name.setdefault(row.who, row)

    def of(self, process: int | str) -> Doer:
        """Whose doing it is; a process that the capture does not know, or whose place it does not tell, is believed."""
        row = self._by_name.get(process) if isinstance(process, str) else self._by_number.get(process)
        if row is None or row.image_path is None:
            return "installed"
        if not interprets(row.image_path):
            return "stray" if is_stray(row.image_path) else "installed"
        asker = self._asker(row)
        if asker is None:
            return "script"
        return "stray" if is_stray(asker.image_path) else "installed"

    def _asker(self, row: ProcessRow) -> ProcessRow | None:
        """The first on the way up who is no part of Windows and no browser."""
        seen: set[int] = set()
        at: ProcessRow | None = row
        while at is not None and at.process not in seen:
            seen.add(at.process)
            if at.image_path and not acts_for_others(at.process_name, at.image_path):
                return at
            at = self._by_number.get(at.parent) if at.parent is not None else None
        return None


def interprets(image: str | None) -> bool:
    """Whether a program is one of Windows' own that runs whatever it is given."""
    if not image or below_windows(image) is None:
        return False
    return basename(image).lower() in knowledge("process_habits")["interpreters"]
