"""Sentences say no more than the capture shows: what stood before, what became of a file, whether a process ended."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.autostart import persistence
from scripts.procmon.findings.files import dropped_files
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, marked, wrote
from tests.captures.events import Row, capture

CLASS = r"HKLM\SOFTWARE\Classes\CLSID\{fbeb8a05-beee-4442-804e-409d6c4515e9}\InprocServer32"
VALUE = rf"{CLASS}\(Default)"
ODD = r"C:\RECYCLER\S-1-5-18\x\n"
WINLOGON = r"Microsoft\Windows NT\CurrentVersion\Winlogon\Userinit"


def set_to(path: str, data: str) -> Row:
    return Row("RegSetValue", path, f"Type: REG_SZ, Length: 4, Data: {data}")


def asked(path: str, data: str | None) -> Row:
    if data is None:
        return Row("RegQueryValue", path, "Length: 144", result="NAME NOT FOUND")
    return Row("RegQueryValue", path, f"Type: REG_SZ, Length: 4, Data: {data}")


def hijack(*rows: Row) -> Any:
    done = run(capture(*rows, set_to(VALUE, ODD)))
    (finding,) = [one for one in done["persistence"].findings if one.kind == "com_hijack"]
    return finding.facts["before"], [row.kind for row in done["open_questions"].tables["questions"]]


def test_a_value_that_was_read_before_is_known() -> None:
    told, questions = hijack(asked(VALUE, r"C:\Windows\System32\wbem\x.dll"))
    assert told == {"data": r"C:\Windows\System32\wbem\x.dll", "event": 0}
    assert "previous_value" not in questions


@pytest.mark.parametrize(
    "row",
    [
        asked(VALUE, None),
        asked(rf"HKCR\{CLASS.partition('Classes')[2][1:]}\(Default)", None),
        Row("RegCreateKey", CLASS, "Desired Access: All Access, Disposition: REG_CREATED_NEW_KEY"),
        Row(
            "RegCreateKey",
            CLASS.rpartition("\\")[0],
            "Desired Access: Write, Disposition: REG_CREATED_NEW_KEY",
        ),
    ],
)
def test_a_value_that_was_not_there_leaves_no_question(row: Row) -> None:
    told, questions = hijack(row)
    assert told == {"data": None, "event": 0}
    assert "previous_value" not in questions


def test_a_key_that_was_only_opened_tells_nothing_of_the_value() -> None:
    told, questions = hijack(
        Row("RegCreateKey", CLASS, "Desired Access: All Access, Disposition: REG_OPENED_EXISTING_KEY")
    )
    assert told is None
    assert "previous_value" in questions


def log_on(view: str) -> tuple[Analysis, str, str]:
    analysis = persistence.analyse(
        capture(set_to(rf"HKLM\SOFTWARE\{view}{WINLOGON}", r"C:\Windows\x.exe")), {}
    )
    (finding,) = analysis.findings
    return analysis, finding.severity, tell(finding.kind, finding.facts)["meaning"]


def test_the_view_of_32_bit_programs_starts_nothing_at_log_on() -> None:
    analysis, severity, meaning = log_on("WOW6432Node\\")
    assert (severity, analysis.tables["autostarts"][0].read) == ("medium", False)
    assert "is what Windows runs" not in meaning
    analysis, severity, meaning = log_on("")
    assert (severity, analysis.tables["autostarts"][0].read) == ("high", True)
    assert "is what Windows runs each time a user logs on" in meaning


def test_a_command_prompt_that_a_stray_program_enters_is_no_program_that_registers_itself() -> None:
    who, value = "tool.exe (5)", r"HKCU\Software\Classes\exefile\shell\open\command\(Default)"
    row = Row("RegSetValue", value, r"Type: REG_SZ, Length: 56, Data: C:\Windows\System32\cmd.exe", who=who)

    def reason(image: str) -> str | None:
        built = capture(row, processes={who: {"image_path": image}})
        return persistence.analyse(built, {}).tables["autostarts"][0].ordinary

    assert reason(r"C:\Users\Public\tool.exe") is None
    assert reason(r"C:\Program Files\Tool\tool.exe") == "program_registers_itself"


def fates(*rows: Row) -> list[str]:
    return [row.fate for row in dropped_files.analyse(capture(*rows), {}).tables["files"]]


def test_a_capture_without_openings_and_deletions_does_not_tell_what_became_of_a_file() -> None:
    assert fates(wrote(r"C:\a.txt", 0, 10)) == ["not known"]
    assert fates(created(r"C:\a.txt"), wrote(r"C:\a.txt", 0, 10)) == ["still there"]
    assert fates(wrote(r"C:\a.txt", 0, 10), marked(r"C:\b.txt")) == ["still there"]


def ends(*rows: Row, table: bool) -> dict[str, bool]:
    built = capture(*rows, can_show={"process_table": table})
    return {row.who: row.end_known for row in process_tree.analyse(built, {}).tables["processes"]}


def test_an_export_tells_the_end_of_those_alone_that_have_events() -> None:
    rows = (
        Row("Process Start", detail="Parent PID: 77", who="a.exe (1)"),
        Row("Process Create", r"C:\b.exe", "PID: 2, Command line: b.exe", who="a.exe (1)"),
        Row("ReadFile", r"C:\x", "Offset: 0, Length: 1", who="c.exe (3)"),
    )
    over = Row("Process Exit", detail="Exit Status: 0", who="a.exe (1)")
    assert ends(*rows, over, table=False) == {"a.exe (1)": True, "b.exe (2)": False, "c.exe (3)": True}
    assert ends(*rows, table=False) == {"a.exe (1)": False, "b.exe (2)": False, "c.exe (3)": False}
    assert ends(*rows, table=True)["c.exe (3)"]


def test_a_parent_that_the_capture_does_not_hold_is_known_by_its_number() -> None:
    built = capture(Row("Process Start", detail="Parent PID: 77", who="a.exe (1)"))
    (row,) = process_tree.analyse(built, {}).tables["processes"]
    assert (row.parent, row.parent_pid) == (None, 77)


def user(*environment: str) -> str | None:
    told = "Environment: \r;\t" + "\r;\t".join(environment)
    built = capture(
        Row("Process Start", detail=f"Parent PID: 4, Command line: a.exe, {told}", who="a.exe (1)")
    )
    return process_tree.analyse(built, {}).tables["processes"][0].user


def test_the_environment_names_the_user_where_no_column_does() -> None:
    assert (
        user("SystemRoot=C:\\Windows", "USERDOMAIN=HOST", "USERNAME=ann", "windir=C:\\Windows") == "HOST\\ann"
    )
    assert user("USERNAME=ann") == "ann"
    assert user("USERDOMAIN=WORKGROUP", "USERNAME=HOST$") is None
    assert user("MYUSERNAME=ann", "USERDOMAIN_ROAMINGPROFILE=X") is None
