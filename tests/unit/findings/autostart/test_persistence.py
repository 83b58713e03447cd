"""Places of automatic start: opening is not changing, an attempt is not a change, a registration is no news."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.autostart import persistence
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture

RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\Updater"
COM = r"HKCU\Software\Classes\CLSID\{fbeb8a05-beee-4442-804e-409d6c4515e9}\InprocServer32\(Default)"
WINSOCK = r"HKLM\System\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries"


def set_to(path: str, data: str, result: str = "SUCCESS", kind: str = "REG_SZ") -> Row:
    return Row("RegSetValue", path, f"Type: {kind}, Length: 4, Data: {data}", result=result)


def judge(*rows: Row) -> Analysis:
    return persistence.analyse(capture(*rows), {})


ORDINARY = {
    "IFEO opened": Row(
        "RegOpenKey",
        r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\a.exe",
        "Desired Access: Query Value, Enumerate Sub Keys",
    ),
    "AppCertDlls opened": Row(
        "RegOpenKey",
        r"HKLM\System\CurrentControlSet\Control\Session Manager\AppCertDlls",
        result="NAME NOT FOUND",
    ),
    "SafeBoot opened with Set Value": Row(
        "RegOpenKey",
        r"HKLM\System\CurrentControlSet\Control\SafeBoot\Option",
        "Desired Access: Query Value, Set Value",
        result="NAME NOT FOUND",
    ),
    "Tcpip key created that was there": Row(
        "RegCreateKey",
        r"HKLM\System\CurrentControlSet\Services\Tcpip\Parameters",
        "Desired Access: Read, Disposition: REG_OPENED_EXISTING_KEY",
    ),
    "handle tags": Row("RegSetInfoKey", RUN, "KeySetInformationClass: KeySetHandleTagsInformation"),
    "bam": set_to(
        r"HKLM\System\CurrentControlSet\Services\bam\UserSettings\S-1-5-21-1-2-3-1001\\Device\HarddiskVolume4\a.exe",
        "01 02",
        kind="REG_BINARY",
    ),
    "Winsock key denied": Row(
        "RegOpenKey",
        r"HKLM\System\CurrentControlSet\Services\WinSock2\Parameters",
        "Desired Access: All Access",
        result="ACCESS DENIED",
    ),
    "ZoneMap": set_to(
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap\ProxyBypass",
        "1",
        kind="REG_DWORD",
    ),
    "userinit as it is": set_to(
        r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Winlogon\Userinit",
        r"C:\Windows\system32\userinit.exe,",
    ),
    "a COM server below Program Files": set_to(
        r"HKLM\Software\Classes\CLSID\{00000000-0000-0000-0000-000000000001}\InprocServer32\(Default)",
        r"C:\Program Files\Vendor\x.dll",
    ),
    "a shortcut named in a list of new programs": set_to(
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartPage\NewShortcuts\C:\ProgramData\KMSpico.lnk",
        "1",
    ),
}


@pytest.mark.parametrize("row", ORDINARY.values(), ids=ORDINARY.keys())
def test_everyday_registry_work_is_no_finding(row: Row) -> None:
    assert not judge(row).findings


def test_a_program_that_registers_itself_from_its_own_folder_is_low() -> None:
    (finding,) = judge(set_to(RUN, r'"C:\Program Files\Vendor\updater.exe" /quiet')).findings
    assert finding.severity == "low"


@pytest.mark.parametrize(
    ("data", "severity"),
    [
        (r"C:\RECYCLER\S-1-5-18\x.exe", "high"),
        (r"C:\Users\a\AppData\Local\Temp\x.exe", "high"),
        (r"C:\Windows\12.exe hlmrun", "medium"),
    ],
)
def test_the_place_of_the_program_weighs(data: str, severity: str) -> None:
    (finding,) = judge(set_to(RUN, data)).findings
    assert finding.severity == severity


def test_the_32_bit_view_and_a_users_hive_are_the_same_place() -> None:
    for path in (
        r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Run\x",
        r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows\CurrentVersion\Run\x",
    ):
        assert [row.place for row in judge(set_to(path, r"C:\x\y.exe")).tables["autostarts"]] == ["run"]


def test_a_refused_write_is_an_attempt() -> None:
    found = judge(set_to(RUN, r"C:\RECYCLER\x.exe", result="ACCESS DENIED"))
    (row,) = found.tables["autostarts"]
    assert (row.attempt, row.still_there) == (True, False)
    assert found.findings[0].facts["done"] is False


def test_a_com_class_that_leads_to_the_recycle_bin_is_a_hijack() -> None:
    (finding,) = judge(set_to(COM, r"C:\RECYCLER\S-1-5-18\$fab\n.")).findings
    assert (finding.kind, finding.severity) == ("com_hijack", "high")
    assert finding.facts["data"] == [r"C:\RECYCLER\S-1-5-18\$fab\n."]  # the dot belongs to the data
    assert tell(finding.kind, finding.facts)["title"].endswith(r"$fab\n`")


def test_winsocks_entries_rewritten_to_a_bare_name_are_one_finding() -> None:
    bare = "6D 73 77 73 6F 63 6B 2E 64 6C 6C 00 00 00 00 00"
    rows = [
        set_to(rf"{WINSOCK}\00000000000{n}\PackedCatalogItem", bare, kind="REG_BINARY") for n in range(1, 6)
    ]
    (finding,) = judge(*rows).findings
    assert (finding.kind, finding.severity, finding.facts["data"]) == (
        "winsock_hijack",
        "high",
        ["mswsock.dll"],
    )
    assert finding.facts["lists"] == [{"list": "Protocol_Catalog9", "n": 5}]
    names = WINSOCK.replace("Protocol_Catalog9", "NameSpace_Catalog5") + r"\000000000001\LibraryPath"
    (both,) = judge(*rows, set_to(names, "mswsock.dll")).findings
    told = tell(both.kind, both.facts)["statement"]
    assert "(5 in `Protocol_Catalog9` and 1 in `NameSpace_Catalog5`)" in told
    usual = "25 53 79 73 74 65 6D 52 6F 6F 74 25 5C 73 79 73"  # %SystemRoot%\sys
    assert not judge(set_to(rf"{WINSOCK}\000000000001\PackedCatalogItem", usual, kind="REG_BINARY")).findings


def test_a_bare_name_is_told_with_the_files_of_that_name_that_the_capture_has() -> None:
    bare = set_to(
        rf"{WINSOCK}\000000000001\PackedCatalogItem", "6D 73 77 73 6F 63 6B 2E 64 6C 6C 00", kind="REG_BINARY"
    )
    own = r"C:\WINDOWS\system32\mswsock.dll"

    def told(*rows: Row) -> str:
        built = capture(
            bare, *rows, modules={"a.exe (1)": [(own, 0x1000, 0x1000)]}, processes={"a.exe (1)": {}}
        )
        (finding,) = persistence.analyse(built, {}).findings
        return tell(finding.kind, finding.facts)["statement"]

    assert f"`{own}` (loaded in 1 process); none was written. Whether another" in told()
    foreign = r"C:\x\mswsock.dll"
    said = told(Row("WriteFile", foreign, "Offset: 0, Length: 9"))
    assert f"`{foreign}` (written here)" in said
    assert "none was written" not in said


def test_a_value_that_is_taken_away_again_is_no_persistence_but_in_the_table() -> None:
    path = r"HKCU\Software\Classes\exefile\shell\open\command\(Default)"
    found = judge(set_to(path, r"C:\Windows\System32\cmd.exe"), Row("RegDeleteValue", path))
    (row,) = found.tables["autostarts"]
    assert (row.still_there, row.events) == (False, [0, 1])
    assert not found.findings


def test_a_registry_link_is_told_with_where_it_leads() -> None:
    key, target = r"HKCU\Software\Elsewhere", r"HKCU\Software\Classes\exefile\shell\open\command"
    found = judge(
        Row("RegSetValue", key + r"\SymbolicLinkValue", "Type: REG_LINK, Length: 210"),
        Row("RegOpenKey", key, "Desired Access: All Access", result="REPARSE"),
        Row("RegOpenKey", target, "Desired Access: All Access"),
        Row("RegDeleteValue", key + r"\SymbolicLinkValue", at=5.6),
    )
    (finding,) = found.findings
    assert finding.kind == "registry_link"
    assert (finding.facts["targets"], finding.facts["removed"]) == ([target], True)
    # The events that show where it led are cited, and named in the sentence that says so.
    assert {1, 2} <= set(finding.evidence)
    told = tell(finding.kind, finding.facts)["statement"]
    assert "event 1 opened the link and was answered with REPARSE, event 2 is the same program" in told
    assert "The link was deleted 5.6 seconds later." in told


def test_windows_own_links_are_no_finding() -> None:
    link = Row("RegSetValue", r"HKCU\Software\Classes\SymbolicLinkValue", "Type: REG_LINK, Length: 90")
    assert not judge(link).findings


def test_a_program_in_the_application_data_without_a_folder_of_its_own_is_medium() -> None:
    loose = set_to(RUN, r"C:\Users\a\AppData\Roaming\svc.exe")
    vendor = set_to(RUN, r"C:\Users\a\AppData\Local\Discord\Update.exe")
    assert [finding.severity for finding in judge(loose).findings] == ["medium"]
    assert [finding.severity for finding in judge(vendor).findings] == ["low"]


@pytest.mark.parametrize(
    ("attributes", "copied_from", "severity"),
    [("A", None, "low"), ("HS", None, "high"), ("A", r"C:\Users\a\Downloads\b.exe", "medium")],
)
def test_how_the_program_came_there_weighs(attributes: str, copied_from: str | None, severity: str) -> None:
    path, who = r"C:\Users\a\AppData\Roaming\Vendor\b.exe", "b.exe (10)"
    file = FileRow(
        path=path,
        how="created",
        what="executable",
        process=0,
        who=who,
        time="",
        events=[0],
        attributes=attributes,
        copied_from=copied_from,
    )
    row = Row("RegSetValue", RUN, f"Type: REG_SZ, Length: 4, Data: {path}", who=who)
    built = capture(row, processes={who: {"image_path": r"C:\Users\a\Downloads\b.exe"}})
    done = {"dropped_files": Analysis(name="dropped_files", outcome="found", tables={"files": [file]})}
    assert [finding.severity for finding in persistence.analyse(built, done).findings] == [severity]


def test_what_stands_in_a_runonce_key_runs_once() -> None:
    told = {"Run": "each time a user logs on", "RunOnce": "once, the next time a user logs on"}
    for key, starts in told.items():
        path = rf"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\{key}\x"
        (finding,) = judge(set_to(path, r"C:\x\y.exe")).findings
        assert finding.facts["starts"] == starts
