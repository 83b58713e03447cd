"""What some events did to the machine, in a few numbers and names: the weight behind a suspicion."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.autostart_values import data_of, place_of
from scripts.procmon.findings.places import hides
from scripts.procmon.findings.records import SUCCESS, Record, records
from scripts.procmon.findings.registry_paths import matches, normal
from scripts.procmon.findings.select import Mask, one_of
from scripts.procmon.knowledge import knowledge

#: Operations that change something, and so are worth a look one by one.
CHANGES = (
    "CreateFile",
    "WriteFile",
    "SetDispositionInformationFile",
    "SetDispositionInformationEx",
    "SetRenameInformationFile",
    "SetRenameInformationEx",
    "SetBasicInformationFile",
    "RegSetValue",
    "RegCreateKey",
    "RegDeleteKey",
    "RegDeleteValue",
    "RegRenameKey",
    "Process Create",
)
#: Operations that tell others something; they change nothing on this machine.
SENDS = ("TCP Send", "UDP Send", "TCP Connect")
_CACHE = re.compile(r"\\(?:[^\\]*cache[^\\]*|content\.ie5)\\", re.I)
_PROGRAM_FILE = re.compile(
    r"\.(?:exe|dll|sys|scr|com|ocx|cpl|drv|pif|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta)$", re.I
)
_NATIVE = re.compile(r"\.(?:exe|dll|sys|scr|com|ocx|cpl|drv)$", re.I)


@dataclass(kw_only=True)
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

    @property
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
    done = Acts()
    for record in records(capture, mask & one_of(capture.events[e.OPERATION], CHANGES)):
        if record.succeeded and _note(done, record):
            done.events.append(record.event)
            done.first.setdefault(record.path, record.event)
    sends = mask & one_of(capture.events[e.OPERATION], SENDS) & one_of(capture.events[e.RESULT], {SUCCESS})
    paths = capture.events[e.PATH][sends].dropna().astype(str).unique()
    done.sent_to += dict.fromkeys(peer for path in paths if (peer := path.partition(" -> ")[2]))
    return done


def acts_of(capture: Capture, processes: Iterable[int]) -> Acts:
    """What these processes did on this machine, and whom they told."""
    return acts(capture, capture.events[e.PROCESS].isin(list(processes)).to_numpy())


def _note(done: Acts, record: Record) -> bool:
    """Puts one event's act where it belongs; False where it changed nothing."""
    note = _NOTES.get(record.operation)
    return bool(note and note(done, record))


def _created(done: Acts, record: Record) -> bool:
    if "Delete On Close" in record.detail:
        return _add(done.files_deleted, record.path)
    if not re.search(r"OpenResult: (?:Created|Superseded|Overwritten)", record.detail):
        return False
    return _written(done, record)


def _written(done: Acts, record: Record) -> bool:
    _add(done.files_written, record.path)
    if _PROGRAM_FILE.search(record.path) and not _CACHE.search(record.path):
        _add(done.programs_written, record.path)
    return True


def _marked(done: Acts, record: Record) -> bool:
    gone = "Delete: True" in record.detail or "FILE_DISPOSITION_DELETE" in record.detail
    return gone and _add(done.files_deleted, record.path)


def _set(done: Acts, record: Record) -> bool:
    _add(done.values_set, record.path)
    if _is_ordinary_service_value(record.path):
        return True
    if service := re.match(r"hklm\\system\\currentcontrolset\\services\\([^\\]+)\\", normal(record.path)):
        _add(done.services, service[1])
    if place_of(record.path, data_of(record)) is not None:
        _add(done.autostarts, record.path)
    return True


def _key_created(done: Acts, record: Record) -> bool:  # noqa: ARG001
    return "REG_CREATED_NEW_KEY" in record.detail


def _value_deleted(done: Acts, record: Record) -> bool:
    return _add(done.values_deleted, record.path)


def _started(done: Acts, record: Record) -> bool:
    return _add(done.started, record.path)


def _times(done: Acts, record: Record) -> bool:  # noqa: ARG001
    return "Time" in record.detail


def _is_ordinary_service_value(path: str) -> bool:
    return any(matches(text, path) for text in knowledge("registry_ordinary")["service_values"])


def _add(to: list[str], path: str) -> bool:
    if path not in to:
        to.append(path)
    return True


_NOTES: dict[str, Any] = {
    "CreateFile": _created,
    "WriteFile": _written,
    "SetDispositionInformationFile": _marked,
    "SetDispositionInformationEx": _marked,
    "SetRenameInformationFile": _written,
    "SetRenameInformationEx": _written,
    "SetBasicInformationFile": _times,
    "RegSetValue": _set,
    "RegCreateKey": _key_created,
    "RegDeleteKey": _value_deleted,
    "RegDeleteValue": _value_deleted,
    "RegRenameKey": _value_deleted,
    "Process Create": _started,
}
