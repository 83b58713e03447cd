"""One rule of a Process Monitor filter on the distinct values of its column.

As Process Monitor has it: letter case never counts; Include rules on one column are alternatives, Include rules on
different columns must all hold; an Exclude rule that matches removes the event (Process Monitor's help, "Filtering":
filters of one attribute are ORed, those of different attributes ANDed). Numbers and times are compared as such by *is*,
*is not*, *less than* and *more than*; text by *less than* and *more than* in the order of its characters. What is shown
blank is "" and no number: *is not* and *excludes* match it, *less than* and *more than* on numbers don't. A column that
the capture lacks matches nothing, whatever the relation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.columns import Column, Columns, Integers, Mask
from scripts.procmon.filters.shown import PARSERS

INCLUDE: Final = "Include"
EXCLUDE: Final = "Exclude"

#: In the order of Process Monitor's own numbers, 0 to 7.
RELATIONS = ("is", "is not", "less than", "more than", "begins with", "ends with", "contains", "excludes")

_ORDERED = ("less than", "more than")

_ON_TEXT: dict[str, Callable[[pa.Array, str], pa.Array]] = {
    "is": lambda texts, value: pc.equal(texts, _scalar(value)),
    "is not": lambda texts, value: pc.not_equal(texts, _scalar(value)),
    "less than": lambda texts, value: pc.less(texts, _scalar(value)),
    "more than": lambda texts, value: pc.greater(texts, _scalar(value)),
    "begins with": lambda texts, value: pc.starts_with(texts, pattern=value),
    "ends with": lambda texts, value: pc.ends_with(texts, pattern=value),
    "contains": lambda texts, value: pc.match_substring(texts, pattern=value),
    "excludes": lambda texts, value: pc.invert(pc.match_substring(texts, pattern=value)),
}

_ON_NUMBERS: dict[str, Callable[[Column, int], Mask]] = {
    "is": lambda column, value: _known(column) & (_numbers(column) == value),
    "is not": lambda column, value: ~(_known(column) & (_numbers(column) == value)),
    "less than": lambda column, value: _known(column) & (_numbers(column) < value),
    "more than": lambda column, value: _known(column) & (_numbers(column) > value),
}


def problem(rule: Rule) -> str | None:
    """Why the rule's value can't be compared; None if it can. Column and relation are taken to be known."""
    parse = PARSERS.get(rule.column)
    if parse and rule.relation in _ORDERED and parse(rule.value) is None:
        return f"{rule.value!r} is no number or time that {rule.column!r} could be {rule.relation}"
    return None


def matches(rule: Rule, column: Column) -> Mask:
    """For each distinct value of ``column``: does the rule match it?"""
    if column.lacking:
        return np.zeros(column.size, dtype=np.bool_)
    number = _number(rule)
    if number is not None and column.numbers is not None and rule.relation in _ON_NUMBERS:
        return _ON_NUMBERS[rule.relation](column, number)
    if rule.relation in _ORDERED and rule.column in PARSERS:
        return np.zeros(column.size, dtype=np.bool_)
    matched = _ON_TEXT[rule.relation](column.texts, _lower(rule.value))
    return np.asarray(matched.to_numpy(zero_copy_only=False), dtype=np.bool_)


class Matches:
    """The masks of ``matches`` for the columns of one capture, each made once: stages share most of their rules."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._made: dict[Rule, Mask] = {}

    def __getitem__(self, rule: Rule) -> Mask:
        if rule not in self._made:
            self._made[rule] = matches(rule, self.columns[rule.column])
        return self._made[rule]


def _number(rule: Rule) -> int | None:
    parse = PARSERS.get(rule.column)
    return parse(rule.value) if parse else None


def _numbers(column: Column) -> Integers:
    assert column.numbers is not None  # noqa: S101 (matches has looked)
    return column.numbers


def _known(column: Column) -> Mask:
    assert column.known is not None  # noqa: S101 (numbers and known come together)
    return column.known


def _lower(value: str) -> str:
    lowered: str = pc.utf8_lower(pa.scalar(value)).as_py()
    return lowered


def _scalar(value: str) -> pa.Scalar:
    return pa.scalar(value, type=pa.large_string())
