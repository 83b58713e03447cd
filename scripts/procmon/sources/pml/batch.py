"""A run of events of one part, decoded into columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scripts.procmon.contracts import events as contract
from scripts.procmon.contracts import processes as beside
from scripts.procmon.contracts.source import Batch
from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.columns import Encoded, Ints, constant, dictionary, texts
from scripts.procmon.sources.pml.details import decode
from scripts.procmon.sources.pml.group import U1, U2, Group, decoded, text_size
from scripts.procmon.sources.pml.names import operations, results
from scripts.procmon.sources.pml.processes import nanoseconds

if TYPE_CHECKING:
    from scripts.procmon.sources.pml.monitor import Monitor
    from scripts.procmon.sources.pml.tables import Part
    from scripts.procmon.sources.pml.users import Users

_FILES = (layout.FILE_SYSTEM, layout.IPC)
_LONGEST_DURATION = (2**63 - 1) // layout.TICK
#: Bytes before the path in the detail of a registry operation; the others are layout.REG_PLAIN.
_REGISTRY_HEADS = {
    0: layout.REG_OPEN_KEY,
    1: layout.REG_OPEN_KEY,
    3: layout.REG_QUERY,
    4: layout.REG_SET_VALUE,
    5: layout.REG_QUERY,
    6: layout.REG_ENUM,
    7: layout.REG_ENUM,
    8: layout.REG_SET_INFO,
    12: layout.REG_RENAME,
    14: layout.REG_RENAME,
}
_HEAD_SIZES = np.full(256, layout.REG_PLAIN.itemsize, np.int64)
for _operation, _head in _REGISTRY_HEADS.items():
    _HEAD_SIZES[_operation] = _head.itemsize
_HAS_SUB_OPERATION = np.zeros(256, bool)
_HAS_SUB_OPERATION[list(operations.SUB_OPERATIONS)] = True


class EventBatch:
    """Events ``first`` to before ``last`` of a part; raises CaptureError where they don't lie in the file."""

    def __init__(self, part: Part, first: int, last: int, users: Users, monitor: Monitor) -> None:
        self.part, self.first = part, first
        self.source, self.bits, self.hosts = part.source, part.bits, part.hosts
        self.user_of, self.monitor = users.name, monitor
        self.offsets = part.offsets(first, last)
        self.size = int(self.offsets.size)
        self._check(self.offsets, layout.EVENT_SIZE, "an event")
        self.headers = self.source.fields(self.offsets, layout.EVENT)
        self.frames_at = self.offsets + layout.EVENT_SIZE
        self.frames_size = self.headers["frames"].astype(np.int64) * layout.pointer_size(self.bits)
        self.detail_at = self.frames_at + self.frames_size
        self.detail_end = self.detail_at + self.headers["detail_size"]
        self._check(self.offsets, self.detail_end - self.offsets, "an event with its stack and detail")
        self._check_apart()
        self.short = np.zeros(self.size, bool)
        self._find_extras()
        self.event_class = np.minimum(self.headers["event_class"], 7).astype(np.int64)
        self.operation = np.minimum(self.headers["operation"], 255).astype(np.int64)
        self.paths = self._find_paths()

    def _check(self, starts: Ints, sizes: Ints | int, what: str) -> None:
        wrong = (starts < layout.HEADER_SIZE) | (starts + sizes > self.source.size)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise self.part.wrong(
                int(starts[row]),
                f"{what} in the file (event {self.first + row})",
                f"{self.source.size:,} bytes",
            )

    def _check_apart(self) -> None:
        # Overlapping events would let a small file claim endless details.
        order = np.argsort(self.offsets, kind="stable")
        overlap = self.detail_end[order][:-1] > self.offsets[order][1:]
        if overlap.any():
            at = int(self.offsets[order][int(np.argmax(overlap)) + 1])
            raise self.part.wrong(at, "events one after the other", "events that overlap")

    def _find_extras(self) -> None:
        given = self.headers["extra_at"] > 0
        at = self.offsets + self.headers["extra_at"]
        fits = given & (at + 2 <= self.source.size)
        sizes = np.zeros(self.size, np.int64)
        sizes[fits] = self.source.fields(at[fits], layout.EXTRA_SIZE)
        beyond = fits & (at + 2 + sizes > self.source.size)
        self.short |= (given & ~fits) | beyond
        self.extra_size = np.where(fits & ~beyond, sizes, 0)
        self.extra_at = np.where(self.extra_size > 0, at + 2, self.detail_at)
        if int(self.extra_size.sum()) > self.source.size:
            raise self.part.wrong(
                int(self.offsets[0]), "extra details that fit the file", "some that overlap"
            )

    def _find_paths(self) -> Encoded[str]:
        info_at, path_at = self.detail_at.copy(), self.detail_at.copy()
        kind, operation = self.event_class, self.operation
        registry, files = kind == layout.REGISTRY, np.isin(kind, _FILES)
        image = (kind == layout.PROCESS_CLASS) & (operation == 5)
        created = (kind == layout.PROCESS_CLASS) & (operation <= 1)
        path_at += np.where(registry, _HEAD_SIZES[operation], 0)
        before = layout.FILE_PARAMETERS_AT + layout.file_parameters_size(self.bits)
        load, create = layout.LOAD_IMAGE[self.bits], layout.PROCESS_CREATE
        info_places = (before, layout.place(load, "path_info"), layout.place(create, "path_info"))
        path_places = (before + 4, load.itemsize, create.itemsize)
        for rows, info_place, path_place in zip(
            (files, image, created), info_places, path_places, strict=True
        ):
            info_at[rows] += info_place
            path_at[rows] += path_place
        for sid in ("user_sid_size", "integrity_sid_size"):
            at = self.detail_at[created] + layout.place(create, sid)
            path_at[created] += self._bounded(at, self.detail_end[created], U1)
        has_path = registry | files | image | created
        info = np.zeros(self.size, np.uint16)
        info[has_path] = self._bounded(info_at[has_path], self.detail_end[has_path], U2)
        size = text_size(info)
        self.after_path = path_at + size
        fits = self.after_path <= self.detail_end
        self.short |= has_path & ~fits
        self.after_path = np.minimum(self.after_path, self.detail_end)
        return self._path_texts(path_at, np.where(fits, size, 0), (info & layout.TEXT_IS_ASCII) != 0)

    def _bounded(self, at: Ints, end: Ints, dtype: np.dtype[Any]) -> NDArray[Any]:
        fits = at + dtype.itemsize <= end
        values = np.zeros(at.size, dtype)
        values[fits] = self.source.fields(at[fits], dtype)
        return values

    def _path_texts(self, at: Ints, size: Ints, is_ascii: NDArray[np.bool_]) -> Encoded[str]:
        codes = np.zeros(self.size, np.int32)
        values = [""]
        for rows, narrow in (
            (np.flatnonzero(is_ascii & (size > 0)), True),
            (np.flatnonzero(~is_ascii & (size > 0)), False),
        ):
            blobs = self.source.blobs(at[rows], size[rows])
            codes[rows] = blobs.codes + len(values)
            values += [decoded(raw, narrow).rstrip("\0") for raw in blobs.values]
        return Encoded(codes, values)

    def groups(self) -> list[tuple[Group, int, int, int]]:
        """The rows by class, operation and sub-operation, with these three."""
        sub = np.zeros(self.size, np.int64)
        files = np.isin(self.event_class, _FILES) & _HAS_SUB_OPERATION[self.operation]
        sub[files] = self._bounded(self.detail_at[files], self.detail_end[files], U1)
        keys = self.event_class << 16 | self.operation << 8 | sub
        present = np.flatnonzero(np.bincount(keys, minlength=1 << 19))
        order = np.argsort(np.searchsorted(present, keys).astype(np.uint16), kind="stable")
        ends = np.cumsum(np.bincount(keys)[present])
        return [
            (Group(self, rows), int(key) >> 16, int(key) >> 8 & 0xFF, int(key) & 0xFF)
            for key, rows in zip(present, np.split(order, ends[:-1]), strict=True)
        ]

    def operation_name(self, group: Group) -> str:
        """The name of the operation of a group, without what its details add."""
        row = int(group.rows[0])
        return operations.operation_name(
            int(self.event_class[row]), int(self.operation[row]), 0, self.monitor
        )

    def decode(self, *, first_event: int, processes: NDArray[np.int32], first_stack: int) -> Batch:
        """The events and the stacks first met among them; numbered from ``first_event`` and ``first_stack`` on."""
        everywhere = np.arange(self.size)
        parts: dict[str, list[tuple[Ints, Encoded[Any]]]] = {
            contract.EVENT_CLASS: [
                (everywhere, texts(operations.event_class_name, self.headers["event_class"]))
            ],
            contract.OPERATION: [],
            contract.PATH: [(everywhere, self.paths)],
            contract.RESULT: [(everywhere, texts(results.result_text, self.headers["result"]))],
            contract.DETAIL: [(everywhere, constant("", self.size))],
            contract.CATEGORY: [],
        }
        for group, event_class, operation, sub in self.groups() if self.size else []:
            decode(group, event_class, operation, sub)
            name = operations.operation_name(event_class, operation, sub, self.monitor)
            parts[contract.OPERATION].append((group.rows, group.operation or constant(name, group.size)))
            category = group.category or constant(group.category_word, group.size)
            parts[contract.CATEGORY].append((group.rows, category))
            if group.path:
                parts[contract.PATH].append((group.rows, group.path))
            if group.detail:
                parts[contract.DETAIL].append((group.rows, group.detail))
            self.short[group.rows] |= group.short
        unread = np.flatnonzero(self.short)
        parts[contract.DETAIL].append((unread, constant("", unread.size)))
        columns = {name: dictionary(some, self.size) for name, some in parts.items()}
        stacks, stack = self._stacks(first_stack)
        times, no_time = nanoseconds(self.headers["time"])
        duration = self.headers["duration"]
        pending = (self.headers["result"] == results.PENDING) | (duration > _LONGEST_DURATION)
        ticks = np.where(pending, 0, duration).astype(np.int64)
        columns |= {
            contract.EVENT: pa.array(first_event + everywhere),
            contract.TIME: pa.array(times, mask=no_time).cast(pa.timestamp("ns", "UTC")),
            contract.DURATION: pa.array(ticks * layout.TICK, mask=pending),
            contract.PROCESS: pa.array(processes),
            contract.TID: pa.array(self.headers["tid"].astype(np.int64)),
            contract.STACK: stack,
        }
        schema = contract.events_schema()
        return Batch(
            pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema), stacks
        )

    def _stacks(self, first: int) -> tuple[pa.RecordBatch | None, pa.Array]:
        rows = np.flatnonzero(self.frames_size)
        ids = np.zeros(self.size, np.int64)
        missing = np.ones(self.size, bool)
        if not rows.size:
            return None, pa.array(ids, mask=missing)
        found = self.source.ranges(self.frames_at[rows], self.frames_size[rows]).dictionary_encode()
        ids[rows] = first + found.indices.to_numpy()
        missing[rows] = False
        count = len(found.dictionary)
        _, bounds, raw = found.dictionary.buffers()
        size = layout.pointer_size(self.bits)
        ends = np.frombuffer(bounds, np.int64, count + 1) // size
        frames = np.frombuffer(raw, layout.pointer(self.bits), int(ends[-1])).astype(np.uint64)
        nothing = {
            name: pa.nulls(count, beside.STACKS_SCHEMA.field(name).type) for name in ("modules", "locations")
        }
        stacks = pa.RecordBatch.from_pydict(
            {
                beside.STACK: pa.array(first + np.arange(count)),
                beside.FRAMES: pa.ListArray.from_arrays(pa.array(ends.astype(np.int32)), pa.array(frames)),
                **nothing,
            },
            schema=beside.STACKS_SCHEMA,
        )
        return stacks, pa.array(ids, mask=missing)
