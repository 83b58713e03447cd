"""Processes that bear a Windows process's name without being it: wrong place, parent, session, number or start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.autostart.acts import Acts, acts_of
from scripts.procmon.findings.evidence.kept import kept
from scripts.procmon.findings.evidence.names import who
from scripts.procmon.findings.evidence.select import first_events
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.places import below_windows, in_another_windows
from scripts.procmon.knowledge import knowledge


@dataclass
class Suspect:
    """A process with a system name; ``signs`` are keys of the sentences, strong first."""

    row: ProcessRow
    signs: list[str] = field(default_factory=list)
    judged: bool = False
    #: Its place would be right in a second Windows on this computer.
    elsewhere: bool = False


#: Signs that no ordinary program gives; the others need company.
STRONG = ("number", "start", "path")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "masquerade", one for each name that is borne falsely."""
    rows = tree(earlier)
    known = knowledge("system_processes")
    bearers: dict[str, list[ProcessRow]] = defaultdict(list)
    for row in rows:
        if row.process_name.lower() in known:
            bearers[row.process_name.lower()].append(row)
    if not bearers:
        return Analysis(
            name="masquerade",
            outcome="not found",
            limits=_unseen(capture),
            examined=len(rows) and len(capture.events),
        )
    by_number = {row.process: row for row in rows}
    booting = _booting(rows)
    windows_seen = any(below_windows(row.image_path) is not None for row in rows if row.image_path)
    suspects = {
        name: [
            _weigh(row, known[name], by_number, booting=booting, windows_seen=windows_seen) for row in bearing
        ]
        for name, bearing in bearers.items()
    }
    findings = [
        finding
        for name, weighed in suspects.items()
        for finding in _findings(capture, known[name], weighed, foreign=_foreign(earlier))
    ]
    judged = [suspect.judged for weighed in suspects.values() for suspect in weighed]
    if not any(judged) and not findings:
        return Analysis(name="masquerade", outcome="could not be checked", reason="no_process_identity")
    return Analysis(
        name="masquerade",
        outcome="found" if findings else "not found",
        limits=[*([] if all(judged) else ["some_identity_unknown"]), *_unseen(capture)],
        examined=len(capture.events),
        findings=findings,
    )


def _unseen(capture: Capture) -> list[str]:
    """Without a table of processes only those with events of their own are known."""
    return [] if capture.info["can_show"]["process_table"]["value"] else ["no_process_table"]


def _weigh(
    row: ProcessRow,
    known: Mapping[str, Any],
    by_number: Mapping[int, ProcessRow],
    *,
    booting: bool,
    windows_seen: bool,
) -> Suspect:
    """``windows_seen``: other programs show that Windows runs from the folder where it usually lies."""
    suspect = Suspect(row)
    parent = by_number.get(row.parent) if row.parent is not None else None
    if row.image_path and "\\" in row.image_path and known["paths"]:
        suspect.judged = True
        below = below_windows(row.image_path)
        right = below is not None and any(fnmatchcase(below, path) for path in (*known["paths"], "winsxs\\*"))
        if not right and (windows_seen or not in_another_windows(row.image_path)):
            suspect.signs.append("path")
            suspect.elsewhere = in_another_windows(row.image_path)
    if parent is not None and known["parents"]:
        suspect.judged = True
        if parent.process_name.lower() not in known["parents"] and _is_older(parent, row):
            suspect.signs.append("parent")
    if row.started_here and known.get("before_log_on") and not booting:
        suspect.signs.append("start")
    if row.session not in (None, 0) and known.get("session") == 0:
        suspect.signs.append("session")
    argument = known.get("needs_argument")
    if argument and row.command_line and argument not in row.command_line.lower() and row.started_here:
        suspect.signs.append("arguments")
    return suspect


def _foreign(earlier: Mapping[str, Analysis]) -> dict[str, int]:
    """How many operations of each process came from code outside any of its modules."""
    return {
        who: finding.facts["events"]
        for finding in (earlier["injected_code"].findings if "injected_code" in earlier else ())
        for who in finding.facts["who"]
    }


