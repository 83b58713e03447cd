""" "Not found" is said only by an analysis that had something to look at."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.findings.analyses import ANALYSES, run
from scripts.procmon.findings.document import document
from scripts.procmon.findings.needs import BLIND, NEEDS, OVERVIEWS
from scripts.procmon.text.telling import check_sentences
from tests.captures.deeds import opened
from tests.captures.events import Row, capture

UNKNOWN = {"filtered": {"value": None, "reason": "an export"}}
ASKED = Row("RegOpenKey", r"HKLM\Software")
SET = Row("RegSetValue", r"HKCU\Software\x\y", "Type: REG_DWORD, Length: 4, Data: 1")
REGISTRY = ("services", "registry_deletions", "persistence", "weakened_settings")
FILES = (
    "self_deletion",
    "raw_disk",
    "credential_stores",
    "deletions",
    "mass_renames",
    "timestamps",
    "inf_pnf",
)


def outcomes(*rows: Row, info: dict[str, Any] = UNKNOWN, **more: Any) -> dict[str, tuple[str, str | None]]:
    return {name: (one.outcome, one.reason) for name, one in run(capture(*rows, info=info, **more)).items()}


@pytest.mark.parametrize("name", REGISTRY)
def test_a_registry_that_nobody_is_seen_to_change_is_not_told_to_be_unchanged(name: str) -> None:
    assert outcomes(ASKED, ASKED)[name] == ("could not be checked", "no_registry_changes")
    assert outcomes(ASKED, SET)[name] == ("not found", None)


@pytest.mark.parametrize("name", FILES)
def test_files_that_nobody_is_seen_to_open_are_not_told_to_be_whole(name: str) -> None:
    read = Row("ReadFile", r"C:\x", "Offset: 0, Length: 10")
    assert outcomes(read, read)[name] == ("could not be checked", "no_openings")
    assert outcomes(read, opened(r"C:\x"))[name][0] == "not found"


def test_a_log_that_was_kept_whole_shows_what_did_not_happen() -> None:
    whole = {"filtered": {"value": False, "reason": "no number is missing"}}
    assert outcomes(ASKED, ASKED, info=whole)["services"] == ("not found", None)


def test_modules_are_looked_at_only_where_some_are_seen() -> None:
    people = {"malware.exe (300)": {"image_path": r"C:\x\malware.exe"}}
    assert outcomes(ASKED, ASKED, processes=people)["odd_modules"] == ("could not be checked", "no_loads")
    loads = (ASKED, Row("Load Image", r"C:\Windows\System32\a.dll", "Image Base: 0x1, Image Size: 0x2"))
    assert outcomes(*loads, processes=people)["odd_modules"][0] == "not found"


def test_a_single_event_rules_nothing_out() -> None:
    found = {name: outcome for name, (outcome, _) in outcomes(SET).items() if name not in OVERVIEWS}
    assert "not found" not in found.values()


def test_a_capture_without_operations_is_checked_by_nobody() -> None:
    built = capture(ASKED, SET, info=UNKNOWN)
    built.events["operation"] = built.events["operation"].where(built.events["event"] < 0)
    found = {name: one.outcome for name, one in run(built).items() if name not in OVERVIEWS}
    assert set(found.values()) == {"could not be checked"}


def test_every_need_is_of_an_analysis_and_has_its_words() -> None:
    reasons = check_sentences()["reasons"]
    assert set(NEEDS) | set(BLIND) | OVERVIEWS <= set(ANALYSES)
    assert {need.reason for need in NEEDS.values()} | {reason for _, reason in BLIND.values()} <= set(reasons)


def test_overviews_are_marked_so_that_nobody_counts_them_as_checks() -> None:
    built = capture(ASKED, SET)
    kinds = {one["analysis"]: one["kind"] for one in document(built, run(built))["checks"]}
    assert {name for name, kind in kinds.items() if kind == "overview"} == OVERVIEWS
    assert kinds["masquerade"] == "check"


def test_values_that_could_not_be_seen_being_set_are_not_told_to_stay_as_they_were() -> None:
    assert outcomes(ASKED, ASKED)["registry_values"] == ("could not be checked", "no_registry_changes")
    assert outcomes(ASKED, SET)["registry_values"] == ("found", None)
