"""User Account Control evaded: a user's own setting hijacked, then a program of Windows started that trusts it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ntpath import basename, splitext
from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Technique
from scripts.procmon.contracts.tables import AutostartRow, ProcessRow
from scripts.procmon.findings.evidence.names import process_name, who
from scripts.procmon.findings.evidence.records import Record, of_operations
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.paths.places import program_of
from scripts.procmon.findings.processes.named_tools import tool_called
from scripts.procmon.findings.registry.before import before
from scripts.procmon.findings.registry.program_notes import account_of
from scripts.procmon.findings.registry.registry_links import led_to, links_made
from scripts.procmon.findings.registry.registry_paths import matches, normal, parent_of
from scripts.procmon.findings.rights.rights import granted, levels
from scripts.procmon.knowledge import knowledge

#: How long after the hijack the trusting program may start, in seconds.
WITHIN = 120.0
_RUNNABLE = (
    ".exe",
    ".com",
    ".bat",
    ".cmd",
    ".scr",
    ".pif",
    ".dll",
    ".vbs",
    ".js",
    ".ps1",
    ".msc",
    ".hta",
    ".lnk",
)


@dataclass(frozen=True)
class Run:
    """One hijack by one process, and the programs that it started while the hijack was in force."""

    row: AutostartRow
    started: list[ProcessRow]


def bypasses(capture: Capture, earlier: Mapping[str, Analysis]) -> list[Finding]:
    """Findings "uac_bypass": one for each hijacked key, over all processes that set its values."""
    hijacks = [
        row
        for row in rows_of(earlier, "autostarts")
        if row.change == "set" and not row.attempt and _trusting(row.path)
    ]
    groups: dict[str, list[Run]] = {}
    follows, trusting = _following(hijacks), _Trusting.of(tree(earlier))
    for row in hijacks:
        run = _run(row, trusting, until=follows.get(row.events[0]))
        if run.started:
            groups.setdefault(normal(parent_of(row.path)), []).append(run)
    return [_finding(capture, runs, earlier) for runs in groups.values()]


def _trusting(path: str) -> list[str]:
    """The programs of Windows that raise their rights and then look at this value."""
    return [
        program
        for known in knowledge("elevation")["bypasses"]
        if matches(known["place"], path)
        for program in known["programs"]
    ]


def _following(hijacks: Iterable[AutostartRow]) -> dict[int, int]:
    """By the event of a hijack that by which the same process set the same value anew, and began its next attempt."""
    last: dict[tuple[int, str], int] = {}
    follows: dict[int, int] = {}
    for row in sorted(hijacks, key=lambda row: row.events[0]):
        key = row.process, normal(row.path)
        if key in last:
            follows[last[key]] = row.events[0]
        last[key] = row.events[0]
    return follows


@dataclass(frozen=True, kw_only=True)
class _Trusting:
    """The programs started here that any hijack is for, in the order of the events that show it."""

    rows: list[ProcessRow]
    events: list[int]
    unseen: list[ProcessRow]  #: of whose start the capture has no event

    @classmethod
    def of(cls, rows: Iterable[ProcessRow]) -> _Trusting:
        names = {name for known in knowledge("elevation")["bypasses"] for name in known["programs"]}
        mine = [row for row in rows if row.started_here and row.process_name.lower() in names]
        seen = sorted((row.start_event, at) for at, row in enumerate(mine) if row.start_event is not None)
        return cls(
            rows=[mine[at] for _, at in seen],
            events=[event for event, _ in seen],
            unseen=[row for row in mine if row.start_event is None],
        )

    def between(self, event: int, until: int | None) -> list[ProcessRow]:
        last = None if until is None else bisect_left(self.events, until)
        return [*self.rows[bisect_right(self.events, event) : last], *self.unseen]


def _run(row: AutostartRow, every: _Trusting, *, until: int | None) -> Run:
    trusting = _trusting(row.path)
    started = [
        one
        for one in every.between(row.events[0], until)
        if one.process_name.lower() in trusting and _soon(row.time, one.start)
    ]
    own = [one for one in started if one.parent == row.process]
    return Run(row, own or started[:1])


def _soon(before: str | None, after: str | None) -> bool:
    if not before or not after:
        return False
    return 0 <= (_moment(after) - _moment(before)).total_seconds() <= WITHIN


@lru_cache(maxsize=1 << 16)
def _moment(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def _finding(capture: Capture, every: list[Run], earlier: Mapping[str, Analysis]) -> Finding:
    """One finding on a key; the value beside the command (DelegateExecute) is a part of the same act."""
    key = parent_of(every[0].row.path)
    named = [run for run in every if run.row.path.lower().endswith("\\(default)") and run.row.data]
    first = (named or [run for run in every if run.row.data] or every)[0].row.path
    runs = [run for run in every if normal(run.row.path) == normal(first)]
    rows = [run.row for run in runs]
    told = of_operations(capture, {"RegCreateKey", "RegDeleteKey", "RegDeleteValue"})
    links = _links(capture, key)
    started = [one for run in runs for one in run.started]
    asked = _security_asked(capture, {row.process for row in rows})
    came = _came_of_it(capture, rows, started, tree(earlier))
    existed = _existed(told, key, rows[0])
    first_run = next((one for one in tree(earlier) if one.process == rows[0].process), None)
    low = _unelevated(capture, {row.process for row in rows})
    facts: dict[str, Any] = {
        "who": list(dict.fromkeys(row.who for row in rows)),
        "name": rows[0].who.rpartition(" (")[0],
        "command_lines": (lines := _command_lines(earlier, rows)),
        "tool": tool_called(process_name(capture, rows[0].process), lines[0] if lines else None),
        "times": len(rows),
        "path": rows[0].path,
        "key": key,
        **_told_of_runs(capture, runs),
        "before": _stood_before(capture, rows[0]),
        "user": first_run.user if first_run else None,
        "sid": account_of(capture, first_run.image_path) if first_run else None,
        "program": started[0].process_name,
        "started": [one.who for one in started],
        "seen_after": [one.who for one in came],
        "ended": [{"who": one.who, "code": one.exit_code} for one in started if one.end_event is not None],
        "links": links,
        "removed": all(not row.still_there for row in rows),
        "key_existed": existed is not None,
        "existed_event": existed,
        "key_remains": not any(
            record.operation == "RegDeleteKey" and record.succeeded and normal(record.path) == normal(key)
            for record in told
        ),
        "asked": asked,
        "unelevated_events": low,
    }
    evidence = {event for run in every for event in run.row.events}
    evidence |= {one["event"] for one in asked[:1]}
    evidence |= {*low, *([] if existed is None else [existed])}
    evidence |= {one.start_event for one in (*started, *came) if one.start_event is not None}
    evidence |= {one.end_event for one in started if one.end_event is not None}
    return Finding(
        kind="uac_bypass",
        severity="high",
        confidence="certain"
        if all(one.parent in {row.process for row in rows} for one in started)
        else "likely",
        facts=facts,
        evidence=sorted(evidence),
        reproduce=by_path([rows[0].path, *(one.image_path for one in started if one.image_path)]),
        attack=[Technique("T1548.002", "high"), Technique("T1112", "high")],
        subjects={
            "processes": list(dict.fromkeys([*facts["who"], *facts["started"], *facts["seen_after"]])),
            "registry": list(dict.fromkeys([rows[0].path, *(run.row.path for run in every)])),
        },
        key_events=[event for run in runs for event in (*run.row.events, *_starts(run))],
    )


def _told_of_runs(capture: Capture, runs: list[Run]) -> dict[str, Any]:
    """What each attempt set and for how long, in seconds, and what of it Windows could not have started."""
    told = [
        {
            "who": run.row.who,
            "time": run.row.time,
            "data": run.row.data,
            "started": [one.who for one in run.started],
            "armed": _armed(capture, run.row),
        }
        for run in runs
    ]
    data = [run.row.data for run in runs if run.row.data]
    armed = [span for one in told if (span := one["armed"]) is not None]
    return {
        "runs": told,
        "data": list(dict.fromkeys(data)),
        "unrunnable": [one for one in data if not program_of(one).lower().endswith(_RUNNABLE)],
        "meant": _meant([run.row for run in runs]),
        "armed": max(armed, default=None),
        "shortest": min(armed, default=None),
    }


def _meant(rows: list[AutostartRow]) -> str | None:
    """The program that another attempt names and that differs by its ending alone from one that can't be started."""
    programs = list(dict.fromkeys(program_of(row.data) for row in rows if row.data))
    failed = {splitext(one.lower())[0] for one in programs if not one.lower().endswith(_RUNNABLE)}
    fit = (one for one in programs if one.lower().endswith(_RUNNABLE) and splitext(one.lower())[0] in failed)
    return next(fit, None)


