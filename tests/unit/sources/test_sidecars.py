"""Sidecars: VMMap's snapshots and lists, Autoruns' exports; what becomes of damaged and hostile ones."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from scripts.procmon.contracts import files
from scripts.procmon.sources import sidecar_text
from scripts.procmon.sources.sidecar_text import Content, elements, rows
from scripts.procmon.sources.sidecars import read_sidecars
from scripts.procmon.sources.vmmap import read_vmmap
from tests.captures.shared import shared
from tests.captures.sidecars import (
    EXECUTE_READ_WRITE,
    FREE,
    HEAP,
    IMAGE,
    READ,
    autoruns_csv,
    mmp,
    region,
)

RUN = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run"


def read(
    folder: Path, name: str, content: str | bytes, encoding: str = "utf-8"
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """The entry of sidecars.json, the regions and the entries of automatic start of one file."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return tables(file, folder)


def tables(file: Path, folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    (entry,) = read_sidecars([file], folder / "out", name="case/one")["files"]
    regions, autoruns = (
        pq.read_table(folder / "out" / name).to_pylist() for name in (files.REGIONS_FILE, files.AUTORUNS_FILE)
    )
    return entry, regions, autoruns


def test_a_region_tells_what_may_be_done_with_its_memory(tmp_path: Path) -> None:
    text = mmp(
        [
            region(0x1000, 0x2000, protection=EXECUTE_READ_WRITE, Commit="8192", PrivateBytes="4096"),
            region(0x7000_0000, 0x1000, IMAGE, READ, Details=r"C:\a.dll"),
            region(0x8000_0000, 0x1000, FREE, 0),
        ]
    )
    entry, (first, second, third), _ = read(tmp_path, "one.300.mmp", text)
    assert (entry["kind"], entry["format"], entry["rows"], entry["rejected"]) == ("VMMap", "XML", 3, 0)
    assert (first["address"], first["size"], first["type"]) == (0x1000, 0x2000, "Private Data")
    assert (first["protection"], first["writable"], first["executable"]) == (
        "Execute/Read/Write",
        True,
        True,
    )
    assert (first["committed"], first["private"]) == (8192, 4096)
    assert (second["type"], second["details"], second["writable"]) == ("Image", r"C:\a.dll", False)
    assert (third["protection"], third["writable"], third["executable"]) == (None, None, None)


def test_of_several_snapshots_the_last_counts(tmp_path: Path) -> None:
    _, found, _ = read(tmp_path, "one.mmp", mmp([region(0x1000, 1)], [region(0x2000, 1), region(0x3000, 1)]))
    assert [row["address"] for row in found] == [0x2000, 0x3000]


@pytest.mark.parametrize(
    ("name", "attributes", "pid", "known_by"),
    [
        ("one.300.mmp", 'PID="400"', 300, "file name"),
        ("one.mmp", r'ProcessId="400" ProcessName="C:\Windows\explorer.exe"', 400, "snapshot"),
        ("one.mmp", 'PID="no number"', None, None),
        ("one.mmp", 'PID="99999999999999"', None, None),
    ],
)
def test_whose_memory_it_is_is_told_by_the_name_of_the_file_else_by_the_snapshot(
    tmp_path: Path, name: str, attributes: str, pid: int | None, known_by: str | None
) -> None:
    entry, (row,), _ = read(tmp_path, name, mmp([region(0x1000, 1)], attributes=attributes))
    assert (entry["pid"], entry["pid_known_by"], row["pid"]) == (pid, known_by, pid)
    assert entry["process_name"] == ("explorer.exe" if "explorer" in attributes else None)


def test_a_list_of_vmmap_gives_sizes_in_kilobytes_and_addresses_in_hexadecimal(tmp_path: Path) -> None:
    text = (
        '"Process:","notepad.exe"\n"PID:","300"\n\n'
        '"Address","Type","Size","Committed","Private","Protection","Details"\n'
        '"00010000","Heap (Private Data)","1,024","8","4","Read/Write","Heap ID: 1"\n'
        '"  00010000","Heap","4","4","4","Execute/Copy on write",""\n'
        '"no address","Heap","4","4","4","Read",""\n'
    )
    entry, (whole, part), _ = read(tmp_path, "one.vmmap.csv", text)
    assert (entry["format"], entry["pid"], entry["process_name"]) == ("CSV", 300, "notepad.exe")
    assert (entry["rows"], entry["rejected"]) == (2, 1)
    assert (whole["address"], whole["size"], whole["committed"]) == (0x10000, 1 << 20, 8192)
    assert (whole["type"], whole["executable"]) == ("Heap", False)
    assert (part["writable"], part["executable"]) == (True, True)


@pytest.mark.parametrize(
    "wrong",
    [
        region(0x1000, 0),
        region(-1, 1),
        region((1 << 64) - 1, 2),
        '<Region Address="1"/>',
        '<Region Size="4096"/>',
    ],
)
def test_a_region_that_lies_in_no_memory_is_counted_and_left_out(tmp_path: Path, wrong: str) -> None:
    entry, found, _ = read(tmp_path, "one.mmp", mmp([region(0x1000, 1, HEAP), wrong]))
    assert (len(found), entry["rejected"]) == (1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_entries_are_read_in_any_encoding_and_headings_of_places_are_none(
    tmp_path: Path, encoding: str
) -> None:
    text = autoruns_csv(
        {"Entry Location": RUN, "Entry": "Ünïcode", "Enabled": "enabled", "SHA-256": "AB"},
        {"Entry Location": RUN, "Entry": "off", "Enabled": "disabled", "Launch String": '"C:\\a b.exe" /x'},
        headings=[RUN],
    )
    entry, _, (first, second) = read(tmp_path, "one.arn.csv", text, encoding)
    assert (entry["kind"], entry["rows"], entry["rejected"]) == ("Autoruns", 2, 0)
    assert (first["location"], first["entry"], first["enabled"]) == (RUN, "Ünïcode", True)
    assert (first["sha256"], first["launch_string"]) == ("AB", None)
    assert (second["enabled"], second["launch_string"]) == (False, '"C:\\a b.exe" /x')


def test_a_row_with_more_cells_than_columns_is_counted_and_left_out(tmp_path: Path) -> None:
    text = "Entry Location,Entry\na,b\na,b,too many\n"
    entry, _, found = read(tmp_path, "one.arn.csv", text)
    assert (len(found), entry["rejected"]) == (1, 1)


def test_xml_tells_the_same_as_csv(tmp_path: Path) -> None:
    text = (
        f"<autoruns><item><location>{RUN}</location><itemname>x</itemname><enabled>Disabled</enabled>"
        "<sha256hash>AB</sha256hash></item></autoruns>"
    )
    entry, _, (row,) = read(tmp_path, "one.arn.xml", text)
    assert entry["format"] == "XML"
    assert (row["location"], row["entry"], row["enabled"], row["sha256"]) == (RUN, "x", False, "AB")


def test_a_file_that_breaks_off_keeps_what_came_before_and_says_so(tmp_path: Path) -> None:
    whole = mmp([region(0x1000, 1), region(0x2000, 1), region(0x3000, 1)])
    entry, found, _ = read(tmp_path, "one.mmp", whole[: whole.rindex("<Region") + 12])
    assert entry["cut"]
    assert [row["address"] for row in found] == [0x1000, 0x2000]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("one.arn.csv", b"", "an empty file"),
        ("one.arn.csv", b"\x7fELF\0\0\0\x01" * 9, "bytes that begin 7f 45 4c 46"),
        ("one.arn.csv", b"a,b\nc,d\n", "text that begins 'a,b'"),
        ("one.arn", b"anything", "Autoruns' own format"),
        ("one.arn.xml", b"<other/>", "XML without it"),
        ("one.mmp", b"<root/>", "none"),
        ("one.mmp", b'<!DOCTYPE x [<!ENTITY y "z">]><root>&y;</root>', "one that has it"),
        ("one.mmp", b"<root", "line 1"),
    ],
)
def test_what_is_no_sidecar_is_refused_with_what_it_is(
    tmp_path: Path, name: str, content: bytes, found: str
) -> None:
    entry, regions, autoruns = read(tmp_path, name, content)
    assert found in entry["refused"]["message"]
    assert entry["refused"]["file"] == f"case/{name}"
    assert not regions
    assert not autoruns


