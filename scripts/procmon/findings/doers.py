"""Whose doing an act of a process is: its own program's, or that of whoever gave an interpreter of Windows its orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ntpath import basename
from typing import Literal

from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.callers import acts_for_others
from scripts.procmon.findings.command_lines import POLICY, telling
from scripts.procmon.findings.file_kinds import is_stray
from scripts.procmon.findings.places import below_windows
from scripts.procmon.knowledge import knowledge

#: "stray": a program from where users may write, a command that one gave, or an interpreter that runs a file from there;
#: "script": an interpreter of Windows that runs what it is given, by whom is not known; "installed": any other program,
#: or a command that an installed one gave.
Doer = Literal["stray", "script", "installed"]


class Doers:
    """The processes of a capture, by name ("cmd.exe (4)") and number."""

    def __init__(self, rows: Iterable[ProcessRow]) -> None:
        self._by_number: dict[int, ProcessRow] = {}
        self._by_name: dict[str, ProcessRow] = {}
        self._known: dict[int, Doer] = {}
        for row in rows:
            self._by_number[row.process] = row
            self._by_name.setdefault(row.who, row)

    def of(self, process: int | str) -> Doer:
        """Whose doing it is; a process that the capture does not know, or whose place it does not tell, is believed."""
        row = self._by_name.get(process) if isinstance(process, str) else self._by_number.get(process)
        if row is None:
            return "installed"
        if row.process not in self._known:
            self._known[row.process] = self._of(row)
        return self._known[row.process]

    def _of(self, row: ProcessRow) -> Doer:
        if row.image_path is None:
            return "installed"
        if not interprets(row.image_path):
            return "stray" if is_stray(row.image_path) else "installed"
        if any(below_windows(one.image_path or "") == POLICY for one in self._upwards(row)):
            return "installed"
        for one in self._upwards(row):
            if one.image_path and not acts_for_others(one.process_name, one.image_path):
                return "stray" if is_stray(one.image_path) else "installed"
            if _runs_loose_file(one):
                return "stray"
        return "script"

    def _upwards(self, row: ProcessRow) -> Iterator[ProcessRow]:
        """The process, who started it, and so on; the capture's parents may run in a ring."""
        seen: set[int] = set()
        at: ProcessRow | None = row
        while at is not None and at.process not in seen:
            seen.add(at.process)
            yield at
            at = self._by_number.get(at.parent) if at.parent is not None else None


def _runs_loose_file(row: ProcessRow) -> bool:
    """Whether its command line has it run a file from where anybody may leave one, or from another computer."""
    known = telling(row.command_line) if row.command_line else None
    return known is not None and bool(known.get("place"))


def interprets(image: str | None) -> bool:
    """Whether a program is one of Windows' own that runs whatever it is given."""
    if not image or below_windows(image) is None:
        return False
    return basename(image).lower() in knowledge("process_habits")["interpreters"]