def _stood_before(capture: Capture, row: AutostartRow) -> dict[str, Any] | None:
    """What the value held before the first attempt, where the capture tells."""
    setting = next(
        (one for one in of_operations(capture, {"RegSetValue"}) if one.event == row.events[0]), None
    )
    return before(capture, setting) if setting else None


def _starts(run: Run) -> list[int]:
    return [one.start_event for one in run.started if one.start_event is not None]


def _came_of_it(
    capture: Capture, rows: list[AutostartRow], started: list[ProcessRow], everyone: list[ProcessRow]
) -> list[ProcessRow]:
    """What the trusting programs started: the program that the value names, or one with more rights than who set it.

    That a trusting program ran is no success: it runs and ends, too, where the hijack is blocked.
    """
    level = levels(capture)
    own = [known for row in rows if (known := level.get(row.process)) is not None]
    wanted = {basename(program_of(row.data)).lower().removesuffix(".exe") for row in rows if row.data} - {""}
    helpers = {one.process for one in started}

    def is_success(child: ProcessRow) -> bool:
        mine = level.get(child.process)
        raised = mine is not None and bool(own) and mine > max(own)
        return raised or child.process_name.lower().removesuffix(".exe") in wanted

    return [one for one in everyone if one.parent in helpers and one.started_here and is_success(one)]