def _findings(
    capture: Capture, known: Mapping[str, Any], weighed: list[Suspect], *, foreign: Mapping[str, int]
) -> list[Finding]:
    if known["count"] == "one" and len(weighed) > 1:
        real = _real(weighed)
        for suspect in weighed:
            if suspect is not real and (suspect.signs or suspect.row.started_here):
                suspect.signs.append("number")
    false = [suspect for suspect in weighed if suspect.signs]
    if not false:
        return []
    done = acts_of(capture, [suspect.row.process for suspect in false])
    severity = _severity(false, done)
    counts = [foreign.get(suspect.row.who, 0) for suspect in false]
    return [
        _finding(
            capture,
            known,
            weighed=weighed,
            false=false,
            done=done,
            severity=severity,
            foreign=max(counts) if all(counts) else 0,
        )
    ]


def _real(weighed: list[Suspect]) -> Suspect:
    """The one that Windows started: no sign against it, begun before the capture, and first."""
    return min(weighed, key=lambda one: (len(one.signs), one.row.started_here, one.row.start or ""))


def _severity(false: list[Suspect], done: Acts) -> Severity:
    strong = any(
        sign in STRONG and not (sign == "path" and suspect.elsewhere)
        for suspect in false
        for sign in suspect.signs
    )
    several = any(len(set(suspect.signs)) > 1 for suspect in false)
    if strong and done.grave:
        return "high"
    if strong or (several and (done.any or done.sent_to)):
        return "medium"
    return "low"


def _finding(
    capture: Capture,
    known: Mapping[str, Any],
    *,
    weighed: list[Suspect],
    false: list[Suspect],
    done: Acts,
    severity: Severity,
    foreign: int,
) -> Finding:
    """``foreign`` counts the operations that came from code outside any module of these processes."""
    rows = [suspect.row for suspect in false]
    real = [suspect.row for suspect in weighed if not suspect.signs]
    genuine = all(row.image_path for row in rows) and not any("path" in suspect.signs for suspect in false)
    facts = {
        "name": rows[0].process_name,
        "count": len(rows),
        "genuine": genuine,
        "foreign": foreign,
        "stacks": bool(capture.info["can_show"]["stacks"]["value"]),
        "who": [row.who for row in rows],
        "one": known["count"] == "one",
        "real": [{"who": row.who, "path": row.image_path} for row in real],
        "signs": sorted({sign for suspect in false for sign in suspect.signs}),
        "paths": sorted({row.image_path for row in rows if row.image_path}),
        "parents": _parents(rows, capture),
        "starters": _starters(rows, capture),
        "usual_parents": list(known["parents"]),
        "began": [{"who": row.who, "start": row.start} for row in rows if row.started_here],
        "ended": len([row for row in rows if row.ended_here]),
        "acted": done.any or bool(done.sent_to),
        "kept": kept(capture),
        **done.facts(),
    }
    starts = [row.start_event for row in rows if row.start_event is not None]
    evidence = sorted({*done.events, *starts})
    return Finding(
        kind="masquerade",
        severity=severity,
        confidence="certain" if "path" in facts["signs"] or "number" in facts["signs"] else "likely",
        facts=facts,
        evidence=evidence or first_events(capture, (row.process for row in rows), most=100),
        reproduce=[
            Rule("Process Name", "is", rows[0].process_name),
            *(Rule("PID", "is", str(row.pid)) for row in rows if row.pid is not None),
        ],
        attack=[
            *([Technique("T1055.012", "medium")] if genuine and foreign else []),
            Technique("T1036.005", "high" if severity == "high" else "medium"),
        ],
        subjects={"processes": [row.who for row in rows]},
        key_events=[*starts, *(event for event in done.most_telling(4) if event not in starts)],
    )


def _parents(rows: list[ProcessRow], capture: Capture) -> list[str]:
    names = capture.processes[p.PROCESS_NAME]
    return sorted(
        {str(names[row.parent]) for row in rows if row.parent is not None and row.parent in names.index}
    )


def _starters(rows: list[ProcessRow], capture: Capture) -> list[str]:
    """Who started them: "services.exe (672)"."""
    return list(dict.fromkeys(who(capture, row.parent) for row in rows if row.parent is not None))


def _is_older(parent: ProcessRow, child: ProcessRow) -> bool:
    """Whether the parent is known to have begun first: a PID may have been taken again by a later process."""
    return bool(parent.start and child.start and parent.start <= child.start) or child.start_event is not None


def _booting(rows: list[ProcessRow]) -> bool:
    """Whether the capture shows Windows itself starting (a boot log), so that all system processes begin in it."""
    return any(
        row.started_here and row.process_name.lower() in {"system", "smss.exe", "wininit.exe"} for row in rows
    )
