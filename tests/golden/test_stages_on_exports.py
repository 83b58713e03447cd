"""The default stages on real captures, against the same rules on Process Monitor's own exports, row by row."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from scripts.procmon.contracts.capture import EVENTS_FILE, PROCESSES_FILE, read_table
from scripts.procmon.contracts.columns import COLUMNS
from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.pmc import read_filter_file
from scripts.procmon.filters.resolve import Stage, resolve_stages
from scripts.procmon.filters.sets import NamedRule
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.filters.values import PARSERS
from scripts.procmon.settings import read_settings
from scripts.procmon.sources.convert import convert

CAPTURES = Path(__file__).parents[3] / "shared" / "captures"

SAYS: dict[str, Callable[[str, str], bool]] = {
    "is": lambda text, value: text == value,
    "begins with": str.startswith,
    "ends with": str.endswith,
    "contains": lambda text, value: value in text,
}


def kept(rows: list[dict[str, str]], stage: Stage) -> list[int]:
    """The rows that the rules leave: one row at a time, in the words of Process Monitor's dialog."""
    rules = [(one.rule, one.rule.value.lower()) for one in stage.rules]
    wanted = {rule.column for rule, _ in rules if rule.action == "Include"}
    left = []
    for number, row in enumerate(rows):
        matched = [rule for rule, value in rules if SAYS[rule.relation](row[rule.column], value)]
        if any(rule.action == "Exclude" for rule in matched):
            continue
        if wanted <= {rule.column for rule in matched}:
            left.append(number)
    return left


@pytest.mark.parametrize("name", ["win7-x86-mixed", "win10-x64-filesystem"])
def test_every_stage_leaves_the_rows_that_the_export_says(name: str, tmp_path: Path) -> None:
    if not CAPTURES.is_dir():
        pytest.skip(f"no real captures at {CAPTURES}")
    with gzip.open(CAPTURES / "pml" / f"{name}.CSV.gz", "rt", encoding="utf-8-sig", newline="") as export:
        rows = [{column: text.lower() for column, text in row.items()} for row in csv.DictReader(export)]
    convert([CAPTURES / "pml" / f"{name}.PML.gz"], tmp_path, name=name, settings={})
    events, processes = read_table(tmp_path / EVENTS_FILE), read_table(tmp_path / PROCESSES_FILE)
    real = read_filter_file(CAPTURES / "filters" / "only-modifying-19-rules.PMF")
    stages = [
        *resolve_stages(read_settings()["stages"]),
        Stage("a filter that Process Monitor saved", tuple(NamedRule(rule) for rule in real.rules)),
    ]
    for stage in stages:
        table, _ = stage_events(events, processes, [stage])
        found = table["event"].to_numpy()[table["stage"].to_numpy() == 1].tolist()
        assert found == kept(rows, stage), stage.name
        assert len(found) < len(rows) or stage.name.startswith("Process Monitor's default")


#: What Process Monitor's own export says of each relation, on the text that it shows.
ON_TEXT: dict[str, Callable[[str, str], bool]] = SAYS | {
    "is not": lambda text, value: text != value,
    "excludes": lambda text, value: value not in text,
}


def number(column: str, text: str) -> float | None:
    """The number or time that a cell shows, in seconds where it is one."""
    if not text or text == "n/a":
        return None
    if column == "Date & Time":
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").timestamp()
    clock, _, half = text.partition(" ")
    parts = [float(part) for part in clock.split(":")]
    if half:
        parts[0] = parts[0] % 12 + (12 if half == "pm" else 0)
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))


def test_every_relation_on_every_column_counts_the_rows_that_the_export_says(tmp_path: Path) -> None:
    if not CAPTURES.is_dir():
        pytest.skip(f"no real captures at {CAPTURES}")
    name = "win7-x86-mixed"
    with gzip.open(CAPTURES / "pml" / f"{name}.CSV.gz", "rt", encoding="utf-8-sig", newline="") as export:
        rows = [{column: text.lower() for column, text in row.items()} for row in csv.DictReader(export)]
    assert set(rows[0]) == set(COLUMNS)
    convert([CAPTURES / "pml" / f"{name}.PML.gz"], tmp_path, name=name, settings={})
    events, processes = read_table(tmp_path / EVENTS_FILE), read_table(tmp_path / PROCESSES_FILE)
    expected = {}
    for column in COLUMNS:
        values = sorted({row[column] for row in rows if row[column]}, key=lambda one: (len(one), one))
        whole = values[len(values) // 2]
        for relation, holds in ON_TEXT.items():
            value = {"begins with": whole[:3], "ends with": whole[-3:]}.get(relation, whole)
            rule = Rule(column, relation, value, "Include")
            expected[rule] = sum(holds(row[column], value) for row in rows)
        for relation in ("less than", "more than"):
            rule = Rule(column, relation, whole, "Include")
            key = (
                (lambda text, column=column: number(column, text))
                if column in PARSERS
                else (lambda text: text)
            )
            edge, found = key(whole), [key(row[column]) for row in rows]
            expected[rule] = sum(
                one is not None and (one < edge if relation == "less than" else one > edge) for one in found
            )
    _, funnel = stage_events(events, processes, [Stage("all", tuple(map(NamedRule, expected)))])
    told = {
        Rule(one["column"], one["relation"], one["value"], "Include"): one["matched"]
        for one in funnel["stages"][0]["rules"]
    }
    assert len(told) == 27 * 8
    assert {rule: (told[rule], count) for rule, count in expected.items() if told[rule] != count} == {}
