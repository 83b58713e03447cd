"""The funnel: which events each stage leaves, what each of its rules takes away, and what that may have hidden.

A stage is a whole filter of Process Monitor: it is laid on all events, not on what the stage before it left. So an
event that one stage hides comes back at a later one that takes the rule out. For every stage:
events_out = events_in - removed + came_back, where events_in is events_out of the stage before (at first: all events);
for a branch, of the stage that it starts from.

Where the capture has a baseline, a stage comes last that has the rules of the one before it and takes away what also
happens in the baseline. That can't be said in rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from scripts.procmon.contracts import events as e
from scripts.procmon.filters.acts import ACTS
from scripts.procmon.filters.classes import Classes, classify
from scripts.procmon.filters.columns import Events, EventsFrame, Integers, Mask
from scripts.procmon.filters.hidden import Hidden
from scripts.procmon.filters.resolve import Stage
from scripts.procmon.filters.sets import NamedRule
from scripts.procmon.filters.words import INCLUDE
from scripts.procmon.text.telling import stage_name, stage_said

_TOP = 6  #: how many operations, processes … of the hidden events are named
_TOP_OF_RULE = 3
_BASELINE = pa.field("baseline", pa.bool_(), nullable=False)


@dataclass(frozen=True)
class Also:
    """What of a capture happens in its baseline as well: the baseline's name, and for each event whether it does."""

    capture: str
    events: Mask


@dataclass(frozen=True)
class Laid:
    """One stage laid on all events; ``before`` are the classes that the stage before it left.

    ``baseline`` and ``also`` are given at the stage that takes away what happens in the baseline as well.
    """

    stage: Stage
    classes: Classes
    before: Mask
    baseline: str | None = None
    also: Mask | None = None

    @cached_property
    def keep(self) -> Mask:
        """The classes that survive."""
        kept = self.classes.keep(rule.rule for rule in self.stage.rules)
        return kept if self.also is None else kept & ~self.also

    @property
    def gone(self) -> Mask:
        """The classes that the stage before left and this one takes away."""
        return self.before & ~self.keep

    @property
    def back(self) -> Mask:
        """The classes that this stage leaves and the one before did not."""
        return self.keep & ~self.before

    @cached_property
    def left_out(self) -> dict[str, Mask]:
        """By column, the classes that its Include rules leave out."""
        rules = [rule.rule for rule in self.stage.rules]
        columns = dict.fromkeys(rule.column for rule in rules if rule.action == INCLUDE)
        return {column: self.classes.left_out(rules, column) for column in columns}

    @cached_property
    def alone(self) -> Mask:
        """The classes that go by one rule only; all Include rules of a column together count once."""
        hits = np.zeros(self.classes.size, dtype=np.int64)
        for mask in self.left_out.values():
            hits += mask
        for rule in self.stage.rules:
            if rule.rule.action != INCLUDE:
                hits += self.classes.matched[rule.rule]
        alone: Mask = hits == 1
        return alone

    def takes(self, rule: NamedRule) -> Mask:
        """The classes that go by this rule; for an Include rule, those that it and its alternatives leave out."""
        if rule.rule.action == INCLUDE:
            return self.left_out[rule.rule.column]
        return self.classes.matched[rule.rule]


def stage_events(
    events: pd.DataFrame | Events,
    processes: pd.DataFrame,
    stages: Sequence[Stage],
    *,
    also: Also | None = None,
) -> tuple[pa.Table, dict[str, Any]]:
    """For each event the last stage of the main line that it survived (1-based, 0 = none), and the funnel.

    ``events`` as contracts.events says, in memory or ``columns.EventsFile``; ``processes`` a row a process in order. Of
    each branch the table has a column more, branch_1 and so on: whether the event survives it; with ``also``, the column
    baseline: whether the event happens there as well. The keys of the funnel are told in
    config/schemas/funnel.schema.yaml.
    """
    opened = EventsFrame(events) if isinstance(events, pd.DataFrame) else events
    rules = [rule.rule for stage in stages for rule in stage.rules + stage.taken_out]
    classes = classify(opened, processes, [*rules, *(rule for act in ACTS.values() for rule in act)])
    there = None
    if also:
        classes, there = classes.divided(also.events)
    laid = _lay(stages, classes)
    if also:
        last = [one for one in laid if one.stage.base is None][-1]
        stage = Stage(stage_name(also.capture), last.stage.rules)
        laid.append(Laid(stage, classes, last.keep, also.capture, there))
    main = [one for one in laid if one.stage.base is None]
    branches = [one for one in laid if one.stage.base is not None]
    told = _Teller(laid, classes, Hidden(opened, processes, classes))
    funnel = {
        "events": len(opened),
        "lacking": sorted(classes.lacking & {rule.column for rule in rules}),
        "stages": [told.stage(one, number) for number, one in enumerate(main, start=1)],
        "branches": [
            told.stage(one, number) | {"from": one.stage.base} for number, one in enumerate(branches, start=1)
        ],
    }
    table = _table(opened, classes, main, branches)
    return (table.append_column(_BASELINE, pa.array(also.events)) if also else table), funnel


