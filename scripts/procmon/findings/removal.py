"""What to undo on this machine, step by step: first what starts by itself, then a restart, then files.

Where Windows' own processes run another's code, what starts by itself is undone after the restart too, from other media:
that code could put it back, and what the running system shows of it can't be relied on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ntpath import basename
from typing import Any, Literal

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.contracts.tables import (
    AutostartRow,
    DriverRow,
    FileRow,
    ProcessRow,
    RemovalRow,
    ServiceRow,
)
from scripts.procmon.findings.disposal import (
    is_laid_out,
    is_set_up,
    is_somebodys,
    kept_program,
    looked_at,
    put_back_files,
)
from scripts.procmon.findings.held_files import Held
from scripts.procmon.findings.places import kind_of
from scripts.procmon.findings.put_back import boot_command, is_start_file, is_task, put_back, undone
from scripts.procmon.findings.registry_paths import normal, parent_of
from scripts.procmon.findings.tables import rows_of
from scripts.procmon.findings.traces import Traces, leads, traces, weighty
from scripts.procmon.findings.victims import kept

MOST_NAMES = 8

#: Values that Windows itself needs, and what stands there on a clean machine.
_DEFAULTS = {
    "winlogon\\shell": "explorer.exe",
    "winlogon\\userinit": r"C:\Windows\system32\userinit.exe,",
    "windows\\appinit_dlls": "(empty)",
    "session manager\\bootexecute": "autocheck autochk *",
}


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:  # noqa: ARG001
    """The table ``removal``, from the tables of the analyses before it; nothing of its own is looked at."""
    left = traces(earlier)
    rows: dict[tuple[str, str], RemovalRow] = {}
    steps = list(_steps(earlier, left))
    deleted = {_key(row.target) for row in steps if row.step == "delete file"}
    for row in [*_save(steps), *steps]:
        if row.step == "check" and _key(row.target).rstrip(".") in deleted:
            continue
        rows.setdefault((row.step, row.target.lower()), row)
    return Analysis(
        name="removal",
        outcome="found" if rows else "not found",
        tables={"removal": list(rows.values())},
    )


def _steps(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[RemovalRow]:
    """In the order in which they have to be done."""
    named = set(left.why)
    drivers = [row for row in rows_of(earlier, "drivers") if row.registered and (row.dropped or row.loaded)]
    drivers = [row for row in drivers if _names(row) & named]
    services = [row for row in rows_of(earlier, "services") if row.ordinary is None]
    of_drivers = {row.service.lower() for row in drivers if row.service}
    new = [row for row in services if row.change == "created" and row.service.lower() not in of_drivers]
    new = [row for row in new if row.service.lower() in named]
    autostarts = [
        row
        for row in rows_of(earlier, "autostarts")
        if row.change == "set" and row.still_there and not row.attempt and row.ordinary is None
        if row.place not in ("driver", "service")
    ]
    going = _going(left)
    weighty_autostarts = [
        row for row in autostarts if row.path.lower() in named or _started(row.data) & going
    ]
    held = Held.of(earlier, left, drivers)
    yield from map(
        _end, [*(row for row in left.programs if not row.ended_here and row.started_here), *held.false]
    )
    yield from (
        RemovalRow(
            step="disable service", target=str(row.service), because="driver", facts=_driver_facts(row)
        )
        for row in drivers
        if row.service
    )
    yield from (
        RemovalRow(step="disable service", target=row.service, because="service", facts=_image(row))
        for row in new
    )
    told = _before(earlier)
    values = [
        *(_value(row, told.get(row.path.lower())) for row in weighty_autostarts),
        *_settings(earlier),
        *_leftover_keys(earlier),
    ]
    # netsh works on the Windows that runs: it waits until that is the computer's own again, without the foreign code.
    late = [row for row in values if held.infected and row.because == "winsock"]
    yield from _elevated(earlier)
    if not held.infected:
        yield from values
    restarts = list(held.restart(entries=any(row not in late for row in values)))
    if not restarts and new:
        restarts = [
            RemovalRow(
                step="restart", target=", ".join(row.service for row in new), because="restart_service"
            )
        ]
    yield from restarts
    if held.infected:
        yield from (row for row in values if row not in late)
    yield from (
        RemovalRow(step="delete service", target=str(row.service), because="after_restart")
        for row in [*drivers, *new]
        if row.service
    )
    apart = {_key(row.path) for row in weighty_autostarts if is_task(row) or is_start_file(row)}
    yield from _files(left, drivers, but=apart)
    yield from (
        RemovalRow(step="leave", target=folder.path, because="windows_folder", facts={"who": folder.who})
        for folder in left.kept
    )
    yield from kept([file for file in left.victims if file.left], earlier)
    yield from put_back_files([file for file in left.before if file.left])
    yield from looked_at([file for file in left.looked_at if file.left])
    yield from _named_files(earlier, left)
    if held.infected:
        yield RemovalRow(step="restart", target="Windows", because="restart_own")
    yield from late
    yield from (
        RemovalRow(
            step="restore service",
            target=row.service,
            because="protection",
            facts={"name": row.display_name or row.service, "change": row.change},
        )
        for row in services
        if row.security and row.change in ("deleted", "disabled") and row.service.lower() in named
    )
    yield from held.checks()
    yield from put_back(earlier)
    asked = list(dict.fromkeys(one.facts["program"] for one in weighty(earlier) if one.kind == "uac_bypass"))
    if asked:
        yield RemovalRow(
            step="check",
            target="User Account Control",
            because="always_notify",
            facts={"programs": ", ".join(asked)},
        )


def _save(steps: list[RemovalRow]) -> Iterator[RemovalRow]:
    """Whatever the steps take away can't be looked at afterwards."""
    held = [row.facts["who"] for row in steps if row.step == "restart" and row.facts.get("who")]
    ended = [row.target for row in steps if row.step == "end process"]
    if held or ended:
        people = ", ".join([*held, *ended])
        yield RemovalRow(
            step="save first",
            target=people,
            because="save_memory",
            facts={"count": str(people.count(", ") + 1)},
        )
    files = {row.target.lower(): row.target for row in steps if row.step == "delete file"}
    names = list(dict.fromkeys(basename(path) for path in files.values()))
    if names:
        shown = [*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])]
        yield RemovalRow(
            step="save first", target=", ".join(shown), because="save_files", facts={"count": str(len(files))}
        )


