"""events.parquet: one row an event, in the order of the capture."""

from __future__ import annotations

import pyarrow as pa

EVENT = "event"
TIME = "time"
DURATION = "duration"
PROCESS = "process"
TID = "tid"
EVENT_CLASS = "event_class"
OPERATION = "operation"
PATH = "path"
RESULT = "result"
DETAIL = "detail"
CATEGORY = "category"
STACK = "stack"

#: Columns that hold exactly what Process Monitor shows; few distinct values, so dictionary-encoded.
TEXT_COLUMNS = (EVENT_CLASS, OPERATION, PATH, RESULT, DETAIL, CATEGORY)

#: The event classes, in the words of Process Monitor's column *Event Class*.
FILE_SYSTEM = "File System"
REGISTRY = "Registry"
PROCESS_CLASS = "Process"
NETWORK = "Network"
PROFILING = "Profiling"

_TEXT = pa.dictionary(pa.int32(), pa.string())


def events_schema(*, zone: str | None = "UTC") -> pa.Schema:
    """The schema of events.parquet; ``zone`` None where the capture holds local time without a zone.

    ``event`` 0-based position; ``time`` ns; ``duration`` ns, null where pending or not shown; ``process`` a
    row of processes.parquet; ``tid``, ``category``, ``event_class`` null where the capture has no such column;
    ``stack`` a row of stacks.parquet or null. A text that Process Monitor shows blank is "" in path, result
    and detail, null in category.
    """
    return pa.schema(
        [
            pa.field(EVENT, pa.int64(), nullable=False),
            pa.field(TIME, pa.timestamp("ns", tz=zone)),
            pa.field(DURATION, pa.int64()),
            pa.field(PROCESS, pa.int32(), nullable=False),
            pa.field(TID, pa.int64()),
            *(pa.field(name, _TEXT) for name in TEXT_COLUMNS),
            pa.field(STACK, pa.int64()),
        ]
    )
