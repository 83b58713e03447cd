"""Tools under another name, known by the description in their file, and tools that may be called so."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings import analyses
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture

CMD, RUNDLL = "Windows Command Processor", "Windows host process (Rundll32)"
UNINSTALL = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\X\DisplayName"


def told(image: str, description: str | None, *rows: Row, **more: Any) -> list[Finding]:
    who = f"{image.rpartition(chr(92))[2]} (9)"
    process = {"image_path": image, "description": description, "company": "Microsoft Corporation", **more}
    built = capture(
        *rows,
        Row("Process Create", image, f"PID: 9, Command line: {image}", who="starter.exe (8)"),
        Row("Process Start", detail="Parent PID: 8", who=who),
        processes={who: process},
    )
    return [one for one in analyses.run(built)["odd_children"].findings if one.kind == "tool_renamed"]


@pytest.mark.parametrize(
    ("image", "description"),
    [
        (r"C:\Users\a\AppData\Local\Temp\svc.exe", CMD),
        (r"C:\ProgramData\Intel\update.exe", "Windows PowerShell"),
        (r"C:\Windows\System32\spool.exe", RUNDLL),
        (r"C:\Users\a\Downloads\w.exe", "Sysinternals process dump utility"),
        (r"C:\Windows\helper.exe", "Execute processes remotely"),
        (r"C:\ProgramData\x\sync.exe", "Rclone"),
        (r"C:\Users\Public\z.exe", "7-Zip Standalone Console"),
    ],
)
def test_a_tool_that_is_not_called_what_it_is_is_medium(image: str, description: str) -> None:
    (finding,) = told(image, description)
    assert finding.severity == "medium"
    assert [one.id for one in finding.attack] == ["T1036.003"]
    for language in ("en", "ja"):
        assert description in tell(finding.kind, finding.facts, language)["statement"]


def test_a_command_prompt_called_as_a_program_of_the_log_on_screen_is_high() -> None:
    (finding,) = told(r"C:\Windows\System32\sethc.exe", CMD)
    assert finding.severity == "high"
    assert [one.id for one in finding.attack] == ["T1546.008", "T1036.003"]


@pytest.mark.parametrize(
    ("image", "description"),
    [
        (r"C:\Windows\System32\cmd.exe", CMD),
        (r"C:\Windows\SysWOW64\rundll32.exe", RUNDLL),
        (r"C:\Windows\System32\sethc.exe", "Accessibility shortcut keys"),
        (r"C:\Tools\PsExec64.exe", "Execute processes remotely"),
        (r"C:\Users\a\Downloads\cmd (1).exe", CMD),
        (r"D:\rclone-v1.60\rclone-v1.60.exe", "Rclone"),
        (r"C:\Program Files\7-Zip\7z.exe", "7-Zip Console"),
        (r"C:\Users\a\AppData\Local\Temp\is-1\7za920.exe", "7-Zip Standalone Console"),
        (r"C:\Tools\busybox.exe", "BusyBox"),
        (r"C:\Tools\any.exe", None),
    ],
)
def test_a_tool_by_its_own_name_and_any_other_program_are_no_finding(
    image: str, description: str | None
) -> None:
    assert told(image, description) == []


@pytest.mark.parametrize(
    ("image", "description"),
    [
        (r"C:\Program Files\Maker\bin\shell.exe", CMD),
        (r"C:\Program Files\Maker\transfer.exe", "Rclone"),
        (r"C:\Users\a\AppData\Local\Temp\is-1\unpack.exe", "7-Zip Standalone Console"),
        (r"C:\Users\a\AppData\Local\Maker\unpack.exe", "Command line RAR"),
    ],
)
def test_what_products_bring_along_is_low(image: str, description: str) -> None:
    assert [one.severity for one in told(image, description)] == ["low"]


def test_a_copy_that_a_set_up_program_works_with_is_low() -> None:
    entered = Row("RegSetValue", UNINSTALL, "Type: REG_SZ, Length: 4, Data: X", who="starter.exe (8)")
    image = r"C:\Users\a\AppData\Local\Temp\ns1.tmp\run.exe"
    assert [one.severity for one in told(image, CMD, entered, parent="starter.exe (8)")] == ["low"]


def test_a_process_that_only_its_starter_names_has_no_description_and_stops_nothing() -> None:
    unseen = Row("Process Create", r"C:\b.exe", r"PID: 77, Command line: C:\b.exe", who="starter.exe (8)")
    (finding,) = told(r"C:\ProgramData\x\sync.exe", "Rclone", unseen)
    assert finding.facts["name"] == "sync.exe"


def test_a_tool_that_ran_before_the_capture_began_is_shown_by_its_first_event() -> None:
    who = "sync.exe (9)"
    process = {"image_path": r"C:\ProgramData\x\sync.exe", "description": "Rclone", "company": "x"}
    built = capture(
        Row("CreateFile", r"C:\a.txt", who="x.exe (8)"),
        Row("CreateFile", r"C:\b.txt", who=who),
        processes={who: process},
    )
    (finding,) = [one for one in analyses.run(built)["odd_children"].findings if one.kind == "tool_renamed"]
    assert finding.evidence == [1]
