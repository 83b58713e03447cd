"""What a next filter could hide: the largest groups among the events left, as rules, and which findings each would hide.

This is the quick filter as an analyst uses it on what is left at the last stage: a path or what it begins with, a
process, an operation.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.classes import Classes, classify
from scripts.procmon.filters.columns import Events, EventsFrame, Integers, Mask
from scripts.procmon.filters.words import EXCLUDE
from scripts.procmon.text.telling import would_hide

_PATHS, _PROCESSES, _OPERATIONS = 8, 3, 3  #: how many rules of each kind
_LEAST = 2  #: events that a group has
_MOST = 100_000  #: distinct paths that groups are made of, the most frequent ones
_SHARE = 0.8  #: a folder below that holds so much of a group is told instead
#: No group is as wide as C:\\Windows or HKLM\\Software\\Microsoft: parts that a begin of a path has at least.
_PARTS, _PARTS_OF_KEY = 3, 5


def suggest(
    events: Events,
    processes: pd.DataFrame,
    stage: Integers,
    last: int,
    findings: Sequence[Mapping[str, Any]],
    *,
    also: Mask | None = None,
    lacks: Collection[str] = (),
) -> dict[str, Any]:
    """What suggestions.json says (schema: config/schemas/suggestions.schema.yaml).

    ``stage`` is the last stage of each event, ``last`` the number of stages. A finding is told with a rule if the
    rule matches any of its evidence, also what the stages hide already, and always if not all of its evidence is
    listed. ``also`` tells of each event whether it happens in the baseline as well, ``lacks`` the classes of which that
    holds no event.
    """
    left = stage == last
    evidence = {finding["id"]: _rows(finding["evidence"], len(left)) for finding in findings}
    cited = np.zeros(len(left), dtype=np.bool_)
    for rows in evidence.values():
        cited[rows] = True
    chosen = np.flatnonzero(left | cited)
    frame = _frame(events, chosen)
    groups = frame[left[chosen]]
    rules = list(_groups(groups, processes))
    classes = classify(EventsFrame(frame), processes, rules)
    places = {finding: np.searchsorted(chosen, rows) for finding, rows in evidence.items()}
    told = [_tell(rule, classes, left[chosen], places, findings) for rule in rules]
    whole = int(np.count_nonzero(left))
    # A rule that would leave an empty list helps nobody.
    told = [one for one in told if one["events"] < whole]
    return {
        "left": whole,
        "suggestions": sorted(told, key=lambda one: (bool(one["hides"]), -one["events"])),
        "findings": [
            {"id": finding, "evidence": len(rows), "left": int(np.count_nonzero(left[rows]))}
            | (
                {}
                if also is None
                else _compared(frame[e.EVENT_CLASS].to_numpy()[places[finding]], also[rows], lacks)
            )
            for finding, rows in evidence.items()
        ],
    }


def _compared(classes: npt.NDArray[Any], also: Mask, lacks: Collection[str]) -> dict[str, Any]:
    """How much of a finding's evidence the baseline has too, and by class how much is of a class that it has none of."""
    unseen = Counter(str(one) for one in classes[~also] if one in lacks)
    return {"also": int(np.count_nonzero(also)), "unseen": dict(sorted(unseen.items()))}


def _rows(evidence: Sequence[int], size: int) -> Integers:
    rows = np.unique(np.array(evidence, dtype=np.int64))
    return rows[rows < size]


def _frame(events: Events, rows: Integers) -> pd.DataFrame:
    """The events of ``rows``, with what groups are made of."""
    names = (e.PROCESS, e.EVENT_CLASS, e.OPERATION, e.PATH)
    parts, at = [], 0
    for piece in events.pieces(*names):
        size = len(piece[e.PROCESS])
        start, end = np.searchsorted(rows, (at, at + size))
        chosen = pa.array(rows[start:end] - at)
        parts.append(
            pd.DataFrame(
                {
                    name: column.take(chosen).cast(column.type.value_type if _coded(column) else column.type)
                    for name, column in piece.items()
                }
            )
        )
        at += size
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({name: [] for name in names})
    return whole.astype({e.OPERATION: "category", e.PATH: "category", e.PROCESS: "int64"})


