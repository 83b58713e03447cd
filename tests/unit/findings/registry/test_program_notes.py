"""BAM's notes of programs that ran, and its own two values beside them."""

from __future__ import annotations

import pytest

from scripts.procmon.findings.evidence.records import of_operations
from scripts.procmon.findings.registry.program_notes import program_noted
from tests.captures.events import Row, capture

NOTES = r"HKLM\System\CurrentControlSet\Services\bam\State\UserSettings\S-1-5-21-7-1001"


@pytest.mark.parametrize(
    ("name", "is_note"),
    [
        (r"\Device\HarddiskVolume1\a.exe", True),
        ("Maker.App_8wekyb3d8bbwe", True),
        ("SequenceNumber", False),
        ("Version", False),
    ],
)
def test_what_bam_keeps_of_its_own_is_no_program(name: str, is_note: bool) -> None:
    built = capture(Row("RegSetValue", rf"{NOTES}\{name}", "Type: REG_DWORD, Length: 4, Data: 1"))
    (record,) = of_operations(built, {"RegSetValue"})
    assert (program_noted(record) is not None) is is_note
