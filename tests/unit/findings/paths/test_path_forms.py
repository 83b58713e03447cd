"""Prefixes and short names of paths: judged as the path itself, shown as recorded."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.findings import analyses
from scripts.procmon.findings.document import document
from scripts.procmon.findings.evidence.shown_names import shown_names
from scripts.procmon.findings.files.file_acts import is_file
from scripts.procmon.findings.paths.path_forms import (
    ShortNames,
    file_key,
    in_full,
    short_names,
    spelled,
    unprefixed,
)
from scripts.procmon.findings.paths.places import kind_of
from scripts.procmon.findings.programs.command_lines import telling
from tests.captures.deeds import created, opened, wrote
from tests.captures.events import Row, capture

RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\x"
TOOL = {"tool.exe (5)": {"image_path": r"C:\Users\a\Downloads\tool.exe"}}


def findings(*rows: Row, info: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    built = capture(*rows, processes=TOOL, info=info)
    return {one["kind"]: one for one in document(built, analyses.run(built))["findings"]}


@pytest.mark.parametrize(
    ("path", "bare"),
    [
        (r"\\?\C:\a\b", r"C:\a\b"),
        (r"\\.\C:\a\b", r"C:\a\b"),
        (r"\??\C:\a\b", r"C:\a\b"),
        (r"\GLOBAL??\C:\a", r"C:\a"),
        (r"\\?\UNC\server\share\a", r"\\server\share\a"),
        (r"\\?\GLOBALROOT\Device\HarddiskVolume2\a", r"\Device\HarddiskVolume2\a"),
        (r"\\server\share\a", r"\\server\share\a"),
        (r"\\.\pipe\lsass", r"\\.\pipe\lsass"),
        (r"\\.\PhysicalDrive0", r"\\.\PhysicalDrive0"),
        (r"\\?\Volume{1}\a", r"\\?\Volume{1}\a"),
    ],
)
def test_a_prefix_is_left_off_where_a_drive_or_a_share_follows(path: str, bare: str) -> None:
    assert unprefixed(path) == bare


@pytest.mark.parametrize(
    ("path", "full"),
    [
        (r"C:\PROGRA~1\x\a.exe", r"C:\Program Files\x\a.exe"),
        (r"C:\PROGRA~2\x\a.exe", r"C:\Program Files (x86)\x\a.exe"),
        (r"C:\DOCUME~1\a\LOCALS~1\Temp\b.exe", r"C:\Documents and Settings\a\Local Settings\Temp\b.exe"),
        (r"C:\Users\JOHNDO~1\AppData\a.exe", r"C:\Users\JOHNDO~1\AppData\a.exe"),
        (r"D:\x\PROGRA~1\a.exe", r"D:\x\PROGRA~1\a.exe"),
        (r"C:\a~b\c~1234567\package~~amd64~~.cat", r"C:\a~b\c~1234567\package~~amd64~~.cat"),
    ],
)
def test_well_known_short_names_are_taken_for_what_they_mostly_stand_for(path: str, full: str) -> None:
    assert in_full(path) == full


def test_on_32_bit_windows_the_second_one_is_the_data_of_programs() -> None:
    with short_names(ShortNames(bits=32)):
        assert in_full(r"C:\PROGRA~2\a.exe") == r"C:\ProgramData\a.exe"


SHOWN = {
    "a listing with the name at its path's end": Row(
        "QueryDirectory", r"C:\Users\JOHNDO~1", "Filter: JOHNDO~1, 1: John Doe", who="tool.exe (5)"
    ),
    "a listing without it": Row(
        "QueryDirectory",
        r"C:\Users",
        "FileInformationClass: FileBothDirectoryInformation, Filter: JOHNDO~1, 1: John Doe",
        who="tool.exe (5)",
    ),
    "a name asked for": Row(
        "QueryNormalizedNameInformationFile",
        r"C:\Users\JOHNDO~1\a.txt",
        r"Name: \Users\John Doe\a.txt",
        who="tool.exe (5)",
    ),
}


@pytest.mark.parametrize("row", SHOWN.values(), ids=SHOWN)
def test_the_capture_itself_shows_what_a_short_name_stands_for(row: Row) -> None:
    names = shown_names(capture(row))
    assert names.shown == {("c:\\users", "johndo~1"): "John Doe"}
    with short_names(names):
        assert in_full(r"c:\users\JohnDo~1\a.exe") == r"c:\users\John Doe\a.exe"
        assert spelled([r"C:\Users\JOHNDO~1\a.exe"]) == [
            {"short": r"C:\Users\JOHNDO~1", "long": r"C:\Users\John Doe", "shown": True}
        ]
    assert in_full(r"C:\Users\JOHNDO~1") == r"C:\Users\JOHNDO~1"


def test_a_process_s_own_file_shows_it_and_another_program_s_does_not() -> None:
    def of(line: str) -> dict[tuple[str, str], str]:
        image = r"C:\Program Files\Maker Tools\a.exe"
        return dict(
            shown_names(capture(processes={"a.exe (1)": {"image_path": image, "command_line": line}})).shown
        )

    assert of(r"C:\PROGRA~1\MAKERT~1\a.exe /x") == {
        ("c:", "progra~1"): "Program Files",
        ("c:\\program files", "makert~1"): "Maker Tools",
    }
    assert of(r"C:\PROGRA~1\OTHERS~1\a.exe /x") == {}
    assert of(r"C:\PROGRA~1\a.exe /x") == {}


@pytest.mark.parametrize(
    ("line", "image"),
    [
        (r"C:\WINDO~1\System32\calc.exe", r"C:\Windows\System32\calc.exe"),
        (r"C:\PROGRA~4\7-Zip\7z.exe", r"C:\Program Files\7-Zip\7z.exe"),
        (r"C:\PROGRA~9\7-Zip\7z.exe", r"C:\Program Files\7-Zip\7z.exe"),
        (r"C:\PRETTY~1\7-Zip\7z.exe", r"C:\Program Files\7-Zip\7z.exe"),
        (r"C:\ProgramData\MICROS~2\a.exe", r"C:\ProgramData\Microsoft\a.exe"),
    ],
)
def test_a_command_line_makes_no_folder_of_one_s_own_one_of_windows(line: str, image: str) -> None:
    shown = shown_names(capture(processes={"a.exe (1)": {"image_path": image, "command_line": line}})).shown
    assert shown == {}


def test_a_name_worked_out_from_the_whole_is_known_as_a_short_one() -> None:
    line, image = r"C:\Tools\MA1F3C~1\a.exe", r"C:\Tools\Maker Tools\a.exe"
    shown = shown_names(capture(processes={"a.exe (1)": {"image_path": image, "command_line": line}})).shown
    assert shown == {("c:\\tools", "ma1f3c~1"): "Maker Tools"}


def test_what_lies_under_the_short_name_of_installed_programs_is_no_stray_and_below_another_is() -> None:
    assert kind_of(r"C:\PROGRA~1\Maker\a.exe")[0] == "own"
    assert kind_of(r"\\?\C:\Program Files\Maker\a.exe")[0] == "own"
    assert kind_of(r"C:\PROGRA~3\a.exe")[0] == "watch"
    assert kind_of(r"C:\PROGRA~9\a.exe")[0] == "other"


def test_a_place_is_judged_anew_when_the_capture_shows_what_a_name_stands_for() -> None:
    path = r"C:\PROGRA~7\Maker\a.exe"
    assert kind_of(path)[0] == "other"
    with short_names(ShortNames(shown={("c:", "progra~7"): "Program Files"})):
        assert kind_of(path)[0] == "own"
    assert kind_of(path)[0] == "other"


def test_one_file_is_known_by_all_forms_of_its_path() -> None:
    forms = (r"C:\Program Files\a.exe", r"\\?\C:\PROGRA~1\A.EXE", r"\??\C:\Program Files\a.exe")
    assert {file_key(form) for form in forms} == {r"c:\program files\a.exe"}
    assert all(map(is_file, forms))
    assert not is_file(r"\\.\pipe\x")
    assert not is_file(r"\\.\C:")


PREFIXED = "\\\\.\\C:\\Windows\\System32\\utilman.exe"


def test_a_program_of_the_log_on_screen_is_known_behind_a_prefix_and_shown_as_recorded() -> None:
    told = findings(created(PREFIXED, who="tool.exe (5)"), wrote(PREFIXED, 0, 4096, who="tool.exe (5)"))
    assert told["log_on_program_replaced"]["severity"] == "high"
    assert told["log_on_program_replaced"]["facts"]["path"] == PREFIXED


STARTUP = r"C:\Users\a\AppData\Roaming\MICROS~1\Windows\STARTM~1\Programs\Startup\a.exe"


def test_a_startup_folder_is_known_by_short_names_and_the_guess_is_said() -> None:
    told = findings(created(STARTUP, who="tool.exe (5)"), wrote(STARTUP, 0, 4096, who="tool.exe (5)"))
    finding = told["autostart_file"]
    assert finding["severity"] in ("medium", "high")
    assert finding["facts"]["short_names"] == [
        {
            "short": STARTUP.removesuffix(r"\Programs\Startup\a.exe"),
            "long": r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu",
            "shown": False,
        }
    ]
    assert "the capture does not show it" in finding["statement"]
    assert STARTUP in finding["statement"]


def test_a_run_value_below_a_short_name_is_weighed_by_the_folder_in_full() -> None:
    def severity(data: str) -> str:
        detail = f"Type: REG_SZ, Length: 36, Data: {data}"
        return str(findings(Row("RegSetValue", RUN, detail, who="tool.exe (5)"))["autostart"]["severity"])

    assert (
        severity(r"C:\PROGRA~3\a.exe")
        == severity(r"C:\ProgramData\a.exe")
        == severity(r"\\?\C:\ProgramData\a.exe")
    )
    assert severity(r"C:\PROGRA~1\Maker\a.exe") == severity(r"C:\Program Files\Maker\a.exe")


def test_passwords_are_known_by_the_short_names_of_their_file() -> None:
    path = r"C:\Users\a\AppData\Local\Google\Chrome\USERDA~1\Default\LOGIND~1"
    assert "credentials_read" in findings(opened(path, who="tool.exe (5)"))
    other = r"C:\Users\a\AppData\Local\Google\Chrome\USERDA~1\Default\LOGINX~1"
    assert "credentials_read" not in findings(opened(other, who="tool.exe (5)"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (r"rundll32 \\?\C:\Users\Public\a.dll,Start", "loose-file-run"),
        (r"rundll32 \??\C:\Users\Public\a.dll,Start", "loose-file-run"),
        (r"mshta C:\PROGRA~3\a.hta", "loose-file-run"),
        (r"rundll32 C:\DOCUME~1\a\LOCALS~1\Temp\a.dll,Start", "library-from-user-folder"),
        (r"rundll32 C:\PROGRA~1\Maker\a.dll,Start", None),
        (r"mshta C:\PROGRA~1\Maker\a.hta", None),
    ],
)
def test_command_lines_are_read_with_their_paths_in_full(line: str, found: str | None) -> None:
    known = telling(line)
    assert (known["id"] if known else None) == found


@given(st.text(alphabet="\\?.:~1Ca b", max_size=60))
def test_any_text_has_one_form_that_stays(text: str) -> None:
    full = in_full(unprefixed(text))
    assert in_full(full) == full or "~" in full
    assert in_full(text).count("\\") == text.count("\\")


def test_a_path_of_thousands_of_short_names_takes_no_time() -> None:
    path = "C:\\" + "\\".join(["PROGRA~1"] * 3000)
    began = time.perf_counter()
    assert in_full(path).startswith(r"C:\Program Files\PROGRA~1")
    assert len(in_full(path)) == len(path) + len("Program Files") - len("PROGRA~1")
    assert time.perf_counter() - began < 0.5
