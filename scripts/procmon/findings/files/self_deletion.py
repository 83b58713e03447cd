"""Programs whose own file was deleted, by themselves or through another process."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import Mask, one_of, where
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.files.file_acts import OPEN, SET_DISPOSITION, deletes_on_close, marks_deletion
from scripts.procmon.findings.paths.places import below_windows, kind_of
from scripts.procmon.findings.programs.lineage import ancestors
from scripts.procmon.knowledge import knowledge


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "self_deletion", one for each program file that was deleted while or after it ran."""
    if not capture.info["can_show"]["file_events"]["value"]:
        return Analysis(name="self_deletion", outcome="could not be checked", reason="no_file_events")
    rows = tree(earlier)
    programs: dict[str, list[ProcessRow]] = {}
    for row in rows:
        if row.image_path and "\\" in row.image_path:
            programs.setdefault(row.image_path.lower(), []).append(row)
    told: dict[str, list[Record]] = {}
    for record in records(capture, _on_files(capture, programs)):
        told.setdefault(record.path.lower(), []).append(record)
    by_number, accused = {row.process: row for row in rows}, set(accusations(earlier))
    done = [
        deletion
        for path, mine in told.items()
        if (deletion := _deletion(programs[path], mine, by_number)) is not None
    ]
    done.sort(key=lambda deletion: deletion.marks[0].event)
    return Analysis(
        name="self_deletion",
        outcome="found" if done else "not found",
        examined=sum(map(len, told.values())),
        findings=[_finding(deletion, accused=accused) for deletion in done],
    )


def _on_files(capture: Capture, paths: Collection[str]) -> Mask:
    """The openings of these files (paths in lower case) and the marks for deletion."""
    events = capture.events
    mask = one_of(events[e.OPERATION], SET_DISPOSITION | OPEN)
    mask[mask] = where(events[e.PATH][mask], lambda path: path.lower() in paths)
    return mask


def _deletes(record: Record) -> bool:
    if not record.succeeded:
        return False
    return deletes_on_close(record.detail) if record.operation in OPEN else marks_deletion(record.detail)


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """The deletion of a program's file, by the program itself, one that it started, or one at a shell's word."""

    program: ProcessRow
    deleter: ProcessRow
    lent: ProcessRow | None  #: the shell that had it deleted
    marks: Sequence[Record]
    opened: Sequence[Record]  #: the program's own openings of its file with the right to delete it
    deleter_opened: bool

    @property
    def itself(self) -> bool:
        """Whether one process deleted its own file."""
        return self.deleter.process == self.program.process

    @property
    def named(self) -> bool:
        """Whether the deleter's command line names the file."""
        name = self.marks[-1].path.rpartition("\\")[2].lower()
        return name in (self.deleter.command_line or "").lower()


def _deletion(
    programs: Sequence[ProcessRow], told: Sequence[Record], by_number: Mapping[int, ProcessRow]
) -> Deletion | None:
    """What the openings and marks of one file tell; None where nobody of kin deleted it."""
    marks = [record for record in told if _deletes(record)]
    deleter = by_number.get(marks[-1].process) if marks else None
    if deleter is None:
        return None
    related = [row for row in programs if _is_kin(row, deleter, by_number)]
    lent = None if related else _lent(marks[-1], deleter, by_number)
    if lent is not None:
        related = [row for row in programs if row.started_here]
    if not related:
        return None
    openings = [record for record in told if record.operation in OPEN]
    return Deletion(
        program=related[0],
        deleter=deleter,
        lent=lent,
        marks=marks,
        opened=[
            record
            for record in openings
            if record.process == related[0].process and "Delete" in record.fields.get("Desired Access", "")
        ],
        deleter_opened=any(record.process == deleter.process for record in openings),
    )


def _finding(done: Deletion, *, accused: Collection[str]) -> Finding:
    program, deleter, mark = done.program, done.deleter, done.marks[-1]
    temporary = kind_of(mark.path)[1] == "a temporary folder"
    return Finding(
        kind="self_deletion",
        severity=_severity(program, temporary=temporary, accused=program.who in accused),
        confidence="certain" if done.itself or done.named or done.opened else "likely",
        facts={
            "program": program.who,
            "path": mark.path,
            "deleter": deleter.who,
            "itself": done.itself,
            "lent": done.lent.who if done.lent else None,
            "command_line": deleter.command_line,
            "named": done.named,
            "opened": [record.event for record in done.opened],
            "deleter_opened": done.deleter_opened,
            "time": mark.moment,
            "events": [record.event for record in done.marks],
            "ended": program.end,
            "temporary": temporary,
            "accused": program.who in accused,
        },
        evidence=sorted({record.event for record in (*done.opened, *done.marks)}),
        reproduce=by_path([mark.path]),
        attack=[Technique("T1070.004", "high")],
        subjects={
            "processes": list(dict.fromkeys([program.who, deleter.who])),
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


def _severity(program: ProcessRow, *, temporary: bool, accused: bool) -> Severity:
    """Set-up programs, updaters and uninstallers delete their own files; few others do."""
    if accused:
        return "high"
    kind, place = kind_of(program.image_path or "")
    return "low" if temporary or kind == "own" or place == "the user's application data" else "medium"


def _is_kin(program: ProcessRow, deleter: ProcessRow, by_number: Mapping[int, ProcessRow]) -> bool:
    """Whether the deleter is the program itself or was started by it, at whatever distance."""
    image = (program.image_path or "").lower()
    return any(
        one.process == program.process or (image and (one.image_path or "").lower() == image)
        for one in (deleter, *ancestors(deleter, by_number))
    )
