"""Commands that look around: by whom, and how many different ones."""

from __future__ import annotations

from scripts.procmon.contracts import processes as p
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.processes.discovery import discoveries
from scripts.procmon.findings.programs import process_tree
from tests.captures.events import Row, capture

COMMANDS = [
    "whoami /all",
    "ipconfig /all",
    "arp -a",
    "net view /all",
    "netstat -nao",
    "nltest /domain_trusts",
]
SYSTEM32 = r"C:\Windows\System32"


def severities(image: str, lines: list[str], *, line: str = "") -> list[str]:
    name = image.rpartition("\\")[2]
    people = {
        "explorer.exe (5)": {"image_path": r"C:\Windows\explorer.exe"},
        f"{name} (6)": {"image_path": image, p.COMMAND_LINE: line or image, "parent": "explorer.exe (5)"},
    }
    rows = []
    for number, text in enumerate(lines, start=10):
        who = f"tool.exe ({number})"
        rows.append(Row("Process Start", who=who))
        people[who] = {
            "image_path": rf"{SYSTEM32}\tool.exe",
            p.COMMAND_LINE: text,
            "parent": f"{name} (6)",
        }
    built = capture(*rows, processes=people)
    done = {"process_tree": process_tree.analyse(built, {})}
    return [finding.severity for finding in discoveries(tree(done))]


def test_a_stray_program_or_a_library_that_looks_around_is_medium() -> None:
    assert severities(r"C:\Users\a\Downloads\x.exe", COMMANDS) == ["medium"]
    assert severities(r"C:\Windows\SysWOW64\wermgr.exe", COMMANDS) == ["medium"]


def test_a_downloaded_tool_that_examines_this_computer_is_low() -> None:
    near = ["systeminfo", "ipconfig /all", "arp -a", "netstat -nao", "tasklist /v", "whoami"]
    assert severities(r"C:\Users\a\Downloads\x.exe", near) == ["low"]


def test_shells_are_low_installed_programs_and_few_or_equal_commands_are_none() -> None:
    assert severities(rf"{SYSTEM32}\cmd.exe", COMMANDS) == ["low"]
    assert severities(r"C:\Program Files\Inventory\agent.exe", COMMANDS) == []
    assert severities(r"C:\Users\a\Downloads\x.exe", COMMANDS[:4]) == []
    assert severities(r"C:\Users\a\Downloads\x.exe", ["ipconfig"] * 20) == []
    assert severities(r"C:\Users\a\Downloads\x.exe", ["net user x /add", "net start spooler"] * 9) == []


def test_a_shell_that_only_carries_the_command_is_not_who_asked() -> None:
    carried = [f"cmd.exe /c {line}" for line in COMMANDS]
    assert severities(r"C:\Users\a\Downloads\x.exe", carried) == ["medium"]
