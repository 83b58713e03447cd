"""Whatever an export says, it becomes a report: each step after the reader takes what the reader let through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import render_html, stage_events, suggest_filters, summarise_capture
from scripts.procmon.sources.convert import convert
from tests.captures.export_kinds import csv_kinds, rows_of_every_kind, xml_kinds
from tests.captures.exports import DEFAULT, LOCALES, as_csv
from tests.fuzz.mutations import VALUE_WAYS, mutation


@pytest.mark.parametrize("number", range(18))
def test_a_capture_with_values_that_lie_gets_its_report(number: int, tmp_path: Path) -> None:
    seeds = csv_kinds() if number % 3 else xml_kinds()
    lying = seeds[number % len(seeds)]
    for again in range(40):
        lying = mutation([lying], number * 1000 + again, VALUE_WAYS)
    _reported(lying, tmp_path)


def _reported(content: bytes, folder: Path) -> dict[str, Any]:
    """findings.json of a capture that went the whole way to its HTML report."""
    file, results, reports = folder / "a", folder / "results", folder / "reports"
    file.write_bytes(content)
    convert([file], results, name="a", settings={})
    assert stage_events.main([str(results), "--evidence", str(reports)]) == 0
    assert summarise_capture.main([str(results)]) == 0
    assert suggest_filters.main([str(results)]) == 0
    assert render_html.main([str(results), str(reports)]) == 0
    assert "</html>" in (reports / "report.html").read_text(encoding="utf-8")
    told: dict[str, Any] = json.loads((reports / "findings.json").read_text(encoding="utf-8"))
    assert all(finding["evidence"] for finding in told["findings"])
    return told


@pytest.mark.parametrize("left_out", DEFAULT)
def test_an_export_without_one_of_the_columns_gets_its_report(left_out: str, tmp_path: Path) -> None:
    told = _reported(
        as_csv(rows_of_every_kind(LOCALES["en-US"]), [one for one in DEFAULT if one != left_out]), tmp_path
    )
    named = {check["analysis"]: check for check in told["checks"]}
    if left_out in ("Path", "Operation"):
        assert named["registry_deletions"]["outcome"] == "could not be checked"
    if left_out == "Path":
        assert "there is no Path" in named["registry_deletions"]["reason"]
