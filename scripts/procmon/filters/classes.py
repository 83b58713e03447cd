"""Events that no rule tells apart, as one class: a funnel over millions of events is counted on some hundred classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.columns import Codes, Events, Integers, Mask, pieces_of
from scripts.procmon.filters.rules import Column, look
from scripts.procmon.filters.words import EXCLUDE, INCLUDE

_DENSE = 1 << 24  #: pairs that are counted in a table; more are sorted


@dataclass(frozen=True)
class Classes:
    """The classes of one capture's events: ``codes`` by event, and by class ``count`` and which rules match."""

    codes: Integers
    matched: Mapping[Rule, Mask]
    lacking: frozenset[str]  #: columns that the capture doesn't have

    @property
    def size(self) -> int:
        """How many classes there are."""
        return len(self.count)

    @cached_property
    def count(self) -> Integers:
        """How many events each class has."""
        return np.bincount(self.codes, minlength=1)

    def events(self, classes: Mask) -> int:
        """How many events the classes have together."""
        return int(self.count[classes].sum())

    def keep(self, rules: Iterable[Rule]) -> Mask:
        """The classes that a filter of ``rules`` leaves."""
        keep = np.ones(self.size, dtype=np.bool_)
        included: dict[str, Mask] = {}
        for rule in rules:
            if rule.action == EXCLUDE:
                keep &= ~self.matched[rule]
            else:
                included[rule.column] = included.get(rule.column, False) | self.matched[rule]
        for mask in included.values():
            keep &= mask
        return keep

    def divided(self, events: Mask) -> tuple[Classes, Mask]:
        """The classes with those divided that hold events both in and out of ``events``; which of them are in."""
        pairs = self.codes * 2 + events
        there = np.flatnonzero(np.bincount(pairs, minlength=2 * self.size))
        if not len(there):
            return self, np.zeros(self.size, dtype=np.bool_)
        number = np.zeros(2 * self.size, dtype=np.int64)
        number[there] = np.arange(len(there))
        matched = {rule: mask[there // 2] for rule, mask in self.matched.items()}
        return Classes(number[pairs], matched, self.lacking), there % 2 == 1

    def left_out(self, rules: Iterable[Rule], column: str) -> Mask:
        """The classes that no Include rule on ``column`` matches; none where there is no such rule."""
        masks = [self.matched[rule] for rule in rules if rule.action == INCLUDE and rule.column == column]
        return ~np.logical_or.reduce(masks) if masks else np.zeros(self.size, dtype=np.bool_)


def classify(events: Events, processes: pd.DataFrame, rules: Iterable[Rule]) -> Classes:
    """The classes that ``rules`` make of the events; each column is read once, and none that no rule looks at."""
    by_column: dict[str, list[Rule]] = {}
    for rule in dict.fromkeys(rules):
        by_column.setdefault(rule.column, []).append(rule)
    codes: Integers = np.zeros(len(events), dtype=np.int64)
    table: dict[Rule, Mask] = {}
    size, lacking = 1, set()
    for name, on_it in by_column.items():
        column = look(on_it, pieces_of(name, events, processes))
        if column.lacking:
            lacking.add(name)
        codes, there = _joined(codes, size, column)
        size = len(there)
        # Without events a column may have no value either: one class stands for it, which no rule matches.
        width = max(column.size, 1)
        table = {rule: mask[there // width] for rule, mask in table.items()}
        matched = (
            column.matched if column.size else dict.fromkeys(column.matched, np.zeros(1, dtype=np.bool_))
        )
        table |= {rule: mask[there % width] for rule, mask in matched.items()}
    return Classes(codes, table, frozenset(lacking))


def _joined(codes: Integers, size: int, column: Column) -> tuple[Integers, Integers]:
    """The pairs of a class and a class of ``column``, numbered anew, and which pairs there are."""
    if column.size == 1:
        return codes, np.arange(size)
    pairs = codes * column.size + column.codes
    if size * column.size > _DENSE:
        there, renumbered = np.unique(pairs, return_inverse=True)
        return renumbered.astype(np.int64), there
    there = np.flatnonzero(np.bincount(pairs, minlength=size * column.size))
    if not len(there):
        return codes, np.zeros(1, dtype=np.int64)
    number = np.zeros(size * column.size, dtype=np.int64)
    number[there] = np.arange(len(there))
    return number[pairs], there


@dataclass(frozen=True)
class Crossed:
    """How many events of each class have each value: classes, values found (below ``most``), counts."""

    classes: Integers
    found: Integers
    counts: Integers
    most: int

    def top(self, classes: Mask, number: int) -> list[tuple[int, int]]:
        """The ``number`` values that most events of these classes have, and how many have it; the smaller value first."""
        chosen = np.flatnonzero(classes[self.classes])
        values, counts = self.found[chosen], self.counts[chosen]
        if len(chosen) * 8 < self.most:
            there, places = np.unique(values, return_inverse=True)
            sums = np.bincount(places, weights=counts, minlength=len(there))
        else:
            sums = np.bincount(values, weights=counts, minlength=self.most)
            there = np.flatnonzero(sums)
            sums = sums[there]
        if number < len(sums):
            least = np.partition(sums, -number)[-number]
            there, sums = there[sums >= least], sums[sums >= least]
        order = np.argsort(-sums, kind="stable")[:number]
        return [(int(there[place]), int(sums[place])) for place in order]


def cross(codes: Integers, size: int, values: Codes, most: int) -> Crossed:
    """``values`` (numbers below ``most``) of some events against their classes (below ``size``)."""
    pairs = codes * most + values
    if size * most > _DENSE:
        there, counts = np.unique(pairs, return_counts=True)
    else:
        table = np.bincount(pairs, minlength=1)
        there = np.flatnonzero(table)
        counts = table[there]
    return Crossed(there // most, there % most, counts, most)
