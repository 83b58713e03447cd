"""Places from which Windows starts programs or loads code: what was written there, by whom, for how long."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from ntpath import basename
from typing import Any

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import AutostartRow, FileRow
from scripts.procmon.findings.autostart.autostart_files import (
    file_findings,
    started_services,
    startup_files,
    tasks_among_windows,
)
from scripts.procmon.findings.autostart.autostart_values import (
    Write,
    by_servicing,
    data_of,
    in_unread_view,
    is_usual,
    may_be_place,
    place_of,
    run_by,
    signs_of,
    target_of,
)
from scripts.procmon.findings.autostart.log_on_programs import replaced
from scripts.procmon.findings.autostart.task_manager import stands_in_for_task_manager
from scripts.procmon.findings.autostart.wmi_events import wmi_findings
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.names import image_path, process_name, who
from scripts.procmon.findings.evidence.records import SUCCESS, Record, of_operations
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.suspects import suspects
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.paths.file_kinds import is_stray
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import below_windows, kind_of
from scripts.procmon.findings.programs.commands import given, place_given
from scripts.procmon.findings.programs.settled_programs import settled_programs
from scripts.procmon.findings.programs.setup_programs import setup_programs
from scripts.procmon.findings.programs.windows_setup import is_of_setup, laying_out
from scripts.procmon.findings.registry.autoruns_listing import NOT_LISTED, listing
from scripts.procmon.findings.registry.before import before
from scripts.procmon.findings.registry.registry_links import link_findings
from scripts.procmon.findings.registry.registry_paths import matches, normal, parent_of

#: A program enters itself once or twice when it starts; who guards its entry does so again and again.
MOST_TIMES = 3
SET, DELETE_VALUE, DELETE_KEY = "RegSetValue", "RegDeleteValue", "RegDeleteKey"


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``autostarts`` and findings "autostart", "com_hijack", "winsock_hijack", "registry_link".

    Beside them those of files: "autostart_file", "log_on_program_replaced", "wmi_consumer_ran", "wmi_repository_written".
    """
    by_files = [*replaced(capture, earlier), *wmi_findings(capture, earlier)]
    if not capture.info["can_show"]["registry_events"]["value"]:
        files = [*startup_files(capture, earlier), *tasks_among_windows(capture, earlier)]
        findings = [
            *file_findings(capture, files, earlier),
            *by_files,
        ]
        return Analysis(
            name="persistence",
            outcome="found" if files or findings else "could not be checked",
            reason=None if files or findings else "no_registry_events",
            limits=["no_registry_events"] if files or findings else [],
            findings=findings,
            tables={"autostarts": files},
        )
    told = of_operations(capture, (SET, DELETE_VALUE, DELETE_KEY))
    writes = list(_writes(told))
    dropped = _dropped(earlier)
    accused = set(accusations(earlier))
    setup = bool(setup_programs(capture))
    rows = [_row(capture, write, dropped=dropped, setup=setup) for write in writes]
    rows += _removals(capture, told)
    files = [*startup_files(capture, earlier), *tasks_among_windows(capture, earlier)]
    services = started_services(earlier)
    settled = settled_programs(earlier, {file_key(path): file for path, file in dropped.items()}, accused)
    findings = _findings(
        capture,
        writes,
        dropped=dropped,
        accused=set(suspects(earlier)),
        setup=setup,
        settled=settled,
        laid=laying_out(earlier),
    )
    findings += [*file_findings(capture, files, earlier), *by_files]
    return Analysis(
        name="persistence",
        outcome="found" if rows or files or services or findings else "not found",
        examined=len(told),
        findings=findings,
        tables={"autostarts": [*services, *rows, *files]},
    )


def _writes(told: list[Record]) -> Iterable[Write]:
    gone: dict[str, list[Record]] = {}
    for record in told:
        if record.operation != SET and record.succeeded:
            gone.setdefault(normal(record.path), []).append(record)
    for record in told:
        # What was set is taken apart for these few alone.
        if record.operation != SET or not may_be_place(record.path):
            continue
        if (place := place_of(record.path, data_of(record))) is not None:
            path = normal(record.path)
            later = [*_next(gone.get(path), record), *_next(gone.get(parent_of(path)), record)]
            yield Write(
                place=place,
                record=record,
                data=basename(parent_of(record.path)) if place.get("by_key") else data_of(record),
                gone=min(later, key=lambda one: one.event) if later else None,
            )


def _next(taken: list[Record] | None, record: Record) -> list[Record]:
    """The first of these after ``record``, if any; they are in order."""
    at = bisect_right(taken or [], record.event, key=lambda one: one.event)
    return (taken or [])[at : at + 1]


def _row(capture: Capture, write: Write, *, dropped: Mapping[str, FileRow], setup: bool) -> AutostartRow:
    record = write.record
    return AutostartRow(
        place=write.place["id"],
        path=record.path,
        data=write.data or None,
        change="set",
        attempt=not record.succeeded,
        process=record.process,
        who=who(capture, record.process),
        time=record.moment,
        events=[record.event, *([write.gone.event] if write.gone else [])],
        still_there=record.succeeded and write.gone is None,
        ordinary=_ordinary(capture, write, dropped=dropped, setup=setup),
        read=not in_unread_view(write),
    )


