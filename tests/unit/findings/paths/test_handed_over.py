"""What an interpreter or Windows Installer is started with runs; what its command line only mentions does not."""

from __future__ import annotations

import pytest

from scripts.procmon.findings.files.file_uses import uses
from scripts.procmon.findings.paths.handed_over import handed_over
from tests.captures.events import Row, capture

RUNS = {
    r'"C:\Windows\System32\msiexec.exe" /i "C:\A B\x.msi" /qn': r"C:\A B\x.msi",
    r"msiexec /quiet /package C:\t\x.msi": r"C:\t\x.msi",
    r"C:\Windows\system32\cmd.exe /c C:\t\x.bat": r"C:\t\x.bat",
    r'cmd.exe /c ""C:\t a\x.bat" once"': r"C:\t a\x.bat",
    r'cmd /c start "" C:\t\x.exe': r"C:\t\x.exe",
    r'"C:\Windows\System32\WScript.exe" //B "C:\t\x.js"': r"C:\t\x.js",
    r"rundll32.exe C:\t\x.dll,Start": r"C:\t\x.dll",
    r"regsvr32 /s C:\t\x.dll": r"C:\t\x.dll",
    r"powershell.exe -nop -File C:\t\x.ps1 -fast": r"C:\t\x.ps1",
}


@pytest.mark.parametrize(("command", "file"), RUNS.items())
def test_what_a_program_is_told_to_run_runs(command: str, file: str) -> None:
    assert handed_over(command) == file


@pytest.mark.parametrize(
    "command",
    [
        r"cmd.exe /c del C:\t\x.bat",
        r"cmd /c copy C:\t\x.exe C:\t\y.exe",
        r'powershell.exe -c "Remove-Item C:\t\x.ps1"',
        r"msiexec.exe /x C:\t\x.msi",
        r"C:\Windows\System32\MsiExec.exe -Embedding 0123",
        r"notepad.exe C:\t\x.bat",
        "cmd.exe",
        "",
    ],
)
def test_what_a_command_line_only_mentions_does_not_run(command: str) -> None:
    assert handed_over(command) is None


def test_a_package_given_to_windows_installer_ran_by_whoever_started_that() -> None:
    line = r"PID: 900, Command line: msiexec.exe /i C:\Users\u\AppData\Local\Temp\Tool.msi"
    built = capture(Row("Process Create", r"C:\Windows\SysWOW64\msiexec.exe", line, who="viewer.exe (300)"))
    used = uses(built)[r"c:\users\u\appdata\local\temp\tool.msi"]
    assert used.started_by == ["viewer.exe (300)"]
    assert used.events == [0]
