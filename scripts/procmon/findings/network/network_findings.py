"""What the peers of a capture mean: suspects that talked, addresses that never answered, questions asked directly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.contracts.tables import PeerRow
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.paths.places import below_windows, kind_of
from scripts.procmon.findings.registry.name_servers import is_public_name_server
from scripts.procmon.knowledge import knowledge

_PRIVATE = re.compile(
    r"10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}"
)

DNS = ("53", "domain")


def findings_of(
    rows: Sequence[PeerRow],
    earlier: Mapping[str, Analysis],
    *,
    lengths: Mapping[int, list[int]],
    filtered: bool = False,
) -> list[Finding]:
    """Findings "suspect_talked" and "unanswered_peers"; ``lengths`` holds the sizes sent, by id of the row."""
    accused = accusations(earlier)
    paths = images(earlier)
    by_process: dict[str, list[PeerRow]] = {}
    to_itself: dict[str, list[PeerRow]] = {}
    for row in rows:
        if row.ordinary in (None, "browser_traffic", "update_service"):
            by_process.setdefault(row.who, []).append(row)
        elif row.ordinary == "loopback":
            to_itself.setdefault(row.who, []).append(row)
    findings = []
    for person, mine in by_process.items():
        swarm = _swarm(mine)
        if swarm:
            own = kind_of(paths.get(swarm[0].process, ""))[0] == "own" and not _is_windows(paths, swarm[0])
            told = _unanswered(person, swarm, accused.get(person, []), lengths, installed=own)
            findings.append(replace(told, facts={**told.facts, "filtered": filtered}))
        told_already = set(map(id, swarm))
        rest = [row for row in mine if id(row) not in told_already]
        if person in accused and rest:
            loopback = to_itself.get(person, ())
            findings.append(_talked(person, rest, accused[person], loopback=loopback, lengths=lengths))
    return findings


def _at_home(row: PeerRow) -> bool:
    """Whether all the addresses of a peer are private ones (RFC 1918)."""
    ends = row.addresses or [row.peer]
    return all(_PRIVATE.fullmatch(end) is not None for end in ends)


def _is_windows(paths: Mapping[int, str], row: PeerRow) -> bool:
    return below_windows(paths.get(row.process, "")) is not None


def _swarm(mine: Sequence[PeerRow]) -> list[PeerRow]:
    """Many peers on one port, none of which answered."""
    by_port: dict[tuple[str, str], list[PeerRow]] = {}
    for row in mine:
        if not row.answered and row.ordinary is None and row.port not in DNS:
            by_port.setdefault((row.protocol, row.port), []).append(row)
    largest = max(by_port.values(), key=len, default=[])
    return largest if len({row.peer for row in largest}) >= knowledge("network")["many_peers"] else []


def _unanswered(
    person: str,
    swarm: Sequence[PeerRow],
    kinds: Sequence[str],
    lengths: Mapping[int, list[int]],
    *,
    installed: bool,
) -> Finding:
    sizes = sorted({size for row in swarm for size in lengths.get(id(row), [])})
    severity: Severity = "high" if kinds else "low" if installed else "medium"
    if all(map(_at_home, swarm)):  # what looks for others of its kind in the same house
        severity = "medium" if kinds else "low"
    return Finding(
        kind="unanswered_peers",
        severity=severity,
        confidence="certain",
        facts={
            "who": person,
            "count": len(swarm),
            "peers": [row.peer for row in swarm],
            "addresses": _addresses(swarm),
            "named_only": _named_only(swarm),
            "port": swarm[0].port,
            "protocol": swarm[0].protocol,
            "sizes": sizes,
            "sent": sum(row.bytes_sent for row in swarm),
            "first": min(row.first for row in swarm),
            "last": max(row.last for row in swarm),
            "accused": bool(kinds),
        },
        evidence=sorted({event for row in swarm for event in row.events}),
        key_events=[row.events[0] for row in swarm if row.events],
        reproduce=[Rule("Path", "ends with", f":{swarm[0].port}"), *_who(person)],
        attack=[Technique("T1095", "medium")],
        subjects={
            "processes": [person],
            "peers": _ends(swarm),
        },
    )


def _talked(
    person: str,
    rows: Sequence[PeerRow],
    kinds: Sequence[str],
    *,
    loopback: Sequence[PeerRow],
    lengths: Mapping[int, list[int]],
) -> Finding:
    # Who answered stands first, and whom nobody would block last.
    ordered = sorted(rows, key=lambda one: (not one.answered, one.port in DNS))
    web = [row for row in rows if row.port in ("80", "443", "http", "https")]
    return Finding(
        kind="suspect_talked",
        severity="medium",
        confidence="certain",
        facts={
            "who": person,
            "peers": [_told(row, lengths.get(id(row), ())) for row in ordered],
            "sent": sum(row.bytes_sent for row in rows),
            "received": sum(row.bytes_received for row in rows),
            "kinds": list(kinds),
            "addresses": _addresses(rows),
            "named_only": _named_only(rows),
            "loopback": len({row.port for row in loopback}),
            "loopback_events": sorted(event for row in loopback for event in row.events),
            "loopback_ports": sorted({row.port for row in loopback}),
            "loopback_answered": any(row.answered for row in loopback),
        },
        evidence=sorted({event for row in rows for event in row.events}),
        reproduce=[Rule("Event Class", "is", "Network"), *_who(person)],
        attack=[Technique("T1071.001", "low")] if web else [],
        subjects={"processes": [person], "peers": _ends(rows)},
    )


def _told(row: PeerRow, sizes: Sequence[int]) -> dict[str, Any]:
    """One peer for the sentences; ``sizes`` are the lengths sent to it, in bytes."""
    return {
        "peer": row.peer,
        "addresses": row.addresses,
        "port": row.port,
        "protocol": row.protocol,
        "sent": row.bytes_sent,
        "received": row.bytes_received,
        "answered": row.answered,
        "dns": row.port in DNS,
        "public": any(map(is_public_name_server, [row.peer, *row.addresses])),
        "too_short": _too_short(row, sizes),
        "times": len(row.events),
        "sizes": list(sizes),
        "direction": row.direction,
        "first": row.first,
    }


def _ends(rows: Sequence[PeerRow]) -> list[str]:
    """Address and port of each peer; the name where the capture keeps no address for it."""
    return list(dict.fromkeys(f"{end}:{row.port}" for row in rows for end in (row.addresses or [row.peer])))


def _addresses(rows: Sequence[PeerRow]) -> dict[str, list[str]]:
    """What the names among the peers stand for, as far as the capture keeps it."""
    return {row.peer: row.addresses for row in rows if row.addresses}


def _named_only(rows: Sequence[PeerRow]) -> list[str]:
    """The peers that are known by a name alone."""
    return list(dict.fromkeys(row.peer for row in rows if not row.addresses and not _is_address(row.peer)))


def _is_address(peer: str) -> bool:
    try:
        ip_address(peer.strip("[]"))
    except ValueError:
        return False
    return True


def _too_short(row: PeerRow, sizes: Sequence[int]) -> bool:
    """Whether what went to the port of name resolution is too short for a question about any host."""
    return row.port in DNS and bool(sizes) and max(sizes) < knowledge("network")["shortest_dns"]


def _who(person: str) -> list[Rule]:
    name, _, pid = person.removesuffix(")").rpartition(" (")
    return [Rule("PID", "is", pid)] if name and pid.isdecimal() else [Rule("Process Name", "is", person)]