@pytest.mark.parametrize("filler", ["<!---->", "<?a?>"])
def test_what_stands_between_elements_is_not_kept_however_much_of_it_there_is(
    tmp_path: Path, filler: str
) -> None:
    file = tmp_path / "one.mmp"
    file.write_text(f"<root><a/>{filler * 1_000}<b/></root>", encoding="utf-8")
    *_, (_, root) = elements(file, file.name, Content("XML"))
    assert (root.tag, [child.tag for child in root]) == ("root", ["a", "b"])


def test_names_that_tell_no_process_are_not_kept_however_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sidecar_text, "_CHUNK", 1 << 12)  # what is read at a time counts little then
    file = tmp_path / "one.mmp"
    names = "".join(f'<a b{number}="1"/>' for number in range(30_000))
    file.write_text(f"<root>{mmp([region(0x1000, 1)])[21:]}{names}</root>", encoding="utf-8")
    tracemalloc.start()
    assert len(read_vmmap(file, file.name).rows) == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < file.stat().st_size


def test_a_long_list_is_not_held_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "one.arn.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("Entry Location,Entry\n")
        out.writelines(f"{'x' * 10_000},\n" for _ in range(1_000))
    tracemalloc.start()
    assert sum(1 for _ in rows(file, file.name, {"entrylocation", "entry"})) == 1_001
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < file.stat().st_size // 2


def test_autoruns_own_exports_are_read_to_the_last_entry(tmp_path: Path) -> None:
    file = shared("autoruns/autorunsc-utf16le.csv")
    lines = list(csv.reader(io.StringIO(file.read_text(encoding="utf-16"))))
    told = [line for line in lines[1:] if len(line) > 2 and line[2]]
    entry, _, listed = tables(file, tmp_path)
    assert (entry["refused"], entry["rejected"], entry["rows"]) == (None, 0, len(told))
    assert [row["entry"] for row in listed] == [line[2] for line in told]
    xml = shared("autoruns/autoruns-utf16le.xml")
    entry, _, _ = tables(xml, tmp_path)
    assert entry["rows"] == xml.read_text(encoding="utf-16").count("<itemname>")
