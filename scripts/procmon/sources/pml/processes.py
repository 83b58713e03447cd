"""One process table for all parts of a capture, as the contract of processes and modules wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scripts.procmon.contracts import processes as contract
from scripts.procmon.sources.pml import arrow, layout
from scripts.procmon.sources.pml.columns import Ints
from scripts.procmon.sources.pml.monitor import Monitor, find_monitor
from scripts.procmon.sources.pml.names.operations import UNKNOWN
from scripts.procmon.sources.pml.tables import Part, process_entries

_TEXTS = (
    "integrity",
    "user",
    "process_name",
    "image_path",
    "command_line",
    "company",
    "version",
    "description",
)
#: All texts of processes and modules together, in characters. Rows share texts, so that a small file could tell one
#: long text a million times.
_MOST_CHARACTERS = 1 << 28
_NONE = 0xFFFF_FFFF
_LAST_NS = (2**63 - 1) // layout.TICK


def nanoseconds(filetimes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """FILETIMEs as ns from 1970, and where they are none (0, or out of the range of ns)."""
    ticks = filetimes.astype(np.uint64)
    missing = (ticks == 0) | (ticks > layout.FILETIME_EPOCH + _LAST_NS)
    since = np.where(missing, 0, ticks).astype(np.int64) - layout.FILETIME_EPOCH
    missing |= since < -_LAST_NS
    return np.where(missing, 0, since) * layout.TICK, missing


class Processes:
    """The processes of all parts; ``row_of`` turns the index that events of a part use into a row."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._rows: list[dict[str, Any]] = []
        self._known: dict[tuple[int, int, str | None], int] = {}
        self._modules: list[pa.Table] = []
        self._indexes: list[tuple[Ints, Ints]] = []
        self._unknown: int | None = None
        self._characters = 0
        self.lost_events = 0
        for part in parts:
            self._add(part)

    def _add(self, part: Part) -> None:
        entries, modules, owners = process_entries(part)
        earlier = dict(self._known)
        rows = np.array([self._row(part, entry, earlier) for entry in entries], np.int64)
        order = np.argsort(entries["process"], kind="stable")
        self._indexes.append((entries["process"][order].astype(np.int64), rows[order]))
        row_of = dict(zip(entries["process"].tolist(), rows.tolist(), strict=True))
        for entry, row in zip(entries, rows.tolist(), strict=True):
            parent = row_of.get(int(entry["parent"]))
            if parent is not None and parent != row and self._rows[parent]["pid"] == entry["parent_pid"]:
                self._rows[row][contract.PARENT] = parent
        if modules.size:
            self._modules.append(self._modules_of(part, modules, rows[owners]))

    def _row(self, part: Part, entry: np.void, earlier: dict[tuple[int, int, str | None], int]) -> int:
        """The row of an entry: that of the same process in an earlier part, or a new one."""
        texts = {name: part.strings.get(int(entry[name])) for name in _TEXTS}
        self._count(part, sum(len(text) for text in texts.values() if text))
        key = (int(entry["pid"]), int(entry["start"]), texts["process_name"])
        # Two entries of one part are two processes, however alike; one row of an earlier part answers to one of them.
        row = earlier.pop(key, None)
        if row is None:
            row = self._known[key] = len(self._rows)
            self._rows.append({contract.PROCESS: row, contract.PARENT: None})
        (start, end), missing = nanoseconds(np.array([entry["start"], entry["end"]]))
        luid, session = int(entry["authentication_id"]), int(entry["session"])
        told = texts | {
            contract.PID: int(entry["pid"]),
            contract.PARENT_PID: int(entry["parent_pid"]),
            contract.PROCESS_NAME: texts["process_name"] or UNKNOWN,
            contract.SESSION: None if session == _NONE else session,
            contract.AUTHENTICATION_ID: f"{luid >> 32:08x}:{luid & _NONE:08x}",
            contract.ARCHITECTURE: "64-bit" if entry["is_64bit"] else "32-bit",
            contract.VIRTUALIZED: {0: "False", 1: "True"}.get(int(entry["virtualized"]), "n/a"),
            contract.START: None if missing[0] else int(start),
            contract.END: None if missing[1] else int(end),
        }
        # A later part of a split log may know what an earlier could not, the end above all.
        self._rows[row] |= {name: value for name, value in told.items() if value is not None}
        return row

    def _modules_of(self, part: Part, entries: NDArray[np.void], rows: Ints) -> pa.Table:
        def texts(name: str) -> pa.Array:
            unique, places, counts = np.unique(entries[name], return_inverse=True, return_counts=True)
            told = [part.strings.get(int(row)) for row in unique]
            self._count(part, sum(len(text or "") * n for text, n in zip(told, counts.tolist(), strict=True)))
            return arrow.strings(told).take(arrow.numbers(places))

        linked = entries["timestamp"].astype(np.int64)
        return pa.Table.from_pydict(
            {
                contract.PROCESS: arrow.numbers(rows.astype(np.int32)),
                contract.BASE: arrow.numbers(entries["base"].astype(np.uint64)),
                contract.SIZE: arrow.numbers(entries["size"].astype(np.uint64)),
                contract.MODULE_PATH: texts("path"),
                contract.VERSION: texts("version"),
                contract.COMPANY: texts("company"),
                contract.DESCRIPTION: texts("description"),
                contract.TIMESTAMP: arrow.numbers(
                    linked * 1_000_000_000, pa.timestamp("ns", "UTC"), missing=linked == 0
                ),
            },
            schema=contract.MODULES_SCHEMA,
        )

    def _count(self, part: Part, characters: int) -> None:
        """Raises CaptureError where all texts told so far are more than any capture has."""
        self._characters += characters
        if self._characters > _MOST_CHARACTERS:
            expected = f"texts of processes and modules of at most {_MOST_CHARACTERS:,} characters"
            raise part.wrong(int(part.header["string_table_at"]), expected, f"{self._characters:,} or more")

    def row_of(self, part: int, indexes: NDArray[Any]) -> NDArray[np.int32]:
        """The rows of process indexes as the events of part number ``part`` use them."""
        known, rows = self._indexes[part]
        wanted = indexes.astype(np.int64)
        if known.size:
            places = np.minimum(np.searchsorted(known, wanted), known.size - 1)
            found, hits = rows[places], known[places] == wanted
        else:
            found, hits = np.zeros(wanted.size, np.int64), np.zeros(wanted.size, bool)
        if not hits.all():
            self.lost_events += int((~hits).sum())
            found = np.where(hits, found, self._unknown_row())
        return found.astype(np.int32)

    def _unknown_row(self) -> int:
        if self._unknown is None:
            self._unknown = len(self._rows)
            self._rows.append({contract.PROCESS: self._unknown, contract.PROCESS_NAME: UNKNOWN})
        return self._unknown

    def user(self, part: int, index: int) -> str | None:
        """The user of a process, by the index that part number ``part`` uses."""
        known, rows = self._indexes[part]
        place = int(np.searchsorted(known, index))
        if place >= known.size or known[place] != index:
            return None
        user: str | None = self._rows[int(rows[place])].get("user")
        return user

    def users(self) -> set[str]:
        """All users that own a process."""
        return {row["user"] for row in self._rows if row.get("user")}

    def monitor(self, format_version: int) -> Monitor:
        """The Process Monitor that made the log, as its own modules tell."""
        modules = self.modules().select([contract.MODULE_PATH, contract.VERSION])
        paths, versions = (column.to_pylist() for column in modules.columns)
        return find_monitor(zip(paths, versions, strict=True), format_version=format_version)

    def table(self) -> pa.Table:
        """processes.parquet."""
        schema = contract.processes_schema()
        return pa.Table.from_pydict(
            {
                name: arrow.column([row.get(name) for row in self._rows], schema.field(name).type)
                for name in schema.names
            },
            schema=schema,
        )

    def modules(self) -> pa.Table:
        """modules.parquet; a module that several parts name stands there once."""
        if not self._modules:
            return contract.MODULES_SCHEMA.empty_table()
        modules = pa.concat_tables(self._modules)
        if len(self._modules) == 1:
            return modules
        keys = [contract.PROCESS, contract.BASE, contract.SIZE, contract.MODULE_PATH]
        numbered = modules.append_column("row", arrow.numbers(np.arange(modules.num_rows)))
        first = numbered.group_by(keys).aggregate([("row", "min")])["row_min"]
        return modules.take(first.sort())
