"""Which processes behave like set-up programs: they register what they install for removal."""

from __future__ import annotations

import re

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.names import name_of, who
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.paths.places import in_its_place
from scripts.procmon.knowledge import knowledge

_UNINSTALL = re.compile(
    r"\\currentversion\\uninstall\\[^\\]+\\(?:uninstallstring|displayname)$|\\currentversion\\uninstall\\[^\\]+$|\\currentversion\\installer\\userdata\\",
    re.IGNORECASE,
)


def setup_programs(capture: Capture) -> set[str]:
    """The processes that changed an entry of the list of installed programs."""
    events = capture.events
    mask = one_of(events[e.OPERATION], {"RegSetValue", "RegDeleteKey"}) & one_of(
        events[e.RESULT], {"SUCCESS"}
    )
    mask[mask] = where(events[e.PATH][mask], lambda path: _UNINSTALL.search(path) is not None)
    return {who(capture, int(process)) for process in events[e.PROCESS][mask].unique()}


def is_installer(person: str, image: str | None) -> bool:
    """Whether a process is a program whose work is to install or make others: by its name, in the place of such.

    Anything may be called setup.exe: one from where users may write is known by what it registers.
    """
    name = name_of(person)
    return name in knowledge("file_kinds")["installers"] and in_its_place(image)
