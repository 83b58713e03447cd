"""How processes and moments are written in findings and tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.text.named import named


def who(capture: Capture, process: int) -> str:
    """A process for people: "lsass.exe (300)"; the name alone where the capture has no PID column.

    A name that is not plain is quoted and cut: every sentence and table takes it from here.
    """
    return _people(capture)[process]


def name_of(person: str) -> str:
    """The name of a process that is written as ``who`` writes it, in lower case; the whole where it has no number."""
    return (person.rpartition(" (")[0] or person).lower()


def process_name(capture: Capture, process: int) -> str:
    """The column *Process Name* of a process."""
    return _process_names(capture)[process]


def image_path(capture: Capture, process: int) -> str | None:
    """The program file of a process as the table of processes tells it."""
    return _image_paths(capture)[process]


def moment_of(capture: Capture, event: int) -> str:
    """The time of an event as ISO 8601; "" where it has none."""
    return when(_times(capture)[event]) or ""


# Asked for every file and every event that is told, so looked up once a capture. The row number is the process.


@lru_cache(maxsize=1)
def _people(capture: Capture) -> list[str]:
    pids = capture.processes[p.PID].array
    return [
        name if pd.isna(pid) else f"{name} ({int(pid)})"
        for name, pid in zip(map(named, _process_names(capture)), pids, strict=True)
    ]


@lru_cache(maxsize=1)
def _process_names(capture: Capture) -> list[str]:
    return [str(name) for name in capture.processes[p.PROCESS_NAME].array]


@lru_cache(maxsize=1)
def _image_paths(capture: Capture) -> list[str | None]:
    return [None if pd.isna(path) else str(path) for path in capture.processes[p.IMAGE_PATH].array]


@lru_cache(maxsize=1)
def _times(capture: Capture) -> Any:
    return capture.events[e.TIME].array


def when(time: Any) -> str | None:
    """A moment as ISO 8601 with nanoseconds, "…Z" where it is UTC; None for a missing one."""
    if pd.isna(time):
        return None
    moment = pd.Timestamp(time)
    text = moment.tz_localize(None).isoformat(timespec="nanoseconds")
    return f"{text}Z" if moment.tzinfo is not None else text
