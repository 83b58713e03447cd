"""What page 1 says of findings is what they say: who did which, how many, and no more than was recorded."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.report.brief import make_brief, make_headline
from scripts.procmon.report.moments import Moments
from tests.captures.results import finding, info, material


def happened(*found: dict[str, Any]) -> str:
    return " ".join(make_brief(material(findings=list(found)), Moments(zone="UTC")).happened)


def deletion(number: int, who: str, *names: str, is_key: bool = False) -> dict[str, Any]:
    facts = {"who": who, "done": True, "is_key": is_key, "names": list(names)}
    return finding(number, kind="registry_deletion_unexplained", facts=facts)


def test_each_deletion_is_told_of_who_made_it() -> None:
    told = happened(deletion(1, "reg.exe (5)", "one"), deletion(2, "regedit.exe (6)", "two", is_key=True))
    assert "why reg.exe deleted the registry value `one` stays unexplained." in told
    assert "Why regedit.exe deleted the registry key `two` stays unexplained." in told
    assert "reg.exe and regedit.exe" not in told


def test_deletions_beyond_two_are_counted() -> None:
    told = happened(*(deletion(number, f"a{number}.exe (5)", "x", "y", "z") for number in range(1, 5)))
    assert "registry values `x`, `y` and one more stays" in told
    assert "Two more such deletions are told in part 3." in told


@pytest.mark.parametrize(
    ("others", "said"), [([], "in a new file right"), (["b", "c"], "in three new files right")]
)
def test_files_from_the_network_are_counted(others: list[str], said: str) -> None:
    facts = {"who": "a.exe (5)", "bytes": 900, "peer": "h:80", "others": others}
    assert said in happened(finding(1, kind="file_from_network", facts=facts))


@pytest.mark.parametrize(
    ("received", "said"), [(0, "sent data over the network to"), (9, "exchanged data over the network with")]
)
def test_data_were_exchanged_only_where_some_came_back(received: int, said: str) -> None:
    peer = {"peer": "h", "addresses": [], "answered": True, "dns": False, "too_short": False}
    facts = {"who": "a.exe (5)", "peers": [peer | {"sent": 500, "received": received}]}
    assert said in happened(finding(1, kind="suspect_talked", facts=facts))


def test_a_stream_is_told_with_what_it_belongs_to() -> None:
    facts = {"who": "a.exe (5)", "bytes": 900, "host": r"C:\r.txt", "others": []}
    assert r"hid data in a hidden stream of `C:\r.txt`" in happened(
        finding(1, kind="stream_made", facts=facts)
    )


@pytest.mark.parametrize(("files", "said"), [(["a"], "in that file are"), (["a", "b"], "in those files are")])
def test_what_is_to_be_taken_as_known_lies_in_one_file_or_several(files: list[str], said: str) -> None:
    facts = {
        "who": "a.exe (5)",
        "files": files,
        "stores": ["the private keys of SSH"],
        "key": True,
        "read": True,
    }
    told = make_brief(
        material(findings=[finding(1, kind="credentials_read", facts=facts)]), Moments(zone="UTC")
    )
    assert said in " ".join(told.means)


@pytest.mark.parametrize(
    ("lost", "is_what"),
    [
        ({"rejected": {"count": 12, "rows": []}}, "damaged"),
        ({"lost_texts": 2}, "damaged"),
        ({"lost_hosts": True}, "damaged"),
        ({"rejected": {"count": 0, "rows": [], "rest_lost": True}}, "breaks off"),
    ],
)
def test_a_calm_report_of_a_damaged_file_says_so_in_one_line_and_asks_for_it_again(
    lost: dict[str, Any], is_what: str
) -> None:
    whole = {"value": False, "reason": "No number is missing."}
    told = make_brief(material(capture=info(filtered=whole, **lost)), Moments(zone="UTC"))
    assert is_what in told.headline
    assert told.do[0].text.startswith("Take another copy of the capture")
    assert f"this one {'is ' * (is_what == 'damaged')}{is_what}" in told.do[0].text
    assert "can't clear the computer" in " ".join(told.means)
    assert is_what not in make_headline(material(capture=info(filtered=whole)))


def test_a_file_of_which_too_little_could_be_read_is_asked_for_again_and_is_no_all_clear() -> None:
    torn = info(events=100, rejected={"count": 900, "rows": []})
    told = [action.text for action in make_brief(material(capture=torn), Moments(zone="UTC")).do]
    assert [text.split(",")[0] for text in told] == [
        "Take another copy of the capture where it was saved",
        "Don't take this report for an all-clear. Capture again",
    ]
