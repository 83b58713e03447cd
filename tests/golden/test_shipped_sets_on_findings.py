"""The filter sets that are shipped, laid on whole captures: no finding loses what proves it to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.procmon.contracts.capture import read_capture
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.findings import summarise
from scripts.procmon.sources.convert import convert
from tests.captures.shared import shared

DEMO = Path(__file__).parents[2] / "inputs" / "stuxnet-reconstruction.PML.gz"
HIDING = ["explorer-window-state", "registry-hive-files", "background-noise"]
CAPTURES = (
    "demo",
    "pml/winxp-x86-zeroaccess-v7.PML",
    "pml/win7-x86-mixed.PML.gz",
    "pml/win10-x64-mixed.PML.gz",
    "csv/zh-TW-slui-uac-bypass.CSV.gz",
    "csv/en-US-tid-banload.CSV.gz",
    "csv/resaved-by-excel.CSV.gz",
    "csv/da-comma-decimal-dot-thousands.CSV.gz",
    "xml/ru-RU-modules-no-stacks.XML.gz",
)


@pytest.mark.parametrize("name", CAPTURES)
def test_no_set_hides_the_evidence_of_a_finding(name: str, tmp_path: Path) -> None:
    convert([DEMO if name == "demo" else shared(name)], tmp_path, name="capture", settings={})
    capture = read_capture(tmp_path)
    table, _ = stage_events(
        capture.events, capture.processes, resolve_stages([{"name": "all", "add": HIDING}])
    )
    stages = table.to_pandas()
    found = summarise(capture, stages, last_stage=1)[0]["findings"]
    left = set(stages.loc[stages["stage"] == 1, "event"])
    lost = {
        finding["title"]: gone
        for finding in found
        if (gone := [event for event in finding["evidence"] if event not in left])
    }
    assert not lost
