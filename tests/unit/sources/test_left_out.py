"""What an export lacks tells of a filter: other programs, and what comes with every change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.procmon.sources.convert import convert
from scripts.procmon.sources.left_out import left_out
from scripts.procmon.text.phrases import in_language
from tests.captures.exports import as_csv, as_xml, row

MIXED = {"CreateFile": 60, "ReadFile": 40}


def test_one_program_alone_for_seconds_was_filtered() -> None:
    found = left_out(MIXED, ["game.exe"], seconds=8.7)
    assert found is not None
    assert found["value"] is True
    assert "All 100 events, within 9 seconds, are of game.exe" in found["reason"]


@pytest.mark.parametrize(
    ("operations", "programs", "seconds"),
    [
        (MIXED, ["game.exe", "svchost.exe"], 60.0),
        (MIXED, ["game.exe"], 0.1),
        ({"CreateFile": 3}, ["game.exe"], 60.0),
        (MIXED, [], 60.0),
        ({"WriteFile": 2, "RegSetValue": 2}, ["game.exe"], 0.4),
        ({"WriteFile": 20, "CloseFile": 1}, ["game.exe"], 0.4),
        ({"TCP Send": 50}, ["game.exe"], 0.4),
    ],
)
def test_what_a_short_or_mixed_capture_may_hold_says_nothing(
    operations: dict[str, int], programs: list[str], seconds: float
) -> None:
    assert left_out(operations, programs, seconds=seconds) is None


def test_changes_without_what_comes_with_them_were_filtered() -> None:
    found = left_out({"WriteFile": 1, "RegSetValue": 10, "Process Create": 1}, ["a.exe"], seconds=0.4)
    assert found is not None
    assert "changed 11 times" in found["reason"]


def test_both_reasons_are_said_in_japanese() -> None:
    for found in (
        left_out(MIXED, ["game.exe"], seconds=1_000.0),
        left_out({"RegSetValue": 1_000}, ["game.exe"], seconds=0.5),
    ):
        assert found is not None
        assert in_language(found["reason"], "ja", known="capture") != found["reason"]


@pytest.mark.parametrize("written", [as_csv, as_xml])
def test_an_export_of_one_program_is_called_filtered_and_one_of_two_is_not(
    written: Callable[..., bytes], tmp_path: Path
) -> None:
    for programs, value in ((("a.exe",), True), (("a.exe", "b.exe"), None)):
        rows = [
            row(
                time_of_day=f"10:00:{second:02}.0000000",
                process_name=programs[second % len(programs)],
                pid=str(100 + second % len(programs)),
            )
            for second in range(30)
        ]
        file = tmp_path / f"{len(programs)}.export"
        file.write_bytes(written(rows))
        info = convert([file], tmp_path / "out", name="a", settings={})
        assert info["filtered"]["value"] is value
