"""Whose doing an act of a process is: its own program's, or that of whoever gave an interpreter of Windows its orders."""

from __future__ import annotations

from collections.abc import Iterable
from ntpath import basename
from typing import Literal

from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.paths.file_kinds import is_stray
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.programs.callers import acts_for_others
from scripts.procmon.findings.programs.command_lines import POLICY, telling
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
        self._ordered: dict[int, tuple[Doer, bool]] = {}
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
        doer, by_policy = self._orders(row)
        return "installed" if by_policy else doer

    def _orders(self, row: ProcessRow) -> tuple[Doer, bool]:
        """Who, from the process upwards, is the first whose own doing it is, and whether the group policy is above.

        Each process is weighed once, however many it started: chains may be as long as the capture, or run in a ring.
        """
        passed: dict[int, ProcessRow] = {}
        at: ProcessRow | None = row
        while at is not None and at.process not in self._ordered and at.process not in passed:
            passed[at.process] = at
            at = self._by_number.get(at.parent) if at.parent is not None else None
        doer, by_policy = self._ordered.get(at.process, _NOBODY) if at is not None else _NOBODY
        for one in reversed(passed.values()):
            doer = _own_doing(one) or doer
            by_policy = by_policy or below_windows(one.image_path or "") == POLICY
            self._ordered[one.process] = doer, by_policy
        return doer, by_policy


#: Where the capture knows nobody who gave the orders.
_NOBODY: tuple[Doer, bool] = ("script", False)


def _own_doing(row: ProcessRow) -> Doer | None:
    """Whose doing it is where this process itself decides that; None where it carries out what its parent wants."""
    if row.image_path and not acts_for_others(row.process_name, row.image_path):
        return "stray" if is_stray(row.image_path) else "installed"
    return "stray" if _runs_loose_file(row) else None


def _runs_loose_file(row: ProcessRow) -> bool:
    """Whether its command line has it run a file from where anybody may leave one, or from another computer."""
    known = telling(row.command_line) if row.command_line else None
    return known is not None and bool(known.get("place"))


def interprets(image: str | None) -> bool:
    """Whether a program is one of Windows' own that runs whatever it is given."""
    if not image or below_windows(image) is None:
        return False
    return basename(image).lower() in knowledge("process_habits")["interpreters"]
