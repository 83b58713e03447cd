"""A capture exported with Advanced Output keeps its file events in the list."""

from __future__ import annotations

import json
from pathlib import Path

from scripts import stage_events
from scripts.procmon.contracts.capture import FUNNEL_FILE, STAGES_FILE, read_table
from scripts.procmon.filters.advanced_output import for_advanced_output, is_advanced
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.settings import read_settings
from scripts.procmon.sources.convert import convert
from tests.captures.exports import as_csv, row

REQUESTS = ("IRP_MJ_CREATE", "IRP_MJ_CLOSE", "FASTIO_WRITE", "FASTIO_RELEASE_FOR_CC_FLUSH", "RegSetValue")


def staged(folder: Path, *operations: str) -> tuple[list[int], list[str]]:
    file = folder / "a.csv"
    detail = "Disposition: Create, OpenResult: Created"
    file.write_bytes(as_csv([row(operation=one, path=r"C:\x", detail=detail) for one in operations]))
    convert([file], folder / "out", name="a", settings={})
    assert stage_events.main([str(folder / "out")]) == 0
    funnel = json.loads((folder / "out" / FUNNEL_FILE).read_text(encoding="utf-8"))
    return read_table(folder / "out" / STAGES_FILE)["stage"].tolist(), funnel["remarks"]


def test_requests_that_stand_for_an_operation_stay_and_the_others_go(tmp_path: Path) -> None:
    stages, remarks = staged(tmp_path, *REQUESTS)
    assert [stage > 0 for stage in stages] == [True, False, True, False, True]
    assert any("Advanced Output" in remark for remark in remarks)


def test_the_list_of_any_other_capture_hides_all_requests(tmp_path: Path) -> None:
    stages, remarks = staged(tmp_path, "CreateFile", "IRP_MJ_CLEANUP", "FASTIO_WRITE")
    assert [stage > 0 for stage in stages] == [True, False, False]
    assert remarks == []


def test_only_the_two_rules_are_exchanged() -> None:
    stages = resolve_stages(read_settings()["stages"])
    for before, after in zip(stages, for_advanced_output(stages), strict=True):
        kept = [one for one in before.rules if one.rule.value not in ("IRP_MJ_", "FASTIO_")]
        assert [one for one in after.rules if one in before.rules] == kept
    assert not is_advanced({"CreateFile": 1, "IRP_MJ_CREATE": 1})
    assert not is_advanced({"RegSetValue": 1})
