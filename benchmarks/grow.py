"""A large capture out of a small one: its events many times over, a share of them changed each time.

python -m benchmarks.grow SOURCE.PML TARGET.PML --events 1000000 --mutation 0.25

A plain repetition flatters any reader that remembers what it has seen. So in each copy a share of the paths, of the
extra details, of the offsets of reads and writes and of the stacks is another one than in any copy before.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.monitor import Monitor
from scripts.procmon.sources.pml.names import operations
from scripts.procmon.sources.pml.processes import Processes
from scripts.procmon.sources.pml.records import FILES, Records
from scripts.procmon.sources.pml.tables import open_part
from scripts.procmon.sources.pml.users import Users

Ints = NDArray[np.int64]
_SEED = 1618
_BEHIND_EVENTS = ("offset_table_at", "process_table_at", "string_table_at", "icon_table_at", "host_table_at")


def grow(source: Path, target: Path, *, events: int, mutation: float) -> int:
    """Write a PML of at least ``events`` events (whole copies of ``source``, a plain PML) and return their number.

    ``mutation`` is the share, 0 to 1, that each copy changes. Bytes depend on the arguments alone.
    """
    part = open_part(source)
    first, last = int(part.header["events_at"]), int(part.header["offset_table_at"])
    copies = max(1, -(-events // part.events))
    records = Records(part, 0, part.events, Users([part], Processes([part])), Monitor(None))
    region = part.source.data[first:last].copy()
    change = _changes(records, region, first, mutation)
    with target.open("wb") as out:
        header = part.header.copy()
        header["events"] = part.events * copies
        for name in _BEHIND_EVENTS:
            before = 0 if name == "offset_table_at" else part.events * layout.OFFSET_ENTRY.itemsize
            header[name] += (copies - 1) * (region.size + before)
        out.write(part.source.data[:first].tobytes())
        for copy in range(copies):
            change(copy)
            out.write(region.data)
        for copy in range(copies):
            _write_offsets(out, records.offsets + copy * region.size)
        out.write(part.source.data[int(part.header["process_table_at"]) :].data)
        out.seek(0)
        out.write(header.tobytes())
    return part.events * copies


def _write_offsets(out: BinaryIO, offsets: Ints) -> None:
    entries = np.zeros(offsets.size, layout.OFFSET_ENTRY)
    entries["low"], entries["high"] = offsets & 0xFFFF_FFFF, offsets >> 32
    out.write(entries.tobytes())


def _changes(
    records: Records, region: NDArray[np.uint8], first: int, mutation: float
) -> Callable[[int], None]:
    """What turns the events in ``region`` into those of copy number …; copy 0 is as it was."""
    random = np.random.default_rng(_SEED)
    ends, steps = _path_ends(records, random, mutation)
    numbers = np.concatenate(
        [place(records, random, mutation) for place in (_extras, _file_offsets, _frames)] or [ends[:0]]
    )
    ends, numbers = ends - first, numbers - first
    letters = [ends - n * steps for n in (1, 2, 3)]
    written = [region[places].copy() for places in letters]
    originals = region[numbers].copy()
    times = records.offsets - first + layout.place(layout.EVENT, "time")
    clock = np.ndarray((region.size - 7,), "<u8", region, strides=(1,))
    began = clock[times].copy()
    span = int(began.max() - began.min()) + 1 if began.size else 0

    def change(copy: int) -> None:
        clock[times] = began + np.uint64(copy * span)
        if copy:
            # Paths that differed still do, and what was printable stays so; three letters, since numbers permute.
            for places, was, shift in zip(letters, written, (0, 4, 8), strict=True):
                region[places] = was ^ np.uint8((copy ^ (copy >> shift if shift else 0)) & 0xF)
            region[numbers] = originals + np.uint8(copy % 256)

    return change


def _chosen(random: np.random.Generator, rows: Ints, share: float) -> Ints:
    return rows[random.random(rows.size) < share]


def _path_ends(records: Records, random: np.random.Generator, share: float) -> tuple[Ints, Ints]:
    """Where the chosen paths end, and the bytes of a character there. All events of a path are chosen, or none."""
    step = np.where(records.path_is_ascii, 1, 2)
    chosen = random.random(len(records.paths.values)) < share
    rows = np.flatnonzero(chosen[records.paths.codes] & (records.path_size >= 8 * step))
    return records.path_at[rows] + records.path_size[rows], step[rows]


def _extras(records: Records, random: np.random.Generator, share: float) -> Ints:
    """A byte of the extra details: the answers to queries."""
    rows = _chosen(random, np.flatnonzero(records.extra_size >= 12), share)
    return records.extra_at[rows] + records.extra_size[rows] - 2


def _file_offsets(records: Records, random: np.random.Generator, share: float) -> Ints:
    """The second byte of where reads and writes begin."""
    moves = np.isin(records.event_class, FILES) & np.isin(
        records.operation, (operations.READ_FILE, operations.WRITE_FILE)
    )
    at = layout.FILE_PARAMETERS_AT + layout.THIRD[records.bits] + 1
    rows = np.flatnonzero(moves & (records.detail_at + at < records.detail_end))
    return records.detail_at[_chosen(random, rows, share)] + at


def _frames(records: Records, random: np.random.Generator, share: float) -> Ints:
    """The second byte of the second frame."""
    width = layout.pointer_size(records.bits)
    rows = _chosen(random, np.flatnonzero(records.frames_size > 2 * width), share)
    return records.frames_at[rows] + width + 1


def main(arguments: list[str] | None = None) -> int:
    """0; the number of events is printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--mutation", type=float, default=0.25)
    given: Any = parser.parse_args(arguments)
    written = grow(given.source, given.target, events=given.events, mutation=given.mutation)
    print(f"{given.target}: {written:,} events, {given.target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
