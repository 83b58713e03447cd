"""The filters against a slow, obvious reading of the same rules: one event at a time, one rule at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.columns import PROCESS_COLUMNS, TEXT_COLUMNS
from scripts.procmon.filters.resolve import Stage
from scripts.procmon.filters.sets import NamedRule
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.filters.values import problem
from scripts.procmon.filters.words import COLUMNS, RELATIONS

PROCESSES = 3

TEXTS = st.sampled_from(["", "a", "A", "aB", "ab", "Ba", "b.A", "Ä", "ä", ".", "a.b", "300", "4"])
VALUES = TEXTS | st.sampled_from(
    [
        "300",
        "4",
        "0.5",
        "0.0000001",
        "10",
        "00:00:10",
        "6:13:20 AM",
        "06:13:20.5",
        "1970-04-26 17:46:40",
        "4/26/1970 5:46:40 PM",
        "5:46",
        "PM",
        "n/a",
        ":",
    ]
)
RULES = st.builds(
    Rule,
    st.sampled_from(COLUMNS),
    st.sampled_from(RELATIONS),
    VALUES,
    st.sampled_from(["Include", "Exclude"]),
).filter(lambda rule: problem(rule) is None)


@st.composite
def captures(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events and processes; any column but those that are never null may be null in part or throughout."""
    size = draw(st.integers(0, 8))

    def column(values: st.SearchStrategy[Any], rows: int) -> list[Any]:
        kind = draw(st.sampled_from(["all", "some", "none"]))
        chosen = {"all": values, "some": st.none() | values, "none": st.none()}[kind]
        return draw(st.lists(chosen, min_size=rows, max_size=rows))

    events = pd.DataFrame({e.EVENT: range(size)})
    base, second = 10_000_000_000_000_000, 1_000_000_000
    # 17:46:40 on the first day, and moments that the values above are near to; order and repeats are free.
    offsets = st.sampled_from([0, 1, 20, 89_600, 89_601, 172_800]).map(lambda half: base + half * second // 2)
    times = column(offsets, size)
    events[e.TIME] = pd.to_datetime(pd.Series(times, dtype="Int64"), utc=True).astype("datetime64[ns, UTC]")
    events[e.DURATION] = pd.array(column(st.sampled_from([0, 100, 500_000_000, 10**10]), size), dtype="Int64")
    who = draw(st.lists(st.integers(0, PROCESSES - 1), min_size=size, max_size=size))
    events[e.PROCESS] = pd.array(who, dtype="Int32")
    events[e.TID] = pd.array(column(st.sampled_from([4, 30, 300]), size), dtype="Int64")
    for name in TEXT_COLUMNS.values():
        events[name] = pd.Series(column(TEXTS, size), dtype="str").astype("category")
    processes = pd.DataFrame({p.PROCESS: range(PROCESSES)})
    for name in PROCESS_COLUMNS.values():
        if name in (p.PID, p.PARENT_PID, p.SESSION):
            processes[name] = pd.array(column(st.sampled_from([0, 4, 30, 300]), PROCESSES), dtype="Int64")
        else:
            processes[name] = pd.array(column(TEXTS, PROCESSES), dtype="str")
    processes[p.PROCESS_NAME] = draw(st.lists(TEXTS, min_size=PROCESSES, max_size=PROCESSES))
    return events, processes


class SlowFilter:
    """What Process Monitor's dialog says, event by event."""

    def __init__(self, events: pd.DataFrame, processes: pd.DataFrame) -> None:
        self.rows = [self._row(event, events, processes) for event in range(len(events))]
        self.lacking = {
            name
            for name in COLUMNS
            if name not in PROCESS_COLUMNS and all(row[name] is None for row in self.rows)
        }
        # A process column is there as soon as one process has it, whether that process has events or not.
        self.lacking |= {name for name, column in PROCESS_COLUMNS.items() if processes[column].isna().all()}

    @staticmethod
    def _row(event: int, events: pd.DataFrame, processes: pd.DataFrame) -> dict[str, str | None]:
        def cell(frame: pd.DataFrame, row: int, name: str) -> Any:
            value = frame[name].iloc[row]
            return None if pd.isna(value) else value

        process = int(events[e.PROCESS].iloc[event])
        row: dict[str, str | None] = {"Sequence": "n/a"}
        for name, column in TEXT_COLUMNS.items():
            row[name] = cell(events, event, column)
        for name, column in PROCESS_COLUMNS.items():
            value = cell(processes, process, column)
            row[name] = None if value is None else str(value)
        tid, duration, time = (cell(events, event, name) for name in (e.TID, e.DURATION, e.TIME))
        first = events[e.TIME].dropna()
        row["TID"] = None if tid is None else str(tid)
        row["Duration"] = None if duration is None else f"{Decimal(int(duration)) / 10**9:.7f}"
        row["Time of Day"] = None if time is None else clock(time)
        row["Date & Time"] = (
            None if time is None else f"{time.month}/{time.day}/{time.year} {clock(time, '')}"
        )
        row["Relative Time"] = None if time is None else span(time - first.iloc[0])
        ended = None if time is None or duration is None else time + pd.Timedelta(int(duration), "ns")
        row["Completion Time"] = None if ended is None else clock(ended)
        return row

    def matches(self, rule: Rule, row: dict[str, str | None]) -> bool:
        if rule.column in self.lacking:
            return False
        text, value = (row[rule.column] or "").lower(), rule.value.lower()
        wanted, found = number(rule.column, value), number(rule.column, text)
        if wanted is not None and rule.relation in ("is", "is not", "less than", "more than"):
            return {
                "is": found == wanted,
                "is not": found != wanted,
                "less than": found is not None and found < wanted,
                "more than": found is not None and found > wanted,
            }[rule.relation]
        return {
            "is": text == value,
            "is not": text != value,
            "less than": text < value,
            "more than": text > value,
            "begins with": text.startswith(value),
            "ends with": text.endswith(value),
            "contains": value in text,
            "excludes": value not in text,
        }[rule.relation]

    def keeps(self, rules: Sequence[Rule], row: dict[str, str | None]) -> bool:
        for rule in rules:
            if rule.action == "Exclude" and self.matches(rule, row):
                return False
        for column in COLUMNS:
            included = [rule for rule in rules if rule.action == "Include" and rule.column == column]
            if included and not any(self.matches(rule, row) for rule in included):
                return False
        return True


def clock(time: pd.Timestamp, digits: str | None = None) -> str:
    hour = time.hour % 12 or 12
    ticks = f".{(time.microsecond * 1000 + time.nanosecond) // 100:07}" if digits is None else digits
    return f"{hour}:{time.minute:02}:{time.second:02}{ticks} {'AM' if time.hour < 12 else 'PM'}"


def span(delta: pd.Timedelta) -> str:
    ticks = abs(delta.value) // 100
    seconds, rest = divmod(ticks, 10**7)
    sign = "-" if delta.value < 0 else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:07}"


