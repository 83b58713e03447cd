"""The processes of an export, from what its columns and its process events tell."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.contracts import columns as shown
from scripts.procmon.contracts import processes as contract
from scripts.procmon.detail_text import environment, fields, number
from scripts.procmon.sources.locales import NAT, Ticks

_TEXTS = {
    shown.IMAGE_PATH: contract.IMAGE_PATH,
    shown.COMMAND_LINE: contract.COMMAND_LINE,
    shown.USER: contract.USER,
    shown.COMPANY: contract.COMPANY,
    shown.DESCRIPTION: contract.DESCRIPTION,
    shown.VERSION: contract.VERSION,
    shown.AUTHENTICATION_ID: contract.AUTHENTICATION_ID,
    shown.INTEGRITY: contract.INTEGRITY,
    shown.ARCHITECTURE: contract.ARCHITECTURE,
    shown.VIRTUALIZED: contract.VIRTUALIZED,
}
_NUMBERS = {
    shown.PID: contract.PID,
    shown.PARENT_PID: contract.PARENT_PID,
    shown.SESSION: contract.SESSION,
}

#: Two rows with the same values here and no Process Start between them belong to one process.
IDENTITY = (shown.PROCESS_NAME, *_NUMBERS, *_TEXTS)

#: How many earlier lives of a PID are looked at for one that had not ended; a hostile export may hold any number.
_LIVES_LOOKED_AT = 64

_START, _EXIT, _CREATE, _LOAD = "Process Start", "Process Exit", "Process Create", "Load Image"


@dataclass(kw_only=True)
class Actor:
    """One process: its columns by the names of processes.parquet, and when its events begin and end (ns)."""

    known: dict[str, Any]
    first: int = NAT
    parent: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass
class Actors:
    """Gathers the processes of one export, batch by batch, and numbers them in the order in which they are met."""

    columns: Collection[str]
    host: str | None = None
    _rows: list[Actor] = field(default_factory=list)
    _widths: set[int] = field(default_factory=set)
    _by_identity: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _starts: dict[str | None, int] = field(default_factory=dict)
    _announced: dict[int, tuple[int, str, str | None]] = field(default_factory=dict)

    def numbers(self, texts: pa.RecordBatch, times: Ticks) -> npt.NDArray[np.int32]:
        """The process of each row of a batch; ``times`` are the rows' times."""
        starts = _rows_of(texts, _START)
        lives = self._lives(texts, starts)
        processes = self._identified(texts, lives)
        self._see(processes, times)
        for row in _rows_of(texts, _START, _EXIT, _CREATE, _LOAD).tolist():
            _EVENTS[_text(texts, shown.OPERATION, row) or ""](
                self, texts, row, int(processes[row]), int(times[row])
            )
        return processes

    def table(self, zone: str | None) -> pa.Table:
        """processes.parquet, once all rows have been seen."""
        self._find_parents()
        schema = contract.processes_schema(zone=zone)
        own: dict[str, list[Any]] = {
            contract.PROCESS: list(range(len(self._rows))),
            contract.PARENT: [actor.parent for actor in self._rows],
            contract.START: [actor.start for actor in self._rows],
            contract.END: [actor.end for actor in self._rows],
        }
        return pa.table(
            [
                pa.array(
                    own.get(column.name) or [actor.known.get(column.name) for actor in self._rows],
                    column.type,
                )
                for column in schema
            ],
            schema=schema,
        )

    def _lives(self, texts: pa.RecordBatch, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many Process Start events each row's PID has had so far: a PID may be given out again."""
        if shown.PID not in texts.schema.names or not (len(starts) or self._starts):
            return np.zeros(len(texts), dtype=np.int64)
        column = texts.column(shown.PID)
        pids = column.dictionary.to_pylist()
        codes = pc.fill_null(column.indices, 0).to_numpy(zero_copy_only=False)
        order = np.argsort(codes, kind="stable")
        begun = np.zeros(len(texts), dtype=np.int64)
        begun[starts] = 1
        running = np.cumsum(begun[order])
        firsts = np.searchsorted(codes[order], np.arange(len(pids)))
        before = np.concatenate(([0], running))[firsts]
        earlier = np.array([self._starts.get(pid, 0) for pid in pids] or [0], dtype=np.int64)
        lives = np.empty(len(texts), dtype=np.int64)
        lives[order] = running - before[codes[order]] + earlier[codes[order]]
        counts = np.bincount(codes, weights=begun, minlength=len(pids)).astype(np.int64)
        for code in np.flatnonzero(counts).tolist():
            self._starts[pids[code]] = int(earlier[code] + counts[code])
        return lives

    def _identified(self, texts: pa.RecordBatch, lives: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        names = [name for name in IDENTITY if name in texts.schema.names]
        key = lives - lives.min() if len(lives) else lives
        for name in names:
            column = texts.column(name)
            size = len(column.dictionary) + 1
            codes = pc.fill_null(column.indices, size - 1).to_numpy(zero_copy_only=False)
            # Numbering anew after each column keeps the product small however many columns there are.
            key = _numbered(key.astype(np.int64) * size + codes)
        places = _numbered(key)
        firsts = np.zeros(int(places.max()) + 1 if len(places) else 0, dtype=np.int64)
        firsts[places[::-1]] = np.arange(len(places))[::-1]
        found = np.empty(len(firsts), dtype=np.int32)
        for place, row in enumerate(firsts.tolist()):
            values = {name: _text(texts, name, row) for name in names}
            found[place] = self._number((int(lives[row]), *values.values()), values)
        return found[places] if len(found) else np.zeros(0, dtype=np.int32)

    def _number(self, identity: tuple[Any, ...], values: dict[str, str | None]) -> int:
        known = self._by_identity.get(identity)
        if known is not None:
            return known
        actor = Actor(
            known={
                contract.PROCESS_NAME: _name(values),
                **{_TEXTS[name]: value or None for name, value in values.items() if name in _TEXTS},
                **{_NUMBERS[name]: number(value or "") for name, value in values.items() if name in _NUMBERS},
            }
        )
        self._rows.append(actor)
        self._by_identity[identity] = len(self._rows) - 1
        return len(self._rows) - 1

    def _see(self, processes: npt.NDArray[np.int32], times: Ticks) -> None:
        met, firsts = np.unique(processes, return_index=True)
        for process, row in zip(met.tolist(), firsts.tolist(), strict=True):
            actor = self._rows[process]
            if actor.first == NAT:
                actor.first = int(times[row])

    def _on_start(self, texts: pa.RecordBatch, row: int, process: int, time: int) -> None:
        actor, told = self._rows[process], fields(_text(texts, shown.DETAIL, row) or "")
        actor.start = time if time != NAT else None
        _fill(actor, contract.PARENT_PID, number(told.get("Parent PID", "")))
        _fill(actor, contract.COMMAND_LINE, told.get("Command line"))
        self._read_environment(told.get("Environment", ""))
        announced = self._announced.pop(actor.known.get(contract.PID) or -1, None)
        if announced:
            actor.parent, path, command_line = announced
            _fill(actor, contract.IMAGE_PATH, path)
            _fill(actor, contract.COMMAND_LINE, command_line)
            _fill(actor, contract.PARENT_PID, self._rows[actor.parent].known.get(contract.PID))

    def _on_exit(self, texts: pa.RecordBatch, row: int, process: int, time: int) -> None:  # noqa: ARG002
        self._rows[process].end = time if time != NAT else None

    def _on_create(self, texts: pa.RecordBatch, row: int, process: int, time: int) -> None:  # noqa: ARG002
        told = fields(_text(texts, shown.DETAIL, row) or "")
        pid = number(told.get("PID", ""))
        if pid is not None:
            path = _text(texts, shown.PATH, row) or ""
            self._announced[pid] = (process, path, told.get("Command line"))

    def _on_load(self, texts: pa.RecordBatch, row: int, process: int, time: int) -> None:  # noqa: ARG002
        """A process loads its own program first, so its path is known even if no column shows it."""
        actor = self._rows[process]
        if shown.IMAGE_PATH not in self.columns and not actor.known.get(contract.IMAGE_PATH):
            path = _text(texts, shown.PATH, row) or ""
            name = actor.known[contract.PROCESS_NAME]
            if name and path.casefold().endswith("\\" + name.casefold()):
                actor.known[contract.IMAGE_PATH] = path

    def _read_environment(self, text: str) -> None:
        variables = environment(text) if text else {}
        self.host = self.host or variables.get("COMPUTERNAME")
        for name in ("PROCESSOR_ARCHITECTURE", "PROCESSOR_ARCHITEW6432"):
            if width := variables.get(name):
                self._widths.add(64 if width.endswith("64") else 32)

    @property
    def bits(self) -> int | None:
        """64 or 32, the width of Windows, by the processes' architectures and environments; None if none tells."""
        widths = self._widths | {
            64 if "64" in shown_as else 32
            for actor in self._rows
            if (shown_as := actor.known.get(contract.ARCHITECTURE))
        }
        return max(widths) if widths else None

    def _find_parents(self) -> None:
        """Children whose creation was not captured: the process of that PID that lived when the child began."""
        by_pid: dict[int, list[int]] = {}
        for process, actor in enumerate(self._rows):
            if (pid := actor.known.get(contract.PID)) is not None:
                by_pid.setdefault(pid, []).append(process)
        for processes in by_pid.values():
            processes.sort(key=self._begin)
        for pid, (parent, path, command_line) in self._announced.items():
            # Created, but its Process Start is not in the export.
            children = [
                child for child in by_pid.get(pid, []) if self._rows[child].start is None and child != parent
            ]
            if len(children) == 1 and self._rows[children[0]].first >= self._rows[parent].first:
                child = self._rows[children[0]]
                child.parent = parent
                _fill(child, contract.PARENT_PID, self._rows[parent].known.get(contract.PID))
                _fill(child, contract.IMAGE_PATH, path)
                _fill(child, contract.COMMAND_LINE, command_line)
        for process, actor in enumerate(self._rows):
            if actor.parent is None:
                candidates = by_pid.get(actor.known.get(contract.PARENT_PID) or -1, [])
                actor.parent = self._alive(
                    candidates, process, actor.first if actor.start is None else actor.start
                )
        self._break_circles()

    def _break_circles(self) -> None:
        """A PID that was given out again can make two processes each other's parent; a tree has no circles."""
        safe: set[int] = set()
        for process in range(len(self._rows)):
            met: dict[int, None] = {}
            at: int | None = process
            while at is not None and at not in safe:
                if at in met:
                    self._rows[at].parent = None
                    break
                met[at] = None
                at = self._rows[at].parent
            safe.update(met)

    def _alive(self, candidates: list[int], child: int, time: int) -> int | None:
        """The last of the candidates, in order of their starts, that had begun by ``time`` and had not ended."""
        begun = bisect_right(candidates, time, key=self._begin)
        for process in reversed(candidates[max(0, begun - _LIVES_LOOKED_AT) : begun]):
            ended = self._rows[process].end
            if process != child and (ended is None or ended >= time):
                return process
        return None

    def _begin(self, process: int) -> int:
        start = self._rows[process].start
        return NAT if start is None else start


_EVENTS = {
    _START: Actors._on_start,
    _EXIT: Actors._on_exit,
    _CREATE: Actors._on_create,
    _LOAD: Actors._on_load,
}


def _numbered(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each value's number in the order in which the distinct values are met."""
    numbers: npt.NDArray[np.int64] = pa.array(values).dictionary_encode().indices.to_numpy().astype(np.int64)
    return numbers


def _name(values: dict[str, str | None]) -> str:
    """What to call a process of an export that may lack the column Process Name."""
    path = values.get(shown.IMAGE_PATH) or ""
    pid = values.get(shown.PID)
    return (
        values.get(shown.PROCESS_NAME) or path.rpartition("\\")[2] or (f"PID {pid}" if pid else "<unknown>")
    )


def _fill(actor: Actor, column: str, value: Any) -> None:
    if actor.known.get(column) is None and value not in (None, ""):
        actor.known[column] = value


def _text(texts: pa.RecordBatch, column: str, row: int) -> str | None:
    value: str | None = texts.column(column)[row].as_py() if column in texts.schema.names else None
    return value


def _rows_of(texts: pa.RecordBatch, *operations: str) -> npt.NDArray[np.int64]:
    if shown.OPERATION not in texts.schema.names:
        return np.zeros(0, dtype=np.int64)
    column = texts.column(shown.OPERATION)
    wanted = [place for place, name in enumerate(column.dictionary.to_pylist()) if name in operations]
    return np.flatnonzero(np.isin(pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False), wanted))
