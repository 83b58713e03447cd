"""Rights gained: programs that start themselves again with more rights, and processes with more than their parent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.records import Record
from scripts.procmon.findings.evidence.reproduce import by_process
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.places import below_windows, kind_of
from scripts.procmon.findings.rights.impersonation import acted_as_system
from scripts.procmon.findings.rights.rights import MEDIUM, granted, is_system, levels, logon_under
from scripts.procmon.findings.rights.task_files import tasks_rewritten
from scripts.procmon.findings.rights.uac_bypass import bypasses
from scripts.procmon.findings.rights.user_files import user_files_run_by_system
from scripts.procmon.knowledge import knowledge

HIGH = 3

#: Integrity levels came with Windows Vista: what an older Windows does not have is not missing in its captures.
_BEFORE_INTEGRITY = re.compile(r"Windows (?:2000|XP|Server 2003)", re.IGNORECASE)

#: Windows raises the rights of its own programs unasked, and takes this folder for its own where it drops the blank.
_MOCK = re.compile(r"[a-z]:\\windows\s+(?=\\)", re.IGNORECASE)

_RUNAS = re.compile(r"-verb\s+\"?'?runas|\brunas(?:\.exe)?\b|shellexecute.*runas", re.IGNORECASE)


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "relaunch_elevated", "rights_above_parent", "user_file_as_system" and others."""
    rows = tree(earlier)
    if not rows:
        return Analysis(name="elevation", outcome="could not be checked", reason="no_processes")
    by_number = {row.process: row for row in rows}
    access = granted(capture)
    findings = [
        *_relaunches(rows, by_number, access),
        *_above_parents(capture, rows, by_number, earlier),
        *tasks_rewritten(capture, rows, earlier),
        *user_files_run_by_system(capture, rows, earlier),
        *acted_as_system(capture, rows, accused=set(accusations(earlier))),
        *bypasses(capture, earlier),
    ]
    known = any(level is not None for level in levels(capture).values())
    limits = [] if known or _BEFORE_INTEGRITY.match(str(capture.info.get("os") or "")) else ["no_integrity"]
    if not any(row.parent is not None for row in rows):
        limits.append("no_parents")
    return Analysis(
        name="elevation",
        outcome="found" if findings else "not found",
        limits=limits,
        examined=len(capture.events),
        findings=findings,
    )


def _relaunches(
    rows: list[ProcessRow],
    by_number: Mapping[int, ProcessRow],
    access: Mapping[int, tuple[bool, Record]],
) -> list[Finding]:
    """A program that started itself again through another that asks for administrator rights."""
    found = []
    for again in rows:
        through = by_number.get(again.parent) if again.parent is not None else None
        first = by_number.get(through.parent) if through and through.parent is not None else None
        if not through or not first or first.process == again.process or not _same_program(again, first):
            continue
        if _RUNAS.search(through.command_line or ""):
            found.append(_relaunch(first, through, again, access))
    return found


def _relaunch(
    first: ProcessRow,
    through: ProcessRow,
    again: ProcessRow,
    access: Mapping[int, tuple[bool, Record]],
) -> Finding:
    before, after = access.get(first.process), access.get(again.process)
    evidence = [row.start_event for row in (first, through, again) if row.start_event is not None]
    evidence += [found[1].event for found in (before, after) if found]
    proven = bool(after and after[0] and before and not before[0])
    return Finding(
        kind="relaunch_elevated",
        severity="medium",
        confidence="certain" if proven else "likely",
        facts={
            "first": first.who,
            "again": again.who,
            "through": through.who,
            "command_line": through.command_line,
            "path": again.image_path or first.image_path or again.process_name,
            "waited": _seconds(first.start, again.start),
            "before": None if before is None else ("all" if before[0] else "read"),
            "after": None if after is None else ("all" if after[0] else "read"),
            "before_event": before[1].event if before else None,
            "after_event": after[1].event if after else None,
            "exit_code": again.exit_code,
            "place": kind_of(again.image_path)[1] if again.image_path else None,
        },
        evidence=sorted(evidence),
        reproduce=by_process(first, through, again),
        attack=[Technique("T1059.001", "medium")] if "powershell" in through.process_name.lower() else [],
        subjects={"processes": [first.who, again.who, through.who]},
    )


