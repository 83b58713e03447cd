"""How processes and moments are written in findings and tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture


def who(capture: Capture, process: int) -> str:
    """A process for people: "lsass.exe (300)"; the name alone where the capture has no PID column."""
    # The row number is the process, so that arrays will do: this is asked for every file.
    name, pid = process_name(capture, process), capture.processes[p.PID].array[process]
    return name if pd.isna(pid) else f"{name} ({int(pid)})"


def process_name(capture: Capture, process: int) -> str:
    """The column *Process Name* of a process."""
    return str(capture.processes[p.PROCESS_NAME].array[process])


def moment_of(capture: Capture, event: int) -> str:
    """The time of an event as ISO 8601; "" where it has none."""
    return when(capture.events[e.TIME].array[event]) or ""


def when(time: Any) -> str | None:
    """A moment as ISO 8601 with nanoseconds, "…Z" where it is UTC; None for a missing one."""
    if pd.isna(time):
        return None
    moment = pd.Timestamp(time)
    text = moment.tz_localize(None).isoformat(timespec="nanoseconds")
    return f"{text}Z" if moment.tzinfo is not None else text
