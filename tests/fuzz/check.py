"""One damaged file: it is decoded into valid tables or refused with a CaptureError that names the place."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import pyarrow as pa

from scripts.procmon.errors import CaptureError
from tests.fuzz.formats import Format

#: Seconds that a file of a few KB may take on a busy machine; decoding takes some ms.
SLOWEST = 10.0


def decodes_or_refuses(form: Format, file: Path) -> bool:
    """Whether the file was decoded. Any exception but CaptureError, a warning, or endless work gets out."""
    began = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            _decode(form, file)
        except CaptureError as error:
            _names_the_place(error, file)
            return False
        finally:
            taken = time.monotonic() - began
            if taken > SLOWEST:
                raise AssertionError(f"{taken:.0f} s for {file.stat().st_size} bytes")
    return True


def _decode(form: Format, file: Path) -> None:
    reader = form.open(file)
    events, owners, stacks = 0, [], 0
    for batch in reader.batches():
        batch.events.validate(full=True)
        events += len(batch.events)
        owners.append(batch.events.column("process"))
        if batch.stacks is not None:
            batch.stacks.validate(full=True)
            stacks += len(batch.stacks)
        last = pa.compute.max(batch.events.column("stack")).as_py()
        if last is not None and last >= stacks:
            raise AssertionError(f"stack {last} of {stacks}")
    tables = reader.tables()
    tables.processes.validate(full=True)
    tables.modules.validate(full=True)
    for column in owners:
        known = len(tables.processes)
        if any(not 0 <= row < known for row in column.to_pylist()):
            raise AssertionError(f"an event of a process beyond the {known} that are known")


def _names_the_place(error: CaptureError, file: Path) -> None:
    if error.file != file.name or not error.expected or not error.found:
        raise AssertionError(f"an error that does not name file and finding: {error}")
    if error.where is None and file.stat().st_size >= 1000:
        raise AssertionError(f"an error without a place: {error}")
