"""Ordinary events that reports on captures get wrong: none makes a finding above low, whatever else is analysed."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from tests.captures.deeds import copied, created, marked, opened, read, renamed, times, wrote
from tests.captures.events import Row, capture

APP = "app.exe (300)"
EXPLORER, LSASS, WMI = "explorer.exe (4000)", "lsass.exe (700)", "wmiprvse.exe (900)"
SVCHOST, SYSTEM = "svchost.exe (800)", "System (4)"
PLACES: dict[str, dict[str, Any]] = {
    APP: {"image_path": r"C:\Users\a\Downloads\app.exe"},
    EXPLORER: {"image_path": r"C:\Windows\explorer.exe"},
    LSASS: {"image_path": r"C:\Windows\System32\lsass.exe"},
    WMI: {"image_path": r"C:\Windows\System32\wbem\wmiprvse.exe"},
    SVCHOST: {"image_path": r"C:\Windows\System32\svchost.exe"},
}
CONTROL, SERVICES = r"HKLM\System\CurrentControlSet\Control", r"HKLM\System\CurrentControlSet\Services"
HKLM, HKCU = (
    r"HKLM\Software\Microsoft\Windows NT\CurrentVersion",
    r"HKCU\Software\Microsoft\Windows\CurrentVersion",
)
NEVER = "1601/01/01 9:00:00"
SPAIN, OLD = "01/01/1601 1:59:59", "2/1/2010 10:00:00 AM"
LOOSE, HOME = r"C:\Users\a\Downloads", r"C:\Users\a"


def opens(path: str, access: str = "All Access", result: str = "SUCCESS", who: str = APP) -> Row:
    return Row("RegOpenKey", path, f"Desired Access: {access}", result=result, who=who)


def made_again(path: str, who: str = APP) -> Row:
    return Row(
        "RegCreateKey", path, "Desired Access: All Access, Disposition: REG_OPENED_EXISTING_KEY", who=who
    )


def sets(path: str, data: str = "1", kind: str = "REG_DWORD", who: str = APP) -> Row:
    return Row("RegSetValue", path, f"Type: {kind}, Length: 4, Data: {data}", who=who)


def shown(rows: list[Row]) -> list[Finding]:
    """Findings above low on these rows."""
    people = {who: place for who, place in PLACES.items() if who in {row.who for row in rows}}
    done = run(capture(*rows, processes=people))
    return [
        one for analysis in done.values() for one in analysis.findings if one.severity in ("high", "medium")
    ]


TRAPS: dict[str, list[Row]] = {
    "a capture that holds missed files and keys alone": [
        *(
            opened(rf"{LOOSE}\{name}.dll", result="NAME NOT FOUND", who=APP)
            for name in ("version", "dwmapi", "wow64log")
        ),
        opens(rf"{HKCU}\Run", result="NAME NOT FOUND"),
        opened(r"C:\Windows\System32\config\SAM", result="NAME NOT FOUND", who=APP),
    ],
    "keys that every start of a program opens": [
        opens(rf"{HKLM}\Image File Execution Options\app.exe", "Query Value, Enumerate Sub Keys"),
        opens(rf"{CONTROL}\Session Manager\AppCertDlls"),
        opens(rf"{CONTROL}\SafeBoot\Option", "Query Value, Set Value"),
        opens(rf"{CONTROL}\Lsa"),
        made_again(rf"{SERVICES}\Tcpip\Parameters"),
        opens(rf"{SERVICES}\WinSock2\Parameters", result="ACCESS DENIED"),
        made_again(rf"{HKCU}\Run"),
        Row("RegSetInfoKey", rf"{HKCU}\Run", "KeySetInformationClass: KeySetHandleTagsInformation", who=APP),
    ],
    "a file opened with OpenIf that was there": [
        Row(
            "CreateFile",
            rf"{HOME}\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\x.exe",
            "Desired Access: Generic Read/Write, Disposition: OpenIf, Options: Non-Directory File, OpenResult: Opened",
            who=APP,
        )
    ],
    "deletions that were refused": [
        marked(r"C:\Windows\System32\drivers\x.sys", result="ACCESS DENIED", who=APP),
        Row("RegDeleteKey", rf"{SERVICES}\Spooler", result="ACCESS DENIED", who=APP),
    ],
    "programs that end with other codes than 0": [
        Row("Process Exit", "", f"Exit Status: {code}, User Time: 0.1", who=f"tool{at}.exe ({at + 50})")
        for at, code in enumerate(("-1073741510", "1", "-1", "255"))
    ],
    "file times of 1601, and attributes alone": [
        *(
            times(
                "SetBasicInformationFile",
                rf"C:\Windows\Prefetch\{at}.pf",
                creation=stamp,
                write=stamp,
                who=SVCHOST,
            )
            for at, stamp in enumerate((NEVER, SPAIN))
        ),
        times("SetBasicInformationFile", rf"{HOME}\x.txt", creation=NEVER, write=NEVER, who=APP),
    ],
    "Windows at work": [
        opens(r"HKLM\SAM\SAM\Domains\Account\Users\000001F4", "Read", who=LSASS),
        Row("RegQueryValue", r"HKLM\SAM\SAM\Domains\Account\Users\000001F4\V", "Type: REG_BINARY", who=LSASS),
        created(r"\\DC01\MAILSLOT\NET\NETLOGON", who=LSASS),
        *(
            opens(rf"{SERVICES}\{name}", "Read", who=WMI)
            for name in ("WinDefend", "wscsvc", "mpssvc", "EventLog")
        ),
        opens(rf"{SERVICES}\EventLog\System\KmsRequests", "Read", who=WMI),
        sets(
            rf"{SERVICES}\bam\State\UserSettings\S-1-5-21-1\\Device\HarddiskVolume3\x.exe", "01", "REG_BINARY"
        ),
        sets(rf"{SERVICES}\W32Time\SecureTimeLimits\SecureTimeLow", "1", "REG_QWORD", SVCHOST),
        Row("SetEAFile", r"C:\Windows\System32\mscms.dll", who=APP),
    ],
    "lists of what was used, and caches": [
        marked(rf"{HOME}\AppData\Roaming\Microsoft\Windows\Recent\a.lnk", who=EXPLORER),
        created(rf"{HOME}\AppData\Roaming\Microsoft\Windows\Recent\a.lnk", who=EXPLORER),
        Row("RegDeleteValue", rf"{HKCU}\Explorer\RecentDocs\.txt\3", who=EXPLORER),
        sets(rf"{HKCU}\Explorer\RecentDocs\.txt\3", "00", "REG_BINARY", EXPLORER),
        sets(rf"{HKCU}\Internet Settings\ZoneMap\ProxyBypass"),
        sets(rf"{HKCU}\Internet Settings\ZoneMap\UNCAsIntranet"),
        sets(rf"{HKCU}\Explorer\UserAssist\{{1}}\Count\pzq.rkr", "00", "REG_BINARY", EXPLORER),
        made_again(r"HKCU\Software\Microsoft\SystemCertificates\Root"),
        made_again(r"HKLM\Software\Microsoft\SystemCertificates\AuthRoot\Certificates"),
        created(rf"{HOME}\AppData\Local\Microsoft\Windows\INetCache\IE\ABCDEFGH\x[1].js", who=EXPLORER),
    ],
    "names that mean nothing": [
        opened(rf"{HOME}\Desktop\KMSpico-setup.zip", who=EXPLORER),
        opened(rf"{HOME}\Games\Crysis", who=EXPLORER),
        created(rf"{HOME}\Documents\asdcascascasc.txt", who="NOTEPAD.EXE (5)"),
    ],
    "Explorer maps programs whose pictures it draws": [
        Row("Load Image", path, "Image Base: 0x9ee0000, Image Size: 0x8000", who=EXPLORER)
        for path in (r"C:\Windows\System32\cmd.exe", rf"{LOOSE}\tool.exe", r"C:\Program Files\X\x.exe")
    ],
    "an editor that saves by another name": [
        row
        for at in range(30)
        for row in (
            created(rf"{HOME}\Documents\{at}.docx.tmp", who="WINWORD.EXE (6)"),
            wrote(rf"{HOME}\Documents\{at}.docx.tmp", 0, 9000, who="WINWORD.EXE (6)"),
            renamed(
                rf"{HOME}\Documents\{at}.docx.tmp", rf"{HOME}\Documents\{at}.docx", who="WINWORD.EXE (6)"
            ),
        )
    ],
    "a copy that keeps its times": [
        times("QueryBasicInformationFile", rf"{HOME}\a.dll", write=OLD, who=EXPLORER),
        *copied(rf"{HOME}\a.dll", r"E:\a.dll", 4096, who=EXPLORER),
        times("SetBasicInformationFile", r"E:\a.dll", write=OLD, who=EXPLORER),
    ],
    "an installer of a vendor": [
        created(r"C:\Program Files\Vendor\agent.exe", who="msiexec.exe (9)"),
        wrote(r"C:\Program Files\Vendor\agent.exe", 0, 9000, who="msiexec.exe (9)"),
        sets(
            r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\Vendor\DisplayName",
            "V",
            "REG_SZ",
            "msiexec.exe (9)",
        ),
        sets(
            r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run\Vendor",
            r"C:\Program Files\Vendor\agent.exe",
            "REG_SZ",
            "msiexec.exe (9)",
        ),
    ],
    "a program that the compatibility assistant starts again": [
        Row("Process Create", rf"{LOOSE}\app.exe", "PID: 301, Command line: app.exe", who="pcaui.exe (77)"),
        Row("Process Start", "", "Parent PID: 77, Command line: app.exe", who="app.exe (301)"),
        Row("Process Exit", "", "Exit Status: 1", who=APP),
    ],
    "rows that were sorted by another column": [
        Row("RegQueryValue", rf"{HKCU}\x{at}", "Length: 4", result="NAME NOT FOUND", at=100.0 - at, who=APP)
        for at in range(60)
    ],
    "reads of a whole profile's documents": [
        read(rf"{HOME}\Documents\{at}.docx", 0, 4096, who="SearchProtocolHost.exe (12)") for at in range(40)
    ],
}


@pytest.mark.parametrize("rows", TRAPS.values(), ids=TRAPS)
def test_an_ordinary_act_is_no_finding_above_low(rows: list[Row]) -> None:
    assert [(one.kind, one.severity) for one in shown(rows)] == []


def test_all_of_them_together_accuse_nobody_either() -> None:
    assert [(one.kind, one.severity) for one in shown([row for rows in TRAPS.values() for row in rows])] == []


def test_the_same_rows_hold_what_would_be_told_if_it_were_done() -> None:
    """The guard of the test: these places and names are known to the analyses."""
    startup = rf"{HOME}\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\x.exe"
    debugger = rf"{HKLM}\Image File Execution Options\app.exe\Debugger"
    assert shown([created(startup, who=APP), wrote(startup, 0, 9000, who=APP)])
    assert shown([sets(debugger, r"C:\Users\a\x.exe", "REG_SZ")])
    assert shown([read(r"C:\Windows\System32\config\SAM", 0, 9000, who=APP)])
