"""The benchmark of the funnel compares like with like."""

from __future__ import annotations

from pathlib import Path

from benchmarks.funnel import pandas_strings, this_project
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.settings import read_settings
from scripts.procmon.sources.convert import convert

DEMO = Path(__file__).parents[3] / "inputs" / "stuxnet-reconstruction.PML.gz"


def test_plain_pandas_leaves_as_many_events_as_the_funnel(tmp_path: Path) -> None:
    convert([DEMO], tmp_path, name="capture", settings={})
    stages = resolve_stages(read_settings()["stages"])
    counts = this_project(tmp_path, stages)
    assert counts == pandas_strings(tmp_path, stages)
    assert len(set(counts)) == 5
