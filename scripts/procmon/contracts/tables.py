"""The tables of findings.json: what was changed on the machine and who was there, a row a thing (not an event).

Every row is plain data: str, int, float, bool, None, and lists of these. Times are ISO 8601 with nanoseconds
as text; ``events`` and names that end in ``_event`` are event numbers; sizes are bytes. ``process`` is a row of
processes.parquet and ``who`` the same for people: "lsass.exe (300)". ``ordinary`` holds the reason why a row is
everyday Windows business (a key of the text catalogue ``ordinary``), or None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """files: one file or folder that was created, overwritten, written or given other permissions or attributes."""

    path: str
    how: Literal["created", "overwritten", "written", "changed"]
    what: Literal["driver", "executable", "script", "shortcut", "folder", "data"]
    process: int
    who: str
    time: str
    events: list[int]
    writers: list[str] = field(default_factory=list)
    bytes_written: int | None = None
    size: int | None = None  #: end of file as far as the writes tell
    attributes: str | None = None  #: "HS" as Process Monitor shows them
    #: "not known" where the capture holds nothing by which a file could be deleted or renamed
    fate: Literal["still there", "deleted", "renamed", "deleted on close", "not known"] = "still there"
    fate_event: int | None = None
    fate_who: str | None = None
    renamed_to: str | None = None
    copied_from: str | None = None
    copy_confidence: Literal["certain", "likely", "possible"] | None = None
    ordinary: str | None = None
    #: What else was changed about it: "owner", "permissions", "hidden" (the attributes Hidden and System set)
    changed: list[str] = field(default_factory=list)
    changed_by: list[str] = field(default_factory=list)

    @property
    def made(self) -> bool:
        """Whether the capture shows it being made, or made anew."""
        return self.how in ("created", "overwritten")

    @property
    def left(self) -> bool:
        """Whether it is still there under its name, as far as the capture tells."""
        return self.fate in ("still there", "not known")


@dataclass(frozen=True, kw_only=True)
class CopyRow:
    """copies: the content of one file came from another."""

    source: str
    target: str
    process: int
    who: str
    time: str
    bytes_copied: int
    reads: int
    writes: int
    api: str | None  #: "CopyFileExW" where the stack of a write shows it
    confidence: Literal["certain", "likely", "possible"]
    events: list[int]


@dataclass(frozen=True, kw_only=True)
class DeletionRow:
    """deletions: a file that was deleted, or marked so that it goes when it is closed."""

    path: str
    process: int
    who: str
    time: str
    how: Literal["deleted", "deleted on close"]
    created_here: bool  #: the same capture shows its creation
    events: list[int]
    attempt: bool = False  #: the result says that it did not happen
    ordinary: str | None = None


@dataclass(frozen=True, kw_only=True)
class RenameRow:
    """renames: a file that got another name."""

    path: str
    to: str
    process: int
    who: str
    time: str
    events: list[int]
    ordinary: str | None = None


@dataclass(frozen=True, kw_only=True)
class DriverRow:
    """drivers: a kernel driver, from file to loaded, as far as the capture shows."""

    service: str | None
    file: str | None
    dropped: bool
    registered: bool
    loaded: bool
    starts: str | None  #: "boot", "system", "automatic", "on demand", "disabled"
    values: dict[str, str] = field(default_factory=dict)
    copied_from: str | None = None
    size: int | None = None
    who: str | None = None
    file_events: list[int] = field(default_factory=list)
    registry_events: list[int] = field(default_factory=list)
    load_events: list[int] = field(default_factory=list)
    time: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceRow:
    """services: a service key that was created, changed, disabled or deleted."""

    service: str
    change: Literal["created", "changed", "disabled", "deleted"]
    image: str | None
    starts: str | None
    process: int
    who: str
    time: str
    security: bool  #: belongs to Windows' or a product's protection
    events: list[int]
    values: dict[str, str] = field(default_factory=dict)
    display_name: str | None = None
    ordinary: str | None = None
    #: of a deleted key that was made again: "who", "events", and whether it names a "program"
    made_again: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class TimestampRow:
    """timestamps: file times that were set to something else than now."""

    path: str
    process: int
    who: str
    time: str
    set: dict[str, str]  #: CreationTime … → the value as ISO 8601 local to the capture's own Detail text
    direction: Literal["back", "forward", "unchanged"]
    seconds: float | None  #: how far from the moment of setting; negative is back
    donor: str | None = None  #: a neighbour that has the same times
    donor_events: list[int] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    ordinary: str | None = None


@dataclass(frozen=True, kw_only=True)
class RegistryDeletionRow:
    """registry_deletions: a key or value that was deleted or was to be."""

    path: str
    is_key: bool
    result: str
    process: int
    who: str
    time: str
    events: list[int]
    explanation: str | None  #: a key of the text catalogue ``registry_deletions``; None is unexplained
    explanation_facts: dict[str, str] = field(default_factory=dict)
    considered: list[str] = field(default_factory=list)  #: explanations that were tried and do not hold


@dataclass(frozen=True, kw_only=True)
class RegistryValueRow:
    """registry_values: a value that a process set, and that no finding and no other table tells of."""

    path: str
    data: str | None  #: as last set; Process Monitor shows only the beginning of long data
    process: int
    who: str
    time: str  #: of the first
    events: list[int]
    ordinary: str | None = None
    #: what a note of the Background Activity Moderator says: "account" (SID), "program", "ran" (UTC; None if not shown)
    noted: dict[str, str | None] | None = None


@dataclass(frozen=True, kw_only=True)
class AutostartRow:
    """autostarts: a place from which Windows starts code was written, or an attempt was made."""

    place: str  #: id in config/knowledge/autostarts.yaml
    path: str
    data: str | None
    change: Literal["set", "deleted"]
    attempt: bool
    process: int
    who: str
    time: str
    events: list[int]
    still_there: bool = True
    ordinary: str | None = None
    #: False where Windows does not read this value: it stands in the 32-bit view of a setting of 64-bit Windows
    read: bool = True


@dataclass(frozen=True, kw_only=True)
class ProcessRow:
    """processes: one process of the capture, for the tree; parents by row number, roots have none."""

    process: int
    parent: int | None
    who: str
    process_name: str
    pid: int | None
    image_path: str | None
    command_line: str | None
    user: str | None
    integrity: str | None
    session: int | None
    start: str | None
    end: str | None
    started_here: bool
    ended_here: bool
    exit_code: int | None = None
    events: int = 0  #: how many events it has in the capture
    start_event: int | None = None
    end_event: int | None = None
    #: False where the capture does not tell whether it ended: it has no events of its own, nor does a table tell
    end_known: bool = True
    parent_pid: int | None = None  #: also of a parent that the capture does not hold


@dataclass(frozen=True, kw_only=True)
class PeerRow:
    """peers: an address that a process talked to or tried to."""

    process: int
    who: str
    protocol: Literal["TCP", "UDP"]
    peer: str  #: host or address as shown
    addresses: list[str] = field(
        default_factory=list
    )  #: that a host's name stands for, where the capture keeps them
    port: str
    direction: Literal["out", "in"]
    bytes_sent: int
    bytes_received: int
    first: str
    last: str
    answered: bool
    events: list[int]
    ordinary: str | None = None


@dataclass(frozen=True, kw_only=True)
class RemovalRow:
    """removal: one step of the clean-up, in the order to be done.

    ``target`` of "save first" and "restart" may name several things, joined by ", ".
    """

    step: Literal[
        "save first",
        "end process",
        "disable service",
        "delete value",
        "restore value",
        "delete key",
        "restart",
        "delete service",
        "delete file",
        "delete folder",
        "leave",
        "restore service",
        "check",
    ]
    target: str
    because: str  #: a key of the text catalogue ``removal``
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class QuestionRow:
    """questions: what stays open; the sentence is made by the text catalogue ``questions`` from kind and facts."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    events: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class IndicatorRow:
    """indicators: what to look for on other machines."""

    type: Literal["file", "folder", "registry", "service", "process", "address", "command line"]
    value: str
    why: str  #: the kind of the finding it comes from
    events: list[int] = field(default_factory=list)  #: its own, not all of that finding
    data: str | None = (
        None  #: of a registry value that clean machines have too: what stands in it on an infected one
    )
    gone: bool = False  #: the capture shows it being deleted again: elsewhere logs alone can have it
    protocol: Literal["TCP", "UDP"] | None = None  #: of an address
    findings: list[str] = field(default_factory=list)  #: "F1": filled in when findings are numbered


