"""A part of a PML is a PML in which its events are what they were."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path
from typing import Any

import pytest
from procmon_parser import ProcmonLogsReader

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes
from scripts.procmon.sources.pml.subset import write_subset
from scripts.procmon.sources.pml.writer import Event, Module
from tests.captures.pml import NOON, actor, decoded, pml_bytes
from tests.captures.shared import shared

BOTH_WIDTHS = pytest.mark.parametrize("bits", [32, 64])
ADDRESS = bytes([192, 0, 2, 80])


def some_events(bits: int) -> list[Event]:
    bodies = [
        files.close_file(r"C:\a", bits=bits),
        files.create_file(r"C:\b", access=1, opened=2, bits=bits),
        processes.network_operation(2, (bytes([10, 0, 0, 5]), 1042), (ADDRESS, 80), 512, tcp=True),
        files.query_directory("C:\\", "*", ["x", "y"], bits=bits),
    ]
    return [Event(NOON + n, 7, n, body, result=n, stack=(n, 2**31 + n)) for n, body in enumerate(bodies)]


def part_of(data: bytes, numbers: list[int], folder: Path) -> bytes:
    whole = folder / "whole.PML"
    whole.write_bytes(data)
    target = io.BytesIO()
    write_subset(whole, target, numbers)
    return target.getvalue()


def rows_of(data: bytes, folder: Path) -> tuple[list[dict[str, Any]], Any]:
    """Events as rows, with their stacks instead of the stacks' numbers, and the tables."""
    file = folder / "read.PML"
    file.write_bytes(data)
    rows, stacks, tables = decoded(file)
    for row in rows:
        del row["event"]
        row["stack"] = stacks.get(row["stack"])
    return rows, tables


@BOTH_WIDTHS
def test_the_chosen_events_keep_every_column_and_stack(tmp_path: Path, bits: int) -> None:
    tables = {"hosts": {ADDRESS: "www.example.com"}, "ports": {(80, True): "http"}, "icons": [(16, b"icon")]}
    module = Module(base=0x1000, size=0x1000, path=r"C:\a.dll", version="1")
    whole = pml_bytes(*some_events(bits), bits=bits, rows=[actor(modules=[module])], **tables)
    part = part_of(whole, [1, 2, 3], tmp_path)
    before, tables_before = rows_of(whole, tmp_path)
    after, tables_after = rows_of(part, tmp_path)
    assert after == before[1:]
    assert after[1]["path"].endswith("www.example.com:http")
    assert tables_after.modules == tables_before.modules
    assert tables_after.processes == tables_before.processes
    assert len(part) < len(whole)
    assert b"icon" in part


@BOTH_WIDTHS
def test_procmon_parser_reads_a_part_as_it_reads_the_whole(tmp_path: Path, bits: int) -> None:
    whole = pml_bytes(*some_events(bits), bits=bits)
    part = part_of(whole, [3, 1], tmp_path)
    before, after = (ProcmonLogsReader(io.BytesIO(data)) for data in (whole, part))
    assert list(after) == [before[3], before[1]]
    assert after.processes() == before.processes()


def test_no_event_is_an_empty_capture(tmp_path: Path) -> None:
    rows, tables = rows_of(part_of(pml_bytes(*some_events(64)), [], tmp_path), tmp_path)
    assert rows == []
    assert tables.processes.num_rows == 1


def test_an_event_that_the_capture_has_not_is_refused(tmp_path: Path) -> None:
    for number in (-1, 4):
        with pytest.raises(ValueError, match="has 4"):
            part_of(pml_bytes(*some_events(64)), [number], tmp_path)


def test_an_event_that_reaches_past_the_end_is_refused(tmp_path: Path) -> None:
    whole = bytearray(pml_bytes(*some_events(64)))
    whole[0x3A8 + 0x2C : 0x3A8 + 0x30] = b"\xff\xff\xff\x7f"  # the size of the first detail
    with pytest.raises(CaptureError):
        part_of(bytes(whole), [0], tmp_path)


@pytest.mark.parametrize(
    "name", ["win7-x86-mixed.PML.gz", "win10-x64-basic.PML", "winxp-x86-zeroaccess-v7.PML"]
)
def test_a_part_of_a_real_capture_is_read_as_in_the_whole(tmp_path: Path, name: str) -> None:
    data = shared(f"pml/{name}").read_bytes()
    whole = gzip.decompress(data) if name.endswith(".gz") else data
    before, _ = rows_of(whole, tmp_path)
    numbers = list(range(5, len(before), 17))
    after, _ = rows_of(part_of(whole, numbers, tmp_path), tmp_path)
    for row in (*before, *after):
        # An impersonated user is named only where the capture shows a process of his being created.
        row["detail"] = re.sub(r"Impersonating: [^,]+", "", row["detail"])
    assert after == [before[number] for number in numbers]
