"""A capture in any format → the tables and capture.json that all rooms after this one read."""

from __future__ import annotations

import hashlib
import json
import mmap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scripts.procmon.contracts import columns, events, processes
from scripts.procmon.contracts import files as contract
from scripts.procmon.contracts.source import Batch, Reader, Tables
from scripts.procmon.errors import CaptureError, SettingsError
from scripts.procmon.sources import archives
from scripts.procmon.sources.known_words import unknown_words
from scripts.procmon.sources.left_out import left_out
from scripts.procmon.sources.progress import Progress
from scripts.procmon.sources.sniffing import sniff
from scripts.procmon.sources.unapplied import with_unapplied

_PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 1}
# Numbers that grow are best stored by their steps; a range of texts, which are in no order, helps no reader.
_EVENTS = _PARQUET | {
    "use_dictionary": [*events.TEXT_COLUMNS, events.PROCESS, events.TID, events.DURATION],
    "column_encoding": dict.fromkeys((events.EVENT, events.TIME, events.STACK), "DELTA_BINARY_PACKED"),
    "write_statistics": [events.EVENT, events.TIME, events.PROCESS],
}
# Frames hardly repeat within a page: a dictionary of them costs more than it saves.
_STACKS = _PARQUET | {
    "use_dictionary": [f"{name}.list.element" for name in (processes.MODULES, processes.LOCATIONS)],
    "column_encoding": {processes.STACK: "DELTA_BINARY_PACKED"},
    "write_statistics": [processes.STACK],
}
#: A multiple of every system's page size.
_WINDOW = 64 << 20
_READS = ("ReadFile", "FASTIO_READ", "IRP_MJ_READ")
_NO_EVENT = "The capture holds no such event: none happened, or a filter kept it out."


