"""What page 1 says of findings is what they say: who did which, how many, and no more than was recorded."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.report.brief import make_brief
from scripts.procmon.report.moments import Moments
from tests.captures.results import finding, material


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