def _removals(capture: Capture, told: list[Record]) -> list[AutostartRow]:
    """Deletions in these places, also those that were refused; a value of one's own that goes again is told there."""
    made = {(normal(record.path), record.process) for record in told if record.operation == SET}
    rows = []
    for record in told:
        if record.operation != DELETE_VALUE or (normal(record.path), record.process) in made:
            continue
        place = place_of(record.path)
        if place is not None:
            rows.append(
                AutostartRow(
                    place=place["id"],
                    path=record.path,
                    data=None,
                    change="deleted",
                    attempt=not record.succeeded,
                    process=record.process,
                    who=who(capture, record.process),
                    time=record.moment,
                    events=[record.event],
                    still_there=False,
                )
            )
    return rows


def _dropped(earlier: Mapping[str, Analysis]) -> dict[str, FileRow]:
    """The files that this capture shows being created or written, by path in lower case."""
    return {file.path.lower(): file for file in rows_of(earlier, "files")}


def _ordinary(capture: Capture, write: Write, *, dropped: Mapping[str, FileRow], setup: bool) -> str | None:
    """The reason why a write is everyday business; None where it is not."""
    if is_usual(write):
        return "windows_default"
    if by_servicing(capture, write):
        return "windows_update"
    signs = signs_of(capture, write, files=dropped, accused=set(), setup=setup)
    if signs and signs != ["dropped"]:
        return None
    target = target_of(write.place, write.data)
    if _uses_windows(capture, write, target):
        return None
    if kind_of(target)[0] == "own":
        return "program_registers_itself"
    return "registration" if write.place.get("everyday") and not signs else None


def _uses_windows(capture: Capture, write: Write, target: str) -> bool:
    """Whether a program from where users may write enters a program of Windows: that is not the one that it installs.

    COM classes of .NET programs all name a file of Windows.
    """
    stray = is_stray(image_path(capture, write.record.process))
    return write.place["id"] != "com-server" and stray and below_windows(target) is not None


def _findings(
    capture: Capture,
    writes: list[Write],
    *,
    dropped: Mapping[str, FileRow],
    accused: set[str],
    setup: bool,
    settled: set[int],
    laid: set[str],
) -> list[Finding]:
    often = Counter((write.record.process, normal(write.record.path)) for write in writes)
    groups: dict[tuple[Any, ...], list[tuple[Write, list[str]]]] = {}
    for write in writes:
        ordinary = _ordinary(capture, write, dropped=dropped, setup=setup)
        if ordinary in ("windows_default", "windows_update") and write.place["id"] != "winsock":
            continue
        signs = signs_of(capture, write, files=dropped, accused=accused, setup=setup)
        guards = often[write.record.process, normal(write.record.path)] > MOST_TIMES
        if "itself" in signs and write.record.process in settled and not guards:
            signs.append("settled")
        if (
            laid
            and who(capture, write.record.process) in laid
            and is_of_setup(target_of(write.place, write.data))
        ):
            signs.append("windows_setup")
        if stands_in_for_task_manager(capture, write):
            signs.append("task_manager")
        if _severity(write, signs) is None:
            continue
        program = process_name(capture, write.record.process)
        target = "" if write.place["id"] in ("winsock",) else target_of(write.place, write.data).lower()
        groups.setdefault((write.place["id"], program, target), []).append((write, signs))
    return [_finding(capture, same) for same in groups.values()] + link_findings(capture)


def _severity(write: Write, signs: list[str]) -> Severity | None:
    """None for no finding: a value that is gone again is no persistence, an ordinary registration no news."""
    place = write.place["id"]
    strong = _STRONG & set(signs)
    by_hand = bool({"by_hand", "stray_writer"} & set(signs))
    if write.gone is not None and place in ("shell-open-command", "environment"):
        return None  # told as what it was for: elevation
    if not write.record.succeeded:
        return "medium" if strong or "rare" in signs else "low"
    if "unread_view" in signs:
        return "medium"  # meant to be in force, and very probably not
    if strong or {"rare", "unusual_place"} <= set(signs) or (by_hand and "dropped" in signs):
        return "high"
    own = _leads_to_installed(write) or "task_manager" in signs
    rare = (
        "rare" in signs
        and not {"policy", "windows_setup"} & set(signs)
        and ("interpreter" in signs or not own)
    )
    # A program that enters itself was installed for one user, or hides where such lie.
    itself = "itself" in signs and not {"settled", "task_manager"} & set(signs) and not _is_own_type(write)
    if rare or by_hand or itself or {"planted", "unusual_place", "copy", "borrowed"} & set(signs):
        return "medium"
    if write.place.get("everyday"):
        installed = kind_of(target_of(write.place, write.data))[0] == "own"
        return "low" if "dropped" in signs and not installed else None
    if place == "winsock":
        return None if is_usual(write) or own else "low"
    return "low"


