"""Many different commands that look around, started by one program: who does so does not know where he is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from scripts.procmon.contracts.findings import Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.patterns import met
from scripts.procmon.findings.evidence.reproduce import by_process
from scripts.procmon.findings.paths.named_files import LONGEST
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.knowledge import knowledge

#: So many different things one looks up without being asked about it.
MANY = 5
#: Tools that examine a computer, which people download, ask for less than this beyond it.
FAR = 2
MOST_STEPS = 4
#: Programs of Windows that start what others want: who that was is not recorded.
_EVERYBODYS = frozenset({"explorer.exe", "svchost.exe", "services.exe", "taskeng.exe", "wmiprvse.exe"})
#: Programs of Windows that run libraries: what they start, a library wanted.
_LIBRARIES = frozenset({"rundll32.exe", "regsvr32.exe"})


def discoveries(rows: list[ProcessRow]) -> Iterator[Finding]:
    """Findings "looked_around", one a program that started ``MANY`` different commands of knowledge/discovery.yaml.

    Severity: medium for a program of Windows that has no use for them, and for one from where users may write that asked
    for several things beyond this computer; low for others of these, and where they were typed or stood in a script;
    none for installed programs, which take stock.
    """
    doers = Doers(rows)
    by_number = {row.process: row for row in rows}
    asked: dict[int, dict[str, list[ProcessRow]]] = {}
    for row in rows:
        what = _what(row.command_line or "")
        starter = _starter(row, by_number) if what and row.started_here else None
        if what and starter is not None:
            asked.setdefault(starter.process, {}).setdefault(what, []).append(row)
    for process, found in asked.items():
        starter = by_number[process]
        doer = doers.of(process)
        foreign = _is_foreign(starter)
        if len(found) >= MANY and (doer != "installed" or foreign):
            far = len(_beyond() & found.keys()) >= FAR
            weighs = foreign or (doer == "stray" and far)
            yield _finding(starter, found, severity="medium" if weighs else "low", shell=doer == "script")


def _is_foreign(row: ProcessRow) -> bool:
    """Whether a program of Windows has no use for such commands itself."""
    known = _LIBRARIES | frozenset(knowledge("process_habits")["shells"])
    return row.process_name.lower() in known and below_windows(row.image_path or "") is not None


def _starter(row: ProcessRow, rows: Mapping[int, ProcessRow]) -> ProcessRow | None:
    """Who started a command, above the shell that only carries it ("cmd /c") and above "net" for "net1"."""
    at: ProcessRow | None = row
    for _ in range(MOST_STEPS):
        at = rows.get(at.parent) if at is not None and at.parent is not None else None
        if at is None or not _carries(at):
            break
    return None if at is None or at.process_name.lower() in _EVERYBODYS else at


def _carries(row: ProcessRow) -> bool:
    name = row.process_name.lower()
    return name == "net.exe" or (
        name == "cmd.exe" and re.search(r"\s/c\s", row.command_line or "") is not None
    )


def _what(command_line: str) -> str | None:
    """What the command looks up, as the first entry that it meets names it."""
    text = command_line[:LONGEST].replace("^", "")
    folded = text.casefold()
    return next(
        (str(one["what"]) for one in knowledge("discovery") if met(one["pattern"], text, folded)), None
    )


@cache
def _beyond() -> frozenset[str]:
    return frozenset(str(one["what"]) for one in knowledge("discovery") if one.get("beyond"))


def _finding(
    starter: ProcessRow, found: dict[str, list[ProcessRow]], *, severity: Severity, shell: bool
) -> Finding:
    rows = [row for same in found.values() for row in same]
    events = [row.start_event for row in rows if row.start_event is not None]
    return Finding(
        kind="looked_around",
        severity=severity,
        confidence="likely",
        facts={
            "who": starter.who,
            "image": starter.image_path,
            "command_lines": [(row.command_line or "").strip()[:120] for row in rows][:12],
            "called": list(found),
            "count": len(found),
            "time": min((row.start for row in rows if row.start), default=None),
            "typed": shell,
            "tool": severity == "low" and not shell,
        },
        evidence=sorted(events),
        reproduce=by_process(*rows),
        attack=[Technique("T1082", "medium"), Technique("T1016", "medium")],
        subjects={"processes": [starter.who]},
    )
