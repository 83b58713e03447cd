"""Some events of a PML as a PML of their own, for evidence: byte for byte as they were, tables and all.

Process, string, icon, host and port tables are taken over as they are, since their offsets count from their own
start; so processes keep their modules, and events their process. An extra detail moves behind its event.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.tables import Part, open_part
from scripts.procmon.sources.pml.writer import offset_table

_MOVED = ("process_table_at", "string_table_at", "icon_table_at", "host_table_at")


def write_subset(source: Path, target: BinaryIO, events: Sequence[int]) -> None:
    """Write the events of the PML ``source`` with these 0-based numbers to the seekable ``target``, in that order.

    ``source`` is a plain file, not split. Raises CaptureError for what is wrong with it, ValueError for a number that
    it has no event of.
    """
    part = open_part(source)
    wrong = [number for number in events if not 0 <= number < part.events]
    if wrong:
        raise ValueError(f"event {wrong[0]:,} of a capture that has {part.events:,}")
    start = target.tell()
    target.write(bytes(layout.HEADER_SIZE))
    places = part.offsets(0, part.events)
    offsets = array("Q")
    for number in events:
        offsets.append(target.tell() - start)
        target.write(_event(part, int(places[number])))
    header = part.header.copy()
    header["events"] = len(events)
    header["events_at"] = layout.HEADER_SIZE
    header["offset_table_at"] = target.tell() - start
    target.write(offset_table(offsets))
    _move_tables(part, target, header, to=target.tell() - start)
    end = target.tell()
    target.seek(start)
    target.write(header.tobytes())
    target.seek(end)


def _event(part: Part, at: int) -> bytes:
    """The event at an offset: header, stack, detail, and its extra detail right behind."""
    part.need(at, layout.EVENT_SIZE, "an event")
    header = np.frombuffer(part.source.data[at : at + layout.EVENT_SIZE].tobytes(), layout.EVENT)[0].copy()
    size = (
        layout.EVENT_SIZE
        + int(header["frames"]) * layout.pointer_size(part.bits)
        + int(header["detail_size"])
    )
    part.need(at, size, "an event with its stack and detail")
    extra = b""
    if header["extra_at"]:
        extra_at = at + int(header["extra_at"])
        part.need(extra_at, layout.EXTRA_SIZE.itemsize, "an extra detail")
        end = extra_at + 2 + int.from_bytes(part.source.data[extra_at : extra_at + 2].tobytes(), "little")
        part.need(extra_at, end - extra_at, "an extra detail")
        extra = part.source.data[extra_at:end].tobytes()
        header["extra_at"] = size
    return bytes(header.tobytes() + part.source.data[at + layout.EVENT_SIZE : at + size].tobytes() + extra)


def _move_tables(part: Part, target: BinaryIO, header: np.void, *, to: int) -> None:
    """Copy everything from the process table on, and set the header's places of tables accordingly."""
    begin = int(part.header["process_table_at"])
    for name in _MOVED:
        place = int(part.header[name])
        if 0 < place < begin:
            raise part.wrong(place, f"{name} behind the process table", f"the process table at 0x{begin:X}")
        header[name] = place and place - begin + to
    target.write(part.source.data[begin:].tobytes())
