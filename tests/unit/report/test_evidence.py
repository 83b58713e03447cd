"""What leaves beside the report can be opened in a spreadsheet without harm."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.report.evidence import COLUMNS, EVENTS_CSV, write_evidence
from scripts.procmon.spreadsheet import harmless
from tests.captures.results import event, finding, info, material, write_results


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / EVENTS_CSV).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_shown_event_is_a_row_with_process_monitors_own_heads(tmp_path: Path):
    made = material(events=[event(3, findings=["F1", "F2"]), event(4, pid=None)])
    write_evidence(write_results(tmp_path / "results", made), tmp_path / "reports")
    first, second = rows(tmp_path / "reports")
    assert first["Event"] == "3"
    assert first["Path"] == "C:\\a.sys"
    assert first["Findings"] == "F1 F2"
    assert second["PID"] == ""


@pytest.mark.parametrize("cell", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_would_be_a_formula_starts_with_an_apostrophe(cell: str, tmp_path: Path):
    assert harmless(cell) == f"'{cell}"
    write_evidence(
        write_results(tmp_path / "results", material(events=[event(3, path=cell)])), tmp_path / "reports"
    )
    assert rows(tmp_path / "reports")[0]["Path"] == f"'{cell}"


@given(st.text())
def test_no_cell_is_lost_and_none_begins_like_a_formula(text: str):
    made = harmless(text)
    assert made.removeprefix("'") == text.removeprefix("'")
    assert not made.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_hour_that_nobody_recorded_stands_in_no_cell(tmp_path: Path):
    torn = material(
        capture=info(date={"known": False, "hour_known": False}),
        events=[event(3, time_of_day="00:47:57.9000000"), event(4, time_of_day=None)],
    )
    write_evidence(write_results(tmp_path / "results", torn), tmp_path / "reports")
    assert [row["Time of Day"] for row in rows(tmp_path / "reports")] == ["??:47:57.9000000", ""]


def test_findings_are_copied_whole(tmp_path: Path):
    write_evidence(write_results(tmp_path / "results", material(findings=[finding()])), tmp_path / "reports")
    assert json.loads((tmp_path / "reports/findings.json").read_text())["findings"][0]["id"] == "F1"


def test_a_refused_capture_has_the_heads_alone(tmp_path: Path):
    (tmp_path / "results").mkdir()
    write_evidence(tmp_path / "results", tmp_path / "reports")
    text = (tmp_path / "reports" / EVENTS_CSV).read_text(encoding="utf-8-sig")
    assert text.count("\n") == 1
    assert text.count('"') == 2 * len(COLUMNS)
    assert json.loads((tmp_path / "reports/findings.json").read_text()) == {}
