"""What the user did, and what only programs did."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.contracts.tables import ActivityRow
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.paths.named_files import named_files
from tests.captures.events import START, Row, capture

NOTEPAD = "notepad.exe (9)"
EXPLORER = {"image_path": r"C:\Windows\explorer.exe", "user": r"PC\ann"}
DOCUMENT = r"C:\Users\ann\Documents\my list.txt"
STARTED: dict[str, dict[str, Any]] = {
    "explorer.exe (5)": EXPLORER,
    NOTEPAD: {
        "image_path": r"C:\Windows\system32\notepad.exe",
        "command_line": rf'"C:\Windows\system32\notepad.exe" "{DOCUMENT}"',
        "parent": "explorer.exe (5)",
        "user": r"PC\ann",
        "start": START,
    },
}


def activity(*rows: Row, processes: dict[str, dict[str, Any]]) -> list[ActivityRow]:
    found: Any = run(capture(*rows, processes=processes))["activity"].tables["activity"]
    return list(found)


def told(rows: list[ActivityRow]) -> list[tuple[str, str, list[str]]]:
    return [(row.program, row.what, row.names) for row in rows]


def test_a_document_is_opened_from_explorer_and_saved() -> None:
    found = activity(
        Row("Process Start", detail="Parent PID: 5", who=NOTEPAD),
        Row("WriteFile", DOCUMENT, "Offset: 0, Length: 70", who=NOTEPAD),
        processes=STARTED,
    )
    assert told(found) == [("notepad.exe", "started", [DOCUMENT]), ("notepad.exe", "saved", [DOCUMENT])]
    assert [row.events for row in found] == [[0], [1]]


def test_peers_of_a_browser_are_one_row_and_those_of_a_service_none() -> None:
    found = activity(
        Row("TCP Connect", "pc:1000 -> a.example:443", "Length: 0", who="chrome.exe (7)"),
        Row("TCP Connect", "pc:1001 -> b.example:443", "Length: 0", who="chrome.exe (8)"),
        Row("UDP Send", "pc:1002 -> 192.0.2.1:53", "Length: 30", who="svchost.exe (2)"),
        processes={"explorer.exe (5)": EXPLORER},
    )
    assert told(found) == [("chrome.exe", "connected to", ["a.example", "b.example"])]


def test_a_child_that_runs_as_somebody_else_was_not_started_by_the_user() -> None:
    other = STARTED | {NOTEPAD: STARTED[NOTEPAD] | {"user": r"NT AUTHORITY\SYSTEM"}}
    assert not activity(Row("Process Start", detail="Parent PID: 5", who=NOTEPAD), processes=other)


def test_the_list_stays_short() -> None:
    many = {f"notepad.exe ({pid})": STARTED[NOTEPAD] | {"start": START} for pid in range(20, 40)}
    rows = [Row("Process Start", detail="Parent PID: 5", who=who) for who in many]
    assert len(activity(*rows, processes={"explorer.exe (5)": EXPLORER} | many)) == 10


def test_files_are_found_in_quotes_and_without() -> None:
    line = r"""x.exe -command [IO.File]::Read('C:\Users\a\My Desk\run - Copy.bat'); C:\t\b.ps1, "C:\c d\e.txt" /f"""
    assert named_files(line) == [r"C:\Users\a\My Desk\run - Copy.bat", r"C:\t\b.ps1", r"C:\c d\e.txt"]


def test_the_program_itself_and_folders_are_no_named_files() -> None:
    assert named_files(r'"C:\a b\x.exe" C:\folder', r"C:\a b\x.exe") == []
    assert named_files(r"C:\a\x.exe") == []


@given(st.text(max_size=300))
def test_any_command_line_can_be_read(text: str) -> None:
    assert all(path[1:3] == ":\\" for path in named_files(text))


PACKAGES = r"C:\Users\ann\packages"


def reads(*more: Row) -> list[tuple[str, str, list[str], int]]:
    rows = [
        Row("ReadFile", rf"{PACKAGES}\{n}\a.dll", "Offset: 0, Length: 1", who="build.exe (7)")
        for n in range(120)
    ]
    found = run(capture(*rows, *more))["activity"].tables["activity"]
    return [(row.program, row.what, row.names, row.count) for row in found]


def test_where_nothing_was_changed_it_is_told_what_was_read() -> None:
    assert reads() == [("build.exe", "read", [PACKAGES], 120)]
    assert reads(Row("ReadFile", PACKAGES, "Offset: 0, Length: 1", who="build.exe (7)"))[0][2] == [PACKAGES]


def test_reads_are_no_news_where_something_was_changed_or_sent() -> None:
    assert reads(Row("RegSetValue", r"HKCU\Software\x\y", "Type: REG_SZ, Length: 2, Data: x")) == []
    assert reads(Row("TCP Send", "a:1 -> b:2", "Length: 3")) == []


def test_programs_that_read_all_over_the_disk_have_no_folder() -> None:
    other = Row("ReadFile", r"C:\other.txt", "Offset: 0, Length: 1", who="build.exe (7)")
    key = Row("RegOpenKey", r"HKLM\Software", "Desired Access: Read", who="build.exe (7)")
    assert reads(other, key) == [("build.exe", "read", [], 122)]
