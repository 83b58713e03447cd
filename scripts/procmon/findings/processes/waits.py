"""Long silences of a suspected program, after which it went on where it had stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.records import Record, order_is_trusted, records
from scripts.procmon.findings.evidence.reproduce import by_process
from scripts.procmon.findings.evidence.select import of_processes
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.places import kind_of

#: Shorter silences are met in every program; so are any in one that waits for its user.
SHORTEST = 4.5
#: A program that was started within so many seconds before a silence is likely to be waited for.
BEFORE = pd.Timedelta(seconds=2)
MOST_RULES = 12


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "waited": the longest silence of each suspected program that filled at least a third of its life."""
    if not order_is_trusted(capture):
        return Analysis(name="waits", outcome="could not be checked", reason="order_untrusted")
    accused = accusations(earlier)
    rows = [row for row in tree(earlier) if row.who in accused and _may_wait(row)]
    children: dict[int | None, list[ProcessRow]] = {}
    for row in tree(earlier):
        children.setdefault(row.parent, []).append(row)
    waited = [finding for row in rows if (finding := _finding(capture, row, children.get(row.process, ())))]
    # Several runs of one program that wait alike are one habit.
    alike: dict[str, list[Finding]] = {}
    for finding in waited:
        alike.setdefault(str(finding.facts["name"]), []).append(finding)
    return Analysis(
        name="waits",
        outcome="found" if alike else "not found",
        examined=sum(row.events for row in rows),
        findings=[_together(same) for same in alike.values()],
    )


def _together(same: list[Finding]) -> Finding:
    """The first run's finding, with all runs named."""
    first = same[0]
    others = [{"who": one.facts["who"], "seconds": one.facts["seconds"]} for one in same[1:]]
    pids = [rule for one in same for rule in one.reproduce]
    return replace(
        first,
        facts={**first.facts, "others": others},
        evidence=sorted({event for one in same for event in one.evidence}),
        reproduce=list(dict.fromkeys(pids))[:MOST_RULES],
        subjects={"processes": [str(one.facts["who"]) for one in same]},
        key_events=[event for one in same for event in one.evidence][:8],
    )


def _may_wait(row: ProcessRow) -> bool:
    """Programs that began here and are not Windows' own: the others wait for work all day."""
    return row.started_here and not (row.image_path and kind_of(row.image_path)[0] == "own")


def _finding(capture: Capture, row: ProcessRow, children: Sequence[ProcessRow]) -> Finding | None:
    mine = np.flatnonzero(of_processes(capture, [row.process]))
    times = capture.events[e.TIME].iloc[mine]
    if len(mine) < 10 or times.isna().any():
        return None
    # The profiler's entries come once a second, whatever the program does.
    quiet = capture.events[e.EVENT_CLASS].iloc[mine].astype(str).to_numpy() != "Profiling"
    mine, times = mine[quiet], times[quiet]
    gaps = times.diff().dt.total_seconds().to_numpy()
    at = int(np.nanargmax(gaps)) if len(gaps) > 1 else 0
    life = float((times.iloc[-1] - times.iloc[0]).total_seconds())
    if at == 0 or gaps[at] < SHORTEST or gaps[at] * 3 < life:
        return None
    before, after = _record(capture, int(mine[at - 1])), _record(capture, int(mine[at]))
    return Finding(
        kind="waited",
        severity="low",
        confidence="likely" if before.path == after.path and before.path else "possible",
        facts={
            "who": row.who,
            "name": row.process_name,
            "seconds": float(gaps[at]),
            "life": life,
            "before": before.event,
            "after": after.event,
            "before_operation": before.operation,
            "after_operation": after.operation,
            "before_path": before.path,
            "after_path": after.path,
            "same": bool(before.path) and before.path == after.path,
            "from": before.moment,
            "to": after.moment,
            "round": abs(gaps[at] - round(gaps[at])) < 0.05,
            "started_before": [
                one.who
                for one in children
                if one.start
                and before.moment
                and pd.Timedelta(0) <= pd.Timestamp(before.moment) - pd.Timestamp(one.start) <= BEFORE
            ],
        },
        evidence=[before.event, after.event],
        reproduce=by_process(row),
        attack=[Technique("T1497.003", "low")],
        subjects={"processes": [row.who]},
    )


def _record(capture: Capture, position: int) -> Record:
    mask = np.zeros(len(capture.events), dtype=bool)
    mask[position] = True
    return records(capture, mask)[0]
