"""Files that were entered as input methods, which Windows loads into every program that takes text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from ntpath import basename, splitext

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.names import name_of, who
from scripts.procmon.findings.evidence.records import records
from scripts.procmon.findings.evidence.select import one_of, where

_ENTERED = re.compile(
    r"\\control\\keyboard layouts\\[^\\]+\\ime file$"
    r"|\\microsoft\\ctf\\tip\\\{[^\\]+\\languageprofile\\0x[0-9a-f]+\\\{[^\\]+\\iconfile$",
    re.IGNORECASE,
)
#: Programs of Windows without a window to write in: Windows loads no input method into them.
_WITHOUT_WINDOWS = frozenset(
    {"svchost.exe", "services.exe", "lsass.exe", "spoolsv.exe", "smss.exe", "wininit.exe"}
)


def input_methods(capture: Capture) -> Mapping[str, Mapping[str, int]]:
    """By process ("name (pid)") the files entered: names in lower case without their ending, each with its event.

    A method is one file for old programs (.ime) and one for new ones (.dll) of the same name.
    """
    entered = where(capture.events[e.PATH], lambda path: _ENTERED.search(path) is not None)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for record in records(capture, entered & one_of(capture.events[e.OPERATION], {"RegSetValue"})):
        name = splitext(basename(record.fields.get("Data", "").strip('"')))[0].lower()
        if record.succeeded and name:
            found[who(capture, record.process)].setdefault(name, record.event)
    return found


def entry_of(path: str, mine: Mapping[str, int], users: Iterable[str] = ()) -> int | None:
    """The event that entered a file, given the entries of the process that made it; None where there is none.

    None as well where it was loaded by one of ``users`` that takes no text.
    """
    if any(name_of(user) in _WITHOUT_WINDOWS for user in users):
        return None
    return mine.get(splitext(basename(path))[0].lower())
