"""A run of events, decoded into Arrow columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scripts.procmon.contracts import events as contract
from scripts.procmon.contracts import processes as beside
from scripts.procmon.contracts.source import Batch
from scripts.procmon.sources.pml import arrow, layout
from scripts.procmon.sources.pml.columns import Encoded, Ints, constant, dictionary, texts
from scripts.procmon.sources.pml.details import decode
from scripts.procmon.sources.pml.group import U1, Group
from scripts.procmon.sources.pml.names import operations, results
from scripts.procmon.sources.pml.processes import nanoseconds
from scripts.procmon.sources.pml.records import Records

_LONGEST_DURATION = (2**63 - 1) // layout.TICK
_HAS_SUB_OPERATION = np.zeros(256, bool)
_HAS_SUB_OPERATION[list(operations.SUB_OPERATIONS)] = True


def decode_batch(
    records: Records, *, first_event: int, processes: NDArray[np.int32], first_stack: int
) -> Batch:
    """The events and the stacks first met among them; numbered from ``first_event`` and ``first_stack`` on."""
    # Half of the bytes of a capture are stacks; NumPy and Arrow gather them without the interpreter.
    with ThreadPoolExecutor(1) as thread:
        gathered = thread.submit(_stacks, records, first_stack)
        columns = _texts(records)
    stacks, stack = gathered.result()
    headers = records.headers
    times, no_time = nanoseconds(headers["time"])
    pending = (headers["result"] == results.PENDING) | (headers["duration"] > _LONGEST_DURATION)
    ticks = np.where(pending, 0, headers["duration"]).astype(np.int64)
    columns |= {
        contract.EVENT: arrow.numbers(np.arange(first_event, first_event + records.size)),
        contract.TIME: arrow.numbers(times, pa.timestamp("ns", "UTC"), missing=no_time),
        contract.DURATION: arrow.numbers(ticks * layout.TICK, missing=pending),
        contract.PROCESS: arrow.numbers(processes),
        contract.TID: arrow.numbers(headers["tid"].astype(np.int64)),
        contract.STACK: stack,
    }
    schema = contract.events_schema()
    return Batch(pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema), stacks)


def _texts(records: Records) -> dict[str, pa.Array]:
    """The six columns of text. ``records.short`` is complete afterwards."""
    everywhere = slice(None)
    headers = records.headers
    parts: dict[str, list[tuple[Ints | slice, Encoded[Any]]]] = {
        contract.EVENT_CLASS: [(everywhere, texts(operations.event_class_name, headers["event_class"]))],
        contract.OPERATION: [],
        contract.PATH: [(everywhere, records.paths)],
        contract.RESULT: [(everywhere, texts(results.result_text, headers["result"]))],
        contract.DETAIL: [(everywhere, constant("", records.size))],
        contract.CATEGORY: [],
    }
    for rows, event_class, operation, sub in _groups(records) if records.size else []:
        name = operations.operation_name(event_class, operation, sub, records.monitor)
        group = Group(records, rows, name)
        decode(group, event_class, operation, sub)
        parts[contract.OPERATION].append((rows, group.operation or constant(name, group.size)))
        category = group.category or constant(group.category_word, group.size)
        parts[contract.CATEGORY].append((rows, category))
        if group.path:
            parts[contract.PATH].append((rows, group.path))
        if group.detail:
            parts[contract.DETAIL].append((rows, group.detail))
        records.short[rows] |= group.short
    unread = np.flatnonzero(records.short)
    parts[contract.DETAIL].append((unread, constant("", unread.size)))
    return {name: dictionary(some, records.size) for name, some in parts.items()}


def _groups(records: Records) -> list[tuple[Ints, int, int, int]]:
    """The rows by event class, operation and sub-operation, with these three."""
    sub = np.zeros(records.size, np.int64)
    files = np.flatnonzero(records.is_file & _HAS_SUB_OPERATION[records.operation])
    sub[files] = records.at(files, 0, U1)
    keys = records.event_class << 16 | records.operation << 8 | sub
    counts = np.bincount(keys)
    present = np.flatnonzero(counts)
    # Small numbers are sorted by their digits, which is faster than by comparing.
    order = np.argsort(np.searchsorted(present, keys).astype(np.uint16), kind="stable")
    ends = np.cumsum(counts[present])
    return [
        (rows, int(key) >> 16, int(key) >> 8 & 0xFF, int(key) & 0xFF)
        for key, rows in zip(present, np.split(order, ends[:-1]), strict=True)
    ]


def _stacks(records: Records, first: int) -> tuple[pa.RecordBatch | None, pa.Array]:
    """The distinct stacks, numbered from ``first`` on, and the number that each event has."""
    rows = np.flatnonzero(records.frames_size)
    ids = np.zeros(records.size, np.int64)
    missing = np.ones(records.size, bool)
    if not rows.size:
        return None, arrow.numbers(ids, missing=missing)
    codes, unique = records.source.distinct(records.frames_at[rows], records.frames_size[rows])
    ids[rows] = first + codes.astype(np.int64)
    missing[rows] = False
    count = len(unique)
    _, bounds, raw = unique.buffers()
    ends = np.frombuffer(bounds, np.int64, count + 1) // layout.pointer_size(records.bits)
    frames = np.frombuffer(raw, layout.pointer(records.bits), int(ends[-1])).astype(np.uint64, copy=False)
    stacks = pa.RecordBatch.from_arrays(
        [
            arrow.numbers(np.arange(first, first + count)),
            arrow.lists(ends.astype(np.int32), arrow.numbers(frames)),
            *(pa.nulls(count, beside.STACKS_SCHEMA.field(name).type) for name in ("modules", "locations")),
        ],
        schema=beside.STACKS_SCHEMA,
    )
    return stacks, arrow.numbers(ids, missing=missing)
