"""What leaves beside the report for other programs: the shown events as CSV, findings.json."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.procmon.report.material import FINDINGS_FILE, INFO_FILE, SHOWN_EVENTS_FILE, read_json
from scripts.procmon.report.moments import of_day
from scripts.procmon.spreadsheet import harmless, write_csv
from scripts.procmon.text.hours import hour_known

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


def write_evidence(results: Path, reports: Path) -> None:
    """Write evidence/events.csv and findings.json into ``reports``; a refused capture has heads only."""
    file = reports / EVENTS_CSV
    file.parent.mkdir(parents=True, exist_ok=True)
    shown = results / SHOWN_EVENTS_FILE
    write_csv(file, list(COLUMNS.values()), _rows(shown, results / INFO_FILE) if shown.is_file() else ())
    if (results / FINDINGS_FILE).is_file():
        shutil.copyfile(results / FINDINGS_FILE, reports / FINDINGS_FILE)
    else:
        (reports / FINDINGS_FILE).write_text("{}\n", encoding="utf-8")


def _rows(file: Path, info: Path) -> Iterator[list[str]]:
    import pyarrow.parquet as pq

    hours = hour_known(read_json(info))
    for batch in pq.ParquetFile(file).iter_batches(columns=list(COLUMNS)):
        yield from zip(*(_cells(batch, name, hours=hours) for name in COLUMNS), strict=True)


def _cells(batch: pa.RecordBatch, name: str, *, hours: bool) -> list[str]:
    values = batch.column(batch.schema.get_field_index(name))
    if name == "findings":
        return [" ".join(ids or ()) for ids in values.to_pylist()]
    if name in ("event", "pid", "tid", "stage"):
        return ["" if number is None else str(number) for number in values.to_pylist()]
    if name == "time_of_day":
        return [of_day(text or "", hours=hours) for text in values.to_pylist()]
    return [harmless(text) for text in values.to_pylist()]
