"""Peers: who answered, what is counted, what is ordinary."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis, Finding, Rule
from scripts.procmon.contracts.tables import PeerRow
from scripts.procmon.findings.network import network, network_findings
from scripts.procmon.findings.network.network import ends_of
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture


def accused_of(person: str) -> dict[str, Analysis]:
    """An earlier finding that accuses a process."""
    finding = Finding(
        kind="relaunch_elevated",
        severity="medium",
        confidence="likely",
        facts={},
        evidence=[0],
        reproduce=[Rule("PID", "is", "1")],
        subjects={"processes": [person]},
    )
    return {"elevation": Analysis(name="elevation", outcome="found", findings=[finding])}


def judge(*rows: Row, accused: str | None = None) -> Analysis:
    return network.analyse(capture(*rows), accused_of(accused) if accused else {})


def peers(*rows: Row) -> list[PeerRow]:
    return list(judge(*rows).tables["peers"])


def talk(operation: str, length: int, peer: str = "52.219.88.35:443", who: str = "b.exe (1)") -> Row:
    return Row(operation, f"10.0.2.15:1030 -> {peer}", f"Length: {length}, seqnum: 0", who=who)


def test_what_the_system_copies_to_the_program_is_not_counted_again() -> None:
    (row,) = peers(
        talk("TCP Connect", 0), talk("TCP Send", 195), talk("TCP TCPCopy", 1024), talk("TCP Receive", 1024)
    )
    assert (row.bytes_sent, row.bytes_received, row.answered, row.direction) == (195, 1024, True, "out")


def test_localised_lengths_are_read() -> None:
    (row,) = peers(Row("TCP Receive", "a:1 -> b:443", "Length: 1\u00a0460, seqnum: 0"))
    assert row.bytes_received == 1460


def test_refused_connections_to_the_computer_itself_are_loopback_and_unanswered() -> None:
    (row,) = peers(*(Row("TCP Reconnect", "localhost:1228 -> localhost:http", "Length: 0") for _ in range(3)))
    assert (row.ordinary, row.answered) == ("loopback", False)


@pytest.mark.parametrize(
    ("peer", "who", "ordinary"),
    [
        ("192.168.2.1:domain", "svchost.exe (1)", "resolver"),
        ("224.0.0.252:llmnr", "svchost.exe (1)", "resolver"),
        ("239.255.255.250:1900", "svchost.exe (1)", "discovery"),
        ("255.255.255.255:1947", "hasplms.exe (2)", "discovery"),
        ("8.8.8.8:domain", "sample.exe (3)", None),
        ("203.0.113.9:16471", "services.exe (4)", None),
    ],
)
def test_everyday_traffic_is_marked(peer: str, who: str, ordinary: str | None) -> None:
    (row,) = peers(talk("UDP Send", 40, peer, who))
    assert row.ordinary == ordinary


def test_many_peers_on_one_port_without_an_answer_are_a_search_for_others() -> None:
    rows = [talk("UDP Send", 16, f"{n}.254.253.254:16471", "services.exe (680)") for n in range(180, 191)]
    (finding,) = judge(*rows).findings
    assert (finding.kind, finding.facts["count"], finding.facts["sizes"]) == ("unanswered_peers", 11, [16])


def test_a_resolver_that_asks_for_many_names_is_no_search() -> None:
    rows = [talk("UDP Send", 32, f"224.0.0.{n}:llmnr", "svchost.exe (1)") for n in range(20)]
    assert not judge(*rows).findings


def test_a_suspect_that_talked_is_told_with_its_peers_others_are_not() -> None:
    rows = [talk("TCP Send", 487), talk("TCP Receive", 4407)]
    assert not judge(*rows).findings
    (finding,) = judge(*rows, accused="b.exe (1)").findings
    assert (finding.facts["sent"], finding.facts["received"]) == (487, 4407)
    assert finding.subjects["peers"] == ["52.219.88.35:443"]


def test_twenty_bytes_to_the_port_of_name_resolution_are_no_question() -> None:
    (finding,) = judge(talk("UDP Send", 20, "83.133.123.20:domain"), accused="b.exe (1)").findings
    assert finding.facts["peers"][0]["too_short"]


@pytest.mark.parametrize("path", ["", "a", "a -> b", "a:1 -> b", " -> "])
def test_a_path_that_names_no_two_ends_is_left_out(path: str) -> None:
    assert ends_of(path) is None
    assert not peers(Row("TCP Send", path, "Length: 1"))


def test_an_address_stands_for_its_name_where_the_capture_keeps_it() -> None:
    row = talk("UDP Send", 16, peer="host.example:443")
    hosts = {"hosts": {"host.example": ["203.0.113.7"]}}
    (talked,) = judge(row, accused="b.exe (1)").findings
    assert talked.subjects["peers"] == ["host.example:443"]
    told = tell(talked.kind, talked.facts)["statement"]
    assert "is a name only" in told
    built = capture(row, info=hosts)
    (peer,) = network.analyse(built, {}).tables["peers"]
    assert (peer.peer, peer.addresses) == ("host.example", ["203.0.113.7"])
    (found,) = network_findings.findings_of([peer], accused_of("b.exe (1)"), lengths={})
    assert found.subjects["peers"] == ["203.0.113.7:443"]
    assert "`host.example` stands for `203.0.113.7`" in tell(found.kind, found.facts)["statement"]


def test_what_is_sent_over_tcp_was_accepted_by_somebody() -> None:
    (row,) = peers(talk("TCP Send", 500))
    assert row.answered


def told(*rows: Row, part: str = "meaning", language: str = "en") -> str:
    (finding,) = judge(*rows, accused="b.exe (1)").findings
    return tell(finding.kind, finding.facts, language)[part]


def test_a_name_server_is_never_said_to_be_blocked() -> None:
    asked = [talk("UDP Send", 31, "8.8.8.8:domain"), talk("UDP Receive", 47, "8.8.8.8:domain")]
    meaning = told(*asked, talk("TCP Send", 70, "203.0.113.7:http"))
    assert (
        "To be blocked, and to be looked for in the logs of the network: `203.0.113.7:80 (http)`." in meaning
    )
    assert (
        "`8.8.8.8:53 (domain)` is a public name server: no sign of anything, and not to be blocked."
        in meaning
    )
    assert "To be blocked" not in told(*asked)


def test_whose_name_server_was_asked_is_found_out_before_it_is_blocked() -> None:
    meaning = told(talk("UDP Send", 40, "203.0.113.53:53"), talk("UDP Receive", 90, "203.0.113.53:53"))
    assert "`203.0.113.53:53` was asked as a name server" in meaning
    assert "To be blocked" not in meaning


def test_who_never_answered_was_sent_to_and_not_talked_to() -> None:
    rows = [talk("TCP Send", 5), talk("TCP Receive", 9), talk("UDP Send", 20, "203.0.113.9:4000")]
    assert told(*rows, part="title") == (
        "b.exe (1) talked to 52.219.88.35:443, and sent to 1 more that gave no answer"
    )
    assert told(*rows, part="title", language="ja").endswith("と通信し、ほかの 1 か所に送信した (応答なし)")
    assert "talked" not in told(rows[2], part="title")
    assert told(rows[2], part="title", language="ja").endswith("に送信した (応答なし)")


def test_what_a_program_hears_of_its_own_broadcast_is_no_peer() -> None:
    cast = Row("UDP Send", "pc.home:1040 -> 255.255.255.255:1947", "Length: 40", who="licence.exe (5)")
    echo = Row("UDP Receive", "255.255.255.255:1947 -> pc.home:1040", "Length: 40", who="licence.exe (5)")
    assert {row.ordinary for row in peers(cast, echo)} == {"discovery", "loopback"}
