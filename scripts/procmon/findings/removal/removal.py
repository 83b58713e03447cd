"""What to undo on this machine, step by step: first what starts by itself, then a restart, then files.

Where Windows' own processes run another's code, what starts by itself is undone after the restart too, from other media:
that code could put it back, and what the running system shows of it can't be relied on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ntpath import basename

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
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.paths.places import is_laid_out, kind_of
from scripts.procmon.findings.removal.disposal import (
    is_set_up,
    is_somebodys,
    kept_program,
    looked_at,
    put_back_files,
)
from scripts.procmon.findings.removal.held_files import Held
from scripts.procmon.findings.removal.put_back import is_start_file, is_task, put_back
from scripts.procmon.findings.removal.traces import Traces, leads, traces, weighty
from scripts.procmon.findings.removal.undone_values import undone_values
from scripts.procmon.findings.removal.victims import kept

MOST_NAMES = 8


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


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What Windows starts by itself and the weighty findings are about, and the protection that was lost."""

    drivers: Sequence[DriverRow]
    services: Sequence[ServiceRow]  #: made here, no drivers
    autostarts: Sequence[AutostartRow]
    protection: Sequence[ServiceRow]

    @classmethod
    def of(cls, earlier: Mapping[str, Analysis], left: Traces) -> Entries:
        named = set(left.why)
        drivers = [
            row
            for row in rows_of(earlier, "drivers")
            if row.registered and (row.dropped or row.loaded) and _names(row) & named
        ]
        of_drivers = {row.service.lower() for row in drivers if row.service}
        services = [
            row
            for row in rows_of(earlier, "services")
            if row.ordinary is None and row.service.lower() in named
        ]
        going = _going(left)
        autostarts = [
            row
            for row in rows_of(earlier, "autostarts")
            if row.change == "set" and row.still_there and not row.attempt and row.ordinary is None
            if row.place not in ("driver", "service")
            if row.path.lower() in named or _started(row.data) & going
        ]
        return cls(
            drivers=drivers,
            services=[
                row for row in services if row.change == "created" and row.service.lower() not in of_drivers
            ],
            autostarts=autostarts,
            protection=[row for row in services if row.security and row.change in ("deleted", "disabled")],
        )


def _steps(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[RemovalRow]:
    """In the order in which they have to be done."""
    entries = Entries.of(earlier, left)
    held = Held.of(earlier, left, entries.drivers)
    values = undone_values(earlier, entries.autostarts)
    # netsh works on the Windows that runs: it waits until that is the computer's own again, without the foreign code.
    late = [row for row in values if held.infected and row.because == "winsock"]
    values = [row for row in values if row not in late]
    yield from map(
        _end, [*(row for row in left.programs if not row.ended_here and row.started_here), *held.false]
    )
    yield from _disabled(entries)
    yield from _elevated(earlier)
    if not held.infected:
        yield from values
    yield from list(held.restart(entries=bool(values))) or _restart(entries.services)
    if held.infected:
        yield from values
    for name in (*(row.service for row in entries.drivers), *(row.service for row in entries.services)):
        if name:
            yield RemovalRow(step="delete service", target=name, because="after_restart")
    apart = {_key(row.path) for row in entries.autostarts if is_task(row) or is_start_file(row)}
    yield from _files(left, entries.drivers, but=apart)
    yield from _left(earlier, left)
    yield from _named_files(earlier, left)
    if held.infected:
        yield RemovalRow(step="restart", target="Windows", because="restart_own")
    yield from late
    yield from map(_protected_again, entries.protection)
    yield from held.checks()
    yield from put_back(earlier)
    yield from _always_notify(earlier)


def _disabled(entries: Entries) -> Iterator[RemovalRow]:
    for driver in entries.drivers:
        if driver.service:
            facts = {"file": driver.file or "", "starts": driver.starts or ""}
            yield RemovalRow(step="disable service", target=driver.service, because="driver", facts=facts)
    for row in entries.services:
        facts = {"image": row.image or ""}
        yield RemovalRow(step="disable service", target=row.service, because="service", facts=facts)


def _restart(services: Sequence[ServiceRow]) -> Iterator[RemovalRow]:
    """The restart that ends services which were only disabled, where nothing else asks for one."""
    if services:
        yield RemovalRow(
            step="restart", target=", ".join(row.service for row in services), because="restart_service"
        )


def _left(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[RemovalRow]:
    """What stays where it is, or is looked at first."""
    for folder in left.kept:
        yield RemovalRow(
            step="leave", target=folder.path, because="windows_folder", facts={"who": folder.who}
        )
    yield from kept([file for file in left.victims if file.left], earlier)
    yield from put_back_files([file for file in left.before if file.left])
    yield from looked_at([file for file in left.looked_at if file.left])


def _protected_again(row: ServiceRow) -> RemovalRow:
    facts = {"name": row.display_name or row.service, "change": row.change}
    return RemovalRow(step="restore service", target=row.service, because="protection", facts=facts)


def _always_notify(earlier: Mapping[str, Analysis]) -> Iterator[RemovalRow]:
    asked = dict.fromkeys(one.facts["program"] for one in weighty(earlier) if one.kind == "uac_bypass")
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


def _files(left: Traces, drivers: Sequence[DriverRow], *, but: set[str]) -> Iterator[RemovalRow]:
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
