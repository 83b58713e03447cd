"""The Process Monitor filter that shows a finding's evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Rule
from scripts.procmon.contracts.tables import ProcessRow

#: More Include rules than this nobody types in; the folder or the process alone has to do then.
MOST = 12
#: With more operations than this the rules on paths do as well.
NARROW = 4


def by_path(paths: Iterable[str], *, operations: Iterable[str] = (), whos: Iterable[str] = ()) -> list[Rule]:
    """Include rules for these paths (and only these operations and processes, where given).

    Rules on one column are alternatives, so those for paths stay together; too many paths become the folder that
    holds them all, or a folder that holds most of them.
    """
    rules = _path_rules(sorted(set(paths)))
    pids = sorted({who.rpartition(" (")[2].rstrip(")") for who in whos if who.endswith(")")}, key=len)
    rules += [Rule("PID", "is", pid) for pid in pids[:MOST]]
    rules += [Rule("Operation", "is", operation) for operation in sorted(set(operations))]
    return rules or [Rule("Event Class", "is", "File System")]


def by_process(*rows: ProcessRow) -> list[Rule]:
    """Include rules for these processes by number; by the name of the first where the capture has no PIDs."""
    pids = [Rule("PID", "is", str(row.pid)) for row in rows if row.pid is not None]
    return pids[:MOST] or [Rule("Process Name", "is", rows[0].process_name)]


def around(capture: Capture, numbers: Iterable[int]) -> list[Rule]:
    """Include rules that all of these events meet and few others: by process, thread, operation and path.

    A column takes part where few values (or one folder) cover all of the events.
    """
    mask = np.isin(capture.events[e.EVENT].to_numpy(), np.fromiter(numbers, dtype=np.int64))
    rows = capture.events[mask]
    actors = capture.processes.loc[rows[e.PROCESS].unique()]
    rules = [Rule("Process Name", "is", name) for name in _few(actors[p.PROCESS_NAME])]
    rules += [Rule("PID", "is", pid) for pid in _few(actors[p.PID])]
    rules += [Rule("TID", "is", tid) for tid in _few(rows[e.TID])]
    operations = _few(rows[e.OPERATION])
    paths = sorted({str(path) for path in rows[e.PATH].dropna().unique()})
    where = _path_rules(paths) if paths and all(paths) else []
    if len(operations) <= NARROW or not where:
        rules += [Rule("Operation", "is", operation) for operation in operations]
    return rules + where


def _few(column: Any) -> list[str]:
    """The distinct values as text; none where they are too many for a filter or some are missing."""
    values = sorted({str(value) for value in column.dropna().unique()})
    return values if len(values) <= MOST and not column.isna().any() else []


def _path_rules(paths: list[str]) -> list[Rule]:
    """One rule a path; where these are too many, the deepest folder whose rule leaves few enough, or else that of all."""
    if len(paths) <= MOST:
        return [Rule("Path", "is", path) for path in paths]
    below: dict[str, list[str]] = {}
    for path in paths:
        parts = path.split("\\")
        for depth in range(1, len(parts)):
            below.setdefault("\\".join(parts[:depth]) + "\\", []).append(path)
    enough = [folder for folder, inside in below.items() if len(paths) - len(inside) < MOST]
    if not enough:
        return []
    folder = max(enough, key=lambda one: (one.count("\\"), len(below[one])))
    rest = set(paths) - set(below[folder])
    return [Rule("Path", "begins with", folder), *(Rule("Path", "is", path) for path in sorted(rest))]