def _above_parents(
    capture: Capture,
    rows: list[ProcessRow],
    by_number: Mapping[int, ProcessRow],
    earlier: Mapping[str, Analysis],
) -> list[Finding]:
    """Processes of a higher integrity or of SYSTEM, whose parent was an ordinary user's."""
    level, replaced, accused = levels(capture), _replaced(earlier), set(accusations(earlier))
    found = []
    for row in rows:
        parent = by_number.get(row.parent) if row.parent is not None else None
        mine, its = level.get(row.process), level.get(parent.process) if parent else None
        if parent is None or mine is None or its is None or not row.started_here:
            continue
        system = is_system(capture, row)
        parent_system = logon_under(capture, parent) is not None
        if mine <= its or its < MEDIUM or parent_system or mine < HIGH:
            continue
        aid = _is_aid(row, parent, rows) and (row.image_path or "").lower() not in replaced
        if _mock_folder(row.image_path):
            severity: Severity = "high"
        elif aid:
            severity = "info"
        elif mine == HIGH and not system:
            severity = "low" if row.who in accused or parent.who in accused else "info"
        else:
            severity = "high" if its <= MEDIUM else "medium"
        found.append(_above(row, parent, severity=severity, system=system, aid=aid))
    return found


def _is_aid(row: ProcessRow, parent: ProcessRow, rows: Sequence[ProcessRow]) -> bool:
    """Whether Windows started its manager of aids for a user (Win+U), which started nothing but such aids."""
    aids = knowledge("log_on_screen")
    manager = below_windows(row.image_path or "") in aids["started_as_system"]
    started = [one.process_name.lower() for one in rows if one.parent == row.process]
    return manager and _is_explorer(parent) and all(one in aids["programs"] for one in started)


def _is_explorer(row: ProcessRow) -> bool:
    return below_windows(row.image_path or "") == "explorer.exe"


def _replaced(earlier: Mapping[str, Analysis]) -> set[str]:
    """The programs of the log-on screen in whose place something else was put, in lower case."""
    return {
        path.lower()
        for analysis in earlier.values()
        for finding in analysis.findings
        if finding.kind == "log_on_program_replaced"
        for path in finding.subjects.get("files", ())
    }


def _above(row: ProcessRow, parent: ProcessRow, *, severity: Severity, system: bool, aid: bool) -> Finding:
    evidence = [number for number in (row.start_event, row.end_event) if number is not None]
    return Finding(
        kind="rights_above_parent",
        severity=severity,
        confidence="likely" if severity in ("high", "medium") else "certain",
        facts={
            "who": row.who,
            "parent": parent.who,
            "integrity": row.integrity,
            "parent_integrity": parent.integrity,
            "user": row.user,
            "parent_user": parent.user,
            "path": row.image_path,
            "command_line": row.command_line,
            "system": system,
            "mock": _mock_folder(row.image_path),
            "aid": aid,
            "time": row.start,
        },
        evidence=evidence,
        reproduce=by_process(row, parent),
        attack=[Technique("T1068", "low")] if severity == "high" else [],
        subjects={"processes": [row.who, parent.who]},
    )


def _mock_folder(image: str | None) -> str | None:
    r"""The folder that passes for Windows' own by a blank at its end (``C:\Windows \``), if a program lies below it."""
    found = _MOCK.match(image or "")
    return found[0] if found else None


def _same_program(one: ProcessRow, other: ProcessRow) -> bool:
    if one.image_path and other.image_path:
        return one.image_path.lower() == other.image_path.lower()
    return one.process_name.lower() == other.process_name.lower()


def _seconds(start: str | None, end: str | None) -> float | None:
    if not start or not end:
        return None
    return float((pd.Timestamp(end) - pd.Timestamp(start)).total_seconds())
