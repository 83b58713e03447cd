"""A program's name is believed only where the program lies in the place of what bears that name."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.evidence.names import name_of
from scripts.procmon.findings.paths.places import in_its_place
from scripts.procmon.findings.programs.setup_programs import is_installer
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, opened, read, renamed, service_key, service_value, times, wrote
from tests.captures.events import Row, capture

LOGIN_DATA = r"C:\Users\b\AppData\Local\Google\Chrome\User Data\Default\Login Data"
DEFENDER = r"HKLM\Software\Microsoft\Windows Defender"


@pytest.mark.parametrize(
    "person", ["Reg.exe (300)", "Reg.exe"], ids=["with its number", "from an export without the column PID"]
)
def test_the_name_of_a_process_is_known_from_how_it_is_written(person: str) -> None:
    assert name_of(person) == "reg.exe"


def found(*rows: Row, image: str, kind: str, **processes: dict[str, Any]) -> list[Finding]:
    """The findings of a kind where everybody in ``rows`` has the program file ``image``."""
    people = {row.who: {"image_path": image} for row in rows}
    done = run(capture(*rows, processes=people | processes))
    return [finding for one in done.values() for finding in one.findings if finding.kind == kind]


def value(path: str, data: str, who: str) -> Row:
    return Row("RegSetValue", path, f"Type: REG_DWORD, Length: 4, Data: {data}", who=who)


@pytest.mark.parametrize(
    ("image", "believed"),
    [
        (r"C:\Program Files\Google\Chrome\Application\chrome.exe", True),
        (r"C:\Users\b\AppData\Local\Google\Chrome\Application\chrome.exe", True),
        (r"C:\Users\b\AppData\Local\Mozilla Firefox\firefox.exe", True),
        (r"C:\Users\b\AppData\Local\Temp\chrome.exe", False),
        (r"C:\Users\b\Downloads\chrome.exe", False),
        (r"C:\Users\b\x\chrome.exe", False),
        (None, True),
    ],
)
def test_a_name_is_believed_in_its_place(image: str | None, believed: bool) -> None:
    assert in_its_place(image) is believed


@pytest.mark.parametrize(
    ("image", "count"),
    [
        (r"C:\Users\b\AppData\Local\Temp\chrome.exe", 1),
        (r"C:\Users\b\AppData\Local\Google\Chrome\Application\chrome.exe", 0),
        (r"D:\Portable\chrome.exe", 0),
    ],
)
def test_passwords_of_chrome_are_read_by_chrome_where_it_lies_as_chrome_does(image: str, count: int) -> None:
    who = "chrome.exe (7)"
    told = found(
        opened(LOGIN_DATA, who=who), read(LOGIN_DATA, 0, 10, who=who), image=image, kind="credentials_read"
    )
    assert len(told) == count


def test_a_program_built_on_the_same_engine_reads_its_own_profile() -> None:
    path = r"C:\Users\b\AppData\Local\Messenger\User Data\Default\Login Data"
    image = r"C:\Users\b\AppData\Local\Messenger\app-1.2\app.exe"
    assert not found(read(path, 0, 10, who="app.exe (7)"), image=image, kind="credentials_read")


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        (r"C:\ProgramData\Microsoft\Windows Defender\Platform\4\MsMpEng.exe", None),
        (r"C:\Users\b\x\MsMpEng.exe", "high"),
    ],
)
def test_the_protection_switches_itself_off_from_its_own_place_only(image: str, severity: str | None) -> None:
    told = found(
        value(DEFENDER + r"\DisableAntiSpyware", "1", "MsMpEng.exe (8)"),
        image=image,
        kind="weakened_settings",
    )
    assert [one.severity for one in told] == ([severity] if severity else [])


def test_exclusions_that_the_protection_itself_keeps_are_low() -> None:
    row = value(DEFENDER + r"\Exclusions\Paths\C:\dev", "0", "MsMpEng.exe (8)")
    image = r"C:\ProgramData\Microsoft\Windows Defender\Platform\4\MsMpEng.exe"
    assert [one.severity for one in found(row, image=image, kind="weakened_settings")] == ["low"]
    other = r"C:\Users\b\x\MsMpEng.exe"
    assert [one.severity for one in found(row, image=other, kind="weakened_settings")] == ["medium"]


def test_anything_may_be_called_setup() -> None:
    assert not is_installer("setup.exe (1)", r"C:\Users\b\Downloads\setup.exe")
    assert is_installer("msiexec.exe (1)", r"C:\Windows\System32\msiexec.exe")
    uninstall = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\x\DisplayName"
    rows = (
        Row("RegSetValue", uninstall, "Type: REG_SZ, Length: 4, Data: x", who="setup.exe (2)"),
        service_value("WinDefend", "Start", 4, who="setup.exe (2)"),
    )
    (lost,) = found(*rows, image=r"C:\Users\b\Downloads\setup.exe", kind="protection_removed")
    assert lost.severity == "medium"
    (lost,) = found(*rows, image=r"C:\Program Files\Vendor\setup.exe", kind="protection_removed")
    assert lost.severity == "low"


def test_a_child_that_is_known_from_its_start_alone_breaks_nothing() -> None:
    rows = (
        Row("Process Create", r"C:\Users\b\Temp\a.exe", "PID: 215, Command line: a", who="setup.exe (2)"),
        service_value("WinDefend", "Start", 4, who="setup.exe (2)"),
    )
    (lost,) = found(*rows, image=r"C:\Users\b\Downloads\setup.exe", kind="protection_removed")
    assert lost.severity == "medium"


def test_a_driver_that_starts_with_windows_from_a_program_in_downloads_is_no_update() -> None:
    path = r"C:\Windows\System32\drivers\x.sys"
    rows = (
        created(path, who="updater.exe (2)"),
        wrote(path, 0, 4096, who="updater.exe (2)"),
        service_key("x", who="updater.exe (2)"),
        service_value("x", "Type", 1, who="updater.exe (2)"),
        service_value("x", "Start", 0, who="updater.exe (2)"),
        service_value("x", "ImagePath", r"System32\drivers\x.sys", who="updater.exe (2)"),
    )
    (driver,) = found(*rows, image=r"C:\Users\b\Downloads\updater.exe", kind="driver_installed")
    assert driver.severity == "medium"
    (driver,) = found(*rows, image=r"C:\Program Files\Vendor\updater.exe", kind="driver_installed")
    assert driver.severity == "low"


def test_a_library_put_into_windows_from_downloads_is_not_installed() -> None:
    path = r"C:\Windows\System32\evil.dll"
    rows = (
        created(path, who="bad.exe (2)"),
        wrote(path, 0, 5000, who="bad.exe (2)"),
        times(
            "SetBasicInformationFile",
            path,
            creation="1/5/2009 1:00:00 PM",
            write="1/5/2009 1:00:00 PM",
            who="bad.exe (2)",
        ),
    )
    (dropped,) = found(*rows, image=r"C:\Users\b\Downloads\bad.exe", kind="programs_dropped")
    assert (dropped.severity, dropped.facts["foreign"]) == ("medium", True)
    (stamped,) = found(*rows, image=r"C:\Users\b\Downloads\bad.exe", kind="times_set")
    assert stamped.severity == "medium"
    assert not found(*rows, image=r"C:\Windows\System32\msiexec.exe", kind="times_set")


def test_a_browsers_download_is_one_program_and_its_mark_is_none() -> None:
    part, whole = r"C:\Users\b\Downloads\1.crdownload", r"C:\Users\b\Downloads\tool.exe"
    rows = (
        created(part, who="chrome.exe (2)"),
        wrote(part, 0, 5000, who="chrome.exe (2)"),
        renamed(part, whole, who="chrome.exe (2)"),
        created(whole + ":Zone.Identifier", who="chrome.exe (2)"),
    )
    image = r"C:\Program Files\Google\Chrome\Application\chrome.exe"
    (download,) = found(*rows, image=image, kind="programs_dropped")
    assert (download.severity, download.facts["count"]) == ("low", 1)
    assert download.facts["files"][0]["path"] == whole
    assert "downloaded 1 program" in tell("programs_dropped", download.facts)["title"]
    assert not found(rows[3], image=image, kind="programs_dropped")


def test_a_program_in_a_stream_is_told_as_a_stream() -> None:
    row = created(r"C:\Users\b\a.txt:evil.exe", who="a.exe (2)")
    assert [one.severity for one in found(row, image=r"C:\x\a.exe", kind="stream_made")] == ["medium"]
    assert not found(row, image=r"C:\x\a.exe", kind="programs_dropped")
