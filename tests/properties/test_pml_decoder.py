"""Whatever was done to a PML, it is decoded or refused with a CaptureError: no other error, no warning, no hang."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.pml import layout
from tests.captures.pml import decoded
from tests.captures.pml_kinds import a_capture
from tests.captures.shared import scratch


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
@settings(max_examples=100)
def test_a_truncated_file_decodes_or_is_refused(bits: int, share: float) -> None:
    data = a_capture(bits)
    decodes_or_refuses(data[: int(share * len(data))])


@given(
    WIDTHS,
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=30),
)
@settings(max_examples=200)
def test_a_file_with_other_bytes_decodes_or_is_refused(bits: int, changes: list[tuple[float, int]]) -> None:
    data = bytearray(a_capture(bits))
    for place, value in changes:
        data[int(place * len(data))] = value
    decodes_or_refuses(bytes(data))


#: Numbers that break readers: empty, one too many, negative, largest.
EDGES = st.sampled_from([0, 1, 0x7F, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF])


@given(WIDTHS, st.lists(st.tuples(st.floats(0, 1, exclude_max=True), EDGES), min_size=1, max_size=6))
@settings(max_examples=200)
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
@settings(max_examples=100)
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
@settings(max_examples=150)
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
