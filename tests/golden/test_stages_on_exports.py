"""The default stages on real captures, against the same rules on Process Monitor's own exports, row by row."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.procmon.contracts.capture import EVENTS_FILE, PROCESSES_FILE, read_table
from scripts.procmon.filters.pmc import read_filter_file
from scripts.procmon.filters.resolve import Stage, resolve_stages
from scripts.procmon.filters.sets import NamedRule
from scripts.procmon.filters.stages import stage_events
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
