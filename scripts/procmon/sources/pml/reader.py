"""Process Monitor's native log: the parts of one capture → events in batches, and the tables beside them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from scripts.procmon.contracts.source import Batch, Tables
from scripts.procmon.sources.ahead import ahead
from scripts.procmon.sources.pml.batch import decode_batch
from scripts.procmon.sources.pml.info import Seen, capture_info
from scripts.procmon.sources.pml.parts import check_parts
from scripts.procmon.sources.pml.processes import Processes
from scripts.procmon.sources.pml.records import Records
from scripts.procmon.sources.pml.tables import Part, open_part
from scripts.procmon.sources.pml.users import Users

BATCH = 160_000
#: Texts of a batch must stay below 2 GiB, and bytes are shown with three characters each.
_MOST_BYTES = 256 << 20


def open_pml(files: Sequence[Path], *, names: Sequence[str] = (), batch: int = BATCH) -> PmlReader:
    """The capture whose parts are ``files``, in order: Logfile.PML, Logfile-1.PML, …, plain files, mapped into memory.

    Errors call the parts by ``names``, or by their paths. Versions 7 and 9 are known, 5, 6 and 8 tried, others
    refused. Raises CaptureError for what is no PML, was not closed cleanly, contradicts itself, or is no part of
    the same log; so does reading.
    """
    called = names or [str(file) for file in files]
    parts = [open_part(Path(file), name) for file, name in zip(files, called, strict=True)]
    check_parts(parts)
    return PmlReader(parts, batch)


class PmlReader:
    """A contracts.source.Reader of PML files."""

    def __init__(self, parts: Sequence[Part], batch: int) -> None:
        self._parts = parts
        self._batch = batch
        self._processes = Processes(parts)
        self._monitor = self._processes.monitor(parts[0].version)
        self._seen = Seen()

    @property
    def zone(self) -> str | None:
        """PML times are UTC."""
        return "UTC"

    @property
    def events(self) -> int:
        """How many events the headers announce."""
        return sum(part.events for part in self._parts)

    def batches(self) -> Iterator[Batch]:
        """The events in order of time within each part, the parts one after the other; once."""
        users = Users(self._parts, self._processes)
        stacks = 0
        for number, part in enumerate(self._parts):
            for records in ahead(self._records(part, users)):
                processes = self._processes.row_of(number, records.headers["process"])
                batch = decode_batch(
                    records, first_event=self._seen.events, processes=processes, first_stack=stacks
                )
                self._seen.add(records.headers, int(records.short.sum()))
                self._seen.lose(part, records.lost)
                stacks += len(batch.stacks) if batch.stacks is not None else 0
                part.forget()
                yield batch
        self._seen.check_any_left()

    def _records(self, part: Part, users: Users) -> Generator[Records]:
        """Runs of at most a batch of events, shorter ones where their details are large; their paths are found."""
        # Nothing can be decoded while the first run is found, so that one is short.
        starts = [0, *range(max(self._batch // 5, 1), part.events, self._batch), part.events]
        waiting = [(first, last) for first, last in pairwise(starts) if first < last]
        waiting.reverse()
        while waiting:
            first, last = waiting.pop()
            records = Records(part, first, last, users, self._monitor)
            if records.detail_bytes > _MOST_BYTES and last - first > 1:
                middle = (first + last) // 2
                waiting += [(middle, last), (first, middle)]
            else:
                _ = records.paths
                yield records

    def tables(self) -> Tables:
        """Processes, modules and the reader's share of capture.json; only after ``batches`` is exhausted."""
        modules = self._processes.modules()
        return Tables(
            processes=self._processes.table(),
            modules=modules,
            info=capture_info(
                self._parts, self._seen, modules=modules, lost_events=self._processes.lost_events
            ),
        )