def _coded(column: pa.Array) -> bool:
    return bool(pa.types.is_dictionary(column.type))


def _groups(left: pd.DataFrame, processes: pd.DataFrame) -> Iterator[Rule]:
    """The largest groups among the events left, each as the rule that would hide it."""
    yield from _path_groups(left[e.PATH].value_counts())
    named = left[e.PROCESS].map(dict(enumerate(processes[p.PROCESS_NAME])))
    for column, counts, most in (
        ("Process Name", named.value_counts(), _PROCESSES),
        ("Operation", left[e.OPERATION].value_counts(), _OPERATIONS),
    ):
        for value in counts.index[counts >= _LEAST][:most]:
            yield Rule(column, "is", str(value), EXCLUDE)


def _path_groups(counts: pd.Series[int]) -> Iterator[Rule]:
    spelt: dict[str, str] = {}
    below: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for path, count in counts.head(_MOST).items():
        if not path or not count:
            continue
        way = [*_beginnings(str(path)), str(path)]
        for parent, one in zip(["", *way], way, strict=False):
            spelt.setdefault(one.lower(), one)
            below.setdefault(parent.lower(), Counter())[one.lower()] += count
            total[one.lower()] += count
    chosen: list[str] = []
    for group in sorted(total, key=lambda one: (-total[one], one)):
        if total[group] < _LEAST or len(chosen) == _PATHS:
            break
        group = _narrowed(group, below, total)
        if not any(group.startswith(other) or other.startswith(group) for other in chosen):
            chosen.append(group)
    for group in chosen:
        yield Rule("Path", "begins with" if group in below else "is", spelt[group], EXCLUDE)


def _narrowed(group: str, below: Mapping[str, Counter[str]], total: Mapping[str, int]) -> str:
    """The narrowest folder or path below ``group`` that still holds most of it."""
    whole = total[group]
    while group in below:
        ((largest, count),) = below[group].most_common(1)
        if count < _SHARE * whole:
            return group
        group = largest
    return group


def _beginnings(path: str) -> Iterator[str]:
    """ "C:\\a\\b\\c.txt" as "C:\\a\\b\\": each folder or key above, but those that hold too much."""
    parts = path.split("\\")
    least = _PARTS_OF_KEY if parts[0].upper().startswith("HK") else _PARTS
    yield from ("\\".join(parts[:number]) + "\\" for number in range(least, len(parts)))


def _tell(
    rule: Rule,
    classes: Classes,
    left: Mask,
    places: Mapping[str, Integers],
    findings: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    matched = classes.matched[rule][classes.codes]
    hides = [
        {"id": finding["id"], "title": finding["title"], "severity": finding["severity"], "events": events}
        for finding in findings
        if (events := int(np.count_nonzero(matched[places[finding["id"]]]))) or _is_cut(finding)
    ]
    events = int(np.count_nonzero(matched & left))
    return {
        "column": rule.column,
        "relation": rule.relation,
        "value": rule.value,
        "action": rule.action,
        "yaml": as_yaml(rule),
        "events": events,
        "hides": hides,
        "said": would_hide(
            events, left=int(np.count_nonzero(left)), findings=[str(one["id"]) for one in hides]
        ),
    }


def _is_cut(finding: Mapping[str, Any]) -> bool:
    """Is there more evidence than is listed? Then no rule can be said to leave it all."""
    return int(finding.get("evidence_count", 0)) > len(finding["evidence"])


def as_yaml(rule: Rule) -> str:
    """The rule as it stands in a stage's ``add``."""
    # Single quotes leave a backslash alone; what can't be printed needs YAML's double quotes.
    value = rule.value
    quoted = "'" + value.replace("'", "''") + "'" if value.isprintable() else json.dumps(value)
    return f"{{column: {rule.column}, relation: {rule.relation}, value: {quoted}, action: {rule.action}}}"
