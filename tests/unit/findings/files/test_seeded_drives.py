"""What worms leave on a drive, and what makers of installation media leave there."""

from __future__ import annotations

from dataclasses import replace

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from tests.captures.deeds import copied, created, wrote
from tests.captures.events import Row, capture

IMAGE = r"C:\Users\a\AppData\Local\Temp\server.exe"
MARK = [created(r"E:\autorun.inf"), wrote(r"E:\autorun.inf", 0, 80)]


def found(*rows: Row, image: str | None = IMAGE) -> list[Finding]:
    done = run(capture(*rows, processes={"malware.exe (300)": {"image_path": image}}))
    return [one for one in done["odd_files"].findings if one.kind == "drive_seeded"]


def program(path: str) -> list[Row]:
    return [created(path), wrote(path, 0, 4096)]


def test_autorun_beside_a_program_is_medium_and_beside_its_own_copy_high() -> None:
    (finding,) = found(*MARK, *program(r"E:\game.exe"))
    assert (finding.severity, finding.facts["drive"]) == ("medium", "E:")
    (finding,) = found(*MARK, *copied(IMAGE, r"E:\server.exe", 4096, 4096, 700))
    assert (finding.severity, finding.facts["own"]) == ("high", [r"E:\server.exe"])


def test_hidden_from_view_it_is_high() -> None:
    mark = [created(r"E:\autorun.inf", attributes="HS"), wrote(r"E:\autorun.inf", 0, 80)]
    assert [one.severity for one in found(*mark, *program(r"E:\game.exe"))] == ["high"]


def test_an_icon_a_medium_full_of_files_and_installed_programs_are_none() -> None:
    assert not found(*MARK, *program(r"E:\autorun.ico"))
    assert not found(*program(r"E:\game.exe"))
    many = [row for number in range(30) for row in program(rf"E:\sources\{number}.dat")]
    assert not found(*MARK, *program(r"E:\setup.exe"), *many)
    assert not found(*MARK, *program(r"E:\setup.exe"), image=r"C:\Program Files\Media\maker.exe")


def test_a_program_whose_place_is_not_known_is_told_unless_it_acts_for_others() -> None:
    assert found(*MARK, *program(r"E:\game.exe"), image=None)
    rows = [replace(row, who="explorer.exe (4)") for row in (*MARK, *program(r"E:\game.exe"))]
    assert not found(*rows, image=None)
