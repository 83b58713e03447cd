"""Programs whose own file was deleted, by themselves or through another process."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.accusations import accusations
from scripts.procmon.findings.places import below_windows, kind_of
from scripts.procmon.findings.process_tree import tree
from scripts.procmon.findings.records import Record, of_operations
from scripts.procmon.findings.reproduce import by_path
from scripts.procmon.knowledge import knowledge

_MARKS = ("SetDispositionInformationFile", "SetDispositionInformationEx")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "self_deletion", one for each program file that was deleted while or after it ran."""
    can_show = capture.info["can_show"]
    if not can_show["file_events"]["value"]:
        return Analysis(name="self_deletion", outcome="could not be checked", reason="no_file_events")
    rows = tree(earlier)
    programs: dict[str, list[ProcessRow]] = {}
    for row in rows:
        if row.image_path and "\\" in row.image_path:
            programs.setdefault(row.image_path.lower(), []).append(row)
    told = [
        record
        for record in of_operations(capture, (*_MARKS, "CreateFile"))
        if record.path.lower() in programs
    ]
    deletions: dict[str, list[Record]] = {}
    for record in told:
        if _deletes(record):
            deletions.setdefault(record.path.lower(), []).append(record)
    by_number = {row.process: row for row in rows}
    accused = accusations(earlier)
    findings = [
        finding
        for path, marks in deletions.items()
        if (finding := _finding(programs[path], marks, told, by_number, accused=set(accused)))
    ]
    return Analysis(
        name="self_deletion",
        outcome="found" if findings else "not found",
        examined=len(told),
        findings=findings,
    )


def _deletes(record: Record) -> bool:
    if not record.succeeded:
        return False
    if record.operation == "CreateFile":
        return "Delete On Close" in record.detail
    if record.operation == "SetDispositionInformationFile":
        return "Delete: True" in record.detail
    return bool(re.search(r"\bFILE_DISPOSITION_DELETE\b", record.detail))


def _finding(
    programs: list[ProcessRow],
    marks: list[Record],
    told: list[Record],
    by_number: Mapping[int, ProcessRow],
    *,
    accused: set[str],
) -> Finding | None:
    mark = marks[-1]
    deleter = by_number.get(mark.process)
    related = [row for row in programs if deleter and _is_kin(row, deleter, by_number)]
    lent = None if deleter is None or related else _lent(mark, deleter, by_number)
    if lent is not None:
        related = [row for row in programs if row.started_here]
    if deleter is None or not related:
        return None
    program = related[0]
    opened = [
        record
        for record in told
        if record.process == program.process
        and record.operation == "CreateFile"
        and record.path.lower() == mark.path.lower()
        and "Delete" in record.fields.get("Desired Access", "")
    ]
    itself = deleter.process == program.process
    named = bool(
        deleter.command_line and mark.path.rpartition("\\")[2].lower() in deleter.command_line.lower()
    )
    facts = {
        "program": program.who,
        "path": mark.path,
        "deleter": deleter.who,
        "itself": itself,
        "lent": lent.who if lent else None,
        "command_line": deleter.command_line,
        "named": named,
        "opened": [record.event for record in opened],
        "deleter_opened": any(
            record.process == deleter.process
            and record.operation == "CreateFile"
            and record.path.lower() == mark.path.lower()
            for record in told
        ),
        "time": mark.moment,
        "events": [record.event for record in marks],
        "ended": program.end,
        "temporary": kind_of(mark.path)[1] == "a temporary folder",
        "accused": program.who in accused,
    }
    return Finding(
        kind="self_deletion",
        severity=_severity(facts, program, accused=accused),
        confidence="certain" if itself or named or opened else "likely",
        facts=facts,
        evidence=sorted({*(record.event for record in opened), *(record.event for record in marks)}),
        reproduce=by_path([mark.path]),
        attack=[Technique("T1070.004", "high")],
        subjects={
            "processes": [program.who, deleter.who] if not itself else [program.who],
            "files": [mark.path],
        },
    )


def _lent(mark: Record, deleter: ProcessRow, by_number: Mapping[int, ProcessRow]) -> ProcessRow | None:
    """The program of Windows without any business of its own that had a shell delete this file by its name."""
    parent = by_number.get(deleter.parent) if deleter.parent is not None else None
    named = mark.path.lower() in (deleter.command_line or "").lower()
    if parent is None or not named or deleter.process_name.lower() != "cmd.exe":
        return None
    shell = parent.process_name.lower() in knowledge("process_habits")["shells"]
    return parent if shell and below_windows(parent.image_path or "") is not None else None


def _severity(facts: Mapping[str, object], program: ProcessRow, *, accused: set[str]) -> Severity:
    """Set-up programs, updaters and uninstallers delete their own files; few others do."""
    if program.who in accused:
        return "high"
    kind, place = kind_of(program.image_path or "")
    if facts["temporary"] or kind == "own" or place == "the user's application data":
        return "low"
    return "medium"


def _is_kin(program: ProcessRow, deleter: ProcessRow, by_number: Mapping[int, ProcessRow]) -> bool:
    """Whether the deleter is the program itself or was started by it, at whatever distance."""
    seen: set[int] = set()
    at: ProcessRow | None = deleter
    while at is not None and at.process not in seen:
        if at.process == program.process or (
            at.image_path and program.image_path and at.image_path.lower() == program.image_path.lower()
        ):
            return True
        seen.add(at.process)
        at = by_number.get(at.parent) if at.parent is not None else None
    return False