#: Signs of which each alone makes a finding high.
_STRONG = {
    "odd_place",
    "temporary",
    "accused",
    "bare_name",
    "hidden",
    "telling",
    "log_on_screen",
    "script",
    "second",
}


def _is_own_type(write: Write) -> bool:
    """Whether a command opens a type of file or address that is none of Windows' own, as each messenger has one."""
    place, path = write.place, write.record.path
    return place["id"] == "shell-open-command" and not matches(place["values"][0], path)


def _leads_to_installed(write: Write) -> bool:
    """Whether a value leads to an installed program's or Windows' own file; a bare name does not tell whose it is."""
    bare = write.place.get("bare") and "\\" not in write.data
    return not bare and kind_of(target_of(write.place, write.data))[0] == "own"


def _lists(writes: list[Write]) -> list[dict[str, Any]]:
    """How many entries of each of Winsock's lists: "Protocol_Catalog9" of transports, "NameSpace_Catalog5" of names."""
    paths = {write.record.path for write in writes}
    found = (re.search(r"\\WinSock2\\Parameters\\([^\\]+)\\", path, re.IGNORECASE) for path in paths)
    counted = Counter(match[1] for match in found if match)
    return [{"list": name, "n": n} for name, n in counted.most_common()]


def _bare_files(capture: Capture, writes: list[Write]) -> list[dict[str, Any]]:
    """The files of the capture with a name that stands without a path: loaded by how many, and whether written."""
    names = tuple("\\" + data.lower() for data in {write.data for write in writes} if "\\" not in data)
    found: dict[str, dict[str, Any]] = {}
    for path, count in capture.modules[p.MODULE_PATH].astype(str).value_counts().items():
        if str(path).lower().endswith(names):
            one = found.setdefault(str(path).lower(), {"path": str(path), "loaded": 0, "written": False})
            one["loaded"] += int(count)
    events = capture.events
    written = one_of(events[e.OPERATION], {"WriteFile"}) & one_of(events[e.RESULT], {SUCCESS})
    written &= where(events[e.PATH], lambda path: path.lower().endswith(names))
    for path in map(str, events[e.PATH][written].unique()):
        found.setdefault(path.lower(), {"path": path, "loaded": 0})["written"] = True
    return sorted(found.values(), key=lambda one: -int(one["loaded"]))[:4]


def _finding(capture: Capture, same: list[tuple[Write, list[str]]]) -> Finding:
    writes = [write for write, _ in same]
    first = writes[0]
    order: tuple[Severity, ...] = ("high", "medium", "low")
    severities = [found for write, signs in same if (found := _severity(write, signs))]
    signs = sorted({sign for _, found in same for sign in found})
    done = any(write.record.succeeded for write in writes)
    place = first.place["id"]
    kind = {"com-server": "com_hijack", "winsock": "winsock_hijack"}.get(place, "autostart")
    severity = min(severities, key=order.index)
    if kind == "com_hijack" and severity == "low":
        kind = "autostart"
    technique = str(first.place["attack"])
    return Finding(
        kind=kind,
        severity=severity,
        confidence="certain" if done and "unread_view" not in signs else "likely",
        facts={
            "who": sorted({who(capture, write.record.process) for write in writes}),
            "place": first.place["name"],
            "place_id": place,
            "starts": first.place["starts"],
            "paths": list(dict.fromkeys(write.record.path for write in writes)),
            "lists": _lists(writes) if kind == "winsock_hijack" else [],
            "data": list(dict.fromkeys(write.data for write in writes)),
            "values": [{"path": write.record.path, "data": write.data} for write in writes],
            "time": first.record.moment,
            "signs": signs,
            "done": done,
            "result": first.record.result,
            "gone": all(write.gone is not None for write in writes),
            "target_place": (
                place_given(first.data) if given(first.data) else kind_of(target_of(first.place, first.data))
            )[1],
            "autoruns": _in_force(capture, writes),
            "before": before(capture, first.record),
            "bare_files": _bare_files(capture, writes) if "bare_name" in signs else [],
            "machine": any(normal(write.record.path).startswith("hklm") for write in writes),
            "events": [write.record.event for write in writes],
        },
        evidence=[write.record.event for write in writes],
        reproduce=by_path([write.record.path for write in writes], operations=[SET]),
        attack=[Technique(technique, "high" if severity == "high" else "medium")],
        subjects={
            "processes": sorted({who(capture, write.record.process) for write in writes}),
            "registry": list(dict.fromkeys(write.record.path for write in writes)),
            "files": sorted({path for write in writes for path in run_by(write.place, write.data)}),
        },
    )


def _in_force(capture: Capture, writes: list[Write]) -> dict[str, Any] | None:
    """What Autoruns says of the values that stayed."""
    return listing(capture).facts(
        (write.record.path, target_of(write.place, write.data) or None)
        for write in writes
        if write.record.succeeded and write.gone is None and write.place["id"] not in NOT_LISTED
    )
