"""Who may have asked a service of Windows to do something, which it does for others without recording who asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.names import process_name
from scripts.procmon.findings.paths.file_kinds import is_stray
from scripts.procmon.findings.paths.places import kind_of as place_of


def at_work(capture: Capture, event: int, within: pd.Timedelta) -> list[int]:
    """The processes with an event within this time before an event, but for its own; [] where times are not told."""
    events = capture.events
    moment = events[e.TIME].iloc[event]
    if pd.isna(moment):
        return []
    near = (events[e.TIME] >= moment - within) & (events[e.TIME] <= moment) & (events[e.EVENT] < event)
    found = [int(process) for process in events[e.PROCESS][near].unique()]
    return [process for process in found if process != int(events[e.PROCESS].iloc[event])]


def may_have_asked(
    capture: Capture,
    event: int,
    *,
    within: pd.Timedelta,
    images: Mapping[int, str],
    tool: Callable[[str], bool],
) -> list[int]:
    """Those of them that lie where users may write, or whose name in lower case is that of a ``tool`` for it."""
    return [
        process
        for process in at_work(capture, event, within)
        if _is_stray(images.get(process)) or tool(process_name(capture, process).lower())
    ]


def _is_stray(image: str | None) -> bool:
    """Whether a program is known to lie where users may write; the kernel's own process lies nowhere."""
    return image is not None and "\\" in image and is_stray(image)


#: Where downloads and what was unpacked lie; programs that are set up for one user have a folder elsewhere.
_LOOSE = frozenset(
    {
        "a temporary folder",
        "the folder of downloads",
        "the desktop",
        "the public user folder",
        "the root of the disk",
        "the Windows folder itself",
        "the application data itself, without a folder of its own",
    }
)


def lies_loose(image: str | None) -> bool:
    """Whether a program is known to lie where nothing is set up, not even for one user."""
    kind, name = place_of(image) if image and "\\" in image else ("other", None)
    return kind == "odd" or name in _LOOSE