def _end(row: ProcessRow) -> RemovalRow:
    why = "running" if row.end_known else "may_run"
    return RemovalRow(step="end process", target=row.who, because=why, facts={"path": row.image_path or ""})


def _names(row: DriverRow) -> set[str]:
    return {name.lower() for name in (row.service, row.file) if name}


def _driver_facts(row: DriverRow) -> dict[str, str]:
    return {"file": row.file or "", "starts": row.starts or ""}


def _image(row: ServiceRow) -> dict[str, str]:
    return {"image": row.image or ""}


def _before(earlier: Mapping[str, Analysis]) -> dict[str, Mapping[str, Any]]:
    """What the capture shows to have stood in a value before, by the value's path in lower case."""
    return {
        finding.facts["paths"][0].lower(): finding.facts["before"]
        for finding in weighty(earlier)
        if finding.kind in ("autostart", "com_hijack") and finding.facts["before"] is not None
    }


def _value(row: AutostartRow, before: Mapping[str, Any] | None = None) -> RemovalRow:
    """The step that undoes an automatic start; ``before`` is what stood there, as far as the capture tells."""
    path = normal(row.path)
    default = next((value for key, value in _DEFAULTS.items() if path.endswith(key)), None)
    if is_start_file(row):
        return RemovalRow(step="check", target=row.path, because="profile")
    if is_task(row):
        return RemovalRow(step="check", target=row.path, because="task")
    if row.place in ("startup-folder", "task-file"):
        return RemovalRow(step="delete file", target=row.path, because="autostart_file")
    if row.place == "winsock":
        key = row.path.partition("\\Catalog_Entries")[0]
        return RemovalRow(step="restore value", target=key, because="winsock", facts={"data": row.data or ""})
    if default is not None and "\\wow6432node\\" in row.path.lower():
        return RemovalRow(
            step="restore value", target=row.path, because="default_32_bit", facts={"data": row.data or ""}
        )
    if default is not None:
        return RemovalRow(
            step="restore value",
            target=row.path,
            because="default",
            facts={"data": row.data or "", "default": default},
        )
    if row.place == "com-server" and path.startswith("hkcu"):
        return RemovalRow(
            step="delete key",
            target=parent_of(parent_of(row.path)),
            because="com_user",
            facts={"data": row.data or ""},
        )
    if row.place == "com-server":
        facts, why = {"data": row.data or ""}, "com_machine"
        if before is not None:
            facts["before"] = before["data"] or ""
            why = "com_machine_before" if before["data"] else "com_machine_new"
        step: Literal["restore value", "delete value"] = (
            "delete value" if why == "com_machine_new" else "restore value"
        )
        return RemovalRow(step=step, target=row.path, because=why, facts=facts)
    return undone(row, before)


def _settings(earlier: Mapping[str, Analysis]) -> Iterator[RemovalRow]:
    for finding in weighty(earlier):
        if finding.kind == "weakened_settings":
            for one in finding.facts["settings"]:
                facts = {"data": one["data"], "what": one["what"]}
                if command := boot_command(one["path"]):
                    yield RemovalRow(
                        step="restore value",
                        target=one["path"],
                        because="boot_setting",
                        facts={**facts, "command": command},
                    )
                elif one["deleted"]:
                    yield RemovalRow(
                        step="restore value", target=one["path"], because="setting_deleted", facts=facts
                    )
                elif one["clean"] is None:
                    yield RemovalRow(step="delete value", target=one["path"], because="setting", facts=facts)
                elif one["clean"] != one["data"]:
                    yield RemovalRow(
                        step="restore value",
                        target=one["path"],
                        because="setting_clean",
                        facts={**facts, "clean": one["clean"]},
                    )


