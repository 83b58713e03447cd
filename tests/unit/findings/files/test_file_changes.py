"""Owners, permissions and attributes: told in the life of a file; hiding a program is news, a service's order is none."""

from __future__ import annotations

from typing import Any

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.analyses import run
from tests.captures.deeds import created, wrote
from tests.captures.events import Row, capture

SAMPLE = r"C:\Users\a\Desktop\report.exe"
NONE = "1/1/1601 12:00:00 AM"


def secured(path: str, what: str, **more: Any) -> Row:
    return Row("SetSecurityFile", path, f"Information: {what}", **more)


def attributes(path: str, letters: str, **more: Any) -> Row:
    times = ", ".join(
        f"{name}: {NONE}" for name in ("CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime")
    )
    return Row("SetBasicInformationFile", path, f"{times}, FileAttributes: {letters}", **more)


def examined(*rows: Row, **images: str) -> tuple[list[FileRow], list[Finding]]:
    people = {row.who: {"image_path": images[row.who.partition(".")[0]]} for row in rows if images}
    done = run(capture(*rows, processes=people))
    files = [*done["dropped_files"].tables["files"], *done["file_changes"].tables["files"]]
    return files, list(done["file_changes"].findings)


def test_permissions_that_a_user_changes_stand_in_the_life_of_the_file() -> None:
    rows, findings = examined(
        secured(r"C:\Temp\a.txt", "Owner", who="DllHost.exe (5)"),
        secured(r"C:\Temp\a.txt", "DACL, DACL Unprotected", who="Explorer.EXE (6)"),
        DllHost=r"C:\Windows\System32\DllHost.exe",
        Explorer=r"C:\Windows\Explorer.EXE",
    )
    (row,) = rows
    assert (row.how, row.changed, row.events, row.ordinary) == (
        "changed",
        ["owner", "permissions"],
        [0, 1],
        None,
    )
    assert row.changed_by == ["DllHost.exe (5)", "Explorer.EXE (6)"]
    assert not findings


def test_a_file_that_was_made_before_keeps_one_row() -> None:
    rows, _ = examined(created(SAMPLE), wrote(SAMPLE, 0, 10), secured(SAMPLE, "DACL"))
    (row,) = rows
    assert (row.how, row.changed, row.events) == ("created", ["permissions"], [0, 1, 2])


def test_a_service_of_windows_keeps_its_files_in_order() -> None:
    (row,), _ = examined(
        secured(r"C:\ProgramData\x\a.xml", "DACL", who="svchost.exe (8)"),
        svchost=r"C:\Windows\System32\svchost.exe",
    )
    assert row.ordinary == "windows_permissions"


def test_permissions_that_were_refused_changed_nothing() -> None:
    assert examined(secured(SAMPLE, "DACL", result="ACCESS DENIED")) == ([], [])


def test_a_program_that_hides_itself_is_medium() -> None:
    _, (finding,) = examined(attributes(SAMPLE, "HSN", who="report.exe (9)"), report=SAMPLE)
    assert (finding.kind, finding.severity, finding.facts["itself"]) == ("hidden_later", "medium", True)


def test_the_letters_of_not_content_indexed_hide_nothing() -> None:
    _, findings = examined(attributes(SAMPLE, "ANCI", who="report.exe (9)"), report=SAMPLE)
    assert not findings


def test_hiding_settings_or_somebody_elses_document_is_no_news() -> None:
    _, findings = examined(
        attributes(r"C:\Users\a\Pictures\desktop.ini", "HSA", who="report.exe (9)"),
        attributes(r"C:\Users\a\Documents\~$letter.docx", "HSA", who="report.exe (9)"),
        attributes(r"C:\Program Files\x\x.dll", "HSA", who="svchost.exe (8)"),
        report=SAMPLE,
        svchost=r"C:\Windows\System32\svchost.exe",
    )
    assert not findings


def test_a_script_that_hides_a_dropped_program_is_told() -> None:
    _, (finding,) = examined(
        created(r"C:\Users\a\x.exe", who="cmd.exe (7)"),
        attributes(r"C:\Users\a\x.exe", "HSA", who="attrib.exe (8)"),
        cmd=r"C:\Windows\System32\cmd.exe",
        attrib=r"C:\Windows\System32\attrib.exe",
    )
    assert finding.severity == "low"
    assert finding.facts["made_here"] == [r"C:\Users\a\x.exe"]
