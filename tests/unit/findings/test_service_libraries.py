"""Libraries of services that run in Windows' host: put in the place of another, by whom, and what explains it."""

from __future__ import annotations

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings import analyses
from scripts.procmon.text.telling import tell
from tests.captures.deeds import SERVICES, created, service_key, service_value, wrote
from tests.captures.events import Row, capture

PLACES = {
    "reg.exe (300)": r"C:\Windows\System32\reg.exe",
    "cmd.exe (200)": r"C:\Windows\System32\cmd.exe",
    "TiWorker.exe (9)": r"C:\Windows\WinSxS\x\TiWorker.exe",
    "services.exe (680)": r"C:\Windows\System32\services.exe",
    "updater.exe (10)": r"C:\Program Files\Vendor\updater.exe",
}
UNINSTALL = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\X\DisplayName"


def library(path: str, who: str = "reg.exe (300)") -> Row:
    return service_value("Appinfo", r"Parameters\ServiceDll", path, who=who)


def told(*rows: Row) -> list[Finding]:
    people = {row.who for row in rows} & PLACES.keys()
    built = capture(*rows, processes={who: {"image_path": PLACES[who]} for who in people})
    return [one for one in analyses.run(built)["services"].findings if one.kind == "service_made"]


def test_a_library_that_is_entered_by_hand_in_the_place_of_another_is_medium() -> None:
    old = Row(
        "RegQueryValue",
        rf"{SERVICES}\Appinfo\Parameters\ServiceDll",
        r"Type: REG_EXPAND_SZ, Length: 70, Data: %SystemRoot%\System32\appinfo.dll",
        who="reg.exe (300)",
    )
    (finding,) = told(old, library(r"C:\Windows\System32\evil.dll"))
    assert (finding.severity, finding.facts["before"]) == ("medium", r"%SystemRoot%\System32\appinfo.dll")
    rows = analyses.run(capture(old, library(r"C:\Windows\System32\evil.dll")))["removal"].tables["removal"]
    assert [(row.step, row.facts["before"]) for row in rows if row.because == "shared"] == [
        ("restore value", r"%SystemRoot%\System32\appinfo.dll")
    ]
    for language in ("en", "ja"):
        assert "appinfo.dll" in tell(finding.kind, finding.facts, language)["statement"]


def test_it_is_high_where_the_library_was_written_in_the_same_capture() -> None:
    path = r"C:\Windows\System32\evil.dll"
    put = (created(path, who="cmd.exe (200)"), wrote(path, 0, 65536, who="cmd.exe (200)"))
    (finding,) = told(*put, library(path))
    assert finding.severity == "high"


def test_what_stood_there_before_is_no_change() -> None:
    old = Row(
        "RegQueryValue",
        rf"{SERVICES}\Appinfo\Parameters\ServiceDll",
        r"Type: REG_EXPAND_SZ, Length: 70, Data: C:\Windows\System32\appinfo.dll",
        who="reg.exe (300)",
    )
    assert told(old, library(r"C:\Windows\System32\appinfo.dll")) == []


def test_servicing_sets_the_libraries_of_windows_anew() -> None:
    assert told(library(r"%SystemRoot%\System32\appinfo.dll", "TiWorker.exe (9)")) == []


def test_a_set_up_program_or_an_installed_one_is_low() -> None:
    path = r"C:\Program Files\Vendor\svc.dll"
    installed = Row("RegSetValue", UNINSTALL, "Type: REG_SZ, Data: X", who="updater.exe (10)")
    assert [one.severity for one in told(installed, library(path))] == ["low"]
    assert [one.severity for one in told(library(path, "updater.exe (10)"))] == ["low"]


def service(image: str) -> tuple[Row, ...]:
    who = "services.exe (680)"
    return (service_key("x", who=who), service_value("x", "ImagePath", image, who=who))


def test_a_service_from_where_nothing_is_set_up_is_medium() -> None:
    assert [one.severity for one in told(*service(r"C:\Users\Public\x.exe"))] == ["medium"]
    assert [one.severity for one in told(*service(r"C:\ProgramData\Vendor\x.exe"))] == ["low"]
    installed = Row("RegSetValue", UNINSTALL, "Type: REG_SZ, Data: X", who="setup.exe (10)")
    assert [one.severity for one in told(installed, *service(r"C:\Windows\Temp\instup.exe"))] == ["low"]
