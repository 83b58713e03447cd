"""processes.parquet, modules.parquet, stacks.parquet: who acted, with what code, called from where."""

from __future__ import annotations

import pyarrow as pa

PROCESS = "process"
PID = "pid"
PARENT_PID = "parent_pid"
PARENT = "parent"
PROCESS_NAME = "process_name"
IMAGE_PATH = "image_path"
COMMAND_LINE = "command_line"
USER = "user"
COMPANY = "company"
DESCRIPTION = "description"
VERSION = "version"
SESSION = "session"
AUTHENTICATION_ID = "authentication_id"
INTEGRITY = "integrity"
ARCHITECTURE = "architecture"
VIRTUALIZED = "virtualized"
START = "start"
END = "end"

BASE = "base"
SIZE = "size"
MODULE_PATH = "path"
TIMESTAMP = "timestamp"

STACK = "stack"
FRAMES = "frames"
MODULES = "modules"
LOCATIONS = "locations"


def processes_schema(*, zone: str | None = "UTC") -> pa.Schema:
    """The schema of processes.parquet; all but ``process`` and ``process_name`` may be null.

    ``process`` equals the row number. ``parent`` is the row of the parent, where it is known.
    ``authentication_id`` is text as shown ("00000000:000003e7"); ``virtualized`` and ``architecture`` are
    Process Monitor's texts ("True", "64-bit"). A CSV export tells only the columns that it holds.
    """
    return pa.schema(
        [
            pa.field(PROCESS, pa.int32(), nullable=False),
            pa.field(PID, pa.int64()),
            pa.field(PARENT_PID, pa.int64()),
            pa.field(PARENT, pa.int32()),
            pa.field(PROCESS_NAME, pa.string(), nullable=False),
            *(
                pa.field(name, pa.string())
                for name in (IMAGE_PATH, COMMAND_LINE, USER, COMPANY, DESCRIPTION, VERSION)
            ),
            pa.field(SESSION, pa.int64()),
            *(
                pa.field(name, pa.string())
                for name in (AUTHENTICATION_ID, INTEGRITY, ARCHITECTURE, VIRTUALIZED)
            ),
            pa.field(START, pa.timestamp("ns", tz=zone)),
            pa.field(END, pa.timestamp("ns", tz=zone)),
        ]
    )


#: modules.parquet: one row a module of a process; kernel modules belong to the System process.
MODULES_SCHEMA = pa.schema(
    [
        pa.field(PROCESS, pa.int32(), nullable=False),
        pa.field(BASE, pa.uint64(), nullable=False),
        pa.field(SIZE, pa.uint64(), nullable=False),
        pa.field(MODULE_PATH, pa.string()),
        pa.field(VERSION, pa.string()),
        pa.field(COMPANY, pa.string()),
        pa.field(DESCRIPTION, pa.string()),
        pa.field(TIMESTAMP, pa.timestamp("ns", tz="UTC")),
    ]
)

#: stacks.parquet: ``frames`` innermost first; ``modules`` and ``locations`` only from XML, element for element
#: beside the frames, null where Process Monitor named none.
STACKS_SCHEMA = pa.schema(
    [
        pa.field(STACK, pa.int64(), nullable=False),
        pa.field(FRAMES, pa.list_(pa.uint64()), nullable=False),
        pa.field(MODULES, pa.list_(pa.string())),
        pa.field(LOCATIONS, pa.list_(pa.string())),
    ]
)
