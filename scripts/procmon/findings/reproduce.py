"""The Process Monitor filter that shows a finding's evidence."""

from __future__ import annotations

from collections.abc import Iterable

from scripts.procmon.contracts.findings import Rule

#: More Include rules than this nobody types in; the folder or the process alone has to do then.
MOST = 12


def by_path(paths: Iterable[str], *, operations: Iterable[str] = (), whos: Iterable[str] = ()) -> list[Rule]:
    """Include rules for these paths (and only these operations and processes, where given).

    Rules on one column are alternatives, so those for paths stay together; too many paths become the folder that
    holds them all.
    """
    distinct = sorted(set(paths))
    if len(distinct) > MOST:
        folder = _common_folder(distinct)
        rules = [Rule("Path", "begins with", folder)] if folder else []
    else:
        rules = [Rule("Path", "is", path) for path in distinct]
    pids = sorted({who.rpartition(" (")[2].rstrip(")") for who in whos if who.endswith(")")}, key=len)
    rules += [Rule("PID", "is", pid) for pid in pids[:MOST]]
    rules += [Rule("Operation", "is", operation) for operation in sorted(set(operations))]
    return rules or [Rule("Event Class", "is", "File System")]


def _common_folder(paths: list[str]) -> str:
    first, last = paths[0], paths[-1]
    same = next((index for index, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first.rfind("\\", 0, same) + 1]
