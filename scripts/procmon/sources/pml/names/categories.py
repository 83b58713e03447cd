"""The column *Category* where the operation alone settles it."""

from __future__ import annotations

from scripts.procmon.sources.pml.layout import FILE_SYSTEM, IPC, REGISTRY

READ, READ_METADATA, WRITE, WRITE_METADATA = "Read", "Read Metadata", "Write", "Write Metadata"

_FILE_SYSTEM = {
    3: WRITE,  # FASTIO_PREPARE_MDL_WRITE
    5: READ,  # FASTIO_MDL_READ
    23: READ,
    24: WRITE,
    25: READ_METADATA,
    26: WRITE_METADATA,
    27: READ_METADATA,  # extended attributes
    28: WRITE_METADATA,
    32: READ_METADATA,  # directories
    40: READ_METADATA,  # security
    41: WRITE_METADATA,
}
_REGISTRY = {
    **dict.fromkeys((0, 1, 3, 5, 6, 7, 15), READ),
    **dict.fromkeys((4, 9, 10, 14), WRITE),
    8: WRITE_METADATA,
    16: WRITE_METADATA,
    17: READ_METADATA,
}
_CATEGORIES = {FILE_SYSTEM: _FILE_SYSTEM, IPC: _FILE_SYSTEM, REGISTRY: _REGISTRY}


def category(event_class: int, operation: int) -> str | None:
    """The category of an operation; None is blank. Details of a few operations override it."""
    return _CATEGORIES.get(event_class, {}).get(operation)
