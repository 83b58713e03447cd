"""One rule of a Process Monitor filter on the distinct values of its column, and all rules of a column together.

As Process Monitor has it: letter case never counts; Include rules on one column are alternatives, Include rules on
different columns must all hold; an Exclude rule that matches removes the event (Process Monitor's help, "Filtering":
filters of one attribute are ORed, those of different attributes ANDed). Numbers and times are compared as such by *is*,
*is not*, *less than* and *more than*; text by *less than* and *more than* in the order of its characters. What is shown
blank is "" and no number: *is not* and *excludes* match it, *less than* and *more than* on numbers don't. A column that
the capture lacks matches nothing, whatever the relation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.columns import Codes, Integers, Mask, Values
from scripts.procmon.filters.values import PARSERS
from scripts.procmon.filters.words import ORDERED

#: For the acts of this project, not for rules: a regular expression on the value in lower case.
HAS = "has"

_ON_TEXT: dict[str, Callable[[pa.Array, str], pa.Array]] = {
    "is": lambda texts, value: pc.equal(texts, _scalar(value)),
    "is not": lambda texts, value: pc.not_equal(texts, _scalar(value)),
    "less than": lambda texts, value: pc.less(texts, _scalar(value)),
    "more than": lambda texts, value: pc.greater(texts, _scalar(value)),
    "begins with": lambda texts, value: pc.starts_with(texts, pattern=value),
    "ends with": lambda texts, value: pc.ends_with(texts, pattern=value),
    "contains": lambda texts, value: pc.match_substring(texts, pattern=value),
    "excludes": lambda texts, value: pc.invert(pc.match_substring(texts, pattern=value)),
    HAS: lambda texts, value: pc.match_substring_regex(texts, pattern=value),
}

#: The relations that look for a text; in lower case it never holds \\E, which ends what stands for itself.
_AS_PATTERN: dict[str, Callable[[str], str]] = {
    "is": lambda text: rf"\A{text}\z",
    "begins with": lambda text: rf"\A{text}",
    "ends with": lambda text: rf"{text}\z",
    "contains": lambda text: text,
    HAS: lambda pattern: f"(?:{pattern})",
}

#: Characters of one pattern: RE2 refuses much longer ones.
_LONGEST_PATTERN = 1 << 14

_ON_NUMBERS: dict[str, Callable[[Values, int], Mask]] = {
    "is": lambda values, value: _known(values) & (_numbers(values) == value),
    "is not": lambda values, value: ~(_known(values) & (_numbers(values) == value)),
    "less than": lambda values, value: _known(values) & (_numbers(values) < value),
    "more than": lambda values, value: _known(values) & (_numbers(values) > value),
}


def matches(rule: Rule, values: Values) -> Mask:
    """For each distinct value: does the rule match it?"""
    number = _number(rule)
    if number is not None and values.numbers is not None and rule.relation in _ON_NUMBERS:
        return _ON_NUMBERS[rule.relation](values, number)
    if rule.relation in ORDERED and rule.column in PARSERS:
        return np.zeros(values.size, dtype=np.bool_)
    value = rule.value if rule.relation == HAS else _lower(rule.value)
    matched = _ON_TEXT[rule.relation](values.texts, value)
    return np.asarray(matched.to_numpy(zero_copy_only=False), dtype=np.bool_)


@dataclass(frozen=True)
class Column:
    """One column as rules see it: values that none of them tells apart are one class.

    ``codes`` gives the class of each event, ``matched`` for each rule the classes that it matches. ``lacking``: the
    capture has no such column.
    """

    size: int
    codes: Codes
    matched: Mapping[Rule, Mask]
    lacking: bool = False


def look(rules: Sequence[Rule], pieces: Iterable[Values]) -> Column:
    """The column as ``rules`` see it; they all must be on it."""
    numbers: dict[bytes, int] = {}
    codes: list[Codes] = []
    blank = True
    for values in pieces:
        classes, patterns = _classes(rules, values)
        of_class = [numbers.setdefault(pattern.tobytes(), len(numbers)) for pattern in patterns]
        of_value = np.array(of_class, dtype=np.min_scalar_type(len(numbers)))[classes]
        codes.append(of_value if values.codes is None else of_value[values.codes])
        blank = blank and (values.blank or not len(codes[-1]))
    events = np.concatenate(codes) if codes else np.zeros(0, dtype=np.uint8)
    if blank and len(events):
        nothing = np.zeros(1, dtype=np.bool_)
        return Column(1, np.zeros(len(events), dtype=np.uint8), dict.fromkeys(rules, nothing), lacking=True)
    table = np.array([np.frombuffer(pattern, dtype=np.bool_) for pattern in numbers]).reshape(-1, len(rules))
    return Column(len(table), events, {rule: table[:, place] for place, rule in enumerate(rules)})


def _classes(rules: Sequence[Rule], values: Values) -> tuple[npt.NDArray[np.int32], npt.NDArray[Any]]:
    """The class of each value, and for each class a row that says which rules match it."""
    classes = np.zeros(values.size, dtype=np.int32)
    table = np.zeros((1, len(rules)), dtype=np.bool_)
    sought = [place for place, rule in enumerate(rules) if _is_sought(rule, values)]
    others = [place for place in range(len(rules)) if place not in set(sought)]
    classes, table = _split(classes, table, rules, others, values)
    # Most values are matched by no rule that looks for a text, and one pattern of all of them tells which.
    few = _found([rules[place] for place in sought], values)
    if len(few):
        of_few, more = _split(classes[few], table, rules, sought, values.only(few))
        classes[few] = of_few + len(table)
        table = np.concatenate([table, more])
    return classes, table


def _split(
    classes: npt.NDArray[np.int32],
    table: npt.NDArray[Any],
    rules: Sequence[Rule],
    places: Iterable[int],
    values: Values,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[Any]]:
    """The classes parted further by the rules at ``places``: into those that a rule matches and those it does not."""
    for place in places:
        mask = matches(rules[place], values)
        if mask.any():
            halves = classes * 2 + mask
            there = np.flatnonzero(np.bincount(halves, minlength=2 * len(table)))
            renumbered = np.zeros(2 * len(table), dtype=np.int32)
            renumbered[there] = np.arange(len(there))
            classes, table = renumbered[halves], table[there // 2]
            table[:, place] = there % 2
    return classes, table


def _is_sought(rule: Rule, values: Values) -> bool:
    """Does the rule look for a text in the values, so that a pattern can say where it is not?"""
    is_text = values.numbers is None or _number(rule) is None
    return is_text and rule.relation in _AS_PATTERN and len(rule.value) < _LONGEST_PATTERN // 2


def _found(rules: Sequence[Rule], values: Values) -> Integers:
    """The values that at least one of the rules, which all look for a text, may match."""
    if not rules:
        return np.zeros(0, dtype=np.int64)
    found = np.zeros(values.size, dtype=np.bool_)
    for pattern in _patterns(rules):
        matched = pc.match_substring_regex(values.texts, pattern=pattern)
        found |= matched.to_numpy(zero_copy_only=False)
    return np.flatnonzero(found)


def _patterns(rules: Sequence[Rule]) -> Iterator[str]:
    """Patterns that together find what at least one of the rules may match; few sets of rules need more than one."""
    parts: list[str] = []
    length = 0
    for rule in rules:
        text = rule.value if rule.relation == HAS else f"\\Q{_lower(rule.value)}\\E"
        part = _AS_PATTERN[rule.relation](text)
        if parts and length + len(part) > _LONGEST_PATTERN:
            yield "|".join(parts)
            parts, length = [], 0
        parts.append(part)
        length += len(part)
    yield "|".join(parts)


def _number(rule: Rule) -> int | None:
    parse = PARSERS.get(rule.column)
    return parse(rule.value) if parse else None


def _numbers(values: Values) -> Integers:
    assert values.numbers is not None  # noqa: S101 (matches has looked)
    return values.numbers


def _known(values: Values) -> Mask:
    assert values.known is not None  # noqa: S101 (numbers and known come together)
    return values.known


def _lower(value: str) -> str:
    lowered: str = pc.utf8_lower(pa.scalar(value)).as_py()
    return lowered


def _scalar(value: str) -> pa.Scalar:
    return pa.scalar(value, type=pa.large_string())
