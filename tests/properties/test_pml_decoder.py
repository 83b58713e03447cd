"""Whatever was done to a PML, it is decoded or refused with a CaptureError: no other error, no warning, no hang."""

from __future__ import annotations

import struct
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.procmon.sources.pml.encoders.body import wide
from scripts.procmon.sources.pml.writer import Event, Module, Process
from tests.captures.pml import NOON, actor, decoded, pml_bytes
from tests.captures.shared import scratch

SID = bytes.fromhex("010100000000000512000000")


@cache
def a_capture(bits: int) -> bytes:
    """An event of every kind whose detail has parts of variable length."""
    times = (NOON, 0, NOON, 0)
    rename = struct.pack("<B7xQI" if bits == 64 else "<B3xII", 1, 0, 8) + wide("b.cd")
    streams = struct.pack("<IIQQ", 0, 14, 1, 1) + wide("::$DATA")
    bodies = [
        files.create_file(r"C:\ä", access=0x120089, disposition=2, impersonating=SID, opened=2, bits=bits),
        files.read_file(r"C:\a", 1, 2, flags=0x43, bits=bits),
        files.query_basic_information(r"C:\a", times, 0x20, bits=bits),
        files.query_name_information(r"C:\a\b", bits=bits),
        files.file_operation(25, r"C:\a", sub=0x16, extra=streams, bits=bits),
        files.file_operation(26, r"C:\a", sub=0x0A, after=rename, bits=bits),
        files.file_operation(30, "C:\\", sub=1, extra=bytes(18) + wide("label"), bits=bits),
        files.file_operation(30, "C:\\", sub=5, extra=bytes(8) + b"\x08\0\0\0" + wide("NTFS"), bits=bits),
        files.set_basic_information(r"C:\a", times, 0x20, bits=bits),
        files.query_directory(r"C:\a", "*", [".", "..", "x"], bits=bits),
        files.control(33, r"C:\a", 0x94264, bits=bits),
        registry.create_key(r"HKLM\a", 0x2000000, created=True),
        registry.query_key_name(r"HKLM\a", r"\REGISTRY"),
        registry.set_value(r"HKLM\a", 7, wide("a\0b\0\0")),
        registry.query_value(r"HKLM\a", 3, bytes(16)),
        registry.enum_value(r"HKLM\a", 1, "name", 1, registry.registry_text("data")),
        registry.enum_key(r"HKLM\a", 1, "name"),
        processes.process_create("C:\\b", "b", process=7, pid=9, parent=7, parent_pid=1, user_sid=SID),
        processes.process_start("b", "C:\\", ["A=1"], parent_pid=1),
        processes.process_exit(0),
        processes.load_image(r"C:\a.dll", 0x1000, 0x1000, bits=bits),
        processes.network_operation(2, (b"\1\2\3\4", 1), (bytes(16), 2), 3, tcp=True),
    ]
    events = [Event(NOON + n, 7, 1, body, stack=(n, 2, 3)) for n, body in enumerate(bodies)]
    module = Module(base=1, size=2, path=r"C:\a.dll", version="1")
    rows = (actor(parent_index=1, modules=[module]), Process(index=1, pid=4, name="System"))
    return pml_bytes(*events, bits=bits, rows=rows, hosts={b"\1\2\3\4": "host"}, ports={(1, True): "port"})


def decodes_or_refuses(data: bytes) -> None:
    file = scratch() / "a.PML"
    file.write_bytes(data)
    try:
        rows, stacks, tables = decoded(file, batch=10)
    except CaptureError:
        return
    assert {row["stack"] for row in rows} <= {*stacks, None}
    assert all(0 <= row["process"] < len(tables.processes) for row in rows)
    assert not any(row["detail"] is None or row["path"] is None for row in rows)


WIDTHS = st.sampled_from([32, 64])


@pytest.mark.parametrize("bits", [32, 64])
def test_the_whole_capture_decodes_with_a_detail_for_every_event(bits: int) -> None:
    file = scratch() / "whole.PML"
    file.write_bytes(a_capture(bits))
    rows, _, tables = decoded(file)
    assert all(row["detail"] for row in rows)
    assert tables.info["remarks"] == []


@given(WIDTHS, st.floats(0, 1))
@settings(deadline=None, max_examples=100)
def test_a_truncated_file_decodes_or_is_refused(bits: int, share: float) -> None:
    data = a_capture(bits)
    decodes_or_refuses(data[: int(share * len(data))])


@given(
    WIDTHS,
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=30),
)
@settings(deadline=None, max_examples=200)
def test_a_file_with_other_bytes_decodes_or_is_refused(bits: int, changes: list[tuple[float, int]]) -> None:
    data = bytearray(a_capture(bits))
    for place, value in changes:
        data[int(place * len(data))] = value
    decodes_or_refuses(bytes(data))


#: Numbers that break readers: empty, one too many, negative, largest.
EDGES = st.sampled_from([0, 1, 0x7F, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF])


@given(WIDTHS, st.lists(st.tuples(st.floats(0, 1, exclude_max=True), EDGES), min_size=1, max_size=6))
@settings(deadline=None, max_examples=200)
def test_a_file_with_extreme_numbers_decodes_or_is_refused(
    bits: int, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(a_capture(bits))
    for place, value in changes:
        at = int(place * (len(data) - 4))
        data[at : at + 4] = struct.pack("<I", value)
    decodes_or_refuses(bytes(data))


@given(WIDTHS, st.sampled_from(layout.HEADER.names or ()), st.integers(0, 2**64 - 1) | EDGES)
@example(64, "events", 0xFFFF_FFFF)
@example(64, "host_table_at", 0)
@settings(deadline=None, max_examples=100)
def test_a_header_that_lies_is_refused_or_harmless(bits: int, name: str, value: int) -> None:
    data = np.frombuffer(a_capture(bits), np.uint8).copy()
    header = data[: layout.HEADER_SIZE].view(layout.HEADER)
    size = layout.HEADER[name].itemsize
    raw = (value & (256 ** min(size, 8) - 1)).to_bytes(size, "little")
    header[name] = np.frombuffer(raw, layout.HEADER[name])[0]
    decodes_or_refuses(data.tobytes())


@given(
    WIDTHS, st.sampled_from(layout.EVENT.names or ()), st.integers(0, 30), st.integers(0, 2**64 - 1) | EDGES
)
@settings(deadline=None, max_examples=150)
def test_an_event_header_that_lies_is_refused_or_harmless(
    bits: int, name: str, event: int, value: int
) -> None:
    data = np.frombuffer(a_capture(bits), np.uint8).copy()
    header = data[: layout.HEADER_SIZE].view(layout.HEADER)[0]
    entry = int(header["offset_table_at"]) + 5 * (event % int(header["events"]))
    at = int.from_bytes(data[entry : entry + 5].tobytes(), "little")
    record = data[at : at + layout.EVENT_SIZE].view(layout.EVENT)
    size = layout.EVENT[name].itemsize
    record[name] = value & (256**size - 1)
    decodes_or_refuses(data.tobytes())
