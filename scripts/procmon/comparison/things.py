"""What one capture holds that can be compared with another: programs, changed files and keys, drivers, peers.

A thing is known by its name as ``sameness`` has it; it keeps one of its real names, and what was seen of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import EVENTS_FILE, MODULES_FILE, PROCESSES_FILE, read_table
from scripts.procmon.sameness import same_name, same_names

#: The kinds of things, in the order in which they are told.
KINDS = ("processes", "files", "keys", "drivers", "peers")

#: The columns that tell one group of events from another; of the Details of a group the last is kept.
_TOLD = (e.PROCESS, e.OPERATION, e.PATH, e.DETAIL)
_CHANGES = ("Write", "Write Metadata")
_CLASSES = {e.FILE_SYSTEM: "files", e.REGISTRY: "keys", e.NETWORK: "peers"}
_KERNEL = "system"


@dataclass
class Thing:
    """``facts`` are what a change is told by: sets of texts by the name of a column or of what was seen.

    ``alike`` are the same as they are compared, without what differs between machines and runs.
    """

    kind: str
    name: str
    first: int | None = None  #: number of the first event
    events: int = 0
    facts: dict[str, set[str]] = field(default_factory=dict)
    alike: dict[str, set[str]] = field(default_factory=dict)
    written: dict[tuple[int, str], str] = field(
        default_factory=dict
    )  #: a value's last data by process and path
    called: str = ""  #: the name that a program without an image is known by
    listed_only: bool = False  #: in the process table or among the modules, but in no event

    def add(self, fact: str, value: Any, *, alike: bool = False) -> None:
        """One more value of a fact; nothing where the capture doesn't tell it."""
        if value is None or value == "" or value is pd.NA:
            return
        text = str(value)
        self.facts.setdefault(fact, set()).add(text)
        self.alike.setdefault(fact, set()).add(same_name(text) if alike else text.lower())


Things = dict[str, Thing]


def things_of(folder: Path) -> dict[str, Things]:
    """By kind, the things of the converted capture in ``folder``, each by the name that it is compared by.

    A program goes by the path of its image where it has one, else by its name; ``programs.paired`` sets both sides
    beside each other.
    """
    processes = read_table(folder / PROCESSES_FILE)
    found: dict[str, Things] = {kind: {} for kind in KINDS}
    found["processes"] = _programs(processes, _acting(folder / EVENTS_FILE))
    names = processes[p.PROCESS_NAME].to_list()
    for group in _groups(folder / EVENTS_FILE):
        _take_in(group, names, found)
    for thing in found["keys"].values():
        for data in thing.written.values():
            thing.add("data", data, alike=True)
    _kernel_modules(read_table(folder / MODULES_FILE), processes, found["drivers"])
    return found


def _acting(file: Path) -> set[int]:
    """The processes that have an event."""
    found: set[int] = set()
    with pq.ParquetFile(file) as opened:
        for number in range(opened.num_row_groups):
            column = opened.read_row_group(number, columns=[e.PROCESS], use_threads=False)[e.PROCESS]
            found.update(one for one in pc.unique(column).to_pylist() if one is not None)
    return found


def _programs(processes: pd.DataFrame, acting: Collection[int]) -> Things:
    found: Things = {}
    names = dict(enumerate(processes[p.PROCESS_NAME]))
    rows = processes.astype(object).where(processes.notna(), None).to_dict("records")
    for number, row in enumerate(rows):
        name = row[p.IMAGE_PATH] or row[p.PROCESS_NAME]
        made = Thing("processes", name, called=same_name(row[p.PROCESS_NAME]), listed_only=True)
        thing = found.setdefault(same_name(name), made)
        thing.listed_only &= number not in acting
        parent = row[p.PARENT]
        for fact, value in (
            ("version", row[p.VERSION]),
            ("company", row[p.COMPANY]),
            ("integrity", row[p.INTEGRITY]),
            ("parent", None if parent is None else names.get(int(parent))),
        ):
            thing.add(fact, value)
        thing.add("command_line", row[p.COMMAND_LINE], alike=True)
        thing.events += 1
    return found


