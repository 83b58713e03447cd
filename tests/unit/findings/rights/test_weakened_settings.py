"""Settings that are weakened: by whom, how far, and who may have asked a service of Windows for it."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.findings.rights import weakened_settings
from scripts.procmon.findings.rights.weakened_settings import is_wide
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture

SYSTEM = r"HKLM\System\CurrentControlSet"
DEFENDER = r"HKLM\Software\Microsoft\Windows Defender"
ENGINE = "MsMpEng.exe (2000)"
SCRIPT = "powershell.exe (700)"
PLACES = {
    ENGINE: r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18\MsMpEng.exe",
    SCRIPT: r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
}


def value(path: str, data: str, who: str = "reg.exe (300)", at: float | None = None) -> Row:
    return Row("RegSetValue", path, f"Type: REG_SZ, Length: 4, Data: {data}", who=who, at=at)


def judged(*rows: Row) -> list[Finding]:
    people = {row.who for row in rows} & PLACES.keys()
    built = capture(*rows, processes={who: {"image_path": PLACES[who]} for who in people})
    return weakened_settings.analyse(built, {"process_tree": process_tree.analyse(built, {})}).findings


WEAK = {
    "a port passed on": (rf"{SYSTEM}\Services\PortProxy\v4tov4\tcp\*/8080", "10.0.0.5/3389", "medium"),
    "a port passed on to remote desktop next door": (
        rf"{SYSTEM}\Services\PortProxy\v4tov4\tcp\*/8080",
        "172.16.0.9/3389",
        "medium",
    ),
    "a port of a virtual machine": (
        rf"{SYSTEM}\Services\PortProxy\v4tov4\tcp\0.0.0.0/3000",
        "172.29.160.1/3000",
        "low",
    ),
    "remote desktop without a check": (
        rf"{SYSTEM}\Control\Terminal Server\WinStations\RDP-Tcp\UserAuthentication",
        "0",
        "medium",
    ),
    "scripts not looked over": (r"HKCU\Software\Microsoft\Windows Script\Settings\AmsiEnable", "0", "high"),
    "a log without entries": (rf"{SYSTEM}\Control\WMI\Autologger\EventLog-Security\Start", "0", "high"),
    "part of a log": (
        rf"{SYSTEM}\Control\WMI\Autologger\EventLog-Application\{{1}}\Enabled",
        "0",
        "medium",
    ),
    "unsigned drivers": (r"HKLM\BCD00000000\Objects\{1}\Elements\16000049\Element", "01", "medium"),
    "no repair": (r"HKLM\BCD00000000\Objects\{1}\Elements\16000009\Element", "00", "medium"),
    "macros": (r"HKCU\Software\Microsoft\Office\16.0\Word\Security\VBAWarnings", "1", "medium"),
    "a place for programs left out": (rf"{DEFENDER}\Exclusions\Paths\C:\Users\Public", "0", "medium"),
    "a product's folder left out": (rf"{DEFENDER}\Exclusions\Paths\C:\SQLData", "0", "low"),
}


@pytest.mark.parametrize(("path", "data", "severity"), WEAK.values(), ids=WEAK)
def test_a_weaker_value_weighs_by_what_it_opens(path: str, data: str, severity: str) -> None:
    assert [finding.severity for finding in judged(value(path, data))] == [severity]


STRONG = {
    "remote desktop with a check": (
        rf"{SYSTEM}\Control\Terminal Server\WinStations\RDP-Tcp\UserAuthentication",
        "1",
    ),
    "a log with entries": (rf"{SYSTEM}\Control\WMI\Autologger\EventLog-Security\Start", "1"),
    "a trace for usage data": (rf"{SYSTEM}\Control\WMI\Autologger\AutoLogger-Diagtrack-Listener\Start", "0"),
    "signed drivers": (r"HKLM\BCD00000000\Objects\{1}\Elements\16000049\Element", "00"),
    "repair": (r"HKLM\BCD00000000\Objects\{1}\Elements\16000009\Element", "01"),
    "macros with a question": (r"HKCU\Software\Microsoft\Office\16.0\Word\Security\VBAWarnings", "2"),
}


@pytest.mark.parametrize(("path", "data"), STRONG.values(), ids=STRONG)
def test_a_value_that_does_not_weaken_is_none(path: str, data: str) -> None:
    assert judged(value(path, data)) == []


@pytest.mark.parametrize(
    ("what", "wide"),
    [
        (r"Paths\C:\Users\Public", True),
        (r"Paths\C:\ ".strip(), True),
        (r"Paths\C:\ProgramData", True),
        (r"Paths\C:\Users\a\AppData\Local\Temp\*", True),
        (r"Paths\C:\Program Files\Product", False),
        (r"Paths\D:\Backup", False),
        (r"Extensions\exe", True),
        (r"Extensions\.mdf", False),
        (r"Processes\powershell.exe", True),
        (r"Processes\C:\Program Files\SQL\sqlservr.exe", False),
    ],
)
def test_an_exclusion_is_wide_where_programs_of_anybody_may_lie(what: str, wide: bool) -> None:
    assert is_wide(rf"{DEFENDER}\Exclusions\{what}") is wide


def test_what_defender_sets_is_weighed_by_who_was_at_work() -> None:
    off = value(rf"{DEFENDER}\Real-Time Protection\DisableRealtimeMonitoring", "1", ENGINE, at=6)
    script = Row("RegOpenKey", r"HKLM\Software\X", who=SCRIPT, at=4)
    assert judged(off) == []
    (asked,) = judged(script, off)
    assert (asked.severity, asked.confidence, asked.facts["askers"]) == ("medium", "possible", [SCRIPT])
    assert asked.subjects["processes"] == []


def test_a_script_long_before_defenders_own_window_or_another_product_explain_it() -> None:
    off = value(rf"{DEFENDER}\Real-Time Protection\DisableRealtimeMonitoring", "1", ENGINE, at=10)
    script = Row("RegOpenKey", r"HKLM\Software\X", who=SCRIPT, at=8)
    early = Row("RegOpenKey", r"HKLM\Software\X", who=SCRIPT, at=1)
    window = Row("RegOpenKey", r"HKLM\Software\X", who="SecHealthUI.exe (9)", at=9)
    product = value(
        r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\AV\DisplayName",
        "AV",
        "avsetup.exe (8)",
        at=7,
    )
    for rows in ((early, off), (script, window, off), (product, script, off)):
        assert judged(*rows) == []


def test_a_products_folder_left_out_by_defender_stays_low_whoever_was_at_work() -> None:
    folder = value(rf"{DEFENDER}\Exclusions\Paths\C:\SQLData", "0", ENGINE, at=6)
    assert [finding.severity for finding in judged(Row("RegOpenKey", "HKLM", who=SCRIPT, at=5), folder)] == [
        "low"
    ]


REG = "reg.exe (300)"
SCANNER = r"HKLM\Software\Microsoft\AMSI\Providers\{2781761E-28E0-4109-99FE-B9D127C57AFE}"
TREE = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree"


@pytest.mark.parametrize(
    "row",
    [
        Row("RegDeleteKey", SCANNER, who=REG),
        Row("RegDeleteKey", rf"{SYSTEM}\Control\SafeBoot\Minimal", who=REG),
        Row("RegDeleteValue", rf"{TREE}\Upd\SD", who=REG),
        Row("RegDeleteValue", rf"{TREE}\Vendor\Upd\SD", who=REG),
    ],
)
def test_protection_that_is_deleted_by_hand_is_high(row: Row) -> None:
    (finding,) = judged(row)
    assert finding.severity == "high"
    for language in ("en", "ja"):
        assert row.path.rpartition("\\")[2] in tell(finding.kind, finding.facts, language)["statement"]


@pytest.mark.parametrize(
    "rows",
    [
        (Row("RegDeleteKey", SCANNER, who="avremove.exe (8)"),),
        (Row("RegDeleteKey", rf"{TREE}\Upd", who="svchost.exe (9)"),),
        (Row("RegDeleteKey", rf"{SYSTEM}\Control\SafeBoot\Network\AnyDesk", who="AnyDesk.exe (8)"),),
        (
            Row(
                "RegDeleteKey",
                r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\AV",
                who="un.exe (8)",
            ),
            Row("RegDeleteKey", SCANNER, who=REG),
        ),
    ],
)
def test_a_product_that_takes_itself_off_weakens_nothing(rows: tuple[Row, ...]) -> None:
    assert judged(*rows) == []


def test_a_refused_deletion_is_low() -> None:
    (finding,) = judged(Row("RegDeleteKey", SCANNER, result="ACCESS DENIED", who=REG))
    assert finding.severity == "low"


def test_what_was_refused_is_neither_weighed_nor_counted_nor_undone_beside_what_was_done() -> None:
    """A worm without rights changes what the user sees, and is refused to turn scripts off for everybody."""
    loose = "7.exe (300)"
    hidden = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced\Hidden"
    script = r"HKLM\Software\Microsoft\Windows Script\Settings\AmsiEnable"
    refused = Row(
        "RegSetValue", script, "Type: REG_DWORD, Length: 4, Data: 0", result="ACCESS DENIED", who=loose
    )
    (finding,) = judged(refused, value(hidden, "2", loose))
    (alone,) = judged(value(hidden, "2", loose))
    assert finding.severity == alone.severity
    assert [one["path"] for one in finding.facts["settings"]] == [hidden]
    assert finding.facts["count"] == 1
    assert finding.facts["events"] == [1]
    assert finding.subjects["registry"] == [hidden]
    assert finding.evidence == [0, 1]
    statement = tell(finding.kind, finding.facts)["statement"]
    assert "1 further change was refused and changed nothing: `" + script + "` (event 0)." in statement


LOOSE, PLACED = "offer.exe (300)", "vpn.exe (400)"
PLACES |= {LOOSE: r"C:\Users\a\AppData\Local\Temp\offer.exe", PLACED: r"C:\Program Files\Vpn\vpn.exe"}
START = r"HKCU\Software\Microsoft\Internet Explorer\Main\Start Page"
SEARCH = r"HKCU\Software\Microsoft\Internet Explorer\SearchScopes\{1}\URL"
PROXY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\ProxyServer"
NAMES = rf"{SYSTEM}\Services\Tcpip\Parameters\Interfaces\{{1}}\NameServer"
FORCED = r"HKLM\Software\Policies\Google\Chrome\ExtensionInstallForcelist\1"
LISTED = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\X\DisplayName"


def web(who: str, *paths: str) -> list[Row]:
    return [value(path, "http://search.example/" if path != NAMES else "203.0.113.5", who) for path in paths]


BUNDLES = {
    "page and search": ((START, SEARCH), LOOSE, ["medium"]),
    "page and proxy": ((START, PROXY), LOOSE, ["high"]),
    "extension and name servers": ((FORCED, NAMES), LOOSE, ["high"]),
    "one that is listed": ((LISTED, START, PROXY), LOOSE, ["medium"]),
    "a toolbar that is listed": ((LISTED, START, SEARCH), LOOSE, ["low"]),
    "a page alone": ((START,), LOOSE, []),
    "an extension alone": ((FORCED,), LOOSE, []),
    "a proxy for developers": ((PROXY,), LOOSE, ["low"]),
    "a tunnel": ((PROXY, NAMES), LOOSE, ["low"]),
    "an installed tunnel": ((PROXY, NAMES, START), PLACED, ["low"]),
    "group policy": ((START, FORCED, PROXY), "svchost.exe (9)", ["low"]),
}


@pytest.mark.parametrize("case", BUNDLES)
def test_what_the_browser_shows_and_where_its_traffic_goes_weigh_together(case: str) -> None:
    paths, who, severities = BUNDLES[case]
    assert [finding.severity for finding in judged(*web(who, *paths))] == severities


def test_a_bundle_that_was_refused_is_low() -> None:
    rows = [Row("RegSetValue", path, "Data: x", "ACCESS DENIED", who=LOOSE) for path in (START, PROXY)]
    assert [finding.severity for finding in judged(*rows)] == ["low"]


TITLES = {
    (START, PROXY): "2 settings that decide what the browser shows or where its traffic goes",
    (rf"{SYSTEM}\Services\PortProxy\v4tov4\tcp\*/80",): "1 setting that decides who may reach this computer",
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System\DisableTaskMgr",
    ): "1 setting that protects the user",
}


@pytest.mark.parametrize("paths", TITLES, ids=len)
def test_a_title_says_what_the_settings_are_about(paths: tuple[str, ...]) -> None:
    (finding,) = judged(*[value(path, "1", LOOSE) for path in paths])
    assert tell(finding.kind, finding.facts)["title"] == f"{LOOSE} changed {TITLES[paths]}"
    assert tell(finding.kind, finding.facts, "ja")["title"].startswith("offer.exe")