def convert(files: Sequence[Path], folder: Path, *, name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """capture.json, after it and the four tables were written into ``folder``.

    ``files`` are the parts of one capture in order; ``name`` is {capture}; settings as ``csv_export.open_csv`` knows
    them. A capture that can't be read raises nothing: its tables are empty and ``refused`` says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    refused = None
    with ExitStack() as stack:
        described: list[dict[str, Any]] = []
        # Hashing takes a third of the time of decoding, and leaves the interpreter alone meanwhile.
        beside = stack.enter_context(ThreadPoolExecutor(1))
        try:
            described = [_described(file, name) for file in files]
            digests = [beside.submit(_digest, file) for file in files]
            reader = _opened(files, described, settings, folder, stack)
            tables, counts = _write(reader, folder, name)
        except (CaptureError, SettingsError) as error:
            if isinstance(error, SettingsError):
                error = CaptureError(name, expected="settings that can be used", found=str(error))
            refused = error.refused()
            tables, counts = _write(_Nothing(), folder, name)
        if described:
            for entry, digest in zip(described, digests, strict=True):
                entry["sha256"] = digest.result()
        else:
            described = [_unread(file, name) for file in files]
    info = _info(name, described, with_unapplied(_with_left_out(tables, counts), settings), counts, refused)
    text = json.dumps(info, ensure_ascii=False, indent=1)
    (folder / contract.INFO_FILE).write_text(text + "\n", encoding="utf-8")
    return info


def _opened(
    files: Sequence[Path],
    described: list[dict[str, Any]],
    settings: Mapping[str, Any],
    folder: Path,
    stack: ExitStack,
) -> Reader:
    formats = []
    for file, entry in zip(files, described, strict=True):
        entry["format"] = sniff(entry["name"], archives.head(file, entry["name"]))
        formats.append(entry["format"])
    plain = []
    for file, entry in zip(files, described, strict=True):
        unpacked = stack.enter_context(archives.unpacked(file, entry["name"], folder))
        entry["container"] = unpacked.container
        plain.append(unpacked.path)
    if len(files) > 1 and set(formats) != {"PML"}:
        raise CaptureError(
            described[0]["name"],
            expected="parts of one PML capture",
            found=", ".join(str(f) for f in formats),
        )
    return _READERS[formats[0]](plain, [entry["name"] for entry in described], settings)


def _open_pml(files: list[Path], names: list[str], settings: Mapping[str, Any]) -> Reader:  # noqa: ARG001
    from scripts.procmon.sources.pml.reader import open_pml

    reader: Reader = open_pml(files, names=names)
    return reader


def _open_csv(files: list[Path], names: list[str], settings: Mapping[str, Any]) -> Reader:
    from scripts.procmon.sources.csv_export import open_csv

    return open_csv(files[0], name=names[0], settings=settings)


def _open_xml(files: list[Path], names: list[str], settings: Mapping[str, Any]) -> Reader:
    from scripts.procmon.sources.xml_export import open_xml

    return open_xml(files[0], name=names[0], settings=settings)


_READERS = {"PML": _open_pml, "CSV": _open_csv, "XML": _open_xml}


class _Nothing:
    """The reader of a capture that can't be read: no event, no process."""

    zone = None

    def batches(self) -> Iterator[Batch]:
        return iter(())

    def tables(self) -> Tables:
        return Tables(
            processes=processes.processes_schema(zone=None).empty_table(),
            modules=processes.MODULES_SCHEMA.empty_table(),
        )


class _Counts:
    """What the events of a capture add up to."""

    def __init__(self) -> None:
        self.events = 0
        self.first: int | None = None
        self.last: int | None = None
        self.acted: set[int] = set()
        self.by: dict[str, Counter[str]] = {
            name: Counter() for name in (events.EVENT_CLASS, events.OPERATION, events.CATEGORY, events.RESULT)
        }

    def add(self, batch: pa.RecordBatch) -> None:
        self.events += len(batch)
        for name, counter in self.by.items():
            column = batch.column(name)
            texts = column.dictionary.to_pylist()
            # to_numpy would import pandas first, which takes longer than many a conversion.
            for found in pc.value_counts(column.indices).to_pylist():
                if found["values"] is not None and (text := texts[found["values"]]) is not None:
                    counter[text] += found["counts"]
        self.acted.update(pc.unique(batch.column(events.PROCESS)).to_pylist())
        reach = pc.min_max(batch.column(events.TIME).cast(pa.int64()))
        if (first := reach["min"].as_py()) is not None:
            last = reach["max"].as_py()
            self.first = first if self.first is None else min(first, self.first)
            self.last = last if self.last is None else max(last, self.last)


def _write(reader: Reader, folder: Path, name: str) -> tuple[Tables, _Counts]:
    counts = _Counts()
    # Only a PML announces how many events it holds.
    progress = Progress(name, getattr(reader, "events", None))
    with (
        closing(progress),
        pq.ParquetWriter(
            folder / contract.EVENTS_FILE, events.events_schema(zone=reader.zone), **_EVENTS
        ) as out,
        pq.ParquetWriter(folder / contract.STACKS_FILE, processes.STACKS_SCHEMA, **_STACKS) as stacks,
        ThreadPoolExecutor(1) as beside,
    ):

        def keep(batch: Batch) -> None:
            counts.add(batch.events)
            out.write_batch(batch.events)
            if batch.stacks is not None and len(batch.stacks):
                stacks.write_batch(batch.stacks)

        # A batch is written while the next one is read; never more than these two are in memory.
        kept = beside.submit(lambda: None)
        for batch in reader.batches():
            kept.result()
            progress.tell(counts.events)
            kept = beside.submit(keep, batch)
        kept.result()
    tables = reader.tables()
    pq.write_table(tables.processes, folder / contract.PROCESSES_FILE, **_PARQUET)
    pq.write_table(tables.modules, folder / contract.MODULES_FILE, **_PARQUET)
    return tables, counts


def _described(file: Path, name: str) -> dict[str, Any]:
    try:
        size = file.stat().st_size
        file.open("rb").close()
    except OSError as error:
        raise CaptureError(_below_inputs(file, name), expected="a readable file", found=str(error)) from error
    return {**_unread(file, name), "size": size}


def _digest(file: Path) -> str | None:
    """The SHA-256 of a file; None where it can't be read to its end."""
    digest = hashlib.sha256()
    # Windows of the file, not reads: nothing is copied, and this thread seldom waits for the one that decodes.
    try:
        with file.open("rb") as content:
            size = file.stat().st_size
            for at in range(0, size, _WINDOW):
                length = min(_WINDOW, size - at)
                with mmap.mmap(content.fileno(), length, access=mmap.ACCESS_READ, offset=at) as window:
                    digest.update(window)
    except (OSError, ValueError):  # the latter where it became shorter meanwhile
        return None
    return digest.hexdigest()


def _unread(file: Path, name: str) -> dict[str, Any]:
    return {
        "name": _below_inputs(file, name),
        "size": None,
        "sha256": None,
        "format": None,
        "container": None,
    }


def _below_inputs(file: Path, name: str) -> str:
    return str(PurePosixPath(name).parent / file.name)


def _with_left_out(tables: Tables, counts: _Counts) -> Mapping[str, Any]:
    """What the reader tells, and where it does not know of a filter, what the events show of one."""
    told = tables.info
    if told.get("format") not in ("CSV", "XML") or counts.first is None or counts.last is None:
        return told
    rows = pa.array(sorted(one for one in counts.acted if one is not None), pa.int64())
    named = tables.processes.column(processes.PROCESS_NAME).take(rows)
    programs = pc.unique(named).to_pylist() if columns.PROCESS_NAME in told["columns"] else []
    found = left_out(counts.by[events.OPERATION], programs, seconds=(counts.last - counts.first) / 1e9)
    return {**told, "filtered": found} if found else told


def _info(
    name: str,
    files: list[dict[str, Any]],
    told: Mapping[str, Any],
    counts: _Counts,
    refused: dict[str, Any] | None,
) -> dict[str, Any]:
    nothing = "The capture could not be read." if refused else "The reader of this format does not tell."
    unknown = {"value": False if refused else None, "reason": nothing}
    shown = {**_shown_by_events(counts, refused is not None), **told.get("can_show", {})}
    return {
        "capture": name,
        "files": files,
        "format": told.get("format") or (files[0]["format"] if files else None),
        "version": told.get("version"),
        "bits": told.get("bits"),
        "host": told.get("host"),
        "os": told.get("os"),
        "system_root": told.get("system_root"),
        "cpus": told.get("cpus"),
        "ram": told.get("ram"),
        "hosts": told.get("hosts", {}),
        "first_time": _iso(counts.first),
        "last_time": _iso(counts.last),
        "time_zone": told.get("time_zone", {"name": None, "known_by": nothing}),
        "date": told.get("date", {"known": False, "order": None, "ambiguous": False, "known_by": nothing}),
        "events": counts.events,
        "event_classes": dict(counts.by[events.EVENT_CLASS].most_common()),
        "operations": dict(counts.by[events.OPERATION].most_common()),
        "can_show": {key: shown.get(key, unknown) for key in contract.CAN_SHOW},
        "filtered": told.get("filtered", {"value": None, "reason": nothing}),
        "columns": list(told.get("columns", [])),
        "rejected": told.get("rejected", {"count": 0, "rows": []}),
        "lost_texts": told.get("lost_texts", 0),
        "unknown_words": unknown_words(counts.by[events.OPERATION], counts.by[events.RESULT]),
        "lost_hosts": told.get("lost_hosts", False),
        "unapplied": list(told.get("unapplied", [])),
        "remarks": list(told.get("remarks", [])),
        "refused": refused,
    }


def _shown_by_events(counts: _Counts, refused: bool) -> dict[str, dict[str, Any]]:
    met = {
        "file_events": counts.by[events.EVENT_CLASS][events.FILE_SYSTEM],
        "registry_events": counts.by[events.EVENT_CLASS][events.REGISTRY],
        "process_events": counts.by[events.EVENT_CLASS][events.PROCESS_CLASS],
        "network_events": counts.by[events.EVENT_CLASS][events.NETWORK],
        "reads": sum(counts.by[events.OPERATION][name] for name in _READS),
    }
    absent = dict.fromkeys(met, "The capture could not be read." if refused else _NO_EVENT)
    if opens := counts.by[events.OPERATION]["CreateFile"]:
        absent["reads"] = (
            f"Files were opened {opens:,} times but no ReadFile event is there: a filter kept reads out."
        )
    return {
        key: {"value": count > 0, "reason": f"{count:,} events." if count else absent[key]}
        for key, count in met.items()
    }


def _iso(time: int | None) -> str | None:
    return None if time is None else str(np.datetime_as_string(np.datetime64(time, "ns"), unit="ns"))
