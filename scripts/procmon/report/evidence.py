"""What leaves beside the report for other programs: the shown events as CSV, findings.json."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.procmon.report.material import FINDINGS_FILE, SHOWN_EVENTS_FILE

if TYPE_CHECKING:
    import pyarrow as pa

EVENTS_CSV = Path("evidence", "events.csv")

#: The columns of events.csv and their heads: Process Monitor's own where it has the column.
COLUMNS = {
    "event": "Event",
    "time_of_day": "Time of Day",
    "process_name": "Process Name",
    "pid": "PID",
    "tid": "TID",
    "event_class": "Event Class",
    "operation": "Operation",
    "path": "Path",
    "result": "Result",
    "detail": "Detail",
    "category": "Category",
    "stage": "Last Stage",
    "findings": "Findings",
}

#: A cell that starts with one of these is run as a formula by spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_evidence(results: Path, reports: Path) -> None:
    """Write evidence/events.csv and findings.json into ``reports``; a refused capture has heads only."""
    file = reports / EVENTS_CSV
    file.parent.mkdir(parents=True, exist_ok=True)
    # With a byte order mark, as Process Monitor's own exports: spreadsheets then read it as UTF-8.
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS.values())
        if (results / SHOWN_EVENTS_FILE).is_file():
            writer.writerows(_rows(results / SHOWN_EVENTS_FILE))
    if (results / FINDINGS_FILE).is_file():
        shutil.copyfile(results / FINDINGS_FILE, reports / FINDINGS_FILE)
    else:
        (reports / FINDINGS_FILE).write_text("{}\n", encoding="utf-8")


def harmless(cell: Any) -> str:
    """The cell as text; one that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(file: Path) -> Iterator[list[str]]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(file).iter_batches(columns=list(COLUMNS)):
        yield from zip(*(_cells(batch, name) for name in COLUMNS), strict=True)


def _cells(batch: pa.RecordBatch, name: str) -> list[str]:
    values = batch.column(batch.schema.get_field_index(name))
    if name == "findings":
        return [" ".join(ids or ()) for ids in values.to_pylist()]
    if name in ("event", "pid", "tid", "stage"):
        return ["" if number is None else str(number) for number in values.to_pylist()]
    return [harmless(text) for text in values.to_pylist()]
