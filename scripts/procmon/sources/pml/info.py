"""What a PML says of itself, and what its content can show: the reader's share of capture.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scripts.procmon.contracts import processes
from scripts.procmon.contracts.columns import COLUMNS, SEQUENCE
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.export_info import Rejected
from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.names import operations
from scripts.procmon.sources.pml.tables import Part, fixed_text
from scripts.procmon.sources.pml.windows import windows_name

#: A PML holds whatever Process Monitor can show.
_COLUMNS = [name for name in COLUMNS if name != SEQUENCE]
#: More names of hosts than this are left out of capture.json.
MOST_HOSTS = 2_000
#: Captures saved with the default rules lacked 72 and 78 % of the numbers, those with narrower ones 95 % and more.
_MOST_BY_DEFAULT = 0.9
_CLASSES = {
    "file_events": (layout.FILE_SYSTEM, "file-system"),
    "registry_events": (layout.REGISTRY, "registry"),
    "process_events": (layout.PROCESS_CLASS, "process"),
    "network_events": (layout.NETWORK, "network"),
}


@dataclass
class Numbers:
    """The running numbers of events of one series: how many there are between the first and the last."""

    count: int = 0
    first: int | None = None
    last: int | None = None

    def add(self, numbers: NDArray[Any]) -> None:
        """Takes the numbers of a batch in."""
        if numbers.size:
            self.count += int(numbers.size)
            low, high = int(numbers.min()), int(numbers.max())
            self.first = low if self.first is None else min(low, self.first)
            self.last = high if self.last is None else max(high, self.last)

    @property
    def span(self) -> int:
        """All numbers from the first to the last."""
        return 0 if self.first is None or self.last is None else self.last - self.first + 1


@dataclass
class Seen:
    """What was met while the events were read, for what the capture can show."""

    events: int = 0
    stacks: int = 0
    unread: int = 0
    classes: Counter[int] = field(default_factory=Counter)
    reads: int = 0
    opens: int = 0
    numbers: dict[bool, Numbers] = field(default_factory=dict)
    lost: Rejected = field(default_factory=Rejected)
    first_lost: CaptureError | None = None

    def add(self, headers: NDArray[Any], unread: int) -> None:
        """Counts a batch of event headers."""
        self.events += headers.size
        self.unread += unread
        self.stacks += int(np.count_nonzero(headers["frames"]))
        files = headers["event_class"] == layout.FILE_SYSTEM
        done = headers["operation"][files]
        self.reads += int(np.isin(done, (operations.READ_FILE, operations.MDL_READ)).sum())
        self.opens += int((done == operations.CREATE_FILE).sum())
        classes, counts = np.unique(headers["event_class"], return_counts=True)
        self.classes.update(dict(zip(classes.tolist(), counts.tolist(), strict=True)))
        network = headers["sequence"] >= layout.FIRST_NETWORK_SEQUENCE
        for series, rows in ((True, network), (False, ~network)):
            self.numbers.setdefault(series, Numbers()).add(headers["sequence"][rows])

    def lose(self, part: Part, lost: Sequence[tuple[int, int, str]]) -> None:
        """Counts events that could not be read: number, offset and reason of each."""
        for event, offset, reason in lost:
            place = f"event {event:,} at offset 0x{offset:X}"
            self.lost.add(f"{part.name}, {place}", reason)
            self.first_lost = self.first_lost or part.wrong(
                offset, f"event {event:,} to lie in a file of {part.source.size:,} bytes", reason
            )

    def check_any_left(self) -> None:
        """Raises CaptureError if events were lost and none was read."""
        if self.first_lost and not self.events:
            raise self.first_lost


def capture_info(parts: Sequence[Part], seen: Seen, *, modules: pa.Table, lost_events: int) -> dict[str, Any]:
    """The keys of contracts.source.Tables.info that a PML can fill."""
    header = parts[0].header
    lost_texts = sum(part.strings.lost for part in parts)
    return {
        "format": "PML",
        "version": parts[0].version,
        "bits": parts[0].bits,
        "host": fixed_text(header["computer_name"].tobytes()) or None,
        "os": _os(header),
        "system_root": fixed_text(header["system_root"].tobytes()) or None,
        "cpus": int(header["cpus"]) or None,
        "ram": int(header["ram"]) or None,
        "hosts": _hosts(parts),
        "time_zone": {"name": "UTC", "known_by": "PML times are FILETIMEs in UTC"},
        # The order in which the Detail texts that are made from a PML write their dates.
        "date": {
            "known": True,
            "order": "month-day-year",
            "ambiguous": False,
            "known_by": "PML times hold the date",
        },
        "can_show": _can_show(seen, modules, lost_texts),
        "filtered": _filtered(seen),
        "columns": list(_COLUMNS),
        "rejected": {"count": seen.lost.count, "rows": seen.lost.rows},
        "lost_texts": lost_texts,
        "lost_hosts": any(part.hosts.error for part in parts),
        "remarks": _remarks(parts, seen, lost_events),
    }


def _hosts(parts: Sequence[Part]) -> dict[str, list[str]]:
    """The addresses that stand behind the names of the network events, by name."""
    found: dict[str, list[str]] = {}
    for part in parts:
        for name, addresses in part.hosts.named(MOST_HOSTS).items():
            found[name] = list(dict.fromkeys([*found.get(name, ()), *addresses]))
    return dict(list(found.items())[:MOST_HOSTS])


def _os(header: np.void) -> str | None:
    if not header["os_major"]:
        return None
    return windows_name(
        int(header["os_major"]),
        int(header["os_minor"]),
        int(header["os_build"]),
        product_type=int(header["product_type"]),
        service_pack=fixed_text(header["service_pack"].tobytes()),
    )


def _can_show(seen: Seen, modules: pa.Table, lost_texts: int) -> dict[str, dict[str, Any]]:
    told = {
        "stacks": _told(seen.stacks, "{:,} events have a call stack.", "No event has a call stack."),
        "modules": _told(modules.num_rows, "{:,} modules of processes are listed.", "No module is listed."),
        "category": _fact("Derived from the operations by Process Monitor's own rules."),
        "dates": _fact("PML times hold the date."),
        "process_table": _fact("A PML holds a table of all processes."),
        "tid": _fact("Every event names its thread."),
        "duration": _fact("Every event that had ended holds its duration."),
        "reads": _reads(seen),
    }
    for key, (number, word) in _CLASSES.items():
        count = seen.classes[number]
        told[key] = _told(count, "{:,} " + word + " events.", f"The capture holds no {word} event.")
    nameless = modules.column(processes.MODULE_PATH).null_count
    if lost_texts and 2 * nameless >= modules.num_rows:
        reason = f"The file is cut off: {nameless:,} of {modules.num_rows:,} modules have lost their names."
        told["modules"] = told["stacks"] = {"value": False, "reason": reason}
    return told


def _told(count: int, yes: str, no: str) -> dict[str, Any]:
    return {"value": count > 0, "reason": yes.format(count) if count else no}


def _fact(reason: str) -> dict[str, Any]:
    return {"value": True, "reason": reason}


def _filtered(seen: Seen) -> dict[str, Any]:
    """Whether events are missing. Process Monitor numbers all that it captures, so gaps tell of a filter."""
    span = sum(series.span for series in seen.numbers.values())
    missing = span - sum(series.count for series in seen.numbers.values())
    if not seen.events or missing < 0:
        return {"value": None, "reason": "The events do not tell whether a filter left some out."}
    if not missing:
        return {
            "value": False,
            "reason": "Events are numbered as they are captured, and no number is missing.",
        }
    reason = (
        f"Events are numbered as they are captured, and {missing:,} of the {span:,} numbers from the first to the last "
        "event are missing"
    )
    if missing < _MOST_BY_DEFAULT * span:
        return {
            "value": None,
            "reason": f"{reason}; Process Monitor's default rules alone leave out as many.",
        }
    return {"value": True, "reason": f"{reason}: a filter left them out when the log was captured or saved."}


def _reads(seen: Seen) -> dict[str, Any]:
    if not seen.reads and seen.opens:
        reason = (
            f"Files were opened {seen.opens:,} times but no ReadFile event is there: a filter kept reads out, so what "
            "was read, and what was copied from where, cannot be seen."
        )
        return {"value": False, "reason": reason}
    return _told(seen.reads, "{:,} reads of files.", "The capture holds no read of a file.")


def _remarks(parts: Sequence[Part], seen: Seen, lost_events: int) -> list[str]:
    remarks = []
    if parts[0].version in layout.TRIED_VERSIONS:
        remarks.append(
            f"PML version {parts[0].version} is unverified: it was read like versions 7 and 9, and no export of Process "
            "Monitor was there to compare with."
        )
    unnamed = sum(count for number, count in seen.classes.items() if number not in operations.EVENT_CLASSES)
    if unnamed:
        remarks.append(f"{unnamed:,} events are of a class without a name and shown as {operations.UNKNOWN}.")
    if seen.lost.count:
        remarks.append(
            f"{seen.lost.count:,} of {seen.lost.count + seen.events:,} events could not be read, the first of them "
            f"{seen.lost.rows[0]['where']}. Events are numbered without them."
        )
    remarks += [remark for part in parts for remark in part.damage()]
    if seen.unread:
        remarks.append(f"The details of {seen.unread:,} events are cut short in the file and left blank.")
    if lost_events:
        remarks.append(
            f"{lost_events:,} events name a process that the process table lacks; they stand under "
            f"{operations.UNKNOWN}."
        )
    return remarks
