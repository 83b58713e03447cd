"""Small PML files, written for a test and read back."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from scripts.procmon.contracts.source import Tables
from scripts.procmon.sources.pml.encoders.body import Body
from scripts.procmon.sources.pml.reader import open_pml
from scripts.procmon.sources.pml.writer import Event, Machine, Module, Process, write_pml

#: 2009-10-14T13:20:00 UTC.
NOON = 129_000_000_000_000_000
DRIVER = r"C:\WINDOWS\system32\Drivers\PROCMON{}.SYS"


def actor(**changes: Any) -> Process:
    """A process that events name by index 7."""
    return Process(**({"index": 7, "pid": 300, "name": "lsass.exe"} | changes))


def monitored(version: str, driver: int = 24) -> Process:
    """The System process with the driver of a Process Monitor of ``version``."""
    module = Module(base=0x1000, size=0x1000, path=DRIVER.format(driver), version=version)
    return Process(index=1, pid=4, name="System", modules=[module])


def pml_bytes(*events: Event, bits: int = 64, rows: Sequence[Process] = (actor(),), **tables: Any) -> bytes:
    """A PML with these events."""
    target = io.BytesIO()
    machine = Machine(computer_name="HOST", bits=bits)
    write_pml(target, machine=machine, processes=rows, events=events, **tables)
    return target.getvalue()


def decoded(*files: Path, batch: int = 250_000) -> tuple[list[dict[str, Any]], dict[int, list[int]], Tables]:
    """Events as rows, stacks by number, and the tables of the capture in ``files``."""
    reader = open_pml(files, batch=batch)
    rows: list[dict[str, Any]] = []
    stacks: dict[int, list[int]] = {}
    for some in reader.batches():
        some.events.validate(full=True)
        rows += pa.Table.from_batches([some.events]).to_pylist()
        if some.stacks is not None:
            some.stacks.validate(full=True)
            stacks |= {row["stack"]: row["frames"] for row in some.stacks.to_pylist()}
    return rows, stacks, reader.tables()


def the_row(folder: Path, body: Body, *, bits: int = 64, **changes: Any) -> dict[str, Any]:
    """The one event of a capture that holds ``body``, as a row; ``changes`` are fields of Event or tables."""
    event = {name: changes.pop(name) for name in ("result", "duration", "stack") if name in changes}
    file = folder / "one.PML"
    file.write_bytes(pml_bytes(Event(NOON, 7, 1204, body, **event), bits=bits, **changes))
    return decoded(file)[0][0]
