"""What every reader of a capture offers, whatever the format: events in batches, then the tables beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import pyarrow as pa


class Batch(NamedTuple):
    """Some events in order, and the stacks first met among them."""

    events: pa.RecordBatch  #: contracts.events.events_schema
    stacks: pa.RecordBatch | None  #: contracts.processes.STACKS_SCHEMA


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What is known once the last event has been read."""

    processes: pa.Table  #: contracts.processes.processes_schema
    modules: pa.Table  #: contracts.processes.MODULES_SCHEMA
    #: The reader's share of capture.json (contracts.capture): format, version, bits, host, os, time_zone, date,
    #: can_show, filtered, columns, rejected, remarks.
    info: Mapping[str, Any] = field(default_factory=dict)


class Reader(Protocol):
    """An opened capture. Opening it and reading it raise CaptureError for what can't be read."""

    @property
    def zone(self) -> str | None:
        """The zone of all times: "UTC", or None for local time without a known zone."""

    def batches(self) -> Iterator[Batch]:
        """The events, once, in bounded memory."""

    def tables(self) -> Tables:
        """The tables; only after ``batches`` is exhausted."""
