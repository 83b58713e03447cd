"""Whose security identifier (SID) is whose: for "Impersonating:" in details."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.group import U1, U4

if TYPE_CHECKING:
    from scripts.procmon.sources.pml.processes import Processes
    from scripts.procmon.sources.pml.tables import Part

#: SIDs that every Windows knows, in English.
_WELL_KNOWN = {
    "S-1-1-0": "Everyone",
    "S-1-5-2": "NT AUTHORITY\\NETWORK",
    "S-1-5-3": "NT AUTHORITY\\BATCH",
    "S-1-5-4": "NT AUTHORITY\\INTERACTIVE",
    "S-1-5-6": "NT AUTHORITY\\SERVICE",
    "S-1-5-7": "NT AUTHORITY\\ANONYMOUS LOGON",
    "S-1-5-11": "NT AUTHORITY\\Authenticated Users",
    "S-1-5-18": "NT AUTHORITY\\SYSTEM",
    "S-1-5-19": "NT AUTHORITY\\LOCAL SERVICE",
    "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE",
    "S-1-5-32-544": "BUILTIN\\Administrators",
    "S-1-5-32-545": "BUILTIN\\Users",
    "S-1-5-32-546": "BUILTIN\\Guests",
}
_CHUNK = 100_000
#: Characters of "DOMAIN\\user"; Windows takes some 300. A longer one would stand in every event of its SID.
_LONGEST_USER = 1_000


def sid_text(sid: bytes) -> str:
    """A SID in its usual form: "S-1-5-18"; "" for what is none."""
    if len(sid) < 8 or len(sid) != 8 + 4 * sid[1]:
        return ""
    authority = int.from_bytes(sid[2:8], "big")
    parts = (int.from_bytes(sid[at : at + 4], "little") for at in range(8, len(sid), 4))
    return "-".join(map(str, ("S", sid[0], authority, *parts)))


class Users:
    """Names of SIDs: the well-known ones, and the owners of processes that the capture saw start."""

    def __init__(self, parts: Sequence[Part], processes: Processes) -> None:
        self._processes = processes
        self._owners: dict[bytes, str] = {}
        self._unread = (
            (number, part, first)
            for number, part in enumerate(parts)
            for first in range(0, part.events, _CHUNK)
        )

    def name(self, sid: bytes) -> str:
        """The name that belongs to a SID, else the SID as text; "" for no SID."""
        if not sid:
            return ""
        text = sid_text(sid)
        if text in _WELL_KNOWN:
            return _WELL_KNOWN[text]
        # A capture begins with the processes that ran already, so few SIDs need more than its first events.
        while sid not in self._owners and (unread := next(self._unread, None)):
            self._find_owners(*unread)
        return self._owners.get(sid, text)

    def _find_owners(self, number: int, part: Part, first: int) -> None:
        """Joins the SIDs in *Process Create* events with the users of the processes that they made."""
        offsets = part.offsets(first, min(first + _CHUNK, part.events))
        offsets = offsets[(offsets >= 0) & (offsets + layout.EVENT_SIZE <= part.source.size)]
        headers = part.source.fields(offsets, layout.EVENT)
        rows = np.flatnonzero((headers["event_class"] == layout.PROCESS_CLASS) & (headers["operation"] <= 1))
        frames = headers["frames"][rows].astype(np.int64) * layout.pointer_size(part.bits)
        for at in (offsets[rows] + layout.EVENT_SIZE + frames).tolist():
            self._learn(number, part, at)

    def _learn(self, number: int, part: Part, at: int) -> None:
        end = at + layout.PROCESS_CREATE.itemsize
        if end + 255 > part.source.size:
            return
        places = np.array([at])
        index = int(part.source.fields(places, U4)[0])
        size = int(part.source.fields(places + layout.place(layout.PROCESS_CREATE, "user_sid_size"), U1)[0])
        user = self._processes.user(number, index)
        if user and size and len(user) <= _LONGEST_USER:
            self._owners.setdefault(part.source.data[end : end + size].tobytes(), user)
