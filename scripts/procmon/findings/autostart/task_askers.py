"""Who may have had a scheduled task made: the scheduler writes the file for others, who are not recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import AutostartRow, ProcessRow
from scripts.procmon.findings.evidence.names import process_name, who
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.paths.file_kinds import PROGRAMS
from scripts.procmon.findings.paths.places import below_windows, in_its_place
from scripts.procmon.findings.programs.askers import at_work, lies_loose
from scripts.procmon.findings.programs.commands import tells
from scripts.procmon.findings.programs.doers import Doers, interprets
from scripts.procmon.findings.programs.setup_programs import setup_programs

#: By this library programs speak with the scheduler.
_CLIENT = "\\taskschd.dll"
#: The scheduler's own process, WMI, by which PowerShell asks, and Windows' own tools, whose command lines tell what
#: they were asked for.
_OWN = frozenset(
    {"svchost.exe", "taskeng.exe", "taskhostw.exe", "taskhost.exe", "schtasks.exe", "mmc.exe", "wmiprvse.exe"}
)
_SCHEDULER = "svchost.exe ("
#: More tasks than these are made by set-up of Windows or by a restored backup.
MOST = 20
_WITHIN = pd.Timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Askers:
    """Programs that may have asked; "likely" where they had the scheduler's library loaded."""

    people: list[str] = field(default_factory=list)
    interpreters: list[str] = field(default_factory=list)  #: those of them that are Windows' own
    confidence: Literal["likely", "possible"] = "possible"


def task_askers(
    capture: Capture, rows: Sequence[AutostartRow], earlier: Mapping[str, Analysis]
) -> dict[str, Askers]:
    """For the path of each task the programs at work within the second before that lie where nothing is set up.

    And Windows' interpreters that such a program started, or whose own arguments give them away.

    None where something was set up in this capture, which is what most tasks are made for, nor where many were made.
    """
    mine = [row for row in rows if row.place == "task-file" and row.who.lower().startswith(_SCHEDULER)]
    if not mine or len(mine) > MOST or _something_set_up(capture, earlier):
        return {}
    image_of = images(earlier)
    clients = [one for one in _clients(capture) if process_name(capture, one[0]).lower() not in _OWN]
    rows_by_number = {one.process: one for one in tree(earlier)}
    given_away = _given_away(rows_by_number)
    return {row.path: _askers(capture, row.events[0], clients, image_of, given_away) for row in mine}


def _given_away(rows: Mapping[int, ProcessRow]) -> frozenset[int]:
    """The interpreters that a stray program gave their orders, or nobody known and whose command line weighs medium."""
    doers = Doers(rows.values())
    return frozenset(
        number
        for number, row in rows.items()
        if row.image_path
        and interprets(row.image_path)
        and (doer := doers.of(number)) != "installed"
        and (doer == "stray" or tells(row.command_line or "") in ("high", "medium"))
    )


def _askers(
    capture: Capture,
    event: int,
    clients: Sequence[tuple[int, int]],
    image_of: Mapping[int, str],
    given_away: Collection[int],
) -> Askers:
    known = {process for process, loaded in clients if loaded < event}
    near = at_work(capture, event, _WITHIN)
    if not known and any(process_name(capture, one).lower() in ("schtasks.exe", "mmc.exe") for one in near):
        return Askers()
    found = [one for one in (known or near) if lies_loose(image_of.get(one)) or one in given_away]
    return Askers(
        people=[who(capture, one) for one in sorted(found)],
        interpreters=[who(capture, one) for one in sorted(found) if one in given_away],
        confidence="likely" if known else "possible",
    )


def _something_set_up(capture: Capture, earlier: Mapping[str, Analysis]) -> bool:
    """Whether a set-up program was at work, or a program was put where programs are set up."""
    return bool(setup_programs(capture)) or any(
        file.made and file.what in PROGRAMS and below_windows(file.path) is None and in_its_place(file.path)
        for file in rows_of(earlier, "files")
    )


def _clients(capture: Capture) -> list[tuple[int, int]]:
    """The processes that loaded the scheduler's library, each with the event of that."""
    events = capture.events
    loads = one_of(events[e.OPERATION], {"Load Image"})
    loads[loads] = where(events[e.PATH][loads], lambda path: path.lower().endswith(_CLIENT))
    told = events[loads]
    return [(int(process), int(event)) for process, event in zip(told[e.PROCESS], told[e.EVENT], strict=True)]
