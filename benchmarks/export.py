"""The CSV that Process Monitor would export of a capture: its seven default columns and those of every event."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from scripts.procmon.contracts import events, processes
from scripts.procmon.sources.pml.reader import open_pml


def export(capture: Path, target: Path) -> None:
    """Write it as UTF-8 with every field in quotes, times in UTC."""
    actors = open_pml([capture])
    known = actors.tables().processes
    with target.open("wb") as out:
        for number, batch in enumerate(actors.batches()):
            options = pa.csv.WriteOptions(include_header=number == 0, quoting_style="all_valid")
            pa.csv.write_csv(_shown(batch.events, known), out, options)


def _shown(batch: pa.RecordBatch, known: pa.Table) -> pa.Table:
    def text(name: str) -> pa.Array:
        return batch.column(name).cast(pa.string()).fill_null("")

    def owner(name: str) -> pa.Array:
        return pc.cast(
            known[name].combine_chunks().take(batch.column(events.PROCESS)), pa.string()
        ).fill_null("")

    time = batch.column(events.TIME)
    return pa.table(
        {
            "Time of Day": pc.strftime(time, "%H:%M:%S"),
            "Process Name": owner(processes.PROCESS_NAME),
            "PID": owner(processes.PID),
            "Operation": text(events.OPERATION),
            "Path": text(events.PATH),
            "Result": text(events.RESULT),
            "Detail": text(events.DETAIL),
            "Duration": text(events.DURATION),
            "Event Class": text(events.EVENT_CLASS),
            "Image Path": owner(processes.IMAGE_PATH),
            "User": owner(processes.USER),
            "TID": text(events.TID),
            "Category": text(events.CATEGORY),
        }
    )
