"""Processes whose file says by its description that it is a well-known tool, under another name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from ntpath import splitext
from typing import Any

from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.reproduce import by_process
from scripts.procmon.findings.evidence.select import shown_by
from scripts.procmon.findings.paths.places import below_windows, kind_of
from scripts.procmon.findings.programs.askers import lies_loose
from scripts.procmon.findings.programs.setup_programs import setup_programs
from scripts.procmon.knowledge import knowledge

#: Copies by which set-up programs and products work: where the marks of a name end.
_REST = r"(?:[-_ .\d(].*)?"


def renamed_tools(capture: Capture, rows: Sequence[ProcessRow]) -> Iterator[Finding]:
    """Findings "tool_renamed", one a process and program file. What Description says decides, so none without it.

    Severity: high for a program of the log-on screen that is something else; medium for a tool of Windows outside its
    place, and for another one that no set-up program started; low among installed programs, below a set-up program, and
    for tools that products bring along, but where nothing is set up they are medium in the public folders.
    """
    # A process that only another's events name has a row, and nothing in the table that describes it.
    described, companies = (capture.processes[column].dropna() for column in (p.DESCRIPTION, p.COMPANY))
    if described.empty:
        return
    setup = setup_programs(capture)
    by_number = {row.process: row for row in rows}
    told: set[tuple[str, str]] = set()
    for row in rows:
        description = described.get(row.process)
        tool = None if description is None else _tool(str(description))
        key = (row.process_name.lower(), (row.image_path or "").lower())
        if tool is None or _is_its_name(row.process_name, tool) or key in told:
            continue
        if not shown_by(capture, row):
            continue
        told.add(key)
        company = companies.get(row.process)
        parent = by_number.get(row.parent) if row.parent is not None else None
        severity = _severity(row, tool, of_setup=parent is not None and parent.who in setup)
        yield _finding(
            capture,
            row,
            tool,
            severity,
            description=str(description),
            company=None if company is None else str(company),
            parent=parent,
        )


def _severity(row: ProcessRow, tool: Mapping[str, Any], *, of_setup: bool) -> Severity:
    if _at_log_on(row):
        return "high"
    image = row.image_path
    if of_setup:
        return "low"
    if tool.get("bundled"):
        return "medium" if image and _SHARED.search(image) else "low"
    if image and kind_of(image)[0] == "own" and (not tool.get("windows") or below_windows(image) is None):
        return "low"
    return "medium"


#: Folders that all users share and no set-up program unpacks to.
_SHARED = re.compile(r":\\(?:users\\public|perflogs|\$recycle\.bin|programdata\\[^\\]+$)", re.IGNORECASE)


def _at_log_on(row: ProcessRow) -> bool:
    below = below_windows(row.image_path) if row.image_path else None
    return below is not None and below.rpartition("\\")[2] in knowledge("log_on_screen")["programs"]


def _finding(
    capture: Capture,
    row: ProcessRow,
    tool: Mapping[str, Any],
    severity: Severity,
    *,
    description: str,
    company: str | None,
    parent: ProcessRow | None,
) -> Finding:
    log_on = _at_log_on(row)
    loose = lies_loose(row.image_path)
    return Finding(
        kind="tool_renamed",
        severity=severity,
        confidence="likely",
        facts={
            "who": row.who,
            "name": row.process_name,
            "path": row.image_path,
            "description": description,
            "company": company,
            "what": tool["what"],
            "names": [f"{name}.exe" for name in tool["names"]],
            "parent": parent.who if parent else None,
            "command_line": row.command_line,
            "log_on": log_on,
            "bundled": bool(tool.get("bundled")),
            "started_here": row.started_here,
            "time": row.start,
        },
        evidence=shown_by(capture, row),
        reproduce=by_process(row),
        attack=[
            *([Technique("T1546.008", "high")] if log_on else []),
            Technique("T1036.003", "medium" if severity != "low" else "low"),
        ],
        subjects={"processes": [row.who], "files": [row.image_path] if loose and row.image_path else []},
    )


def _tool(description: str) -> Mapping[str, Any] | None:
    return _by_description().get(_plain(description))


def _is_its_name(process_name: str, tool: Mapping[str, Any]) -> bool:
    stem = splitext(process_name.lower())[0]
    return any(re.fullmatch(re.escape(name) + _REST, stem) for name in tool["names"])


@cache
def _by_description() -> dict[str, Mapping[str, Any]]:
    return {
        _plain(description): tool
        for tool in knowledge("renamed_tools")
        for description in tool["descriptions"]
    }


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
