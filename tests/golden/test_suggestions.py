"""Suggested rules on whole captures, against the same rules row by row; what the stages leave of findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from scripts import stage_events, suggest_filters, summarise_capture
from scripts.procmon.contracts.capture import EVENTS_FILE, PROCESSES_FILE, read_table
from scripts.procmon.sources.convert import convert
from tests.captures.shared import shared

DEMO = Path(__file__).parents[2] / "inputs" / "stuxnet-reconstruction.PML.gz"


@pytest.fixture(params=["demo", "pml/winxp-x86-zeroaccess-v7.PML", "csv/en-US-tid-banload.CSV.gz"])
def results(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = DEMO if request.param == "demo" else shared(request.param)
    convert([file], tmp_path, name="capture", settings={})
    assert stage_events.main([str(tmp_path)]) == 0
    assert summarise_capture.main([str(tmp_path)]) == 0
    assert suggest_filters.main([str(tmp_path)]) == 0
    return tmp_path


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def matched(rule: dict[str, Any], row: dict[str, str]) -> bool:
    text, value = row[rule["column"]].lower(), rule["value"].lower()
    return text == value if rule["relation"] == "is" else text.startswith(value)


def test_each_suggestion_hides_the_events_and_findings_that_it_says(results: Path) -> None:
    events, processes = read_table(results / EVENTS_FILE), read_table(results / PROCESSES_FILE)
    names = dict(enumerate(processes["process_name"]))
    rows = [
        {"Path": path, "Operation": operation, "Process Name": names[process]}
        for path, operation, process in zip(
            events["path"], events["operation"], events["process"], strict=True
        )
    ]
    last = pq.read_table(results / "stages.parquet")["stage"].to_pylist()
    left = [number for number, stage in enumerate(last) if stage == 5]
    told, findings = read(results, "suggestions.json"), read(results, "findings.json")["findings"]
    assert told["left"] == len(left)
    assert told["suggestions"]
    for rule in told["suggestions"]:
        assert rule["events"] == sum(matched(rule, rows[number]) for number in left)
        hidden = {
            finding["id"]: sum(matched(rule, rows[number]) for number in finding["evidence"])
            for finding in findings
        }
        assert {one["id"]: one["events"] for one in rule["hides"]} == {
            finding: count for finding, count in hidden.items() if count
        }
    for finding, shares in zip(findings, told["findings"], strict=True):
        shown = [number for number in finding["evidence"] if last[number] == 5]
        assert shares == {"id": finding["id"], "evidence": len(finding["evidence"]), "left": len(shown)}
