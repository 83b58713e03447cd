"""What some events did to the machine, in a few numbers and names: the weight behind a suspicion."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.autostart.autostart_values import data_of, place_of
from scripts.procmon.findings.evidence.records import SUCCESS, Record, records
from scripts.procmon.findings.evidence.select import Mask, of_processes, one_of
from scripts.procmon.findings.paths.places import hides
from scripts.procmon.findings.registry.registry_paths import matches, normal
from scripts.procmon.knowledge import knowledge

#: Operations that tell others something; they change nothing on this machine.
SENDS = ("TCP Send", "UDP Send", "TCP Connect")
_CACHE = re.compile(r"\\(?:[^\\]*cache[^\\]*|content\.ie5)\\", re.I)
_PROGRAM_FILE = re.compile(
    r"\.(?:exe|dll|sys|scr|com|ocx|cpl|drv|pif|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta)$", re.I
)
_MADE = re.compile(r"OpenResult: (?:Created|Superseded|Overwritten)")
_SERVICE = re.compile(r"hklm\\system\\currentcontrolset\\services\\([^\\]+)\\")
_NATIVE = re.compile(r"\.(?:exe|dll|sys|scr|com|ocx|cpl|drv)$", re.I)


@dataclass(frozen=True, kw_only=True)
class Acts:
    """Distinct paths by what was done to them, in order of the events; ``events`` are those that changed something."""

    files_written: list[str] = field(default_factory=list)
    programs_written: list[str] = field(default_factory=list)
    files_deleted: list[str] = field(default_factory=list)
    values_set: list[str] = field(default_factory=list)
    values_deleted: list[str] = field(default_factory=list)
    autostarts: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    sent_to: list[str] = field(default_factory=list)  #: peers outside, as shown
    events: list[int] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)  #: path → the first event that changed it

    def most_telling(self, most: int = 6) -> list[int]:
        """The first events of its gravest acts: automatic starts, services, programs, then whatever it changed."""
        grave = [*self.autostarts, *self.programs_written, *self.hidden, *self.values_set, *self.first]
        return sorted(self.first[path] for path in list(dict.fromkeys(grave))[:most])

    @property
    def any(self) -> bool:
        return bool(self.events)

    @property
    def native(self) -> list[str]:
        """The programs written that are machine code or drivers."""
        return [path for path in self.programs_written if _NATIVE.search(path)]

    @cached_property
    def hidden(self) -> list[str]:
        """The files written where no program writes anything."""
        return [path for path in self.files_written if hides(path)]

    @property
    def grave(self) -> bool:
        """Whether something was done that outlives the process: programs, services, places of automatic start."""
        return bool(self.programs_written or self.autostarts or self.services or self.hidden)

    def facts(self) -> dict[str, list[str]]:
        """The same as plain data for the sentences."""
        return {
            "files_written": self.files_written,
            "programs_written": self.programs_written,
            "files_deleted": self.files_deleted,
            "values_set": self.values_set,
            "values_deleted": self.values_deleted,
            "autostarts": self.autostarts,
            "services": self.services,
            "started": self.started,
            "sent_to": self.sent_to,
        }


def acts(capture: Capture, mask: Mask) -> Acts:
    """What the events of ``mask`` did; failed ones did nothing."""
    changes, sends = _telling(capture)
    found: dict[str, dict[str, None]] = defaultdict(dict)
    events: list[int] = []
    first: dict[str, int] = {}
    for record in records(capture, mask & changes):
        noted = _NOTES[record.operation](record)
        if noted is None:
            continue
        for kind, name in noted.items():
            found[kind][name] = None
        events.append(record.event)
        first.setdefault(record.path, record.event)
    paths = capture.events[e.PATH].iloc[np.flatnonzero(mask & sends)].dropna().unique()
    peers = (str(path).partition(" -> ")[2] for path in paths)
    lists = {kind: list(names) for kind, names in found.items()}
    return Acts(
        **lists, sent_to=list(dict.fromkeys(peer for peer in peers if peer)), events=events, first=first
    )


def acts_of(capture: Capture, processes: Iterable[int]) -> Acts:
    """What these processes did on this machine, and whom they told."""
    return acts(capture, of_processes(capture, processes))


@lru_cache(maxsize=1)
def _telling(capture: Capture) -> tuple[Mask, Mask]:
    """The events that may have changed something, and those that told others something."""
    operations, done = capture.events[e.OPERATION], one_of(capture.events[e.RESULT], {SUCCESS})
    return done & one_of(operations, _NOTES.keys()), done & one_of(operations, SENDS)


#: What one event did, as the lists of Acts and what it adds to each; None where it changed nothing.
Noted = Mapping[str, str] | None


def _created(record: Record) -> Noted:
    if "Delete On Close" in record.detail:
        return {"files_deleted": record.path}
    return _written(record) if _MADE.search(record.detail) else None


def _written(record: Record) -> Noted:
    program = _PROGRAM_FILE.search(record.path) and not _CACHE.search(record.path)
    return {"files_written": record.path, **({"programs_written": record.path} if program else {})}


def _marked(record: Record) -> Noted:
    gone = "Delete: True" in record.detail or "FILE_DISPOSITION_DELETE" in record.detail
    return {"files_deleted": record.path} if gone else None


def _set(record: Record) -> Noted:
    noted = {"values_set": record.path}
    if _is_ordinary_service_value(record.path):
        return noted
    if service := _SERVICE.match(normal(record.path)):
        noted["services"] = service[1]
    if place_of(record.path, data_of(record)) is not None:
        noted["autostarts"] = record.path
    return noted


def _key_created(record: Record) -> Noted:
    return {} if "REG_CREATED_NEW_KEY" in record.detail else None


def _deleted(record: Record) -> Noted:
    return {"values_deleted": record.path}


def _started(record: Record) -> Noted:
    return {"started": record.path}


def _times(record: Record) -> Noted:
    return {} if "Time" in record.detail else None


@lru_cache(maxsize=1 << 14)
def _is_ordinary_service_value(path: str) -> bool:
    return any(matches(text, path) for text in knowledge("registry_ordinary")["service_values"])


#: Operations that change something, and so are worth a look one by one.
_NOTES: Mapping[str, Callable[[Record], Noted]] = {
    "CreateFile": _created,
    "WriteFile": _written,
    "SetDispositionInformationFile": _marked,
    "SetDispositionInformationEx": _marked,
    "SetRenameInformationFile": _written,
    "SetRenameInformationEx": _written,
    "SetBasicInformationFile": _times,
    "RegSetValue": _set,
    "RegCreateKey": _key_created,
    "RegDeleteKey": _deleted,
    "RegDeleteValue": _deleted,
    "RegRenameKey": _deleted,
    "Process Create": _started,
}
