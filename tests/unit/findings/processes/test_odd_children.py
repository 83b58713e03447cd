"""Documents that start interpreters, mistakable names, passwords read by others."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.findings import analyses
from scripts.procmon.findings.processes import credential_stores, odd_children
from scripts.procmon.findings.programs import command_lines, process_tree
from tests.captures.events import Row, capture

OPEN = "Desired Access: Generic Read, Disposition: Open, Options: , OpenResult: Opened"
LOGINS = r"C:\Users\a\AppData\Local\Google\Chrome\User Data\Default\Login Data"


def kinds(*rows: Row, processes: dict[str, dict[str, Any]] | None = None) -> list[str]:
    built = capture(*rows, processes=processes)
    return [
        one.kind
        for one in odd_children.analyse(built, {"process_tree": process_tree.analyse(built, {})}).findings
    ]


def started(child: str, parent: str, line: str = "x") -> Row:
    return Row(
        "Process Create", rf"C:\Windows\System32\{child}", f"PID: 77, Command line: {line}", who=parent
    )


def test_a_document_that_starts_a_command_prompt_is_told() -> None:
    assert kinds(started("cmd.exe", "WINWORD.EXE (5)")) == ["odd_child"]


@pytest.mark.parametrize(
    ("line", "severity"),
    [("cmd.exe /c dir", "medium"), ("cmd.exe /c vssadmin delete shadows /all", "high")],
)
def test_what_the_document_has_the_prompt_do_weighs(line: str, severity: str) -> None:
    built = capture(started("cmd.exe", "WINWORD.EXE (5)", line))
    done = {"process_tree": process_tree.analyse(built, {})}
    done["command_lines"] = command_lines.analyse(built, done)
    (finding,) = odd_children.analyse(built, done).findings
    assert (finding.kind, finding.severity) == ("odd_child", severity)


def test_explorer_may_start_anything_and_word_may_print() -> None:
    assert not kinds(started("cmd.exe", "Explorer.EXE (5)"))
    assert not kinds(started("splwow64.exe", "WINWORD.EXE (5)"))
    assert not kinds(
        started("rundll32.exe", "WINWORD.EXE (5)", r"rundll32.exe C:\Windows\System32\printui.dll,X")
    )


@pytest.mark.parametrize("name", ["svch0st.exe", "scvhost.exe", "lsas.exe", "cssrss.exe", "tool.zip.exe"])
def test_names_made_to_be_mistaken(name: str) -> None:
    assert kinds(Row("Process Start", detail="Parent PID: 4", who=f"{name} (9)")) == ["mistakable_name"]


@pytest.mark.parametrize(
    "name", ["svchost.exe", "service.exe", "taskhostw.exe", "setup-1.2.exe", "explore.dat.exe"]
)
def test_names_that_are_what_they_seem(name: str) -> None:
    assert not kinds(Row("Process Start", detail="Parent PID: 4", who=f"{name} (9)"))


def read_by(who: str, path: str = LOGINS, image: str | None = None, result: str = "SUCCESS") -> list[str]:
    built = capture(
        Row("CreateFile", path, OPEN, who=who, result=result), processes={who: {"image_path": image}}
    )
    done = {"process_tree": process_tree.analyse(built, {})}
    return [one.severity for one in credential_stores.analyse(built, done).findings]


def test_passwords_of_a_browser_read_by_another_program() -> None:
    assert read_by("stealer.exe (9)", image=r"C:\Users\a\Downloads\stealer.exe") == ["medium"]
    assert not read_by("chrome.exe (9)")
    assert not read_by("MsMpEng.exe (9)")
    assert not read_by("stealer.exe (9)", result="NAME NOT FOUND")


def test_a_program_on_the_same_engine_reads_its_own_profile() -> None:
    path = r"C:\Users\a\AppData\Local\SomeApp\User Data\Default\Cookies"
    assert not read_by("SomeApp.exe (9)", path, r"C:\Users\a\AppData\Local\Programs\SomeApp\SomeApp.exe")


def test_asking_for_attributes_reads_nothing() -> None:
    built = capture(
        Row("CreateFile", LOGINS, "Desired Access: Read Attributes, Disposition: Open", who="x.exe (9)")
    )
    assert not credential_stores.analyse(built, {}).findings


def test_a_mistakable_name_that_ran_before_the_capture_is_shown_by_its_first_event() -> None:
    who = "scvhost.exe (9)"
    built = capture(Row("CreateFile", r"C:\a.txt", who="x.exe (8)"), Row("CreateFile", r"C:\b.txt", who=who))
    found = analyses.run(built)["odd_children"].findings
    assert [one.evidence for one in found if one.kind == "mistakable_name"] == [[1]]
