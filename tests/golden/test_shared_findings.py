"""Findings on real captures, held against what an expert read in them event by event."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from scripts.procmon.contracts.capture import read_capture
from scripts.procmon.findings import summarise
from scripts.procmon.sources.convert import convert
from tests.captures.shared import scratch, shared

ORDINARY = [
    "pml/win10-x64-mixed.PML.gz",
    "pml/win7-x86-mixed.PML.gz",
    "pml/win10-x64-filesystem.PML.gz",
    "csv/da-comma-decimal-dot-thousands.CSV.gz",
    "csv/ru-RU-emoji.CSV.gz",
    "xml/ru-RU-modules-no-stacks.XML.gz",
]
ZEROACCESS = "pml/winxp-x86-zeroaccess-v7.PML"
BANLOAD = "csv/en-US-tid-banload.CSV.gz"


@cache
def document(name: str) -> dict[str, Any]:
    """findings.json of a shared capture."""
    import pandas as pd

    folder = Path(mkdtemp(dir=scratch()))
    convert([shared(name)], folder, name="capture", settings={})
    capture = read_capture(folder)
    stages = pd.DataFrame({"event": capture.events["event"], "stage": 0})
    return summarise(capture, stages, last_stage=1)[0]


def told(name: str, kind: str) -> list[dict[str, Any]]:
    return [finding for finding in document(name)["findings"] if finding["kind"] == kind]


def rows(name: str, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(name)["tables"][table]
    return found


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_capture_has_no_finding_above_low(name: str) -> None:
    above = [
        finding["title"]
        for finding in document(name)["findings"]
        if finding["severity"] in ("high", "medium")
    ]
    assert not above


@pytest.mark.parametrize("name", ["pml/win10-x64-mixed.PML.gz", "pml/win7-x86-mixed.PML.gz"])
def test_everyday_files_are_known_for_what_they_are(name: str) -> None:
    unexplained = {
        row["who"].partition(" ")[0].lower() for row in rows(name, "files") if row["ordinary"] is None
    }
    assert unexplained == {"notepad.exe"}
    assert all(row["ordinary"] for row in rows(name, "deletions"))


def test_an_index_of_the_browsers_history_keeps_the_time_that_it_had() -> None:
    (row,) = rows("pml/win7-x86-mixed.PML.gz", "timestamps")
    assert row["events"] == [14521]
    assert (row["direction"], row["ordinary"]) == ("unchanged", "same_as_before")


def test_a_mailslot_is_no_created_file() -> None:
    assert not any("MAILSLOT" in row["path"] for row in rows("pml/win7-x86-mixed.PML.gz", "files"))


def test_updates_are_one_row_a_file_and_all_explained() -> None:
    name = "pml/win10-x64-filesystem.PML.gz"
    paths = [row["path"].lower() for row in rows(name, "files")]
    assert len(paths) == len(set(paths))
    metadata = [
        row for row in rows(name, "files") if "\\Metadata\\" in row["path"] and row["path"].endswith(".dll")
    ]
    assert len(metadata) == 7
    assert {row["ordinary"] for row in metadata} == {"windows_update"}


def test_a_capture_without_openings_is_not_told_to_show_that_nothing_was_created_or_deleted() -> None:
    checks = {check["analysis"]: check for check in document("pml/win10-x64-filesystem.PML.gz")["checks"]}
    for name in (
        "deletions",
        "timestamps",
        "copies",
        "self_deletion",
        "credential_stores",
        "raw_disk",
        "drivers",
    ):
        assert checks[name]["outcome"] == "could not be checked"
    assert "no_openings" in checks["dropped_files"]["limit_keys"]


def test_an_export_without_load_image_is_not_told_to_show_no_odd_module() -> None:
    checks = {check["analysis"]: check for check in document("pml/winxp-x86-zeroaccess-v7.CSV")["checks"]}
    assert (checks["odd_modules"]["outcome"], checks["odd_modules"]["reason_key"]) == (
        "could not be checked",
        "no_loads",
    )


def test_both_pairs_of_hidden_files_in_the_recycle_bin_are_told() -> None:
    finding = next(
        one for one in told(ZEROACCESS, "files_hidden") if "hehda.exe (2520)" in one["subjects"]["processes"]
    )
    assert finding["severity"] == "high"
    assert set(finding["evidence"]) >= {33, 36, 37, 40, 41, 42, 43, 202, 203, 204, 205, 206, 208, 211, 216}
    sizes = {
        row["path"][-2:]: row["size"]
        for row in rows(ZEROACCESS, "files")
        if row["path"][-2:] in ("\\@", "\\n")
    }
    assert sizes == {"\\@": 2048, "\\n": 28672}


def test_the_file_disguised_as_settings_has_the_length_that_was_written_not_that_of_its_pages() -> None:
    (row,) = [row for row in rows(ZEROACCESS, "files") if row["path"].endswith(r"GAC\Desktop.ini")]
    assert (row["size"], row["bytes_written"], row["attributes"]) == (5120, 5120, "HS")


def test_the_firewall_and_the_security_center_were_disabled_and_deleted() -> None:
    (finding,) = told(ZEROACCESS, "protection_removed")
    assert finding["severity"] == "high"
    state = {
        one["name"]: (one["disabled"], one["key_gone"], one["recreated"])
        for one in finding["facts"]["services"]
    }
    assert state == {"SharedAccess": (True, True, False), "wscsvc": (True, True, None)}
    assert finding["facts"]["askers"] == ["hehda.exe (2520)"]
    assert {60, 61, 62, 84, 85, 116, 117, 191, 307} <= set(finding["evidence"])


def test_nothing_is_told_of_drivers_times_or_copies_that_the_capture_does_not_hold() -> None:
    assert not rows(ZEROACCESS, "drivers")
    assert not rows(ZEROACCESS, "timestamps")
    checks = {check["analysis"]: check for check in document(ZEROACCESS)["checks"]}
    assert checks["copies"]["outcome"] == "could not be checked"


@pytest.mark.parametrize(
    ("kind", "path", "event"),
    [
        ("security_name_borrowed", r"C:\G DATA Security Software", 4882),
        ("empty_file_made", r"C:\Users\IEUser\AppData\Local\Temp\GData.txt", 1667),
        ("file_from_network", r"C:\Users\IEUser\AppData\Local\Temp\pieghevole.zip", 4875),
    ],
)
def test_what_the_trojan_left_on_the_disk_is_told(kind: str, path: str, event: int) -> None:
    (finding,) = told(BANLOAD, kind)
    assert finding["subjects"]["files"] == [path]
    assert event in finding["evidence"]
    assert finding["severity"] in ("medium", "low")


def test_receives_are_added_once_and_the_wait_is_told() -> None:
    (network,) = told(BANLOAD, "file_from_network")
    assert (network["facts"]["received"], network["facts"]["bytes"]) == (4407, 305)
    (mark,) = told(BANLOAD, "empty_file_made")
    assert round(mark["facts"]["waited"]) == 20