def number(column: str, text: str) -> Decimal | None:
    """The number that ``text`` stands for in ``column``; None for none."""
    try:
        if column in ("PID", "TID", "Parent PID", "Session"):
            return Decimal(int(text))
        if column == "Duration" or (column == "Relative Time" and ":" not in text):
            return Decimal(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None
        if column == "Relative Time":
            return None if text.endswith("m") else of_clock(text)
        if column in ("Time of Day", "Completion Time"):
            return of_clock(text)
        if column == "Date & Time":
            form = "%m/%d/%Y %I:%M:%S %p" if "/" in text else "%Y-%m-%d %H:%M:%S"
            return Decimal(int((datetime.strptime(text, form) - datetime(1970, 1, 1)).total_seconds()))
    except (ValueError, ArithmeticError):
        return None
    return None


def of_clock(text: str) -> Decimal | None:
    if not re.fullmatch(r"-?\d\d?:\d\d(:\d\d(\.\d+)?)?( [AP]M)?", text.upper()):
        return None
    clock, _, half = text.upper().partition(" ")
    sign = -1 if clock.startswith("-") else 1
    hour, minute, second = (*map(Decimal, clock.lstrip("-").split(":")), Decimal(0))[:3]
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    return sign * (hour * 3600 + minute * 60 + second)


@given(captures(), st.lists(RULES, max_size=5))
@settings(max_examples=150)
def test_a_filter_keeps_what_the_slow_one_keeps(
    capture: tuple[pd.DataFrame, pd.DataFrame], rules: list[Rule]
) -> None:
    slow = SlowFilter(*capture)
    table, _ = stage_events(*capture, [Stage("only", tuple(NamedRule(rule) for rule in rules))])
    assert [stage == 1 for stage in table["stage"].to_pylist()] == [
        slow.keeps(rules, row) for row in slow.rows
    ]


@given(captures(), st.lists(st.lists(RULES, max_size=4, unique=True), min_size=1, max_size=4))
@settings(max_examples=100)
def test_the_funnel_counts_what_the_slow_one_counts(
    capture: tuple[pd.DataFrame, pd.DataFrame], stages: list[list[Rule]]
) -> None:
    slow = SlowFilter(*capture)
    named = [Stage(str(number), tuple(map(NamedRule, rules))) for number, rules in enumerate(stages)]
    table, funnel = stage_events(*capture, named)
    kept = [[slow.keeps(rules, row) for row in slow.rows] for rules in stages]
    last = [
        max((n for n, keep in enumerate(kept, 1) if keep[event]), default=0)
        for event in range(len(slow.rows))
    ]
    assert table["stage"].to_pylist() == last
    before = [True] * len(slow.rows)
    for rules, keep, told in zip(stages, kept, funnel["stages"], strict=True):
        assert told["events_in"] == sum(before)
        assert told["events_out"] == sum(keep) == told["events_in"] - told["removed"] + told["came_back"]
        assert told["came_back"] == sum(now and not was for was, now in zip(before, keep, strict=True))
        gone = [row for row, was, now in zip(slow.rows, before, keep, strict=True) if was and not now]
        for rule, counts in zip(rules, told["rules"], strict=True):
            assert counts["matched"] == sum(slow.matches(rule, row) for row in slow.rows)
            others = [one for one in rules if one.column == rule.column and one.action == "Include"]
            if rule.action == "Exclude":
                taken = [row for row in gone if slow.matches(rule, row)]
                rest = [one for one in rules if one != rule]
            else:
                taken = [row for row in gone if not any(slow.matches(one, row) for one in others)]
                rest = [one for one in rules if one not in others]
            assert counts["removed"] == len(taken)
            assert counts["alone"] == sum(slow.keeps(rest, row) for row in taken)
        before = keep


@given(captures(), st.sampled_from(["Include", "Exclude"]), VALUES, st.integers(0, 7), st.integers(0, 3))
@settings(max_examples=40, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_each_relation_on_each_column_matches_what_the_slow_one_matches(
    capture: tuple[pd.DataFrame, pd.DataFrame], action: str, value: str, place: int, cut: int
) -> None:
    slow = SlowFilter(*capture)
    rules = []
    for column in COLUMNS:
        # A value of the column itself, whole or cut: most that are drawn blindly match nothing.
        own = (slow.rows[place % len(slow.rows)][column] or "") if slow.rows else ""
        for relation in RELATIONS:
            for one in (value, own[cut // 2 : len(own) - cut % 2]):
                rule = Rule(column, relation, one, action)
                rules += [rule] if problem(rule) is None else []
    _, funnel = stage_events(*capture, [Stage("all", tuple(map(NamedRule, dict.fromkeys(rules))))])
    told = {
        (one["column"], one["relation"], one["value"]): one["matched"] for one in funnel["stages"][0]["rules"]
    }
    for rule in rules:
        matched = sum(slow.matches(rule, row) for row in slow.rows)
        assert told[rule.column, rule.relation, rule.value] == matched, rule