def _elevated(earlier: Mapping[str, Analysis]) -> Iterator[RemovalRow]:
    """What came of it decides how grave it is, so it is looked up before anything is taken away."""
    for finding in weighty(earlier):
        if finding.kind == "uac_bypass":
            yield RemovalRow(
                step="check",
                target=finding.facts["program"],
                because="elevated",
                facts={"name": finding.facts["name"], "started": ", ".join(finding.facts["started"][:12])},
            )


def _leftover_keys(earlier: Mapping[str, Analysis]) -> Iterator[RemovalRow]:
    for finding in weighty(earlier):
        if finding.kind == "uac_bypass" and finding.facts["key_remains"]:
            yield RemovalRow(
                step="delete key",
                target=finding.facts["key"],
                because="empty_key" if finding.facts["removed"] else "hijack_key",
                facts={"existed": "yes" if finding.facts["key_existed"] else ""},
            )


def _going(left: Traces) -> set[str]:
    """The files that the findings are about, in lower case: an entry that starts one of them goes with it."""
    files = {file.path.lower() for file in left.files.values() if file.left}
    programs = (program for program in left.programs if program.image_path and not _is_kept(program, left))
    return files | {str(program.image_path).lower() for program in programs}


def _is_kept(program: ProcessRow, left: Traces) -> bool:
    unsure = is_somebodys(program) and program.who not in left.grave
    return unsure or is_set_up(program) or is_laid_out(program.image_path or "")


def _started(data: str | None) -> set[str]:
    """What the data of an entry may start: all of it, or what stands before the first blank, or in quotes."""
    text = (data or "").strip().lower()
    quoted = text[1:].partition('"')[0] if text.startswith('"') else text.partition(" ")[0]
    return {text, quoted} - {""}


def _files(left: Traces, drivers: list[DriverRow], *, but: set[str]) -> Iterator[RemovalRow]:
    for driver in drivers:
        if driver.file and driver.dropped:
            yield RemovalRow(step="delete file", target=driver.file, because="driver_file")
    stays = [*left.victims, *left.before, *left.looked_at]
    folders = {parent for file in stays for parent in _above(file.path)}
    files = [
        file
        for file in left.files.values()
        if file.left and _key(file.path) not in folders and _key(file.path) not in but
    ]
    # What lies in a folder goes before the folder itself.
    for file in sorted(
        files, key=lambda one: (one.what == "folder", -len(one.path) if one.what == "folder" else 0)
    ):
        yield _file(file)
    told = {file.path.lower() for file in [*files, *left.before]}
    told |= {file.path.lower() for file in left.files.values() if not file.left}
    for program in left.programs:
        path = (program.image_path or "").lower()
        if not path or path in told or left.why.get(path) == "self_deletion":
            continue
        if _is_kept(program, left):
            yield kept_program(program, left.makers.get(path))
        else:
            yield RemovalRow(
                step="delete file",
                target=str(program.image_path),
                because="program",
                facts={"who": program.who},
            )


def _named_files(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[RemovalRow]:
    """Files that an autostart names but that the capture does not show being made."""
    made = {path.lower() for path in left.files}
    for finding in weighty(earlier):
        if finding.kind in ("autostart", "com_hijack"):
            for path in finding.subjects.get("files", ()):
                if path.lower().rstrip(".") not in made:
                    because = "named_installed" if kind_of(path)[0] == "own" else "named"
                    yield RemovalRow(
                        step="check", target=path, because=because, facts={"place": finding.facts["place"]}
                    )
        if finding.kind == "command_line":
            for path in finding.subjects.get("files", ()):
                yield _in_command(finding, path, because="named_in_command")
    for finding in leads(earlier):
        for path in finding.subjects["files"]:
            if path.lower() not in made:
                yield _in_command(finding, path, because="lead")


def _in_command(finding: Finding, path: str, *, because: str) -> RemovalRow:
    return RemovalRow(step="check", target=path, because=because, facts={"who": finding.facts["who"][0]})


def _key(path: str) -> str:
    return path.rstrip("\\").lower()


def _above(path: str) -> list[str]:
    """The folders that a file lies in."""
    parts = _key(path).split("\\")
    return ["\\".join(parts[:count]) for count in range(1, len(parts))]


def _file(file: FileRow) -> RemovalRow:
    facts = {"who": file.who, "size": "" if file.size is None else f"{file.size:,}"}
    return RemovalRow(
        step="delete folder" if file.what == "folder" else "delete file",
        target=file.path,
        because="folder" if file.what == "folder" else "dropped",
        facts=facts,
    )
