"""The funnel: which events each stage leaves, and what each of its rules takes away.

A stage is a whole filter of Process Monitor: it is laid on all events, not on what the stage before it left. So an
event that one stage hides comes back at a later one that takes the rule out. For every stage:
events_out = events_in - removed + came_back, where events_in is events_out of the stage before (at first: all events).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.filters.columns import Column, Columns, Integers, Mask, needed
from scripts.procmon.filters.rules import EXCLUDE, INCLUDE, Matches
from scripts.procmon.filters.sets import NamedRule, Stage

STAGES_SCHEMA = pa.schema(
    [pa.field(e.EVENT, pa.int64(), nullable=False), pa.field("stage", pa.int16(), nullable=False)]
)

_TOP = 6  #: how many operations, processes … of the hidden events are named


@dataclass(frozen=True)
class Filter:
    """The rules of one stage that look at one column."""

    column: Column
    includes: tuple[NamedRule, ...]
    excludes: tuple[NamedRule, ...]
    matches: Matches

    def matched(self, rule: NamedRule) -> Mask:
        """The values that the rule matches."""
        return self.matches[rule.rule]

    @cached_property
    def left_out(self) -> Mask:
        """The values that no Include rule matches; none where there is no Include rule."""
        included = [self.matched(rule) for rule in self.includes]
        return ~np.logical_or.reduce(included) if included else np.zeros(self.column.size, dtype=np.bool_)

    @cached_property
    def hits(self) -> Integers:
        """For each value, by how many rules it goes; all Include rules together count once."""
        hits = self.left_out.astype(np.int64)
        for rule in self.excludes:
            hits += self.matched(rule)
        return hits

    def takes(self, rule: NamedRule) -> Mask:
        """The values that go by this rule; for an Include rule, those that it and its alternatives leave out."""
        return self.left_out if rule.rule.action == INCLUDE else self.matched(rule)


@dataclass(frozen=True)
class Laid:
    """One stage laid on all events; ``before`` are those that the stage before it left."""

    stage: Stage
    number: int
    matches: Matches
    before: Mask

    @cached_property
    def filters(self) -> dict[str, Filter]:
        """The stage's rules by column."""
        names = dict.fromkeys(rule.rule.column for rule in self.stage.rules)
        return {name: self._filter(name) for name in names}

    def _filter(self, name: str) -> Filter:
        rules = [rule for rule in self.stage.rules if rule.rule.column == name]
        return Filter(
            self.matches.columns[name],
            tuple(rule for rule in rules if rule.rule.action == INCLUDE),
            tuple(rule for rule in rules if rule.rule.action == EXCLUDE),
            self.matches,
        )

    @cached_property
    def keep(self) -> Mask:
        """The events that survive."""
        keep = np.ones(len(self.before), dtype=np.bool_)
        for one in self.filters.values():
            if one.hits.any():
                keep &= one.column.spread(one.hits == 0)
        return keep

    @cached_property
    def gone(self) -> Integers:
        """The events that the stage before left and this one takes away."""
        return np.flatnonzero(self.before & ~self.keep)

    @cached_property
    def back(self) -> Integers:
        """The events that this stage leaves and the one before did not."""
        return np.flatnonzero(self.keep & ~self.before)


def columns_to_read(stages: Sequence[Stage]) -> list[str]:
    """The columns of events.parquet that ``stage_events`` looks at; large captures are read no further."""
    ruled = needed({rule.rule.column for stage in stages for rule in stage.rules})
    return list(dict.fromkeys([e.EVENT, e.PROCESS, e.OPERATION, e.CATEGORY, *ruled]))


