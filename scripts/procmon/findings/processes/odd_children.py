"""Programs that open documents and start an interpreter, and programs with names made to be mistaken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.reproduce import by_process
from scripts.procmon.findings.evidence.select import shown_by
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.files.disguised_names import disguised_names, signs_of
from scripts.procmon.findings.paths.places import kind_of
from scripts.procmon.findings.processes.discovery import discoveries
from scripts.procmon.findings.processes.lent_programs import lent_programs
from scripts.procmon.findings.processes.renamed_tools import renamed_tools
from scripts.procmon.knowledge import knowledge

_TWO_ENDINGS = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|rtf|txt|jpe?g|png|gif|bmp|mp[34]|avi|zip|rar|html?|bat|cmd|lnk)\s*\.(?:exe|scr|com|pif)$",
    re.IGNORECASE,
)


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "odd_child", "mistakable_name", "name_disguised", "tool_renamed", "program_lent" and "looked_around"."""
    rows = tree(earlier)
    if not rows:
        return Analysis(name="odd_children", outcome="could not be checked", reason="no_processes")
    by_number = {row.process: row for row in rows}
    accused = set(accusations(earlier))
    findings = [
        *_children(rows, by_number, _told(earlier)),
        *_names(capture, rows, accused),
        *disguised_names(capture, rows, earlier, accused),
        *renamed_tools(capture, rows),
        *lent_programs(capture, rows),
        *discoveries(rows),
    ]
    parents = any(row.parent is not None for row in rows)
    return Analysis(
        name="odd_children",
        outcome="found" if findings else "not found",
        limits=[] if parents else ["no_parents"],
        examined=len(capture.events),
        findings=findings,
    )


def _told(earlier: Mapping[str, Analysis]) -> dict[str, str]:
    """What processes were started for, where their command lines weigh something."""
    lines = earlier["command_lines"].findings if "command_lines" in earlier else ()
    return {
        person: str(finding.facts["what"])
        for finding in lines
        if finding.severity in ("high", "medium")
        for person in finding.facts["who"]
    }


def _children(
    rows: list[ProcessRow], by_number: Mapping[int, ProcessRow], told: Mapping[str, str]
) -> Iterator[Finding]:
    habits = knowledge("process_habits")
    for row in rows:
        parent = by_number.get(row.parent) if row.parent is not None else None
        if parent is None or row.start_event is None:
            continue
        reader = parent.process_name.lower() in habits["readers"]
        if reader and row.process_name.lower() in habits["interpreters"] and not _is_ordinary(row):
            yield Finding(
                kind="odd_child",
                severity="high" if row.who in told else "medium",
                confidence="certain",
                facts={
                    "who": row.who,
                    "parent": parent.who,
                    "command_line": row.command_line,
                    "parent_command_line": parent.command_line,
                    "time": row.start,
                    "what": told.get(row.who),
                },
                evidence=[row.start_event],
                reproduce=by_process(row, parent),
                attack=[Technique("T1204.002", "medium")],
                subjects={"processes": [row.who, parent.who]},
            )


def _is_ordinary(row: ProcessRow) -> bool:
    """Whether the command line is one that programs start interpreters with every day."""
    line = row.command_line or ""
    return any(re.search(one, line, re.IGNORECASE) for one in knowledge("process_habits")["ordinary"])


def _names(capture: Capture, rows: list[ProcessRow], accused: set[str]) -> Iterator[Finding]:
    for row in rows:
        imitates = _imitates(row)
        two = _TWO_ENDINGS.search(row.process_name) is not None and not signs_of(row.process_name)
        if (not imitates and not two) or not (evidence := shown_by(capture, row)):
            continue
        # A name is not an act: it weighs only where the program did something else as well.
        severity: Severity = "medium" if row.who in accused else "low"
        yield Finding(
            kind="mistakable_name",
            severity=severity,
            confidence="likely",
            facts={
                "who": row.who,
                "name": row.process_name,
                "path": row.image_path,
                "imitates": imitates,
                "two": two,
                "command_line": row.command_line,
            },
            evidence=evidence,
            reproduce=by_process(row),
            attack=[Technique("T1036.007" if two else "T1036.005", "medium")],
            subjects={"processes": [row.who], "files": [row.image_path] if row.image_path else []},
        )


def _imitates(row: ProcessRow) -> str | None:
    """The name of Windows that this one misses by a letter, for a program that is not in a program's place."""
    habits = knowledge("process_habits")
    name = row.process_name.lower()
    if name in habits["imitated"] or name in habits["honest"]:
        return None
    if row.image_path and kind_of(row.image_path)[0] == "own":
        return None
    return next((one for one in habits["imitated"] if _one_letter_apart(name, one)), None)


def _one_letter_apart(one: str, other: str) -> bool:
    """One letter added, left out, replaced, or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, other_rest = one[start:], other[start:]
    swapped = rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
    return rest[1:] == other_rest[1:] or rest[1:] == other_rest or rest == other_rest[1:] or swapped
