"""Every documented difference: what the reader writes, what Process Monitor exported, and that it is documented."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from scripts.procmon.sources.pml.differences import (
    ALLOCATION_SIZE,
    BINARY_DATA,
    LOCALE,
    PAGE_PROTECTION,
    VOLUME_LABEL,
    difference,
)
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders.body import wide
from tests.captures.pml import actor, monitored, the_row

DOCUMENT = Path(__file__).parents[4] / "docs" / "differences.md"

#: Name of the difference, operation, what the reader writes, what was exported of the same event.
CASES = [
    (
        PAGE_PROTECTION,
        "CreateFileMapping",
        "SyncType: SyncTypeCreateSection, PageProtection: PAGE_EXECUTE_READ",
        "SyncType: SyncTypeCreateSection, PageProtection: |PAGE_NOCACHE",
    ),
    (
        BINARY_DATA,
        "RegQueryValue",
        "Type: REG_BINARY, Length: 24, Data: 01 00",
        "Type: REG_BINARY, Length: 24, Data: 01 00 34 0A 00 00",
    ),
    (
        ALLOCATION_SIZE,
        "CreateFile",
        "Attributes: N, ShareMode: None, AllocationSize: 4,096, OpenResult: Created",
        "Attributes: N, ShareMode: None, AllocationSize: 0, OpenResult: Created",
    ),
    (
        VOLUME_LABEL,
        "QueryInformationVolume",
        "VolumeSerialNumber: 12AB-34CD, SupportsObjects: True, VolumeLabel: data",
        "VolumeSerialNumber: 12AB-34CD, SupportsObjects: True, VolumeLabel: data\ufffd\u0004",
    ),
    (LOCALE, "ReadFile", "Offset: 0, Length: 2,691", "Offset: 0, Length: 2.691"),
]


@pytest.mark.parametrize(("name", "operation", "ours", "theirs"), CASES)
def test_a_documented_difference_is_called_by_its_name(
    name: str, operation: str, ours: str, theirs: str
) -> None:
    assert difference("Detail", operation, ours, theirs) == name


@pytest.mark.parametrize(("name", "operation", "ours", "theirs"), CASES)
def test_no_difference_is_explained_in_another_column_or_operation(
    name: str, operation: str, ours: str, theirs: str
) -> None:
    assert difference("Path", operation, ours, theirs) is None
    if name != LOCALE:
        assert difference("Detail", "CloseFile", ours, theirs) is None


@pytest.mark.parametrize(("name", "operation", "ours", "theirs"), CASES)
def test_a_difference_elsewhere_in_the_detail_is_not_explained(
    name: str, operation: str, ours: str, theirs: str
) -> None:
    assert difference("Detail", operation, ours, "Other: " + theirs) is None


def test_the_document_has_a_heading_for_every_name_and_no_other() -> None:
    headings = re.findall(r"^### (.+)$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert {heading.casefold() for heading in headings} == {name.casefold() for name, *_ in CASES}


# --- by version: the table of the document, row by row


def of_monitor(folder: Path, version: str, operation: int, sub: int, **more: bytes) -> dict[str, object]:
    body = files.file_operation(operation, r"C:\a", sub=sub, bits=64, **more)
    driver = 20 if version < "3" else 23 if version < "3.6" else 24
    rows = (actor(), monitored(version, driver))
    return the_row(folder, body, rows=rows)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("2.8", "SetAllInformationFile"),
        ("3.4", "SetAllocationInformationFile"),
        ("3.51", "SetAllocationInformationFile"),
        ("3.86", "SetAllocationInformationFile"),
    ],
)
def test_setting_an_allocation_size_had_another_name(tmp_path: Path, version: str, name: str) -> None:
    assert of_monitor(tmp_path, version, 26, 0x13, after=bytes(8))["operation"] == name


@pytest.mark.parametrize(
    ("version", "name"),
    [("3.4", "<Unknown>"), ("3.51", "<Unknown>"), ("3.86", "QueryCaseSensitiveInformation")],
)
def test_late_information_classes_had_no_name(tmp_path: Path, version: str, name: str) -> None:
    assert of_monitor(tmp_path, version, 25, 0x47)["operation"] == name


@pytest.mark.parametrize(("version", "shown"), [("3.51", ""), ("3.86", "0: ::$DATA")])
def test_streams_were_not_listed(tmp_path: Path, version: str, shown: str) -> None:
    streams = struct.pack("<IIQQ", 0, 14, 1, 1) + wide("::$DATA")
    assert of_monitor(tmp_path, version, 25, 0x16, extra=streams)["detail"] == shown
