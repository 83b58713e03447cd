"""Places of automatic start that few programs use: entered by hand, by a set-up program, by Windows itself."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings import analyses
from scripts.procmon.findings.autostart import persistence
from scripts.procmon.findings.autostart.autostart_values import place_of
from scripts.procmon.findings.registry.registry_index import RegistryIndex
from scripts.procmon.findings.registry.registry_paths import matches
from scripts.procmon.knowledge import knowledge
from tests.captures.events import Row, capture

CONTROL = r"HKLM\System\CurrentControlSet\Control"
SERVICES = r"HKLM\System\CurrentControlSet\Services"
SOFTWARE = r"HKLM\Software\Microsoft"
INSTALLED = Row(
    "RegSetValue", rf"{SOFTWARE}\Windows\CurrentVersion\Uninstall\X\DisplayName", "Type: REG_SZ, Data: X"
)


def value(path: str, data: str, who: str = "reg.exe (300)") -> Row:
    return Row("RegSetValue", path, f"Type: REG_SZ, Length: 4, Data: {data}", who=who)


def severities(
    *rows: Row,
    files: tuple[str, ...] = (),
    maker: str = "spoolsv.exe (9)",
    places: dict[str, str] | None = None,
) -> list[str]:
    built = capture(*rows, processes={who: {"image_path": image} for who, image in (places or {}).items()})
    dropped = [
        FileRow(path=path, how="created", what="executable", process=0, who=maker, time="", events=[0])
        for path in files
    ]
    earlier = {"dropped_files": Analysis(name="dropped_files", outcome="found", tables={"files": dropped})}
    return [finding.severity for finding in persistence.analyse(built, earlier).findings]


ATTACKS = {
    "print monitor": (rf"{CONTROL}\Print\Monitors\X\Driver", "m.dll", "medium"),
    "print processor": (
        rf"{CONTROL}\Print\Environments\Windows x64\Print Processors\X\Driver",
        "p.dll",
        "medium",
    ),
    "netsh helper": (rf"{SOFTWARE}\NetSh\h", r"C:\Users\Public\h.dll", "medium"),
    "network provider": (
        rf"{SERVICES}\logincontroll\NetworkProvider\ProviderPath",
        r"C:\Windows\System32\n.dll",
        "medium",
    ),
    "time provider": (rf"{SERVICES}\W32Time\TimeProviders\X\DllName", r"C:\Users\Public\t.dll", "high"),
    "time provider without a path": (rf"{SERVICES}\W32Time\TimeProviders\X\DllName", "t.dll", "medium"),
    "password filter": (rf"{CONTROL}\Lsa\Notification Packages", "scecli, pwfilt", "medium"),
    "a script for a type library": (
        r"HKCU\Software\Classes\TypeLib\{0}\1.0\0\win32\(Default)",
        "script:http://example.net/x.sct",
        "high",
    ),
    "a program for a service that fails": (
        rf"{SERVICES}\Spooler\FailureCommand",
        r"C:\Users\Public\x.exe",
        "high",
    ),
    "a service in safe mode": (rf"{CONTROL}\SafeBoot\Network\Evil\(Default)", "Service", "medium"),
    "AMSI provider": (rf"{SOFTWARE}\AMSI\Providers\{{1}}\(Default)", "", "medium"),
    "credential provider": (
        rf"{SOFTWARE}\Windows\CurrentVersion\Authentication\Credential Providers\{{1}}\(Default)",
        "x",
        "medium",
    ),
    "browser extension from elsewhere": (
        r"HKLM\Software\Policies\Google\Chrome\ExtensionInstallForcelist\1",
        "abcdefghijklmnopabcdefghijklmnop;http://example.net/u.xml",
        "medium",
    ),
    "browser extension as a file": (
        r"HKCU\Software\Google\Chrome\Extensions\abcd\path",
        r"C:\Users\Public\e.crx",
        "high",
    ),
    "compatibility database": (
        rf"{SOFTWARE}\Windows NT\CurrentVersion\AppCompatFlags\InstalledSDB\{{1}}\DatabasePath",
        r"C:\Windows\AppPatch\Custom\{1}.sdb",
        "medium",
    ),
    "log-on script": (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Group Policy\Scripts\Logon\0\0\Script",
        r"C:\Users\Public\l.ps1",
        "medium",
    ),
    "assistive program": (
        rf"{SOFTWARE}\Windows NT\CurrentVersion\Accessibility\ATs\x\StartExe",
        r"C:\ProgramData\x\x.exe",
        "medium",
    ),
    "directory service": (rf"{SERVICES}\NTDS\LsaDbExtPt", r"C:\ProgramData\x\x.dll", "medium"),
    "boot verification": (
        rf"{CONTROL}\BootVerificationProgram\ImagePath",
        r"C:\ProgramData\x\x.exe",
        "medium",
    ),
    "check of signatures": (
        rf"{SOFTWARE}\Cryptography\OID\EncodingType 0\CryptSIPDllVerifyIndirectData\{{1}}\Dll",
        r"C:\ProgramData\x\x.dll",
        "medium",
    ),
    "page of Outlook": (
        r"HKCU\Software\Microsoft\Office\16.0\Outlook\WebView\Inbox\URL",
        "http://example.net/p.htm",
        "medium",
    ),
    "a COM class of the user's": (
        r"HKCU\Software\Classes\CLSID\{1}\InprocServer32\(Default)",
        r"C:\Users\a\AppData\Roaming\x\x.dll",
        "medium",
    ),
    "start-up hook of .NET": (r"HKCU\Environment\DOTNET_STARTUP_HOOKS", r"C:\ProgramData\x\x.dll", "medium"),
}


@pytest.mark.parametrize(("path", "data", "severity"), ATTACKS.values(), ids=ATTACKS)
def test_what_is_entered_by_hand_where_installed_programs_enter_themselves_is_told(
    path: str, data: str, severity: str
) -> None:
    assert severities(value(path, data)) == [severity]


ORDINARY = {
    "a printer's monitor, by the spooler": value(
        rf"{CONTROL}\Print\Monitors\HP\Driver", "hpmon.dll", "spoolsv.exe (9)"
    ),
    "Windows' own monitor": value(rf"{CONTROL}\Print\Monitors\USB Monitor\Driver", "usbmon.dll"),
    "a helper of netsh's, by servicing": value(rf"{SOFTWARE}\NetSh\new", "newhelper.dll", "TiWorker.exe (9)"),
    "a known DLL, by servicing": value(
        rf"{CONTROL}\Session Manager\KnownDLLs\abc", "abc.dll", "TiWorker.exe (9)"
    ),
    "packages as they are": value(rf"{CONTROL}\Lsa\Security Packages", '""'),
    "the time service's own provider": value(
        rf"{SERVICES}\W32Time\TimeProviders\NtpClient\DllName", r"%systemroot%\system32\w32time.dll"
    ),
    "a provider of time that is installed": value(
        rf"{SERVICES}\W32Time\TimeProviders\Clock\DllName",
        r"C:\Program Files\Clock\clock.dll",
        "msiexec.exe (9)",
    ),
    "a type library that is a file": value(
        r"HKLM\Software\Classes\TypeLib\{0}\1.0\0\win32\(Default)", r"C:\Windows\System32\stdole2.tlb"
    ),
    "no command for a service that fails": value(rf"{SERVICES}\Spooler\FailureCommand", ""),
    "a scanner of scripts, by its product": value(
        rf"{SOFTWARE}\AMSI\Providers\{{1}}\(Default)", "x", "AvSetup.exe (9)"
    ),
    "a forced extension from the browser's shop": value(
        r"HKLM\Software\Policies\Google\Chrome\ExtensionInstallForcelist\1",
        "abcdefghijklmnopabcdefghijklmnop;https://clients2.google.com/service/update2/crx",
        "svchost.exe (9)",
    ),
    "scripts that the group policy brings": value(
        rf"{SOFTWARE}\Windows\CurrentVersion\Group Policy\Scripts\Startup\0\0\Script",
        r"\\corp\sysvol\s.ps1",
        "svchost.exe (9)",
    ),
    "a service of remote help in safe mode": value(
        rf"{CONTROL}\SafeBoot\Network\TeamViewer\(Default)", "Service", "TeamViewer_Service.exe (9)"
    ),
    "a debugger for programs that fail": value(
        rf"{SOFTWARE}\Windows NT\CurrentVersion\AeDebug\Debugger",
        r'"C:\Windows\system32\vsjitdebugger.exe" -p %ld -e %ld',
    ),
}


@pytest.mark.parametrize("row", ORDINARY.values(), ids=ORDINARY)
def test_the_ordinary_twin_is_low_at_most(row: Row) -> None:
    assert set(severities(row)) <= {"low"}


def test_a_set_up_program_at_work_explains_what_a_script_enters() -> None:
    monitor = value(rf"{CONTROL}\Print\Monitors\X\Driver", "m.dll")
    assert severities(monitor) == ["medium"]
    assert severities(INSTALLED, monitor) == []


def test_a_bare_name_whose_library_was_written_in_the_same_capture_is_high() -> None:
    packages = value(rf"{CONTROL}\Lsa\Security Packages", "kerberos, msv1_0, mimilib")
    assert severities(packages, files=(r"C:\Windows\System32\mimilib.dll",)) == ["high"]
    assert severities(packages, files=(r"C:\Windows\System32\other.dll",)) == ["medium"]
    spooler = value(rf"{CONTROL}\Print\Monitors\HP\Driver", "hpmon.dll", "spoolsv.exe (9)")
    assert severities(spooler, files=(r"C:\Windows\System32\hpmon.dll",)) == []


def test_a_program_from_where_users_may_write_enters_itself_as_by_hand() -> None:
    row = value(rf"{CONTROL}\SafeBoot\Minimal\x\(Default)", "Service", "x.exe (9)")
    assert severities(row, places={"x.exe (9)": r"C:\Users\a\AppData\Local\Temp\x.exe"}) == ["medium"]
    assert severities(row, places={"x.exe (9)": r"C:\Program Files\X\x.exe"}) == []


def test_servicing_is_believed_in_its_place_and_with_windows_own_files_alone() -> None:
    row = value(rf"{CONTROL}\Session Manager\KnownDLLs\abc", "abc.dll", "TiWorker.exe (9)")
    assert severities(row, places={"TiWorker.exe (9)": r"C:\Users\a\Downloads\TiWorker.exe"}) == ["medium"]
    stray = value(rf"{CONTROL}\Session Manager\BootExecute", r"C:\Users\Public\x.exe", "TiWorker.exe (9)")
    assert severities(stray, places={"TiWorker.exe (9)": r"C:\Windows\WinSxS\x\TiWorker.exe"}) == ["high"]


@pytest.mark.parametrize(
    "path", sorted({row.path for row in ORDINARY.values()} | {one[0] for one in ATTACKS.values()})
)
def test_the_index_finds_what_the_patterns_one_by_one_find(path: str) -> None:
    places = knowledge("autostarts")
    patterns = [(text, number) for number, place in enumerate(places) for text in place["values"]]
    expected = tuple(sorted({number for text, number in patterns if matches(text, path)}))
    assert RegistryIndex(patterns).find(path) == expected


def test_a_place_for_certain_data_alone_is_none_without_them() -> None:
    path = r"HKCU\Software\Classes\TypeLib\{0}\1.0\0\win64\(Default)"
    assert place_of(path) is None
    assert place_of(path, r"C:\x.tlb") is None
    found = place_of(path, "script:C:\\x.sct")
    assert found is not None
    assert found["id"] == "component-script"


@pytest.mark.parametrize(
    ("name", "data", "known"),
    [
        (r"Session Manager\BootExecute", r"autocheck autochk /r \??\C:", True),
        (r"Session Manager\BootExecute", "autocheck autochk /q /v *", True),
        (r"Session Manager\BootExecute", r"autocheck autochk *, autocheck evil", False),
        (r"Session Manager\BootExecute", r"autocheck autochk2 *", False),
    ],
)
def test_what_chkdsk_asks_for_at_the_next_start_is_windows_own(name: str, data: str, known: bool) -> None:
    assert (severities(value(rf"{CONTROL}\{name}", data)) == []) is known


@pytest.mark.parametrize(
    ("data", "known"), [("vrfcore.dll", True), ("vrfcore.dll vfbasics.dll", True), ("vrf.dll", False)]
)
def test_application_verifier_enters_its_own_libraries(data: str, known: bool) -> None:
    options = rf"{SOFTWARE}\Windows NT\CurrentVersion\Image File Execution Options"
    assert (severities(value(rf"{options}\a.exe\VerifierDlls", data)) == []) is known


FORCED = r"HKLM\Software\Policies\Google\Chrome\ExtensionInstallForcelist\1"


@pytest.mark.parametrize("who", ["svchost.exe (9)", "omadmclient.exe (9)"])
def test_what_the_policy_of_an_organisation_brings_is_low(who: str) -> None:
    assert severities(value(FORCED, "abcdefghijklmnop;https://intranet.example/u.xml", who)) == ["low"]


def test_what_every_windows_has_is_put_back_and_what_a_key_names_goes_with_it() -> None:
    packages = value(rf"{CONTROL}\Lsa\Security Packages", "kerberos, msv1_0, mimilib")
    service = value(rf"{CONTROL}\SafeBoot\Network\Evil\(Default)", "Service")
    monitor = value(rf"{CONTROL}\Print\Monitors\X\Driver", "m.dll")
    done = analyses.run(capture(packages, service, monitor))
    steps = {(row.step, row.target.rpartition("\\")[2]) for row in done["removal"].tables["removal"]}
    assert {
        ("restore value", "Security Packages"),
        ("delete key", "Evil"),
        ("delete value", "Driver"),
    } <= steps


def test_a_library_that_was_put_there_by_hand_is_told_whoever_entered_it_for_others() -> None:
    row = value(rf"{CONTROL}\Print\Monitors\X\Driver", "m.dll", "spoolsv.exe (9)")
    library = r"C:\Windows\System32\m.dll"
    assert severities(row, files=(library,), maker="cmd.exe (200)") == ["medium"]
    assert severities(row, files=(library,), maker="spoolsv.exe (9)") == []
    assert severities(INSTALLED, row, files=(library,), maker="cmd.exe (200)") == []


RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\x"
PROFILED = r"C:\Users\a\AppData\Roaming\x\x.exe"


def test_a_run_key_set_by_a_script_for_a_program_of_a_users_own_folder_is_medium() -> None:
    assert severities(value(RUN, PROFILED)) == ["medium"]
    assert severities(value(RUN, PROFILED), files=(PROFILED,)) == ["high"]
    assert severities(value(RUN, r"C:\Program Files\X\x.exe")) == ["low"]
    assert severities(INSTALLED, value(RUN, PROFILED)) == ["low"]
    assert severities(value(RUN, PROFILED, "x.exe (9)")) == ["low"]


def test_a_startup_folder_that_everybody_may_write_is_not_windows_own() -> None:
    path = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders\Startup"
    assert (
        severities(value(path, r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup"))
        == []
    )
    assert severities(value(path, r"C:\Users\Public\x")) != []


USERINIT = rf"{SOFTWARE}\Windows NT\CurrentVersion\Winlogon\Userinit"
SHELL = rf"{SOFTWARE}\Windows NT\CurrentVersion\Winlogon\Shell"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (USERINIT, r"C:\Windows\system32\userinit.exe,,C:\Program Files\Microsoft\m.exe"),
        (SHELL, r"explorer.exe, C:\Program Files\Microsoft\m.exe"),
        (SHELL, r"Explorer.exe m.exe"),
    ],
)
def test_a_second_program_behind_windows_own_at_the_log_on_is_high_wherever_it_lies(
    path: str, data: str
) -> None:
    who, places = "iexplore.exe (9)", {"iexplore.exe (9)": r"C:\Program Files\Internet Explorer\iexplore.exe"}
    assert severities(value(path, data, who), places=places) == ["high"]
    assert "high" not in severities(INSTALLED, value(path, data, who), places=places)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (USERINIT, r"C:\Windows\system32\userinit.exe,"),
        (USERINIT, "userinit.exe"),
        (SHELL, "explorer.exe"),
        (SHELL, "cmd.exe"),
    ],
)
def test_what_windows_has_at_the_log_on_is_no_second_program(path: str, data: str) -> None:
    assert severities(value(path, data)) == []


def test_a_program_of_this_capture_that_explorer_enters_is_medium() -> None:
    who, places = "explorer.exe (9)", {"explorer.exe (9)": r"C:\Windows\explorer.exe"}
    assert severities(value(RUN, PROFILED, who), files=(PROFILED,), places=places) == ["medium"]
    assert severities(value(RUN, PROFILED, who), places=places) == ["low"]
    assert severities(INSTALLED, value(RUN, PROFILED, who), files=(PROFILED,), places=places) == ["low"]
    installed = r"C:\Program Files\X\x.exe"
    assert severities(value(RUN, installed, who), files=(installed,), places=places) == ["low"]
    own = {"x.exe (9)": r"C:\Program Files\X\x.exe"}
    assert severities(value(RUN, PROFILED, "x.exe (9)"), files=(PROFILED,), places=own) == ["low"]
