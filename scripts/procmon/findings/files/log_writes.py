"""Event logs that a process of Windows goes on writing, as the service of the logs does until Windows Server 2003."""

from __future__ import annotations

import re
from collections.abc import Collection
from ntpath import basename
from typing import Any

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.detail_text import numbers
from scripts.procmon.findings.evidence.select import Mask, one_of, where
from scripts.procmon.findings.files.file_acts import WRITE

#: Later logs end in .evtx and are written by a service of its own in svchost.exe.
_LOG = re.compile(r"\\config\\[^\\]+\.evt$", re.IGNORECASE)


def log_writes(capture: Capture, processes: Collection[int], through: Mask) -> dict[str, Any] | None:
    """What these processes wrote to event logs: files, count, and whether each write went on where others had ended.

    None where they wrote none, or where one of the writes is among the events ``through``.
    """
    events = capture.events
    mine = events[e.PROCESS].isin(list(processes)).to_numpy() & one_of(events[e.OPERATION], WRITE)
    mine &= where(events[e.PATH], lambda path: _LOG.search(path) is not None)
    if not mine.any() or (mine & through).any():
        return None
    rows = events[mine]
    offsets = numbers(rows[e.DETAIL], "Offset")
    steps = offsets.groupby(rows[e.PATH].astype(str).str.lower()).diff().dropna()
    known = bool(offsets.notna().all() and (offsets > 0).all())
    return {
        "files": list(dict.fromkeys(basename(str(path)) for path in rows[e.PATH])),
        "writes": int(np.count_nonzero(mine)),
        "appended": known and bool((steps >= 0).all()),
    }
