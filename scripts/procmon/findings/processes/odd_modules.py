"""Modules and programs that run from places where no program belongs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.autostart.acts import acts, acts_of
from scripts.procmon.findings.evidence.kept import kept
from scripts.procmon.findings.evidence.reproduce import around, by_process
from scripts.procmon.findings.evidence.select import Mask, first_events, of_processes, one_of
from scripts.procmon.findings.evidence.stack_frames import modules_of, through
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.files.log_writes import log_writes
from scripts.procmon.findings.paths.file_kinds import stream_of
from scripts.procmon.findings.paths.places import below_windows, kind_of
from scripts.procmon.knowledge import knowledge


@dataclass
class Odd:
    """A module from an unusual place: in which processes, and the addresses that it takes there."""

    path: str
    place: str
    ranges: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "odd_module" for modules, "odd_program" for processes whose own program lies in such a place."""
    tables = modules_of(capture)
    rows = {row.process: row for row in tree(earlier)}
    if not tables and not any(row.image_path for row in rows.values()):
        return Analysis(name="odd_modules", outcome="could not be checked", reason="no_module_lists")
    found: dict[str, Odd] = {}
    for process, modules in tables.items():
        row = rows.get(process)
        for base, size, path in zip(
            modules.bases.tolist(), modules.sizes.tolist(), modules.paths, strict=True
        ):
            place = _odd_place(path, row)
            if place is not None:
                odd = found.setdefault(path.lower(), Odd(path, place))
                odd.ranges[process].append((base, size))
    findings = [finding for odd in found.values() if (finding := _module(capture, odd, rows))]
    findings += [finding for row in rows.values() if (finding := _program(capture, row))]
    return Analysis(
        name="odd_modules",
        outcome="found" if findings else "not found",
        limits=[] if len(capture.modules) else ["no_module_lists"],
        examined=len(capture.events),
        findings=findings,
    )


#: No program is set up in an alternate data stream, and Explorer shows none.
STREAM = "a hidden stream of a file or folder"


def _place(path: str) -> tuple[str, str | None]:
    """As ``kind_of``; a stream beside a file or a folder is no place for a program, wherever that lies."""
    return ("odd", STREAM) if stream_of(path) else kind_of(path)


def _odd_place(path: str, row: ProcessRow | None) -> str | None:
    """What people call the place, where it is one in which this process should have no module."""
    kind, name = _place(path)
    lower = path.lower()
    if row and row.image_path and lower == row.image_path.lower():
        return None
    explorer = row is not None and row.process_name.lower() == "explorer.exe"
    if kind == "odd" and not (explorer and lower.endswith(".exe")):
        return name
    # Set-up programs load parts of themselves from a temporary folder; a process of Windows does not.
    if kind == "watch" and name == "a temporary folder" and row is not None and _is_system(row):
        return name
    # Explorer maps programs to draw them; what does not even call itself one it has no reason to load.
    if explorer and kind != "own" and lower.endswith(_NO_MODULES):
        return name or "a folder that holds no programs"
    return None


#: Endings of files that are no modules, whatever they hold.
_NO_MODULES = (".tmp", ".dat", ".txt", ".log", ".jpg", ".png", ".gif", ".pdf", ".doc", ".bak", ".lnk")


def _is_system(row: ProcessRow) -> bool:
    below = below_windows(row.image_path) if row.image_path else None
    name = row.process_name.lower()
    return below is not None and name in knowledge("system_processes") and name not in _HOSTS


#: Programs of Windows that run whatever code they are given.
_HOSTS = {
    "rundll32.exe",
    "dllhost.exe",
    "explorer.exe",
    "taskhost.exe",
    "taskhostw.exe",
    "conhost.exe",
    "wuauclt.exe",
}


