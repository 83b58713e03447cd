"""Pictures of lsass's memory: the file and the command line are all that a capture shows of them."""

from __future__ import annotations

from scripts.procmon.findings.analyses import run
from tests.captures.deeds import created, wrote
from tests.captures.events import Row, capture


def dumps(path: str, who: str, image: str | None = None, line: str | None = None) -> list[str]:
    person = {"image_path": image, "command_line": line}
    rows = [
        Row("Process Start", detail="Parent PID: 4", who=who),
        created(path, who=who),
        wrote(path, 0, 90, who=who),
    ]
    found = run(capture(*rows, processes={who: person}))["credential_stores"].findings
    return [finding.severity for finding in found if finding.kind == "memory_dumped"]


def test_comsvcs_writes_the_memory_of_a_process_whatever_the_file_is_called() -> None:
    line = r"rundll32.exe C:\Windows\System32\comsvcs.dll, MiniDump 624 C:\Temp\log.bin full"
    assert dumps(r"C:\Temp\log.bin", "rundll32.exe (9)", r"C:\Windows\System32\rundll32.exe", line) == [
        "high"
    ]


def test_procdump_on_lsass_is_high_and_on_another_program_nothing() -> None:
    tool = r"C:\Tools\procdump64.exe"
    assert dumps(r"C:\Tools\lsass.exe_1.dmp", "procdump64.exe (9)", tool, "procdump64 -ma lsass.exe") == [
        "high"
    ]
    assert (
        dumps(r"C:\Tools\notepad.exe_1.dmp", "procdump64.exe (9)", tool, "procdump64 -ma notepad.exe") == []
    )


def test_the_task_managers_picture_of_lsass_is_made_by_hand() -> None:
    path, manager = r"C:\Users\a\AppData\Local\Temp\lsass.DMP", r"C:\Windows\System32\Taskmgr.exe"
    assert dumps(path, "Taskmgr.exe (9)", manager) == ["medium"]
    assert dumps(path, "Taskmgr.exe (9)", r"C:\Users\a\Taskmgr.exe") == ["high"]


def test_error_reporting_writes_pictures_of_what_failed() -> None:
    path = r"C:\Windows\System32\config\systemprofile\AppData\Local\CrashDumps\lsass.exe.624.dmp"
    assert dumps(path, "WerFault.exe (9)", r"C:\Windows\System32\WerFault.exe") == []


def test_a_text_about_lsass_is_none() -> None:
    assert dumps(r"C:\Users\a\Documents\lsass.txt", "notepad.exe (9)", r"C:\Windows\notepad.exe") == []