def stage_events(
    events: pd.DataFrame, processes: pd.DataFrame, stages: Sequence[Stage]
) -> tuple[pa.Table, dict[str, Any]]:
    """For each event the last stage that it survived (1-based, 0 = none), and the funnel as funnel.json has it.

    ``events`` as contracts.events says, ``processes`` a row a process in order. The keys of funnel.json are told in
    config/schemas/funnel.schema.yaml.
    """
    matches = Matches(Columns(events, processes))
    survived = np.zeros(len(events), dtype=np.int16)
    before: Mask = np.ones(len(events), dtype=np.bool_)
    since: dict[NamedRule, int] = {}
    told: list[dict[str, Any]] = []
    for number, stage in enumerate(stages, start=1):
        since = {rule: since.get(rule, number) for rule in stage.rules}
        laid = Laid(stage, number, matches, before)
        survived[laid.keep] = number
        told.append(_tell(laid, since))
        before = laid.keep
    table = pa.table([events[e.EVENT].to_numpy(dtype=np.int64), survived], schema=STAGES_SCHEMA)
    return table, {"events": len(events), "lacking": _lacking(stages, matches.columns), "stages": told}


def _tell(laid: Laid, since: Mapping[NamedRule, int]) -> dict[str, Any]:
    return {
        "number": laid.number,
        "name": laid.stage.name,
        "events_in": int(np.count_nonzero(laid.before)),
        "events_out": int(np.count_nonzero(laid.keep)),
        "removed": len(laid.gone),
        "came_back": len(laid.back),
        "rules": _tell_rules(laid, since),
        "taken_out": [_words(rule) | {"came_back": _came_back(laid, rule)} for rule in laid.stage.taken_out],
        "hidden": _hidden(laid.matches.columns, laid.gone),
    }


def _tell_rules(laid: Laid, since: Mapping[NamedRule, int]) -> list[dict[str, Any]]:
    hits = np.zeros(len(laid.gone), dtype=np.int64)
    for one in laid.filters.values():
        hits += one.column.spread(one.hits, laid.gone)
    by_one = laid.gone[hits == 1]
    counts = {
        name: (one.column.count(), one.column.count(laid.gone), one.column.count(by_one))
        for name, one in laid.filters.items()
    }
    told = []
    for rule in laid.stage.rules:
        one = laid.filters[rule.rule.column]
        everywhere, of_gone, of_by_one = counts[rule.rule.column]
        takes = one.takes(rule)
        told.append(
            _words(rule)
            | {
                "since": since[rule],
                "matched": int(everywhere[laid.matches[rule.rule]].sum()),
                "removed": int(of_gone[takes].sum()),
                "alone": int(of_by_one[takes].sum()),
                "lacking": one.column.lacking,
            }
        )
    return told


def _words(rule: NamedRule) -> dict[str, Any]:
    return {
        "set": rule.set,
        "name": rule.name,
        "column": rule.rule.column,
        "relation": rule.rule.relation,
        "value": rule.rule.value,
        "action": rule.rule.action,
        "comment": rule.comment,
    }


def _hidden(columns: Columns, gone: Integers) -> dict[str, Any]:
    """What the hidden events were: the most frequent operations, categories and processes among them."""
    return {
        "operations": _most(columns.events[e.OPERATION], gone, "operation"),
        "categories": _most(columns.events[e.CATEGORY], gone, "category"),
        "processes": _most_processes(columns, gone),
    }


def _most(series: pd.Series[Any], rows: Integers, word: str) -> list[dict[str, Any]]:
    counts = series.iloc[rows].value_counts()
    return [{word: str(value), "events": int(count)} for value, count in counts.head(_TOP).items() if count]


def _most_processes(columns: Columns, rows: Integers) -> list[dict[str, Any]]:
    processes = columns.processes
    counts = np.bincount(columns.events[e.PROCESS].to_numpy()[rows], minlength=len(processes))
    most = [row for row in np.argsort(-counts, kind="stable")[:_TOP] if counts[row]]
    pids = processes[p.PID]
    return [
        {
            "process": int(row),
            "process_name": str(processes[p.PROCESS_NAME].iloc[row]),
            "pid": None if pd.isna(pids.iloc[row]) else int(pids.iloc[row]),
            "events": int(counts[row]),
        }
        for row in most
    ]


def _came_back(laid: Laid, rule: NamedRule) -> int:
    of_back = laid.matches.columns[rule.rule.column].count(laid.back)
    return int(of_back[laid.matches[rule.rule]].sum())


def _lacking(stages: Sequence[Stage], columns: Columns) -> list[str]:
    named = {rule.rule.column for stage in stages for rule in stage.rules}
    return sorted(name for name in named if columns[name].lacking)
