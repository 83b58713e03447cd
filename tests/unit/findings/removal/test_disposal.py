"""What becomes of files: what was there before is put back, data is left, and only what a finding is about goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.procmon.contracts.tables import RemovalRow
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.removal.undone_values import boot_command
from scripts.procmon.text import catalogue, render
from tests.captures.deeds import created, loaded, marked, service_key, service_value, wrote
from tests.captures.events import Row, capture

BAD = "bad.exe (300)"
IMAGE = r"C:\Users\a\Downloads\bad.exe"
RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\t"
DROPPED = r"C:\Users\a\AppData\Local\Temp\x.exe"
KERNEL32 = r"C:\Windows\System32\kernel32.dll"


def entered(program: str, who: str = BAD) -> Row:
    return Row("RegSetValue", RUN, f"Type: REG_SZ, Length: 4, Data: {program}", who=who)


def made(path: str, who: str = BAD) -> list[Row]:
    return [created(path, who=who), wrote(path, 0, 70_000, who=who)]


def overwrote(path: str, who: str = BAD) -> list[Row]:
    first = created(path, who=who)
    over = replace(first, detail=first.detail.replace("OpenResult: Created", "OpenResult: Overwritten"))
    return [over, wrote(path, 0, 70_000, who=who)]


def steps(*rows: Row, image: str = IMAGE, who: str = BAD) -> list[RemovalRow]:
    done = run(capture(*rows, processes={who: {"image_path": image, "company": None}}))
    return list(done["removal"].tables["removal"])


def deleted(rows: list[RemovalRow]) -> set[str]:
    return {row.target for row in rows if row.step in ("delete file", "delete folder")}


def attack(who: str = BAD) -> list[Row]:
    """A hidden system file that says who is bad, and a program that is entered where Windows starts programs."""
    hidden = created(r"C:\RECYCLER\h.exe", attributes="HS", who=who)
    return [
        hidden,
        wrote(r"C:\RECYCLER\h.exe", 0, 70_000, who=who),
        *made(DROPPED, who),
        entered(DROPPED, who),
    ]


@pytest.mark.parametrize("path", [KERNEL32, r"C:\Program Files\Good\good.exe", r"D:\Work\tool.exe"])
def test_what_was_there_before_is_put_back_and_never_deleted(path: str) -> None:
    rows = steps(*attack(), *overwrote(path))
    assert path not in deleted(rows)
    assert [row.because for row in rows if row.target == path] == ["overwritten"]
    assert {IMAGE, DROPPED} <= deleted(rows)


def test_a_file_of_windows_that_is_deleted_first_and_then_made_anew_was_there_before() -> None:
    rows = steps(*attack(), marked(KERNEL32, who=BAD), *made(KERNEL32))
    assert KERNEL32 not in deleted(rows)


def test_what_the_same_capture_shows_being_made_first_goes() -> None:
    assert DROPPED in deleted(steps(*attack(), *overwrote(DROPPED)))


def test_an_installed_program_and_the_documents_it_wrote_stay() -> None:
    word = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"
    letter, template = (
        r"C:\Users\a\Documents\letter.docx",
        r"C:\Users\a\AppData\Roaming\Templates\Normal.dotm",
    )
    rows = steps(*attack(), *made(letter), *made(template), image=word)
    assert not {word, letter, template} & deleted(rows)
    assert [row.because for row in rows if row.target == word] == ["installed_program"]
    assert {row.target for row in rows if row.because == "made_data"} == {letter, template}
    assert DROPPED in deleted(rows)


def test_a_stray_programs_exports_are_left_and_its_libraries_go() -> None:
    export, library = r"C:\Users\a\Documents\passwords.xml", r"C:\Users\a\AppData\Roaming\x\y.dll"
    rows = steps(*attack(), *made(export), *made(library))
    assert export not in deleted(rows)
    assert library in deleted(rows)


def test_files_of_a_new_windows_that_is_laid_out_are_not_deleted() -> None:
    path = r"C:\$WINDOWS.~BT\NewOS\Windows\System32\kernel32.dll"
    assert path not in deleted(steps(*attack(), *made(path)))


def test_what_is_deleted_is_not_told_to_be_looked_at_as_well() -> None:
    rows = steps(*attack())
    assert not deleted(rows) & {row.target for row in rows if row.step == "check"}


@pytest.mark.parametrize(
    ("who", "image", "goes"),
    [
        ("drvinst.exe (9)", r"C:\Windows\System32\drvinst.exe", False),
        (BAD, IMAGE, True),
    ],
)
def test_a_driver_goes_only_where_a_finding_above_low_is_about_it(who: str, image: str, goes: bool) -> None:
    file = r"C:\Windows\System32\drivers\nv.sys"
    rows = [
        *made(file, who),
        service_key("nv", who=who),
        service_value("nv", "Type", 1, who=who),
        service_value("nv", "ImagePath", r"\SystemRoot\System32\drivers\nv.sys", who=who),
        service_value("nv", "Start", 0, who=who),
        loaded(file),
    ]
    rows = [*(attack() if goes else []), *rows]
    found = {(row.step, row.target) for row in steps(*rows, image=image, who=who)}
    assert (("disable service", "nv") in found) is goes
    assert (("delete file", file) in found) is goes


def test_a_setting_of_the_boot_configuration_is_put_back_with_its_command() -> None:
    path = r"HKLM\BCD00000000\Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements\16000049\Element"
    assert boot_command(path) == "bcdedit /set {9dea862c-5cdd-4e70-acc1-f32b344d4795} testsigning off"
    assert boot_command(path.replace("16000049", "12000004")) is None
    assert boot_command(path.replace("BCD00000000", "SOFTWARE")) is None


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_reason_is_told_in_words(language: str) -> None:
    told = catalogue("removal", language)
    facts = {"who": BAD, "count": "3", "place": "windows", "data": "01", "what": "x", "command": "bcdedit /x"}
    for key in (
        "overwritten",
        "made_data",
        "made_program",
        "installed_program",
        "known_program",
        "boot_setting",
    ):
        assert render(told[key], facts, language)
    assert "sfc /scannow" in render(told["overwritten"], facts, language)


@pytest.mark.parametrize(
    ("made", "english", "japanese"),
    [
        (True, "was made in this capture by setup.exe (7)", "キャプチャの中で setup.exe (7) が作成した"),
        (False, "the capture does not show it being made", "作成された記録はキャプチャにない"),
    ],
)
def test_a_program_that_is_to_be_looked_at_was_made_here_or_not_seen_being_made(
    made: bool, english: str, japanese: str
) -> None:
    image = r"D:\Games\Rally\rally.exe"
    who = "rally.exe (9)"
    rows = [created(image, who="setup.exe (7)"), wrote(image, 0, 100, who="setup.exe (7)")] if made else []
    host = r"C:\Windows\System32\drivers\etc\hosts"
    rows += [created(host, who=who), wrote(host, 0, 100, who=who)]
    (step,) = [row for row in steps(*rows, image=image, who=who) if row.because == "known_program"]
    assert english in render(catalogue("removal")[step.because], step.facts)
    assert japanese in render(catalogue("removal", "ja")[step.because], step.facts, "ja")
