"""What counts as creating, writing and deleting a file."""

from __future__ import annotations

import pytest

from scripts.procmon.findings.files.file_acts import (
    READ,
    WRITE,
    creations,
    deletions,
    is_file,
    says_open_result,
    transfers,
)
from tests.captures.deeds import created, marked, opened, read, wrote
from tests.captures.events import Row, capture

FILE = r"C:\Temp\a.txt"


@pytest.mark.parametrize(
    "path",
    [
        r"\\WIN-PC*\MAILSLOT\NET\NETLOGON",
        r"\\server\pipe\lsarpc",
        r"\Device\NamedPipe\wkssvc",
        r"\Device\Harddisk0\DR0",
        "C:",
        "",
    ],
)
def test_pipes_mailslots_and_disks_are_no_files(path: str) -> None:
    assert not is_file(path)


@pytest.mark.parametrize(
    "path", [FILE, "C:\\", r"\\server\share\a.txt", r"\Device\HarddiskVolume1\a.txt", r"C:\a\pipeline\x"]
)
def test_paths_on_drives_shares_and_volumes_are_files(path: str) -> None:
    assert is_file(path)


def test_opening_what_is_there_creates_nothing() -> None:
    detail = (
        "Desired Access: Generic Write, Disposition: OpenIf, Options: , Attributes: N, OpenResult: Opened"
    )
    assert creations(capture(opened(FILE), Row("CreateFile", FILE, detail))).empty


def test_a_failed_creation_creates_nothing() -> None:
    row = created(FILE)
    failed = Row("CreateFile", FILE, row.detail.rpartition(", OpenResult")[0], result="ACCESS DENIED")
    assert creations(capture(failed)).empty


@pytest.mark.parametrize(
    ("result", "how"), [("Created", "created"), ("Superseded", "overwritten"), ("Overwritten", "overwritten")]
)
def test_the_open_result_says_how_a_file_came_to_be(result: str, how: str) -> None:
    row = created(FILE)
    made = creations(capture(Row("CreateFile", FILE, row.detail.replace("Created", result))))
    assert list(made["how"]) == [how]


def test_disposition_create_that_succeeded_has_created_also_without_open_result() -> None:
    detail = "Desired Access: Generic Write, Disposition: Create, Options: , Attributes: N, ShareMode: None"
    assert list(creations(capture(Row("CreateFile", FILE, detail)))["how"]) == ["created"]


def test_a_capture_whose_details_lack_the_open_result_is_said_to() -> None:
    detail = "Desired Access: Generic Write, Disposition: OpenIf, Options: , Attributes: N, ShareMode: None"
    assert not says_open_result(capture(Row("CreateFile", FILE, detail)))
    assert says_open_result(capture(created(FILE), opened(FILE)))


def test_a_folder_is_told_from_a_non_directory_file_by_its_options() -> None:
    made = creations(
        capture(created(r"C:\new", options="Directory, Synchronous IO Non-Alert"), created(FILE))
    )
    assert list(made["folder"]) == [True, False]


def test_paging_io_is_told_apart_and_an_append_has_no_offset() -> None:
    rows = transfers(
        capture(wrote(FILE, 0, 10, flags="Non-cached, Paging I/O"), wrote(FILE, -1, 5), read(FILE, 0, 3)),
        WRITE,
    )
    assert list(rows["paging"]) == [True, False]
    assert list(rows["offset"].isna()) == [False, True]
    assert len(transfers(capture(read(FILE, 0, 3)), READ)) == 1


def test_thousands_are_separated_in_any_way() -> None:
    rows = [Row("WriteFile", FILE, f"Offset: 0, Length: 2{mark}691") for mark in (",", ".", "\u00a0", "’")]
    assert list(transfers(capture(*rows), WRITE)["length"]) == [2691] * 4


def test_a_deletion_is_a_mark_or_an_opening_with_delete_on_close() -> None:
    flags = Row(
        "SetDispositionInformationEx",
        FILE,
        "Flags: FILE_DISPOSITION_DELETE, FILE_DISPOSITION_POSIX_SEMANTICS",
    )
    kept = Row("SetDispositionInformationEx", FILE, "Flags: FILE_DISPOSITION_DO_NOT_DELETE")
    rows = deletions(
        capture(
            marked(FILE),
            marked(FILE, delete=False),
            flags,
            kept,
            opened(FILE, options="Delete On Close"),
            opened(FILE),
        )
    )
    assert list(rows["event"]) == [0, 2, 4]
    assert list(rows["how"]) == ["deleted", "deleted", "deleted on close"]
    assert not rows["attempt"].any()


def test_a_deletion_that_was_refused_is_an_attempt() -> None:
    assert list(deletions(capture(marked(FILE, result="CANNOT DELETE")))["attempt"]) == [True]