def _groups(file: Path) -> Iterator[Mapping[str, Any]]:
    """The events that matter here, a row for all of one process, operation and path, piece by piece."""
    names = [e.EVENT, e.EVENT_CLASS, e.RESULT, e.CATEGORY, *_TOLD]
    with pq.ParquetFile(file) as opened:
        for number in range(opened.num_row_groups):
            table = opened.read_row_group(number, columns=names, use_threads=False)
            for batch in table.to_batches():
                yield from _grouped(pa.table(batch))


def _grouped(piece: pa.Table) -> list[dict[Any, Any]]:
    changes = pc.is_in(piece[e.CATEGORY].cast(pa.string()), pa.array(_CHANGES))
    network = pc.equal(piece[e.EVENT_CLASS].cast(pa.string()), e.NETWORK)
    loads = pc.equal(piece[e.OPERATION].cast(pa.string()), "Load Image")
    done = pc.equal(piece[e.RESULT].cast(pa.string()), "SUCCESS")
    wanted = pc.and_kleene(done, pc.or_kleene(pc.or_kleene(changes, network), loads))
    chosen = piece.filter(wanted)
    frame = pd.DataFrame(
        {name: chosen[name].to_pandas() for name in (e.EVENT, e.EVENT_CLASS, *_TOLD)}, copy=False
    )
    keys = [e.PROCESS, e.OPERATION, e.PATH, e.EVENT_CLASS]
    grouped = frame.groupby(keys, observed=True, sort=False, dropna=False)
    told = grouped.agg(
        first=(e.EVENT, "min"), events=(e.EVENT, "size"), last=(e.DETAIL, "last")
    ).reset_index()
    told["key"] = same_names(pa.array(told[e.PATH].astype(object).fillna(""), pa.large_string())).to_pylist()
    return told.to_dict("records")


def _take_in(group: Mapping[str, Any], names: list[str], found: Mapping[str, Things]) -> None:
    who, path, key = names[int(group[e.PROCESS])], str(group[e.PATH] or ""), str(group["key"])
    operation = str(group[e.OPERATION])
    if operation == "Load Image":
        if who.lower() != _KERNEL:
            return
        kind, name = "drivers", path
    else:
        kind = _CLASSES.get(str(group[e.EVENT_CLASS]), "")
        name = path
        if kind == "peers":
            name, key = path.rpartition(" -> ")[2], key.rpartition(" -> ")[2]
    if not kind or not name:
        return
    thing = found[kind].setdefault(key, Thing(kind, name))
    thing.events += int(group["events"])
    first = int(group["first"])
    thing.first = first if thing.first is None else min(thing.first, first)
    thing.add("process", who)
    thing.add("operation", operation)
    if kind == "keys" and operation == "RegSetValue":
        # A later piece of the capture overwrites: what is told must not hang on where the pieces end.
        thing.written[int(group[e.PROCESS]), path] = _data(str(group["last"] or ""))


def _data(detail: str) -> str:
    """What a RegSetValue wrote: "Type: REG_SZ, Length: 4, Data: x" → "x"."""
    return detail.partition("Data: ")[2]


def _kernel_modules(modules: pd.DataFrame, processes: pd.DataFrame, drivers: Things) -> None:
    kernel = np.flatnonzero(processes[p.PROCESS_NAME].str.lower().eq(_KERNEL).to_numpy())
    for row in modules[modules[p.PROCESS].isin(kernel)].to_dict("records"):
        path = row[p.MODULE_PATH]
        if path is None or path is pd.NA or not path:
            continue
        thing = drivers.setdefault(same_name(path), Thing("drivers", str(path), listed_only=True))
        thing.add("version", row[p.VERSION])
        thing.add("company", row[p.COMPANY])
