"""Names of processes as far as they may be believed: Windows' own only where Windows' programs lie."""

from __future__ import annotations

from functools import lru_cache

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.names import image_path, process_name
from scripts.procmon.findings.paths.places import in_its_place
from scripts.procmon.knowledge import knowledge


def believed_name(capture: Capture, process: int) -> str:
    """The name of a process; "" for one that bears the name of a part of Windows and lies where none of it does.

    What Windows' parts do as a matter of course excuses nobody who is only called like them.
    """
    return _names(capture)[process]


@lru_cache(maxsize=1)
def _names(capture: Capture) -> list[str]:
    known = {*knowledge("system_processes"), *knowledge("process_habits")["windows_alone"]}
    names = [process_name(capture, process) for process in range(len(capture.processes))]
    return [
        name if name.lower() not in known or in_its_place(image_path(capture, process)) else ""
        for process, name in enumerate(names)
    ]
