"""Libraries put where Windows, or a program that was brought along, takes them for its own."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from tests.captures.deeds import copied, created, loaded, wrote
from tests.captures.events import Row, capture

SYSTEM32 = r"C:\Windows\System32"
SHELL = rf"{SYSTEM32}\WindowsPowerShell\v1.0\powershell.exe"
FOLDER = r"C:\ProgramData\Vendor"
LIBRARY, PROGRAM = rf"{FOLDER}\version.dll", rf"{FOLDER}\updater.exe"
IMAGES = {
    "explorer.exe (4)": r"C:\Windows\explorer.exe",
    "powershell.exe (7)": SHELL,
    "updater.exe (8)": PROGRAM,
    "svchost.exe (9)": rf"{SYSTEM32}\svchost.exe",
    "setup.exe (10)": r"C:\Users\a\Downloads\setup.exe",
    "spoolsv.exe (12)": rf"{SYSTEM32}\spoolsv.exe",
    "agent.exe (11)": r"C:\Program Files\Agent\agent.exe",
}
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Vendor\DisplayName"


def found(*rows: Row, parent: str = "explorer.exe (4)") -> list[Finding]:
    processes = {who: {"image_path": path} for who, path in IMAGES.items()}
    processes["powershell.exe (7)"]["parent"] = parent
    done = run(capture(*rows, processes=processes))
    return [one for one in done["odd_files"].findings if one.kind == "code_planted"]


def made(*paths: str, who: str = "powershell.exe (7)") -> list[Row]:
    return [row for path in paths for row in (created(path, who=who), wrote(path, 0, 4096, who=who))]


def test_a_borrowed_library_beside_a_program_that_came_with_it_is_told() -> None:
    (finding,) = found(*made(PROGRAM, LIBRARY), loaded(LIBRARY, who="updater.exe (8)"))
    assert (finding.severity, finding.facts["how"]) == ("medium", "beside")
    assert finding.facts["users"] == ["updater.exe (8)"]


def test_beside_a_copy_of_a_program_of_windows_it_is_high() -> None:
    rows = copied(rf"{SYSTEM32}\rdpclip.exe", PROGRAM, 8192, 8192, 700, who="powershell.exe (7)")
    (finding,) = found(*rows, *made(LIBRARY), loaded(LIBRARY, who="updater.exe (8)"))
    assert (finding.severity, finding.facts["copied"]) == ("high", rf"{SYSTEM32}\rdpclip.exe")


@pytest.mark.parametrize(
    ("library", "who", "more"),
    [
        (rf"{FOLDER}\dbghelp.dll", "powershell.exe (7)", ()),
        (rf"{FOLDER}\vendor.dll", "powershell.exe (7)", ()),
        (LIBRARY, "agent.exe (11)", ()),
        (LIBRARY, "setup.exe (10)", (Row("RegSetValue", UNINSTALL, "Type: REG_SZ", who="setup.exe (10)"),)),
    ],
)
def test_libraries_that_programs_bring_and_installers_are_none(
    library: str, who: str, more: tuple[Row, ...]
) -> None:
    assert not found(*made(PROGRAM, library, who=who), loaded(library, who="updater.exe (8)"), *more)


def test_a_script_of_an_installed_program_is_its_own_doing() -> None:
    rows = [*made(PROGRAM, LIBRARY), loaded(LIBRARY, who="updater.exe (8)")]
    assert not found(*rows, parent="agent.exe (11)")


def test_a_library_that_windows_misses_is_told_and_high_once_it_was_loaded() -> None:
    path = rf"{SYSTEM32}\wlbsctrl.dll"
    assert [one.severity for one in found(*made(path))] == ["medium"]
    (finding,) = found(*made(path), loaded(path, who="svchost.exe (9)"))
    assert (finding.severity, finding.facts["why"]) == ("high", "the service IKEEXT")
    assert not found(*made(path, who="svchost.exe (9)"))


def test_a_new_library_in_windows_is_told_where_windows_loaded_it_and_not_for_being_there() -> None:
    path = rf"{SYSTEM32}\tool.dll"
    assert [one.facts["how"] for one in found(*made(path), loaded(path, who="svchost.exe (9)"))] == [
        "windows"
    ]
    assert not found(*made(path))
    assert not found(*made(path), loaded(path, who="agent.exe (11)"))


def test_the_print_spooler_that_writes_what_windows_misses_was_made_to() -> None:
    path = rf"{SYSTEM32}\wlbsctrl.dll"
    (finding,) = found(*made(path, who="spoolsv.exe (12)"), loaded(path, who="svchost.exe (9)"))
    assert (finding.severity, finding.facts["how"]) == ("high", "missing")
    driver = rf"{SYSTEM32}\spool\drivers\x64\3\unidrv.dll"
    assert not found(*made(driver, who="spoolsv.exe (12)"), loaded(driver, who="svchost.exe (9)"))
