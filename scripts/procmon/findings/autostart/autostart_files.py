"""Automatic starts that are not registry values of their own: Startup folders, task files, services and drivers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import AutostartRow, FileRow, ServiceRow
from scripts.procmon.findings.autostart.service_keys import SERVICES
from scripts.procmon.findings.autostart.task_askers import Askers, task_askers
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.names import name_of
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.files.put_there import put_there
from scripts.procmon.findings.files.restorers import restorers
from scripts.procmon.findings.paths.path_forms import in_full
from scripts.procmon.findings.paths.places import in_its_place
from scripts.procmon.findings.programs.askers import lies_loose
from scripts.procmon.findings.programs.setup_programs import setup_programs
from scripts.procmon.findings.registry.autoruns_listing import Listing, listing
from scripts.procmon.knowledge import knowledge

#: The Startup folder has a name in each language; what stands above it is the same shape.
_STARTUP = re.compile(
    r"\\(?:start menu|startmenü|menu démarrer|menú inicio|menu iniciar|menu avvio|главное меню)\\[^\\]+"
    r"\\(?:startup|autostart|démarrage|inicio|inicializar|esecuzione automatica|автозагрузка)\\[^\\]+$",
    re.IGNORECASE,
)
#: Tasks below Microsoft\Windows are Windows' own.
_TASK = re.compile(
    r"\\windows\\(?:system32\\|syswow64\\)?tasks\\(?!microsoft\\windows\\)[^*]+$", re.IGNORECASE
)
_WINDOWS_TASK = re.compile(
    r"\\windows\\system32\\tasks\\microsoft\\windows\\([^\\*]+)\\[^*]+$", re.IGNORECASE
)
#: Windows' own servicing brings tasks of Windows'.
_SERVICING = frozenset(
    {
        "tiworker.exe",
        "trustedinstaller.exe",
        "setuphost.exe",
        "dismhost.exe",
        "wuaucltcore.exe",
        "usoclient.exe",
    }
)
#: Tools that write such a file for a script or for somebody from elsewhere; people use an editor or the reader itself.
_TOOLS = frozenset(
    {
        *(
            "cmd.exe",
            "wscript.exe",
            "cscript.exe",
            "mshta.exe",
            "rundll32.exe",
            "regsvr32.exe",
            "certutil.exe",
        ),
        *("curl.exe", "bitsadmin.exe", "winword.exe", "excel.exe", "outlook.exe"),
    }
)
_PROGRAM = re.compile(r"\.(?:exe|dll|scr|com|bat|cmd|vbs|vbe|js|jse|wsf|hta|ps1|pif)$", re.IGNORECASE)
_BY_ITSELF = ("boot", "system", "automatic")


def startup_files(capture: Capture, earlier: Mapping[str, Analysis]) -> list[AutostartRow]:
    """Rows of ``autostarts`` for files in a Startup folder, among the tasks, or that a program opens at each start.

    A file that was made there under a passing name is told by the name that it was given.
    """
    rows, image_of = [], images(earlier)
    moved = put_there(capture, earlier, _is_start)
    passing = {row.copied_from for row in moved}
    for file in (*(one for one in rows_of(earlier, "files") if one.path not in passing), *moved):
        path = in_full(file.path)
        startup, task = _STARTUP.search(path), _TASK.search(path)
        if (startup or task) and file.what != "folder" and not file.path.lower().endswith("desktop.ini"):
            rows.append(_file("startup-folder" if startup else "task-file", file))
        elif (start := start_file(file.path)) and file.how != "changed" and file.what != "folder":
            rows += _started_with(start, file, image_of.get(file.process))
    return rows


def _is_start(path: str) -> bool:
    full = in_full(path)
    return bool(_STARTUP.search(full) or _TASK.search(full)) or start_file(path) is not None


def tasks_among_windows(capture: Capture, earlier: Mapping[str, Analysis]) -> list[AutostartRow]:
    """Rows of ``autostarts`` for new tasks in a folder of Windows' own that somebody else may have asked for."""
    rows = [
        replace(_file("task-file", file), ordinary=None)
        for file in rows_of(earlier, "files")
        if file.how == "created" and file.what != "folder" and _is_new_to_windows(file.path)
    ]
    if not rows or any(row.process_name.lower() in _SERVICING for row in tree(earlier)):
        return []
    asked = task_askers(capture, rows, earlier)
    return [row for row in rows if row.path in asked and asked[row.path].people]


def _is_new_to_windows(path: str) -> bool:
    found = _WINDOWS_TASK.search(in_full(path))
    return found is not None and found[1].lower() not in knowledge("windows_tasks")["folders"]


