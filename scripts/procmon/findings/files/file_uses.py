"""Which files ran: loaded into a process or started as one, as far as the capture shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.names import process_name, who
from scripts.procmon.findings.evidence.records import of_operations
from scripts.procmon.findings.paths.handed_over import handed_over
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import plain_path

LOAD, CREATE = "Load Image", "Process Create"
SYSTEM = "system"


@dataclass
class Use:
    """Who loaded a file or started it ("name (pid)"), and the events that show it."""

    loaded_by: list[str] = field(default_factory=list)
    started_by: list[str] = field(default_factory=list)
    by_system: bool = False
    events: list[int] = field(default_factory=list)

    @property
    def ran(self) -> bool:
        return bool(self.loaded_by or self.started_by)


def uses(capture: Capture) -> Mapping[str, Use]:
    """The files that ran, by path in lower case.

    Explorer maps programs to draw their icons, so a program file that Explorer loads has not run. What an interpreter or
    Windows Installer is started with runs as well.
    """
    found: dict[str, Use] = {}
    for record in of_operations(capture, {LOAD, CREATE}):
        if not record.succeeded or not record.path:
            continue
        if record.operation == CREATE and (given := handed_over(record.fields.get("Command line", ""))):
            ran = found.setdefault(file_key(given), Use())
            _add(ran.started_by, who(capture, record.process))
            ran.events.append(record.event)
        use = found.setdefault(file_key(plain_path(record.path)), Use())
        name = process_name(capture, record.process).lower()
        if record.operation == CREATE:
            _add(use.started_by, who(capture, record.process))
        elif not (name == "explorer.exe" and record.path.lower().endswith(".exe")):
            _add(use.loaded_by, who(capture, record.process))
            use.by_system |= name == SYSTEM
        else:
            continue
        use.events.append(record.event)
    return found


def module_users(capture: Capture, files: frozenset[str]) -> Mapping[str, list[str]]:
    """The processes whose module table holds one of ``files`` (paths in lower case)."""
    modules = capture.modules
    paths = modules[p.MODULE_PATH].str.lower()
    users: dict[str, list[str]] = {}
    for path, process in zip(paths[paths.isin(files)], modules[p.PROCESS][paths.isin(files)], strict=True):
        _add(users.setdefault(str(path), []), who(capture, int(process)))
    return users


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
