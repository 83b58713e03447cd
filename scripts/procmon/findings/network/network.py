"""Who talked to whom: peers by process with bytes, whether they answered, and what is ordinary of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import pandas as pd

from scripts.procmon import detail_text
from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import PeerRow
from scripts.procmon.findings.evidence.loopback import is_loopback
from scripts.procmon.findings.evidence.names import when, who
from scripts.procmon.findings.evidence.select import where
from scripts.procmon.findings.network.network_findings import findings_of
from scripts.procmon.knowledge import knowledge

#: A copy of what TCP Receive already counts, from the system's buffer to the program's.
_COPIES = {"TCP TCPCopy"}
_END = re.compile(r"^(.*):([^:]*)$")


@dataclass
class Talk:
    """What went to and fro between a process and a peer; ``rows`` are event numbers."""

    local: str
    rows: list[int] = field(default_factory=list)
    sent: int = 0
    received: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    sent_lengths: set[int] = field(default_factory=set)
    first: Any = None
    last: Any = None
    local_ports: set[str] = field(default_factory=set)
    itself: bool = False  #: the peer is an end of this computer's own


Key = tuple[int, str, str, str]


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``peers`` and findings on suspects that talked and on peers that never answered."""
    if not capture.info["can_show"]["network_events"]["value"]:
        return Analysis(name="network", outcome="could not be checked", reason="no_network_events")
    mask = where(capture.events[e.OPERATION], lambda name: name.startswith(("TCP ", "UDP ")))
    talks = _talks(capture.events[mask])
    rows = [_row(capture, key, talk) for key, talk in talks.items()]
    lengths = {id(row): talk.sent_lengths for row, talk in zip(rows, talks.values(), strict=True)}
    findings = findings_of(
        rows,
        earlier,
        lengths={key: sorted(sizes) for key, sizes in lengths.items()},
        filtered=bool(capture.info.get("filtered", {}).get("value")),
    )
    return Analysis(
        name="network",
        outcome="found" if rows else "not found",
        examined=int(mask.sum()),
        findings=findings,
        tables={"peers": sorted(rows, key=_weight)},
    )


def _talks(events: pd.DataFrame) -> dict[Key, Talk]:
    lengths = detail_text.numbers(events[e.DETAIL], "Length").fillna(0)
    talks: dict[Key, Talk] = {}
    ours: set[tuple[str, str]] = set()
    columns = (
        events[e.EVENT].tolist(),
        events[e.TIME].tolist(),
        events[e.PROCESS].tolist(),
        events[e.OPERATION].astype(str).tolist(),
        events[e.PATH].astype(str).tolist(),
        lengths.tolist(),
    )
    for event, time, process, operation, path, length in zip(*columns, strict=True):
        ends = ends_of(path)
        if ends is None:
            continue
        (local, local_port), (peer, port) = ends
        talk = talks.setdefault((int(process), operation[:3], peer, port), Talk(local))
        talk.rows.append(int(event))
        talk.operations[operation] += 1
        talk.local_ports.add(local_port)
        talk.first = talk.first if talk.first is not None else time
        talk.last = time
        if operation in _COPIES:
            continue
        if operation.endswith("Send"):
            ours.add((local.lower(), local_port))
            talk.sent += int(length)
            talk.sent_lengths.add(int(length))
        elif operation.endswith("Receive"):
            talk.received += int(length)
    for (_process, _protocol, peer, port), talk in talks.items():
        # Who sends to everybody on the network hears itself, too.
        talk.itself = (peer.lower(), port) in ours
    return talks


@lru_cache(maxsize=1 << 16)
def ends_of(path: str) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """(host, port) of both ends of "host:port -> host:port"; None for any other text."""
    local, arrow, peer = path.partition(" -> ")
    one, other = _END.match(local), _END.match(peer)
    if not arrow or one is None or other is None:
        return None
    return (one[1], one[2]), (other[1], other[2])


def port_number(port: str) -> int | None:
    """The number of a port that is shown by number or by the name of its service."""
    if port.isdecimal():
        return int(port)
    found = knowledge("network")["services"].get(port.lower())
    return None if found is None else int(found)


def _row(capture: Capture, key: Key, talk: Talk) -> PeerRow:
    process, protocol, peer, port = key
    program = str(capture.processes.loc[process, p.PROCESS_NAME]).lower()
    return PeerRow(
        process=process,
        who=who(capture, process),
        protocol="TCP" if protocol == "TCP" else "UDP",
        peer=peer,
        addresses=list(capture.info.get("hosts", {}).get(peer, ())),
        port=port,
        direction=_direction(talk, port),
        bytes_sent=talk.sent,
        bytes_received=talk.received,
        first=when(talk.first) or "",
        last=when(talk.last) or "",
        answered=_answered(talk, protocol),
        events=talk.rows,
        ordinary=_ordinary(program, peer, port, talk),
    )


#: Messages without a connection: who only got some did not call.
_RECEIVED_UNASKED = {"UDP Receive"}


def _direction(talk: Talk, port: str) -> Literal["out", "in"]:
    if talk.operations["TCP Accept"]:
        return "in"
    if talk.operations["TCP Connect"]:
        return "out"
    if set(talk.operations) <= _RECEIVED_UNASKED:
        return "in"
    local = {port_number(one) for one in talk.local_ports}
    remote = port_number(port) or 0
    # Without a connect, whoever has the port of a known service was called.
    known = set(knowledge("network")["services"].values()) | {2869, 5357}
    return "in" if local <= known and remote not in known and None not in local else "out"


def _answered(talk: Talk, protocol: str) -> bool:
    if protocol == "UDP":
        return talk.operations["UDP Receive"] > 0
    # What is sent over TCP goes over a connection, which the other side has accepted.
    return (
        talk.operations["TCP Receive"] > 0
        or talk.operations["TCP Send"] > 0
        or talk.operations["TCP Connect"] > 0
        or talk.operations["TCP Accept"] > 0
    )


def _ordinary(program: str, peer: str, port: str, talk: Talk) -> str | None:
    if is_loopback(peer) or peer.lower() == talk.local.lower() or talk.itself:
        return "loopback"
    numbers = {port_number(port), *(port_number(one) for one in talk.local_ports)} - {None}
    for known in knowledge("network")["ordinary"]:
        if (not known["programs"] or program in known["programs"]) and numbers & set(known["ports"]):
            return str(known["reason"])
    if re.match(r"^(?:255\.255\.255\.255|2(?:2[4-9]|3\d)\.|ff0[0-9a-f]:)", peer) or peer.endswith(".255"):
        return "discovery"
    return None


def _weight(row: PeerRow) -> tuple[bool, int]:
    """What is not ordinary first, then by what went to and fro."""
    return row.ordinary is not None, -(row.bytes_sent + row.bytes_received)
