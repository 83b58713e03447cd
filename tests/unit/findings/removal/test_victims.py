"""What a program that encrypts left of people's documents is never to be deleted."""

from __future__ import annotations

from dataclasses import replace

from scripts.procmon.contracts.tables import RemovalRow
from scripts.procmon.findings.analyses import run
from tests.captures.deeds import created, marked, renamed, wrote
from tests.captures.events import Row, capture

FOLDER = r"C:\Users\a\Documents"
DOCUMENTS = [rf"{FOLDER}\{n % 4}\{n}.{('docx', 'xlsx', 'jpg')[n % 3]}" for n in range(24)]
NOTES = [created(rf"{FOLDER}\{n}\READ ME.txt") for n in range(4)]
TOOL = r"C:\Users\a\Downloads\tool.exe"


def steps(*rows: Row) -> list[RemovalRow]:
    people = {"malware.exe (300)": {"image_path": r"C:\Users\a\Downloads\malware.exe", "company": None}}
    done = run(capture(*rows, processes=people))
    return list(done["removal"].tables["removal"])


def overwrote(path: str) -> Row:
    """CreateFile that emptied a file which was there."""
    row = created(path)
    return replace(row, detail=row.detail.replace("OpenResult: Created", "OpenResult: Overwritten"))


def deleted(rows: list[RemovalRow]) -> set[str]:
    return {row.target for row in rows if row.step in ("delete file", "delete folder")}


def test_encrypted_copies_are_kept_and_programs_and_notes_deleted() -> None:
    locked = [
        row
        for path in DOCUMENTS
        for row in (created(f"{path}.locked"), wrote(f"{path}.locked", 0, 10), marked(path))
    ]
    rows = steps(*locked, *NOTES, created(TOOL), wrote(TOOL, 0, 10))
    notes = {rf"{FOLDER}\{n}\READ ME.txt" for n in range(4)}
    assert deleted(rows) == {TOOL, r"C:\Users\a\Downloads\malware.exe", *notes}
    left = {row.target: row.facts["count"] for row in rows if row.step == "leave"}
    assert left == {rf"{FOLDER}\{n}\*.locked": "6" for n in range(4)}


def test_a_program_in_a_folder_of_windows_for_passing_files_is_no_part_of_windows() -> None:
    rows = [row for path in DOCUMENTS for row in (renamed(path, f"{path}.locked"),)]
    for image, goes in ((r"C:\Windows\Temp\malware.exe", True), (r"C:\Windows\System32\malware.exe", False)):
        people = {"malware.exe (300)": {"image_path": image, "company": None}}
        done = run(capture(*rows, *NOTES, processes=people))
        assert (image in deleted(list(done["removal"].tables["removal"]))) is goes


def test_documents_written_over_where_they_lie_are_kept() -> None:
    over = [row for path in DOCUMENTS for row in (overwrote(path), wrote(path, 0, 9))]
    rows = steps(*over, *NOTES)
    assert not {path for path in deleted(rows) if path in DOCUMENTS}
    assert sum(int(row.facts["count"]) for row in rows if row.because == "only_copy") == len(DOCUMENTS)


def test_a_new_folder_that_holds_encrypted_files_is_kept_with_them() -> None:
    folder = rf"{FOLDER}\locked"
    moved = [
        row
        for path in DOCUMENTS
        for row in (created(f"{path}.locked"), wrote(f"{path}.locked", 0, 10), marked(path))
    ]
    inside = rf"{folder}\last.docx.locked"
    rows = steps(created(folder, options="Directory"), *moved, created(inside), wrote(inside, 0, 9), *NOTES)
    assert folder not in deleted(rows)


def test_files_that_were_only_renamed_are_named_by_their_new_ending() -> None:
    rows = steps(*(renamed(path, f"{path}.locked") for path in DOCUMENTS), *NOTES)
    assert [row.target for row in rows if row.because == "only_copy"] == ["*.locked"]


def test_the_file_of_host_names_is_read_and_not_deleted() -> None:
    hosts = r"C:\Windows\System32\drivers\etc\hosts"
    rows = steps(overwrote(hosts), wrote(hosts, 0, 100))
    assert hosts not in deleted(rows)
    assert [row.because for row in rows if row.step == "check" and row.target == hosts] == ["hosts_file"]
