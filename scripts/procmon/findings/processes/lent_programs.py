"""Programs of Windows that were started empty by somebody else's program and then did what they never do themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Literal

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.autostart.acts import SENDS, acts_of
from scripts.procmon.findings.evidence.records import records
from scripts.procmon.findings.evidence.reproduce import by_process
from scripts.procmon.findings.evidence.select import Mask, of_processes, one_of, where
from scripts.procmon.findings.files.file_acts import READ
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.processes.credential_stores import store_of
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.knowledge import knowledge

#: "talked" to the Internet, "read" files with passwords, "stays": wrote programs or a place of automatic start.
Deed = Literal["talked", "read", "stays"]
#: The addresses of networks of one's own (RFC 1918, RFC 4193); others that are no one's, as in manuals, count as outside.
_INSIDE = [ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]
_ARGUMENTS = re.compile(r'^\s*(?:"[^"]*"|\S+)\s*(.*)$', re.DOTALL)


def lent_programs(capture: Capture, rows: list[ProcessRow]) -> Iterator[Finding]:
    """Findings "program_lent", one a process of process_habits.shells that a stray program or a script started empty.

    Severity: high where a program from where users may write started it, medium where an interpreter did. None without a
    deed: people start Notepad from wherever they like. One of process_habits.silent is told whoever started it and with
    what, where it talked to an address outside; so is one of process_habits.never_empty that was started empty (high).
    """
    doers = Doers(rows)
    talkers = _talkers(capture)
    by_number: Mapping[int, ProcessRow] = {row.process: row for row in rows}
    for row in rows:
        parent = by_number.get(row.parent) if row.parent is not None else None
        doer = doers.of(parent.process) if parent is not None else "installed"
        empty = _is(row, "never_empty") and _is_empty(row)
        silent = row.process in talkers and (_is(row, "silent") or empty)
        if not silent and (doer == "installed" or not (_is(row, "shells") and _is_empty(row))):
            continue
        severity: Severity = "high" if doer == "stray" or empty else "medium"
        finding = _finding(capture, row, parent, severity=severity, empty=not silent)
        if finding is not None:
            yield finding


def _talkers(capture: Capture) -> set[int]:
    events = capture.events
    return {int(process) for process in events[e.PROCESS][one_of(events[e.OPERATION], SENDS)].unique()}


def _is(row: ProcessRow, habit: str) -> bool:
    """Whether the program is one of Windows' own that this list of process_habits names."""
    known = row.process_name.lower() in knowledge("process_habits")[habit]
    return known and bool(row.image_path) and below_windows(str(row.image_path)) is not None


def _is_empty(row: ProcessRow) -> bool:
    """Whether the program was given nothing to work on; one whose command line is not known may have been."""
    found = _ARGUMENTS.match(row.command_line or "")
    return found is not None and not found[1].strip()


def _finding(
    capture: Capture, row: ProcessRow, parent: ProcessRow | None, *, severity: Severity, empty: bool
) -> Finding | None:
    done = acts_of(capture, [row.process])
    mine = of_processes(capture, [row.process])
    stores = records(capture, mine & _of_stores(capture))
    peers = [peer for peer in done.sent_to if _is_outside(peer)]
    sends = records(capture, mine & _to(capture, set(peers))) if peers else []
    stays = bool(done.programs_written or done.autostarts or done.services)
    told_of: dict[Deed, bool] = {"talked": bool(peers), "read": bool(stores), "stays": stays}
    deeds = [deed for deed, seen in told_of.items() if seen and (empty or deed == "talked")]
    if not deeds:
        return None
    # A program of Windows that started it did so for somebody else; one that never talks says nothing of who started it.
    guilty = parent is not None and empty and below_windows(parent.image_path or "") is None
    people = [row, *([parent] if parent and guilty else [])]
    image = parent.image_path if parent else None
    start = [] if row.start_event is None else [row.start_event]
    told = [*(one.event for one in sends[:100]), *(one.event for one in stores[:100])]
    return Finding(
        kind="program_lent",
        severity=severity,
        confidence="likely",
        facts={
            "who": row.who,
            "name": row.process_name,
            "parent": parent.who if parent else None,
            "parent_image": image,
            "empty": empty,
            "time": row.start,
            "deeds": deeds,
            "peers": peers,
            "stores": list(dict.fromkeys(one.path for one in stores)),
            "written": [*done.programs_written, *done.autostarts],
        },
        evidence=sorted({*start, *told, *done.most_telling()}),
        key_events=[*start, *told[:3]],
        reproduce=by_process(*people),
        attack=[Technique("T1055.012", "medium")],
        subjects={
            "processes": [one.who for one in people],
            **({"files": [image]} if image and guilty else {}),
            **({"peers": peers} if peers else {}),
        },
    )


@lru_cache(maxsize=1)
def _of_stores(capture: Capture) -> Mask:
    """The events that read files with passwords."""
    events = capture.events
    return one_of(events[e.OPERATION], READ) & where(events[e.PATH], lambda path: store_of(path) is not None)


def _to(capture: Capture, peers: set[str]) -> Mask:
    return where(capture.events[e.PATH], lambda path: path.partition(" -> ")[2] in peers)


def _is_outside(peer: str) -> bool:
    """Whether a peer ("host:port") is not known to lie in the same network."""
    host = peer.rpartition(":")[0].strip("[]")
    try:
        address = ip_address(host)
    except ValueError:
        return "." in host and not host.lower().endswith((".local", ".lan", ".home", ".internal"))
    inside = any(address in network for network in _INSIDE if network.version == address.version)
    return not (inside or address.is_loopback or address.is_link_local or address.is_multicast)