def start_file(path: str) -> Mapping[str, Any] | None:
    """The entry of knowledge/start_files.yaml that a file is."""
    return next(
        (dict(one) for one in knowledge("start_files") if _matcher(one["path"]).search(in_full(path))), None
    )


@cache
def _matcher(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _started_with(start: Mapping[str, Any], file: FileRow, image: str | None) -> list[AutostartRow]:
    """The row of a file that a program opens at each start; none where the program itself keeps it."""
    name = name_of(file.who)
    if name in start.get("by", ()) and in_its_place(image):
        return []
    row = _file(start["id"], file)
    told = not start.get("quiet") or name in {*_TOOLS, *knowledge("by_hand")} or lies_loose(image)
    return [row if told else replace(row, ordinary=row.ordinary or "registration")]


def started_services(earlier: Mapping[str, Analysis]) -> list[AutostartRow]:
    """Rows of ``autostarts`` for drivers and services that were put here and start with Windows."""
    by_name = {row.service.lower(): row for row in rows_of(earlier, "services")}
    drivers = {str(row.service or "").lower(): row for row in rows_of(earlier, "drivers")}
    rows = []
    for name, driver in drivers.items():
        if driver.registered and driver.dropped and driver.starts in _BY_ITSELF and name in by_name:
            rows.append(_service("driver", by_name[name], driver.file))
    for name, service in by_name.items():
        new = service.change == "created" and service.ordinary is None and name not in drivers
        if new and service.starts in _BY_ITSELF:
            rows.append(_service("service", service, service.image))
    return rows


def file_findings(
    capture: Capture, rows: Sequence[AutostartRow], earlier: Mapping[str, Analysis]
) -> list[Finding]:
    """Findings "autostart_file" for files that were put where Windows or PowerShell starts programs from."""
    accused, autoruns, image_of = accusations(earlier), listing(capture), images(earlier)
    setup = bool(setup_programs(capture))
    told = [row for row in rows if row.ordinary is None]
    asked = task_askers(capture, told, earlier)
    back = restorers(earlier)
    return [
        _finding(
            row,
            accused=row.who in accused,
            restores=row.who in back,
            loose=lies_loose(image_of.get(row.process)),
            setup=setup,
            autoruns=autoruns,
            asked=asked.get(row.path, Askers()),
        )
        for row in told
    ]


def _finding(
    row: AutostartRow,
    *,
    accused: bool,
    restores: bool,
    loose: bool,
    setup: bool,
    autoruns: Listing,
    asked: Askers,
) -> Finding:
    program = _PROGRAM.search(row.path) is not None
    start = start_file(row.path)
    tool = name_of(row.who)
    if start:
        program = loose or tool in _TOOLS or bool(start.get("quiet"))
    script = row.place == "startup-folder" and tool in knowledge("by_hand") and not setup
    severity: Severity = "high" if accused else "medium" if program or script or asked.people else "low"
    task = row.place == "task-file"
    if restores and not (task or accused or asked.people):
        severity = "low"
    return Finding(
        kind="autostart_file",
        severity=severity,
        confidence=asked.confidence if asked.people else "certain",
        facts={
            "who": row.who,
            "path": row.path,
            "name": row.path.rpartition("\\")[2],
            "task": task,
            "reader": start["reader"] if start else None,
            "loose": loose,
            "script": script,
            "askers": asked.people,
            "interpreters": asked.interpreters,
            "of_windows": task and _WINDOWS_TASK.search(in_full(row.path)) is not None,
            "client": asked.confidence == "likely",
            "program": program,
            "accused": accused,
            "time": row.time,
            "still_there": row.still_there,
            "autoruns": autoruns.facts([(row.path, None)] if row.still_there else []),
        },
        evidence=list(row.events),
        reproduce=by_path([row.path]),
        attack=[Technique("T1053.005" if task else start["attack"] if start else "T1547.001", "high")],
        subjects={"processes": [row.who], "files": [row.path]},
    )


def _file(place: str, file: FileRow) -> AutostartRow:
    return AutostartRow(
        place=place,
        path=file.path,
        data=None,
        change="set",
        attempt=False,
        process=file.process,
        who=file.who,
        time=file.time,
        events=list(file.events),
        still_there=file.left,
        ordinary=file.ordinary,
    )


def _service(place: str, row: ServiceRow, image: str | None) -> AutostartRow:
    return AutostartRow(
        place=place,
        path=rf"{SERVICES}\{row.service}",
        data=image,
        change="set",
        attempt=False,
        process=row.process,
        who=row.who,
        time=row.time,
        events=list(row.events),
    )
