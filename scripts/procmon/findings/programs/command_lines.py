"""Processes whose command line tells that they were started for something out of the ordinary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import SEVERITIES, Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.patterns import met, pattern
from scripts.procmon.findings.evidence.reproduce import by_process
from scripts.procmon.findings.evidence.select import of_processes, one_of, where
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.named_files import LONGEST, named_files
from scripts.procmon.findings.paths.path_forms import texts_in_full
from scripts.procmon.findings.paths.places import below_windows, kind_of
from scripts.procmon.findings.programs.encoded_scripts import (
    encoded_script,
    fetches_documented,
    is_first_step,
    looks_up,
    without_script,
)
from scripts.procmon.findings.programs.lineage import ancestors
from scripts.procmon.findings.programs.lsass_number import dumps_by_number, numbers_of_lsass
from scripts.procmon.findings.programs.windows_setup import laying_out
from scripts.procmon.knowledge import knowledge

#: Entries that an encoded script may be the reason for.
_ENCODED = ("hidden-script", "encoded-script", "plain-script", "remote-session-script")
_SETUP_ORDERS = re.compile(r"\bbcdedit(?:\.exe)?\"?\s[^|&]{0,200}\brecoveryenabled\s+no\b", re.IGNORECASE)
#: What runs the scripts of a domain's policy: its administrators gave the orders, wherever the script lies.
POLICY = r"system32\gpscript.exe"
_SCRIPT_HOSTS = {"powershell.exe", "pwsh.exe", "powershell_ise.exe"}


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "command_line", one for each way of starting and program."""
    rows = [row for row in tree(earlier) if row.command_line]
    if not rows:
        return Analysis(name="command_lines", outcome="could not be checked", reason="no_command_lines")
    groups: dict[tuple[str, str], list[ProcessRow]] = {}
    lsass = numbers_of_lsass(rows)
    by_number = {row.process: row for row in tree(earlier)}
    for row in rows:
        known = _weighed(row, telling(row.command_line or "", row.image_path), by_number)
        if known is None and dumps_by_number(row.command_line, lsass):
            known = _by_id("password-memory")
        if known is not None:
            groups.setdefault((known["id"], row.process_name.lower()), []).append(row)
    laid = laying_out(earlier)
    setup = {number for number, row in by_number.items() if row.who in laid}
    findings = [
        _finding(
            capture, _by_id(one), same, setup=_of_setup(same, setup), policy=_of_policy(one, same, by_number)
        )
        for (one, _), same in groups.items()
    ]
    findings += [_finding(capture, known, same) for known, same in _many(rows)]
    return Analysis(
        name="command_lines",
        outcome="found" if findings else "not found",
        examined=len(capture.events),
        findings=findings,
    )


def telling(command_line: str, image: str | None = None) -> Mapping[str, Any] | None:
    """The first entry of knowledge/command_lines.yaml that this command line meets; ``image`` where it is known.

    Entries that tell by their number alone ("least") are none.
    """
    for text in texts_in_full(command_line[:LONGEST].replace("^", "")):
        if known := _telling(text, image or ""):
            return _by_id(known)
    return None


def _weighed(
    row: ProcessRow, known: Mapping[str, Any] | None, by_number: Mapping[int, ProcessRow]
) -> Mapping[str, Any] | None:
    """The same entry, or that of scripts that only look things up, where it is met by such an encoded script alone."""
    line = row.command_line or ""
    if known is not None and known["id"] == "encoded-script" and fetches_documented(line):
        return _by_id("documented-installer")
    if known is None or known["id"] not in _ENCODED or (script := encoded_script(line)) is None:
        return known
    images = [one.image_path or "" for one in ancestors(row, by_number)]
    if is_first_step(script, images):
        return _by_id("remote-session-script")
    if looks_up(script) and telling(without_script(line), row.image_path) is None:
        return _by_id("plain-script")
    return known


@lru_cache(maxsize=1 << 14)
def _telling(text: str, image: str) -> str | None:
    folded, of_image = text.casefold(), image.casefold()
    for known in knowledge("command_lines"):
        if "least" in known or known.get("decoded"):
            continue
        if "image" in known and not met(known["image"], image, of_image):
            continue
        needed = all(met(one, text, folded) for one in known.get("all", ()))
        if needed and ("one_of" not in known or any(met(one, text, folded) for one in known["one_of"])):
            return str(known["id"])
    return None


def _many(rows: Sequence[ProcessRow]) -> Iterator[tuple[Mapping[str, Any], list[ProcessRow]]]:
    """The entries that only tell where they are met for so many things, each with the processes that met it."""
    for known in knowledge("command_lines"):
        if "least" in known:
            told = {row.process: target for row in rows if (target := _target(known, row))}
            if len(set(told.values())) >= known["least"]:
                yield known, [row for row in rows if row.process in told]


