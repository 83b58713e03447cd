"""Decoders of details by event class and operation; what has none gets an empty Detail."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scripts.procmon.sources.pml.details import (
    directories,
    files,
    network,
    processes,
    queries,
    registry,
    settings,
    volumes,
)
from scripts.procmon.sources.pml.group import Group
from scripts.procmon.sources.pml.layout import FILE_SYSTEM, IPC, NETWORK, PROCESS_CLASS, PROFILING, REGISTRY
from scripts.procmon.sources.pml.names import categories

Decoder = Callable[[Group], None]

_FILE_SYSTEM: Mapping[tuple[int, int | None], Decoder] = {
    **files.DECODERS,
    **queries.DECODERS,
    **settings.DECODERS,
    **volumes.DECODERS,
    **directories.DECODERS,
}
#: Decoders by event class, operation and sub-operation; None stands for every sub-operation.
DECODERS: dict[tuple[int, int, int | None], Decoder] = {
    **{(FILE_SYSTEM, *key): decoder for key, decoder in _FILE_SYSTEM.items()},
    **{(IPC, *key): decoder for key, decoder in _FILE_SYSTEM.items()},
    **{(REGISTRY, operation, None): decoder for operation, decoder in registry.DECODERS.items()},
    **{(PROCESS_CLASS, operation, None): decoder for operation, decoder in processes.DECODERS.items()},
    **{(PROFILING, operation, None): decoder for operation, decoder in processes.PROFILING_DECODERS.items()},
}


def decode(group: Group, event_class: int, operation: int, sub_operation: int) -> None:
    """Sets detail, category, path and operation of a group of events as Process Monitor shows them."""
    group.category_word = categories.category(event_class, operation)
    decoder = (
        network.decode
        if event_class == NETWORK
        else DECODERS.get((event_class, operation, sub_operation))
        or DECODERS.get((event_class, operation, None))
    )
    if decoder:
        decoder(group)
