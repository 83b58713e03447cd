"""Process Explorer, which stands in for the Task Manager where its user asks it to."""

from __future__ import annotations

import re
from ntpath import basename

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.autostart.autostart_values import Write, target_of
from scripts.procmon.findings.evidence.names import image_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.paths.places import plain_path

_NAME = re.compile(r"procexp(?:64a?)?\.exe$", re.IGNORECASE)
_DRIVER = re.compile(r"\\procexp\d*\.sys$", re.IGNORECASE)
_SETTINGS = "\\software\\sysinternals\\process explorer"


def stands_in_for_task_manager(capture: Capture, write: Write) -> bool:
    """Whether a program that bears the name of Process Explorer and behaves like it enters itself as Task Manager.

    The name alone would do for anybody: the program opened the settings of Process Explorer, or its driver was loaded.
    """
    target = target_of(write.place, write.data)
    image = image_path(capture, write.record.process) or ""
    if "\\taskmgr.exe\\" not in write.record.path.lower() or not _NAME.match(basename(target)):
        return False
    if plain_path(image).lower() != target.lower():
        return False
    events = capture.events
    mine = (events[e.PROCESS] == write.record.process).to_numpy(dtype=bool)
    settings = mine & where(events[e.PATH], lambda path: _SETTINGS in path.lower())
    loads = one_of(events[e.OPERATION], {"Load Image"})
    driver = loads & where(events[e.PATH], lambda path: _DRIVER.search(path) is not None)
    return bool(np.any(settings) or np.any(driver))
