"""With what rights a process ran: its integrity level and logon, or the access that it was granted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.knowledge import knowledge

#: The level of an ordinary program of a user's.
MEDIUM = 2

#: A key that administrators may change and others may only read.
GUARDED = "HKLM"
#: The last part of a mandatory label's SID and the level that it stands for.
_BY_SID = {0: 0, 0x1000: 1, 0x2000: 2, 0x2100: 2, 0x3000: 3, 0x4000: 4, 0x5000: 5}


def level_of(integrity: str | None) -> int | None:
    """0 (untrusted) to 5 (protected); None for a level that is not shown or is written in another language."""
    if not integrity:
        return None
    if sid := re.search(r"S-1-16-([0-9]{1,10})(?![0-9])", integrity):
        return _BY_SID.get(int(sid[1]))
    words = integrity.lower().replace("mandatory label\\", "").replace(" mandatory level", "").strip()
    found = knowledge("elevation")["integrity"].get(words)
    return None if found is None else int(found)


def is_standard(level: int | None) -> bool:
    """Whether a level is known to be no higher than that of an ordinary program of a user's."""
    return level is not None and level <= MEDIUM


def logon_of(authentication_id: Any) -> str | None:
    """The name of a logon session of Windows' own; None for a user's or an unknown one."""
    if authentication_id is None or pd.isna(authentication_id):
        return None
    found = knowledge("elevation")["logons"].get(str(authentication_id).rpartition(":")[2].lower().zfill(8))
    return None if found is None else str(found)


def is_system(capture: Capture, row: ProcessRow) -> bool:
    """Whether a process runs as the system itself."""
    return logon_under(capture, row) == "SYSTEM"


def logon_under(capture: Capture, row: ProcessRow) -> str | None:
    """The logon session of Windows' own that a process runs under; None also where only its starter names the process."""
    if row.process not in capture.processes.index:
        return None
    return logon_of(capture.processes.loc[row.process, p.AUTHENTICATION_ID])


def granted(capture: Capture) -> dict[int, tuple[bool, Record]]:
    """For each process that asked for all it could get on HKLM: whether it got all access, and the event."""
    asked = one_of(capture.events[e.PATH], {GUARDED}) & where(
        capture.events[e.DETAIL], lambda detail: "Maximum Allowed" in detail and "Granted Access" in detail
    )
    found: dict[int, tuple[bool, Record]] = {}
    for record in records(capture, asked):
        answer = record.fields.get("Granted Access", "")
        found.setdefault(record.process, ("All Access" in answer, record))
    return found


def levels(capture: Capture) -> Mapping[int, int | None]:
    """The integrity level of each process."""
    return {
        int(number): level_of(None if pd.isna(text) else str(text))
        for number, text in zip(capture.processes[p.PROCESS], capture.processes[p.INTEGRITY], strict=True)
    }
