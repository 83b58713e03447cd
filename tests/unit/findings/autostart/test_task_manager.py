"""Process Explorer enters itself in the Task Manager's place; whatever else bears its name is told."""

from __future__ import annotations

import pytest

from scripts.procmon.findings.autostart import persistence
from tests.captures.deeds import loaded
from tests.captures.events import Row, capture

EXPLORER = r"C:\Users\a\Downloads\Suite\procexp64.exe"
OPTIONS = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Image File Execution Options"
WHO = "procexp64.exe (7)"
SETTINGS = Row("RegOpenKey", r"HKCU\Software\Sysinternals\Process Explorer", "Desired Access: Read", who=WHO)
DRIVER = loaded(r"C:\Windows\System32\drivers\PROCEXP152.SYS")


def severity(*rows: Row, key: str = "taskmgr.exe", data: str = EXPLORER) -> str:
    entered = Row(
        "RegSetValue", rf"{OPTIONS}\{key}\Debugger", f'Type: REG_SZ, Length: 4, Data: "{data}"', who=WHO
    )
    built = capture(*rows, entered, processes={WHO: {"image_path": EXPLORER}})
    (finding,) = persistence.analyse(built, {}).findings
    return finding.severity


@pytest.mark.parametrize("row", [SETTINGS, DRIVER])
def test_process_explorer_at_its_users_wish_is_low(row: Row) -> None:
    assert severity(row) == "low"


def test_the_name_alone_is_medium() -> None:
    assert severity() == "medium"
    assert severity(Row("RegOpenKey", r"HKCU\Software\Sysinternals\Autoruns", "", who=WHO)) == "medium"


def test_another_program_or_another_place_is_not_excused_by_it() -> None:
    assert severity(SETTINGS, data=r"C:\Users\a\Downloads\x.exe") == "medium"
    assert severity(SETTINGS, data=r"C:\Users\a\Desktop\procexp64.exe") == "medium"
    assert severity(SETTINGS, key="sethc.exe") == "high"
