"""A computer that never was: its Windows, its processes and the modules in them, and when the capture ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

from scripts.procmon.sources.pml.writer import Machine, Module
from scripts.reconstruction.stacks import Calls

TICKS = 10_000_000

LOCAL_SYSTEM = r"NT AUTHORITY\SYSTEM"
LOCAL_SERVICE = r"NT AUTHORITY\LOCAL SERVICE"
NETWORK_SERVICE = r"NT AUTHORITY\NETWORK SERVICE"

#: Logon sessions that every Windows has, by the account that they belong to.
SERVICE_LOGONS = {LOCAL_SYSTEM: 0x3E7, LOCAL_SERVICE: 0x3E5, NETWORK_SERVICE: 0x3E4}

#: base, size, folder, version, description.
FileFacts = tuple[int, int, str, str, str]


def filetime(text: str) -> int:
    """An ISO 8601 moment in UTC as FILETIME."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)
    return ((moment.days * 86_400 + moment.seconds) * 1_000_000 + moment.microseconds) * 10


class Program(NamedTuple):
    """A process: ``parent`` is a key of the programs; ``started`` and ``ended`` are seconds of the capture or None."""

    pid: int
    name: str
    parent: str | None
    command_line: str
    user: str
    modules: tuple[str, ...]
    started: float | None = None
    ended: float | None = None
    integrity: str = ""
    session: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Computer:
    """All that is said of one computer; the capture runs from FILETIME ``start`` for ``length`` seconds."""

    header: Machine
    files: Mapping[str, FileFacts]  #: by name; programs stand among their modules
    companies: Mapping[str, str]  #: of the files that are not Microsoft's
    linked: int  #: when the files were linked, in seconds from 1970, but for some hours
    built: int  #: how old Windows' own files are, as FILETIME
    programs: Mapping[str, Program]
    shown_names: Mapping[str, str]  #: names as Process Monitor shows them where they differ from the file's
    logons: Mapping[str, int]
    sids: Mapping[str, bytes] = field(
        default_factory=dict
    )  #: of users and integrity levels; none on Windows XP
    calls: Calls
    start: int
    length: float
    boot: int
    environment: tuple[str, ...]  #: what a new process inherits; the same for all, shortened
    gone: Mapping[str, int]  #: PIDs of parents that ended before the capture, by the process
    virtualized: int  #: what the process table says of virtualization

    @cached_property
    def indexes(self) -> dict[str, int]:
        """What the log names each process by."""
        return {key: index for index, key in enumerate(self.programs, start=11)}

    def moment(self, second: float) -> int:
        """A second of the capture as FILETIME."""
        return self.start + round(second * TICKS)

    def module(self, name: str) -> Module:
        """The module of that file name."""
        base, size, folder, version, description = self.files[name]
        return Module(
            base=base,
            size=size,
            path=rf"{folder}\{name}",
            version=version,
            company=self.companies.get(name, "Microsoft Corporation"),
            description=description,
            timestamp=self.linked + (base >> 12) % 0x4000,
        )