def _lay(stages: Sequence[Stage], classes: Classes) -> list[Laid]:
    """The stages in their order, each laid on the one that it goes on from."""
    everything = np.ones(classes.size, dtype=np.bool_)
    keeps = {stage.name: classes.keep(rule.rule for rule in stage.rules) for stage in stages}
    laid = []
    before = everything
    for stage in stages:
        laid.append(Laid(stage, classes, before if stage.base is None else keeps[stage.base]))
        if stage.base is None:
            before = keeps[stage.name]
    return laid


def _table(events: Events, classes: Classes, main: Sequence[Laid], branches: Sequence[Laid]) -> pa.Table:
    survived = np.zeros(classes.size, dtype=np.int16)
    for number, laid in enumerate(main, start=1):
        survived[laid.keep] = number
    columns: dict[str, npt.NDArray[Any]] = {
        e.EVENT: _numbers(events),
        "stage": survived[classes.codes],
        **{f"branch_{number}": laid.keep[classes.codes] for number, laid in enumerate(branches, start=1)},
    }
    kinds = {e.EVENT: pa.int64(), "stage": pa.int16()}
    schema = pa.schema([pa.field(name, kinds.get(name, pa.bool_()), nullable=False) for name in columns])
    return pa.table(list(columns.values()), schema=schema)


def _numbers(events: Events) -> Integers:
    parts = [piece[e.EVENT].to_numpy(zero_copy_only=False) for piece in events.pieces(e.EVENT)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64, copy=False)


class _Teller:
    """Makes what funnel.json says of each stage."""

    def __init__(self, laid: Sequence[Laid], classes: Classes, hidden: Hidden) -> None:
        self.classes, self.hidden = classes, hidden
        self.since = _since(laid)
        # All paths are counted in one reading, and Include rules of a column share what they take.
        masks = {
            mask.tobytes(): mask
            for one in laid
            for rule in one.stage.rules
            if (mask := _taken(one, rule)).any()
        }
        paths = hidden.paths(list(masks.values()), _TOP_OF_RULE)
        self.paths = dict(zip(masks, paths, strict=True))

    def stage(self, laid: Laid, number: int) -> dict[str, Any]:
        """One stage with its rules; the keys are those of the schema."""
        told = {
            "number": number,
            "name": laid.stage.name,
            "events_in": self.classes.events(laid.before),
            "events_out": self.classes.events(laid.keep),
            "removed": self.classes.events(laid.gone),
            "came_back": self.classes.events(laid.back),
            "rules": [self.rule(laid, rule) for rule in laid.stage.rules],
            "taken_out": [
                _words(rule) | {"came_back": self.classes.events(laid.back & self.classes.matched[rule.rule])}
                for rule in laid.stage.taken_out
            ],
            "hidden": {
                "operations": self.hidden.operations(laid.gone, _TOP),
                "categories": self.hidden.categories(laid.gone, _TOP),
                "processes": self.hidden.processes(laid.gone, _TOP),
                "acts": self.acts(laid.gone),
            },
        }
        told |= {"baseline": laid.baseline} if laid.baseline is not None else {}
        return told | {"said": stage_said(told)}

    def rule(self, laid: Laid, rule: NamedRule) -> dict[str, Any]:
        """One rule in force and what it takes away."""
        taken = _taken(laid, rule)
        return _words(rule) | {
            "since": self.since[laid.stage.name][rule],
            "matched": self.classes.events(self.classes.matched[rule.rule]),
            "removed": self.classes.events(taken),
            "alone": self.classes.events(taken & laid.alone),
            "lacking": rule.rule.column in self.classes.lacking,
            "processes": self.hidden.processes(taken, _TOP_OF_RULE),
            "paths": self.paths.get(taken.tobytes(), []),
        }

    def acts(self, gone: Mask) -> list[dict[str, Any]]:
        """The acts among the hidden events that changed something or reached out, with who did them."""
        told = []
        for act, rules in ACTS.items():
            done = gone & self.classes.keep(rules)
            if events := self.classes.events(done):
                told.append(
                    {"act": act, "events": events, "processes": self.hidden.processes(done, _TOP_OF_RULE)}
                )
        return told


def _taken(laid: Laid, rule: NamedRule) -> Mask:
    return laid.gone & laid.takes(rule)


def _since(laid: Sequence[Laid]) -> dict[str, dict[NamedRule, int | None]]:
    """For each stage, by which stage of the main line each of its rules came in; None for one of a branch."""
    since: dict[str, dict[NamedRule, int | None]] = {}
    before: dict[NamedRule, int | None] = {}
    for number, one in enumerate((one for one in laid if one.stage.base is None), start=1):
        before = {rule: before.get(rule, number) for rule in one.stage.rules}
        since[one.stage.name] = before
    everywhere: dict[NamedRule, int | None] = {}
    for rules in reversed(since.values()):
        everywhere |= rules
    for one in laid:
        since.setdefault(one.stage.name, {rule: everywhere.get(rule) for rule in one.stage.rules})
    return since


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
