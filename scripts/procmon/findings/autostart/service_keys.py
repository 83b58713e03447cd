"""What was done to the keys of services and drivers in the registry, service by service."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ntpath import basename

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.detail_text import number
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.paths.places import plain_path, program_of
from scripts.procmon.findings.registry.before import NEW_KEY
from scripts.procmon.findings.registry.registry_paths import normal

#: Where the keys of services stand.
SERVICES = r"HKLM\System\CurrentControlSet\Services"

CHANGES = frozenset({"RegSetValue", "RegCreateKey", "RegDeleteKey", "RegDeleteValue"})

#: Values right in a service's key (or its Parameters) that say what runs, how and as whom. Others are its own data.
SETTINGS = frozenset(
    {
        "type",
        "start",
        "errorcontrol",
        "imagepath",
        "displayname",
        "description",
        "objectname",
        "group",
        "tag",
        "deleteflag",
        "dependonservice",
        "delayedautostart",
        "failurecommand",
        "servicedll",
    }
)
STARTS = {0: "boot", 1: "system", 2: "automatic", 3: "on demand", 4: "disabled"}
_DRIVER_TYPES = {1, 2, 8}
_KEY = re.compile(r"hklm\\system\\currentcontrolset\\services\\([^\\]+)(?:\\(.+))?$")


@dataclass
class ServiceKey:
    """The successful changes of one service's key, in order."""

    name: str
    created: list[Record] = field(default_factory=list)
    opened: list[Record] = field(default_factory=list)  #: RegCreateKey that does not say whether it created
    sets: list[Record] = field(default_factory=list)
    deleted: list[Record] = field(default_factory=list)  #: the key itself
    parts_deleted: list[Record] = field(default_factory=list)  #: keys below it

    @property
    def values(self) -> dict[str, str]:
        """The settings by name as last set, with the texts of Detail."""
        return {basename(record.path): record.fields.get("Data", "") for record in self.sets}

    def value(self, name: str) -> str | None:
        """One setting, whatever the case of its name."""
        return next((data for known, data in self.values.items() if known.lower() == name.lower()), None)

    def value_number(self, name: str) -> int | None:
        """One setting that is a number."""
        data = self.value(name)
        return None if data is None else number(data)

    @property
    def starts(self) -> str | None:
        """When the service starts, in words."""
        value = self.value_number("Start")
        return None if value is None else STARTS.get(value)

    @property
    def is_new(self) -> bool:
        """Whether the capture shows the service being made.

        Process Monitor says REG_CREATED_NEW_KEY; where it does not say, setting both the type and the program of a
        service means the same.
        """
        return bool(self.created) or (
            bool(self.opened) and self.value("Type") is not None and self.value("ImagePath") is not None
        )

    @property
    def is_driver(self) -> bool:
        """Whether the key belongs to a driver."""
        return self.value_number("Type") in _DRIVER_TYPES or (self.image or "").lower().endswith(".sys")

    @property
    def image(self) -> str | None:
        """The program or driver that starts, as a path; a driver without ImagePath lies in system32\\drivers."""
        for name in ("ServiceDll", "ImagePath"):
            if data := self.value(name):
                return plain_path(data) if data.lower().endswith((".sys", ".dll")) else program_of(data)
        if self.value_number("Type") in _DRIVER_TYPES:
            return rf"C:\Windows\System32\drivers\{self.name}.sys"
        return None

    @property
    def records(self) -> list[Record]:
        """All changes that count, in order."""
        every: Iterable[Record] = (*self.created, *self.sets, *self.deleted, *self.parts_deleted)
        return sorted(every, key=lambda record: record.event)


def service_keys(capture: Capture) -> dict[str, ServiceKey]:
    """The services whose keys were changed, by name in lower case; failed changes are none."""
    events = capture.events
    mask = one_of(events[e.OPERATION], CHANGES) & one_of(events[e.RESULT], {"SUCCESS"})
    mask[mask] = where(events[e.PATH][mask], lambda path: _KEY.match(normal(path)) is not None)
    found: dict[str, ServiceKey] = {}
    for record in records(capture, mask):
        match = _KEY.match(normal(record.path))
        if match:
            name = _shown_name(record.path)
            _note(found.setdefault(match[1], ServiceKey(name)), record, match[2])
    return {name: key for name, key in found.items() if key.records}


def _shown_name(path: str) -> str:
    """The service's name as Process Monitor shows it."""
    parts = path.split("\\")
    at = next(index for index, part in enumerate(parts) if part.lower() == "services")
    return parts[at + 1]


def _note(key: ServiceKey, record: Record, rest: str | None) -> None:
    if record.operation == "RegCreateKey" and rest is None:
        new = NEW_KEY in record.detail
        opened = "Disposition" not in record.fields
        (key.created if new else key.opened if opened else []).append(record)
    elif record.operation == "RegDeleteKey":
        (key.deleted if rest is None else key.parts_deleted).append(record)
    elif record.operation == "RegSetValue" and rest is not None:
        folder, _, name = rest.rpartition("\\")
        if name in SETTINGS and folder in ("", "parameters") and (name == "servicedll") == bool(folder):
            key.sets.append(record)
