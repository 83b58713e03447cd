"""Who started whom, from the process table, from events, and from both."""

from __future__ import annotations

from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.programs import process_tree
from tests.captures.events import Row, capture


def rows(*events: Row, **options: object) -> dict[str, ProcessRow]:
    built = capture(*events, **options)  # type: ignore[arg-type]
    return {row.who: row for row in process_tree.analyse(built, {}).tables["processes"]}


def test_start_end_and_exit_code_come_from_the_events() -> None:
    found = rows(
        Row("Process Start", detail="Parent PID: 4, Command line: a.exe /x, Current directory: C:\\"),
        Row("Process Exit", detail="Exit Status: -1073741510, User Time: 0.0 seconds"),
    )["malware.exe (300)"]
    assert (found.started_here, found.ended_here, found.exit_code) == (True, True, -1073741510)
    assert found.command_line == "a.exe /x"
    assert (found.start_event, found.end_event) == (0, 1)


def test_a_child_known_only_from_its_parents_event_stands_in_the_tree() -> None:
    found = rows(Row("Process Create", r"C:\Windows\slui.exe", "PID: 77, Command line: slui.exe /a"))
    child = found["slui.exe (77)"]
    assert (child.parent, child.process, child.events, child.started_here) == (0, 1, 0, True)
    assert child.command_line == "slui.exe /a"


def test_a_failed_process_create_makes_no_child() -> None:
    found = rows(Row("Process Create", r"C:\x.exe", "PID: 77, Command line: x", result="ACCESS DENIED"))
    assert set(found) == {"malware.exe (300)"}


def test_a_chain_over_a_process_without_events_is_followed_by_pid() -> None:
    found = rows(
        Row("Process Create", r"C:\powershell.exe", "PID: 50, Command line: powershell", who="a.exe (10)"),
        Row("Process Start", detail="Parent PID: 50, Command line: a.exe", who="a.exe (20)"),
    )
    assert found["a.exe (20)"].parent == found["powershell.exe (50)"].process
    assert found["powershell.exe (50)"].parent == found["a.exe (10)"].process


def test_a_process_of_the_table_that_began_before_is_not_a_new_child_of_the_same_pid() -> None:
    found = rows(
        Row("Process Create", r"C:\new.exe", "PID: 50, Command line: new", who="a.exe (10)"),
        Row("RegOpenKey", "HKLM", who="old.exe (50)"),
        processes={"old.exe (50)": {"image_path": r"C:\old.exe"}},
    )
    assert found["new.exe (50)"].parent == found["a.exe (10)"].process
    assert not found["old.exe (50)"].started_here


def test_the_image_path_is_taken_from_the_first_module_where_the_table_lacks_it() -> None:
    found = rows(
        Row("Load Image", r"C:\Downloads\malware.exe", "Image Base: 0x400000, Image Size: 0x1000"),
        Row("Load Image", r"C:\Windows\ntdll.dll", "Image Base: 0x7000000, Image Size: 0x1000"),
    )
    assert found["malware.exe (300)"].image_path == r"C:\Downloads\malware.exe"
