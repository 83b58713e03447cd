"""What speaks for a program that reads passwords: it keeps them, was told to copy everything, or uses a key for SSH."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.evidence.loopback import is_loopback
from scripts.procmon.findings.evidence.select import of_processes, one_of, where
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.paths.places import in_its_place, kind_of, plain_path
from scripts.procmon.knowledge import knowledge

#: Who copies a whole disk or profile reads more other files than this.
MANY_FILES = 200
#: A folder that holds a whole profile, or more: what somebody names who wants all of it copied.
_WHOLE = re.compile(r"[a-z]:\\(?:(?:users|documents and settings)(?:\\[^\\]+)?\\?)?$", re.IGNORECASE)
_FOLDERS = re.compile(r"""["']([a-z]:\\[^"']*)["']|(?<![\w"'])([a-z]:\\[^\s"',;|&<>]*)""", re.IGNORECASE)
_KEPT_LISTS = re.compile(
    r"\\(?:(?P<visited>user data\\[^\\]+\\history|places\.sqlite)"
    r"|(?P<opened>windows\\recent\\[^\\]+)|(?P<started>prefetch\\[^\\]+\.pf))$",
    re.IGNORECASE,
)
KINDS_CLEANED = 3
_SSH = re.compile(r":(?:22|ssh)$", re.IGNORECASE)


def keeps(image: str, path: str) -> bool:
    """Whether a file lies below the folder of a program that is no loose one: messengers keep theirs there."""
    folder = plain_path(image).lower().rpartition("\\")[0]
    deep = folder.count("\\") >= 3 and kind_of(image)[1] in (None, "the user's application data")
    return deep and plain_path(path).lower().startswith(folder + "\\")


def takes_over(image: str) -> bool:
    """Whether it is a browser or keeper of passwords, in its place or a folder of its name, that takes over others'."""
    folder, _, name = plain_path(image).lower().rpartition("\\")
    if name not in knowledge("credential_stores")["importers"]:
        return False
    kind, place = kind_of(image)
    return in_its_place(image) or (kind == "other" and place is None and name.removesuffix(".exe") in folder)


def is_sweep(capture: Capture, process: int, files: Collection[str]) -> bool:
    """Whether the process read so many other files that it copied everything there was."""
    events = capture.events
    inside = of_processes(capture, [process]) & one_of(events[e.OPERATION], {"ReadFile"})
    others = events[e.PATH][inside].nunique()
    return others >= MANY_FILES and len(set(files)) * 20 <= others


def told_to_copy_all(command_line: str | None, files: Iterable[str]) -> bool:
    """Whether the command line names a whole profile or disk, and every one of the files lies in it."""
    named = [plain_path(quoted or bare) for quoted, bare in _FOLDERS.findall((command_line or "")[:4_000])]
    whole = [f"{one.lower().rstrip(chr(92))}\\" for one in named if _WHOLE.match(one)]
    return all(any(file.lower().startswith(one) for one in whole) for file in files)


def cleaners(earlier: Mapping[str, Analysis]) -> set[str]:
    """Who deleted lists of what somebody did (visited, opened, started) in so many places: programs that clean up do."""
    found: dict[str, set[str]] = {}
    for row in rows_of(earlier, "deletions"):
        kind = _KEPT_LISTS.search(row.path)
        if kind and not row.attempt and not row.created_here:
            found.setdefault(row.who, set()).add(str(kind.lastgroup))
    return {person for person, kinds in found.items() if len(kinds) >= KINDS_CLEANED}


def talks(capture: Capture, process: int) -> str | None:
    """Whom the process talked to: "elsewhere", "ssh" for servers of SSH alone, "itself", "nobody"; None: not told."""
    events = capture.events
    talk = of_processes(capture, [process]) & one_of(events[e.EVENT_CLASS], {e.NETWORK})
    itself = talk & where(events[e.PATH], _to_itself)
    talk &= ~itself
    if np.any(talk & where(events[e.PATH], lambda path: _SSH.search(path) is None)):
        return "elsewhere"
    if np.any(talk):
        return "ssh"
    if np.any(itself):
        return "itself"
    return "nobody" if capture.info["can_show"]["network_events"]["value"] else None


def _to_itself(path: str) -> bool:
    return is_loopback(path.rpartition(" -> ")[2].rpartition(":")[0])