def _target(known: Mapping[str, Any], row: ProcessRow) -> str | None:
    text = (row.command_line or "")[:LONGEST].replace("^", "")
    found = (pattern(one).search(text) for one in known["one_of"])
    return next((match["target"].strip().lower() for match in found if match), None)


#: Entries that only arguments of PowerShell meet.
_OF_POWERSHELL = {"hidden-script", "encoded-script", "plain-script", "text-as-script"}


def _by_id(wanted: str) -> Mapping[str, Any]:
    return next(dict(known) for known in knowledge("command_lines") if known["id"] == wanted)


def _of_setup(same: Sequence[ProcessRow], setup: set[int]) -> bool:
    """Whether all are of what Windows' own setup orders before it restarts into the new Windows."""
    return all(row.parent in setup and _SETUP_ORDERS.search(row.command_line or "") for row in same)


def _of_policy(known: str, same: Sequence[ProcessRow], by_number: Mapping[int, ProcessRow]) -> bool:
    """Whether all come from scripts of the group policy, which is how a domain's administrators make accounts."""
    return known == "account-made" and all(
        any(below_windows(one.image_path or "") == POLICY for one in ancestors(row, by_number))
        for row in same
    )


def _finding(
    capture: Capture,
    known: Mapping[str, Any],
    same: list[ProcessRow],
    *,
    setup: bool = False,
    policy: bool = False,
) -> Finding:
    evidence = _evidence(capture, same)
    began = any(row.started_here for row in same)
    console = _console(capture, same)
    severity: Severity = known["severity"]
    files = _files(same)
    if not began:
        severity = SEVERITIES[min(SEVERITIES.index(severity) + 1, SEVERITIES.index("low"))]
    if setup or policy:
        severity = "low"
    renamed = known["id"] in _OF_POWERSHELL and same[0].process_name.lower() not in {
        *_SCRIPT_HOSTS,
        "cmd.exe",
    }
    return Finding(
        kind="command_line",
        severity=severity,
        confidence="certain" if severity == "high" else "likely",
        facts={
            "who": [row.who for row in same],
            "command_lines": list(dict.fromkeys(_shortened(row.command_line or "") for row in same)),
            "decoded": _decoded(known, same),
            "length": max(len(row.command_line or "") for row in same),
            "what": known["what"],
            "files": files,
            "id": known["id"],
            "began": began,
            "policy": policy,
            "renamed": renamed,
            "console": console,
            "start": same[0].start,
            "exit_code": same[0].exit_code,
            "own_events": any(row.events for row in same),
            "table_only": not evidence,
        },
        evidence=sorted({*evidence, *([console] if console is not None else [])}),
        reproduce=by_process(*same),
        attack=[Technique(known["attack"], "medium")],
        subjects={"processes": [row.who for row in same], **({"files": files} if files else {})},
    )


def _decoded(known: Mapping[str, Any], same: Iterable[ProcessRow]) -> list[str]:
    """What encoded scripts say, for the entries that they may be the reason for."""
    if known["id"] not in _ENCODED:
        return []
    scripts = (encoded_script(row.command_line or "") for row in same)
    return list(dict.fromkeys(_shortened(" ".join(text.split())) for text in scripts if text))


def _files(same: Iterable[ProcessRow]) -> list[str]:
    """What the command lines name beside the program, but for files that are Windows' or installed."""
    named = [path for row in same for path in named_files(row.command_line or "", row.image_path)]
    return [path for path in dict.fromkeys(named) if kind_of(path)[0] != "own"]


def _console(capture: Capture, same: Iterable[ProcessRow]) -> int | None:
    """The event by which one of these processes loaded PowerShell's own console, whatever the program is called."""
    loads = one_of(capture.events[e.OPERATION], {"Load Image"}) & where(
        capture.events[e.PATH], lambda path: "microsoft.powershell.consolehost" in path.lower()
    )
    found = np.flatnonzero(loads & of_processes(capture, (row.process for row in same)))
    return int(found[0]) if len(found) else None


def _evidence(capture: Capture, same: Iterable[ProcessRow]) -> list[int]:
    """The starts; for a process that ran before, its first event, or none where the list of processes alone tells."""
    starts = [row.start_event for row in same if row.start_event is not None]
    if starts:
        return sorted(starts)
    mine = np.flatnonzero(of_processes(capture, (row.process for row in same)))
    return [int(mine[0])] if len(mine) else []


def _shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 300 else f"{text[:300]}…"