@dataclass(frozen=True, kw_only=True)
class ActivityRow:
    """activity: what the user did, in order of time, at most ten rows; for the brief of an ordinary capture.

    "started" a program from Explorer (``names``: the documents of its command line), "saved" documents with such a
    program, "connected to" peers with a browser (hosts or addresses, no ports). Of a capture in which nothing was
    changed, started or sent: "read", the folder that all of a program's files lie below (none where they lie everywhere),
    ``count`` of its operations there. Facts only: no row says why.
    """

    program: str  #: "NOTEPAD.EXE"
    who: str
    what: Literal["started", "saved", "connected to", "read"]
    names: list[str]  #: the first few
    count: int  #: of names in all
    time: str
    events: list[int] = field(default_factory=list)


TABLES: dict[str, type] = {
    "files": FileRow,
    "copies": CopyRow,
    "deletions": DeletionRow,
    "renames": RenameRow,
    "drivers": DriverRow,
    "services": ServiceRow,
    "timestamps": TimestampRow,
    "registry_deletions": RegistryDeletionRow,
    "registry_values": RegistryValueRow,
    "autostarts": AutostartRow,
    "processes": ProcessRow,
    "peers": PeerRow,
    "removal": RemovalRow,
    "questions": QuestionRow,
    "indicators": IndicatorRow,
    "activity": ActivityRow,
}