def _links(capture: Capture, key: str) -> list[str]:
    """Keys that were made links to the hijacked one."""
    found = []
    for made in links_made(capture).values():
        link = parent_of(made[0].path)
        if any(normal(target) == normal(key) for target in led_to(capture, link, made)):
            found.append(link)
    return found


def _existed(told: list[Record], key: str, row: AutostartRow) -> int | None:
    """The event that shows that the key was there before: the first RegCreateKey on it only opened it."""
    first = next(
        (
            record
            for record in told
            if record.operation == "RegCreateKey"
            and normal(record.path) == normal(key)
            and "Disposition" in record.detail
        ),
        None,
    )
    opened = first and first.event < row.events[0] and "REG_OPENED_EXISTING_KEY" in first.detail
    return first.event if first and opened else None


def _armed(capture: Capture, row: AutostartRow) -> float | None:
    """How long the hijack was in force, in seconds; None while it still is."""
    if len(row.events) < 2:
        return None
    times = capture.events[e.TIME]
    span = times.iloc[row.events[1]] - times.iloc[row.events[0]]
    return None if pd.isna(span) else float(span.total_seconds())


def _unelevated(capture: Capture, processes: set[int]) -> list[int]:
    """For each of these processes that was given less than an administrator is, the event that shows it."""
    found = granted(capture)
    return [found[one][1].event for one in sorted(processes) if one in found and not found[one][0]]


def _security_asked(capture: Capture, processes: set[int]) -> list[dict[str, Any]]:
    """Client libraries of security products that these processes loaded."""
    names = tuple("\\" + name for name in knowledge("elevation")["security_libraries"])
    return [
        {"who": who(capture, record.process), "path": record.path, "event": record.event}
        for record in of_operations(capture, {"Load Image"})
        if record.process in processes and record.path.lower().endswith(names)
    ]


def _command_lines(earlier: Mapping[str, Analysis], rows: list[AutostartRow]) -> list[str]:
    by_number = {row.process: row.command_line for row in tree(earlier)}
    return list(dict.fromkeys(line for row in rows if (line := by_number.get(row.process))))