def _module(capture: Capture, odd: Odd, rows: Mapping[int, ProcessRow]) -> Finding | None:
    people = [rows[one] for one in odd.ranges if one in rows]
    if not people:
        return None
    ran = np.zeros(len(capture.events), dtype=bool)
    for process, ranges in odd.ranges.items():
        ran |= through(capture, process, ranges)
    done = acts(capture, ran)
    about = _about(capture, odd.path)
    numbers = capture.events[e.EVENT].to_numpy()
    evidence = [int(one) for one in numbers[ran | about]]
    # The list of modules alone can tell: then no event does.
    table_only = not evidence
    written = _written(capture, about)
    severity: Severity = "high" if done.any or written or any(map(_is_system, people)) else "medium"
    loads = [int(one) for one in numbers[about & _loading(capture, odd)]]
    return Finding(
        kind="odd_module",
        severity=severity,
        confidence="certain",
        facts={
            "path": odd.path,
            "place": odd.place,
            "who": [row.who for row in people],
            "written": written,
            "ran": int(ran.sum()),
            "about": int((about & ~ran).sum()),
            "loads": loads,
            "bases": sorted({hex(base) for ranges in odd.ranges.values() for base, _ in ranges}),
            "table_only": table_only,
            "kept": kept(capture),
            "named_by": _naming(odd.path, people),
            "logs": log_writes(capture, odd.ranges, ran) if any(map(_is_system, people)) else None,
            "system": any(map(_is_system, people)),
            "acted": done.any,
            **done.facts(),
        },
        evidence=evidence,
        reproduce=around(capture, evidence) if evidence else by_process(*people),
        attack=[Technique("T1055", "medium")],
        subjects={"processes": [row.who for row in people], "files": [odd.path]},
        key_events=[*loads[:2], *done.most_telling()],
    )


def _program(capture: Capture, row: ProcessRow) -> Finding | None:
    kind, place = _place(row.image_path) if row.image_path else ("other", None)
    if kind != "odd" or not row.events:
        return None
    done = acts_of(capture, [row.process])
    evidence = done.events or first_events(capture, [row.process], most=1)
    return Finding(
        kind="odd_program",
        severity="high" if done.grave else "medium",
        confidence="certain",
        facts={
            "who": row.who,
            "path": row.image_path,
            "place": place,
            "acted": done.any,
            "kept": kept(capture),
            **done.facts(),
        },
        evidence=evidence,
        reproduce=by_process(row),
        attack=[Technique("T1036.005", "low")],
        subjects={"processes": [row.who], "files": [str(row.image_path)]},
    )


def _naming(path: str, people: list[ProcessRow]) -> list[dict[str, str]]:
    """The processes whose command line names the module, so that whoever started them had it loaded."""
    return [
        {"who": row.who, "command_line": row.command_line}
        for row in people
        if row.command_line and path.lower() in row.command_line.lower()
    ]


def _loading(capture: Capture, odd: Odd) -> Mask:
    """The events that loaded something into the processes that have the module."""
    return of_processes(capture, odd.ranges) & one_of(capture.events[e.OPERATION], {"Load Image"})


def _about(capture: Capture, path: str) -> Mask:
    """The events on a file."""
    paths = capture.events[e.PATH]
    return np.isin(paths.cat.codes.to_numpy(), _spellings(capture).get(path.lower(), []))


@lru_cache(maxsize=1)
def _spellings(capture: Capture) -> dict[str, list[int]]:
    """The codes of the paths that are the same but for the case of letters."""
    found: dict[str, list[int]] = defaultdict(list)
    for code, path in enumerate(capture.events[e.PATH].cat.categories):
        found[path.lower()].append(code)
    return found


def _written(capture: Capture, about: Mask) -> bool:
    """Whether the capture shows the file itself being created or written."""
    rows = capture.events[about]
    made = rows[e.OPERATION].astype(str).eq("WriteFile") | rows[e.DETAIL].astype(str).str.contains(
        "OpenResult: (?:Created|Overwritten|Superseded)"
    )
    return bool((made & rows[e.RESULT].astype(str).eq("SUCCESS")).any())
