"""A PML beside exports of it: other locales, fewer columns, filtered rows, and real differences."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from scripts.compare_export import main
from scripts.procmon.sources.pml.compare import Comparison, compare
from scripts.procmon.sources.pml.differences import LOCALE
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.localised import in_one_form
from scripts.procmon.sources.pml.writer import Event
from tests.captures.pml import NOON, pml_bytes

SIZE = 2_691_000
#: Time of Day at 13:20:00 UTC and how 2,691,000 and 10/14/2009 1:20:00 PM are written.
MANNERS = {
    "en-US": ("1:20:00.0000000 PM", "2,691,000", "10/14/2009 1:20:00 PM"),
    "da-DK": ("13:20:00,0000000", "2.691.000", "14-10-2009 13:20:00"),
    "ru-RU": ("13:20:00,0000000", "2\u00a0691\u00a0000", "14.10.2009 13:20:00"),
    "de-CH": ("13:20:00.0000000", "2’691’000", "14.10.2009 13:20:00"),
    "zh-TW": ("下午 01:20:00.0000000", "2,691,000", "2009/10/14 下午 01:20:00"),
}


def capture(folder: Path) -> Path:
    file = folder / "a.PML"
    times = (NOON,) * 4
    some = [
        files.read_file(r"C:\a", 0, SIZE, bits=64),
        files.set_basic_information(r"C:\a", times, 0x20, bits=64),
        files.close_file(r"C:\a", bits=64),
    ]
    file.write_bytes(pml_bytes(*[Event(NOON + n, 7, 1, body) for n, body in enumerate(some)]))
    return file


def export(folder: Path, manner: str = "en-US", *, changed: str = "", rows: slice = slice(None)) -> Path:
    time, size, date = MANNERS[manner]
    set_times = ", ".join(
        f"{name}: {date}" for name in ("CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime")
    )
    told = [
        ("ReadFile", f"Offset: 0, Length: {changed or size}"),
        ("SetBasicInformationFile", f"{set_times}, FileAttributes: A"),
        ("CloseFile", ""),
    ]
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["Time of Day", "Operation", "PID", "Path", "Detail"])
    for number, (operation, detail) in list(enumerate(told))[rows]:
        moment = time.replace("0000000", f"{number:07}")
        writer.writerow([moment, operation, "300", r"C:\a", detail])
    file = folder / f"{manner}.CSV"
    file.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")
    return file


def detail(found: Comparison) -> tuple[int, dict[str, int], dict[str, int]]:
    (column,) = (column for column in found.columns if column.name == "Detail")
    return column.differing, dict(column.known), dict(column.by_operation)


def test_the_english_export_is_equal_to_the_cell(tmp_path: Path) -> None:
    assert detail(compare(capture(tmp_path), export(tmp_path))) == (0, {}, {})


@pytest.mark.parametrize("manner", MANNERS)
def test_an_export_of_another_locale_differs_in_its_manner_only(tmp_path: Path, manner: str) -> None:
    file = export(tmp_path, manner)
    found = compare(capture(tmp_path), file)
    assert found.shift is not None
    assert found.shift.total_seconds() == 0
    differing, known, others = detail(found)
    assert others == {}
    assert differing == known.get(LOCALE, 0)
    assert main([str(tmp_path / "a.PML"), str(file)]) == 0


@pytest.mark.parametrize("manner", MANNERS)
def test_a_part_of_an_export_of_any_locale_finds_its_events(tmp_path: Path, manner: str) -> None:
    found = compare(capture(tmp_path), export(tmp_path, manner, rows=slice(1, 2)))
    assert (found.exported, found.events, found.unmatched) == (1, 3, 0)
    assert detail(found)[2] == {}


@pytest.mark.parametrize("manner", MANNERS)
def test_another_number_is_a_difference_in_every_locale(tmp_path: Path, manner: str) -> None:
    changed = MANNERS[manner][1].replace("691", "692")
    found = compare(capture(tmp_path), export(tmp_path, manner, changed=changed))
    assert detail(found)[2] == {"ReadFile": 1}


def test_the_report_has_a_line_for_every_column_and_operation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(capture(tmp_path)), str(export(tmp_path, changed="7"))]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["Path", "100.000%", "0", "of", "3", "differ"] for line in lines)
    assert [line.split() for line in lines[-3:]] == [
        ["ReadFile", "1", "80.000%", "0", "1"],
        ["SetBasicInformationFile", "1", "100.000%", "0", "0"],
        ["CloseFile", "1", "100.000%", "0", "0"],
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("EndOfFile: 1,234,567", "EndOfFile: 1.234.567"),
        ("User Time: 0.0468750 seconds", "User Time: 0,0468750 seconds"),
        ("CreationTime: 7/12/2020 12:37:44 AM", "CreationTime: 12.07.2020 0:37:44"),
    ],
)
def test_one_form_hides_the_locale(one: str, other: str) -> None:
    assert in_one_form(one) == in_one_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Length: 1,234", "Length: 1,235"),
        ("CreationTime: 7/12/2020 12:37:44 AM", "CreationTime: 12.07.2020 12:37:44"),
        ("Index: 1, Length: 100", "Index: 1.100"),
    ],
)
def test_one_form_hides_nothing_else(one: str, other: str) -> None:
    assert in_one_form(one) != in_one_form(other)
