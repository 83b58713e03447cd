"""Whatever an export says, it becomes a report: each step after the reader takes what the reader let through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import render_html, stage_events, suggest_filters, summarise_capture
from scripts.procmon.sources.convert import convert
from tests.captures.export_kinds import csv_kinds, xml_kinds
from tests.fuzz.mutations import VALUE_WAYS, mutation


@pytest.mark.parametrize("number", range(18))
def test_a_capture_with_values_that_lie_gets_its_report(number: int, tmp_path: Path) -> None:
    seeds = csv_kinds() if number % 3 else xml_kinds()
    file, results, reports = tmp_path / "a", tmp_path / "results", tmp_path / "reports"
    damaged = seeds[number]
    for again in range(40):
        damaged = mutation([damaged], number * 1000 + again, VALUE_WAYS)
    file.write_bytes(damaged)
    convert([file], results, name="a", settings={})
    assert stage_events.main([str(results), "--evidence", str(reports)]) == 0
    assert summarise_capture.main([str(results)]) == 0
    assert suggest_filters.main([str(results)]) == 0
    assert render_html.main([str(results), str(reports)]) == 0
    told = json.loads((reports / "findings.json").read_text(encoding="utf-8"))
    assert all(finding["evidence"] for finding in told["findings"])
    assert "</html>" in (reports / "report.html").read_text(encoding="utf-8")
