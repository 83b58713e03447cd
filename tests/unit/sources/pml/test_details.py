"""The column Detail, Category and Path, operation by operation, worked by hand from Process Monitor's own texts."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.procmon.sources.pml.encoders.body import Body, text_bytes, text_info, wide
from scripts.procmon.sources.pml.encoders.file_system import NOT_KEPT, UNCHANGED
from scripts.procmon.sources.pml.writer import Event, Process
from tests.captures.pml import NOON, actor, decoded, monitored, pml_bytes, the_row

BOTH_WIDTHS = pytest.mark.parametrize("bits", [32, 64])
SYSTEM_SID = bytes.fromhex("010100000000000512000000")
USER_SID = bytes.fromhex("010500000000000515000000") + struct.pack("<4I", 1, 2, 3, 1001)
NOON_SHOWN = "10/14/2009 1:20:00 PM"
NEVER = "1/1/1601 12:00:00 AM"


@BOTH_WIDTHS
def test_create_file_tells_what_was_asked_for_and_what_came_out(tmp_path: Path, bits: int) -> None:
    body = files.create_file(
        r"C:\a",
        access=0x120116,
        disposition=5,
        options=0x20,
        attributes=6,
        share=0,
        allocation=5120,
        opened=2,
        impersonating=SYSTEM_SID,
        bits=bits,
    )
    row = the_row(tmp_path, body, bits=bits)
    assert row["detail"] == (
        "Desired Access: Generic Write, Disposition: OverwriteIf, Options: Synchronous IO Non-Alert, Attributes: HS, "
        "ShareMode: None, AllocationSize: 5,120, Impersonating: NT AUTHORITY\\SYSTEM, OpenResult: Created"
    )
    assert row["category"] == "Write"


@pytest.mark.parametrize(
    ("disposition", "opened", "result", "category"),
    [
        (1, 1, 0, None),  # opened
        (3, 1, 0, None),  # OpenIf that found the file
        (3, 2, 0, "Write"),  # OpenIf that made it
        (0, 0, 0, "Write"),  # superseded
        (5, 3, 0, "Write"),  # overwritten
        (2, None, 0xC0000035, "Write"),  # a Create that failed: NAME COLLISION
        (1, None, 0xC0000034, None),  # an Open that failed
        (3, None, 0xC0000022, "Write"),  # an OpenIf that was denied, as procmon-parser has it
        (5, None, 0xC0000043, "Write"),  # an OverwriteIf that was denied
        (77, None, 0xC0000022, None),  # a disposition without a name
    ],
)
def test_create_file_is_a_write_where_it_changes_the_disk_or_was_to_create(
    tmp_path: Path, disposition: int, opened: int | None, result: int, category: str | None
) -> None:
    body = files.create_file(r"C:\a", access=0x120089, disposition=disposition, opened=opened, bits=64)
    assert the_row(tmp_path, body, result=result)["category"] == category


def test_a_user_is_named_once_the_capture_saw_a_process_of_his_start(tmp_path: Path) -> None:
    opened = files.create_file(r"C:\a", access=0x120089, impersonating=USER_SID, bits=64)
    started = processes.process_create(
        r"C:\b.exe", "b", process=8, pid=9, parent=7, parent_pid=300, user_sid=USER_SID
    )
    rows = (actor(), Process(index=8, pid=9, name="b.exe", user=r"HOST\anna"))
    file = tmp_path / "a.PML"
    file.write_bytes(pml_bytes(Event(NOON, 7, 1, opened), Event(NOON, 7, 1, started), rows=rows))
    assert r"Impersonating: HOST\anna, OpenResult" in decoded(file)[0][0]["detail"]
    assert "Impersonating: S-1-5-21-1-2-3-1001," in the_row(tmp_path, opened)["detail"]


@BOTH_WIDTHS
def test_a_read_tells_the_bytes_that_were_read_flags_and_priority(tmp_path: Path, bits: int) -> None:
    body = files.read_file(r"C:\a", 1_183_744, 65_536, flags=0x43 | 3 << 17, done=32_768, bits=bits)
    row = the_row(tmp_path, body, bits=bits)
    assert row["detail"] == (
        "Offset: 1,183,744, Length: 32,768, I/O Flags: Non-cached, Paging I/O, Synchronous Paging I/O, Priority: Normal"
    )
    assert (row["operation"], row["category"]) == ("ReadFile", "Read")


def test_a_write_to_the_end_of_a_file_has_offset_minus_one(tmp_path: Path) -> None:
    row = the_row(tmp_path, files.write_file(r"C:\a", -1, 7, bits=64))
    assert (row["detail"], row["category"]) == ("Offset: -1, Length: 7", "Write")


@BOTH_WIDTHS
def test_times_that_are_not_set_are_shown_as_the_first_of_1601(tmp_path: Path, bits: int) -> None:
    body = files.set_basic_information(r"C:\a", (UNCHANGED, NOT_KEPT, NOON, UNCHANGED), 0x20, bits=bits)
    row = the_row(tmp_path, body, bits=bits)
    assert row["detail"] == (
        f"CreationTime: {NEVER}, LastAccessTime: {NEVER}, LastWriteTime: {NOON_SHOWN}, "
        f"ChangeTime: {NEVER}, FileAttributes: A"
    )
    assert (row["operation"], row["category"]) == ("SetBasicInformationFile", "Write Metadata")


@BOTH_WIDTHS
@pytest.mark.parametrize(("delete", "category"), [(True, "Write"), (False, "Write Metadata")])
def test_a_disposition_is_a_write_only_where_it_deletes(
    tmp_path: Path, bits: int, delete: bool, category: str
) -> None:
    row = the_row(tmp_path, files.set_disposition_information(r"C:\a", delete, bits=bits), bits=bits)
    assert (row["detail"], row["category"]) == (f"Delete: {delete}", category)


@BOTH_WIDTHS
@pytest.mark.parametrize(
    ("name", "shown"), [("b.txt", r"C:\dir\b.txt"), (r"C:\other\b.txt", r"C:\other\b.txt")]
)
def test_a_rename_tells_the_new_name_in_full(tmp_path: Path, bits: int, name: str, shown: str) -> None:
    head = struct.pack("<B7xQI" if bits == 64 else "<B3xII", 1, 0, len(wide(name)))
    body = files.file_operation(26, r"C:\dir\a.txt", sub=10, after=head + wide(name), bits=bits)
    row = the_row(tmp_path, body, bits=bits)
    assert row["detail"] == f"ReplaceIfExists: True, FileName: {shown}"


@BOTH_WIDTHS
def test_answers_about_files_are_read_from_the_extra_detail(tmp_path: Path, bits: int) -> None:
    times = (NOON, NOON, NOON, NOON)
    shown = ", ".join(
        f"{name}: {NOON_SHOWN}" for name in ("CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime")
    )
    row = the_row(tmp_path, files.query_basic_information(r"C:\a", times, 0x2026, bits=bits), bits=bits)
    assert row["detail"] == f"{shown}, FileAttributes: HSANCI"
    standard = the_row(tmp_path, files.query_standard_information(r"C:\a", 5000, bits=bits), bits=bits)
    assert standard["detail"] == (
        "AllocationSize: 8,192, EndOfFile: 5,000, NumberOfLinks: 1, DeletePending: False, Directory: False"
    )
    name = the_row(tmp_path, files.query_name_information(r"C:\dir\a", bits=bits), bits=bits)
    assert name["detail"] == r"Name: \dir\a"


def test_query_open_shows_sizes_as_numbers_and_network_open_as_dates(tmp_path: Path) -> None:
    answer = struct.pack("<4Q2QI", NOON, NOON, NOON, NOON, 20_480, 17_920, 0x20)
    opened = the_row(tmp_path, files.file_operation(6, r"C:\a", extra=answer, bits=64))
    assert opened["detail"].endswith("AllocationSize: 20,480, EndOfFile: 17,920, FileAttributes: A")
    network = the_row(tmp_path, files.file_operation(25, r"C:\a", sub=0x22, extra=answer, bits=64))
    assert network["detail"].endswith(f"AllocationSize: {NEVER}, EndOfFile: {NEVER}, FileAttributes: A")


@pytest.mark.parametrize(
    ("version", "detail"),
    [
        (
            "3.4",
            "Filter: *, 1: ., 2: ..",
        ),
        ("3.51", "Filter: *, 1: ., FileInformationClass: FileBothDirectoryInformation"),
        ("3.86", "FileInformationClass: FileBothDirectoryInformation, Filter: *, 2: ., 3: .."),
    ],
)
def test_a_listing_is_written_in_the_manner_of_the_process_monitor_that_made_the_log(
    tmp_path: Path, version: str, detail: str
) -> None:
    body = files.query_directory(r"C:\dir", "*", [".", ".."], bits=64)
    row = the_row(tmp_path, body, rows=(monitored(version), actor()))
    assert (row["path"], row["detail"]) == (r"C:\dir\*", detail)


@BOTH_WIDTHS
def test_a_mapping_tells_the_protection_that_was_asked_for(tmp_path: Path, bits: int) -> None:
    row = the_row(tmp_path, files.create_file_mapping(r"C:\a", 0x220, bits=bits), bits=bits)
    assert row["detail"] == "SyncType: SyncTypeCreateSection, PageProtection: PAGE_EXECUTE_READ|PAGE_NOCACHE"


@BOTH_WIDTHS
@pytest.mark.parametrize(
    ("code", "shown", "category"),
    [
        (0x900A8, "FSCTL_GET_REPARSE_POINT", "Read"),
        (0x900EF, "FSCTL_WRITE_USN_CLOSE_RECORD", "Write Metadata"),
        (0x902EB, "0x902eb (Device:0x9 Function:186 Method: 3)", None),
    ],
)
def test_control_codes_have_names_and_categories(
    tmp_path: Path, bits: int, code: int, shown: str, category: str | None
) -> None:
    row = the_row(tmp_path, files.control(33, r"C:\a", code, bits=bits), bits=bits)
    assert (row["detail"], row["category"]) == (f"Control: {shown}", category)


@BOTH_WIDTHS
def test_a_lock_tells_its_range(tmp_path: Path, bits: int) -> None:
    parameters: Any = [
        (layout.THIRD, "q", 2_147_483_538),
        (layout.LOCK_EXCLUSIVE, "B", 1),
        (layout.LOCK_FAIL_IMMEDIATELY, "B", 0),
    ]
    body = files.file_operation(37, r"C:\a", *parameters, sub=1, after=struct.pack("<q", 20), bits=bits)
    row = the_row(tmp_path, body, bits=bits)
    assert row["operation"] == "LockFile"
    assert row["detail"] == "Exclusive: True, Offset: 2,147,483,538, Length: 20, Fail Immediately: False"
    assert row["category"] is None


def test_what_has_no_word_among_security_parts_is_shown_as_a_number(tmp_path: Path) -> None:
    body = files.file_operation(41, r"C:\a", (layout.LENGTH, "I", 0x8000_0204), bits=64)
    assert the_row(tmp_path, body)["detail"] == "Information: DACL, DACL Protected, 0x200"


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        (1, registry.registry_text("C:\\a, b"), "Type: REG_SZ, Length: 16, Data: C:\\a, b"),
        (1, registry.registry_text("one\r\ntwo"), "Type: REG_SZ, Length: 18, Data: one\n;two"),
        (3, bytes(range(0, 64, 4)), "Data: 00 04 08 0C 10 14 18 1C 20 24 28 2C 30 34 38 3C"),
        (4, struct.pack("<I", 24), "Type: REG_DWORD, Length: 4, Data: 24"),
        (7, wide("a\0b\0\0"), "Type: REG_MULTI_SZ, Length: 10, Data: a, b"),
        (11, bytes(8), "Type: REG_QWORD, Length: 8, Data: "),
        (99, b"x", "Type: <Unknown: 99>, Length: 1"),
    ],
)
def test_registry_data_are_shown_by_type(tmp_path: Path, kind: int, data: bytes, shown: str) -> None:
    row = the_row(tmp_path, registry.set_value(r"HKLM\a", kind, data))
    assert row["detail"].endswith(shown)
    assert row["category"] == "Write"


def test_a_value_that_was_not_found_tells_the_room_that_was_offered(tmp_path: Path) -> None:
    row = the_row(tmp_path, registry.query_value(r"HKLM\a", None, room=1024), result=0xC0000034)
    assert (row["result"], row["detail"]) == ("NAME NOT FOUND", "Length: 1,024")


def test_an_enumerated_value_tells_number_name_and_data(tmp_path: Path) -> None:
    row = the_row(tmp_path, registry.enum_value(r"HKLM\a", 3, "Löwe", 1, registry.registry_text("x")))
    assert row["detail"] == "Index: 3, Name: Löwe, Type: REG_SZ, Length: 4, Data: x"


@pytest.mark.parametrize(
    ("asked", "answer", "shown"),
    [
        (
            4,
            struct.pack("<QIII", NOON, 0, 90, 0) + struct.pack("<I", 27),
            "Query: Cached, SubKeys: 90, Values: 27",
        ),
        (7, struct.pack("<I", 0x301), "Query: HandleTags, HandleTags: 0x301"),
        (3, struct.pack("<I", 8) + wide("\\REG"), "Query: Name"),
        (3, None, "Query: Name, Length: 8"),
    ],
)
def test_questions_about_keys(tmp_path: Path, asked: int, answer: bytes | None, shown: str) -> None:
    head = struct.pack("<HHII", text_info("HKLM"), 0, 8, asked)
    row = the_row(tmp_path, Body(layout.REGISTRY, 3, head + text_bytes("HKLM"), answer))
    assert (row["detail"], row["category"]) == (shown, "Read")


@pytest.mark.parametrize(
    ("created", "shown", "category"),
    [
        (True, "Desired Access: Read/Write, Disposition: REG_CREATED_NEW_KEY", "Write"),
        (False, "Desired Access: Read/Write, Disposition: REG_OPENED_EXISTING_KEY", "Read"),
        (None, "Desired Access: Read/Write", "Read"),
    ],
)
def test_a_key_is_written_only_where_it_is_new(
    tmp_path: Path, created: bool | None, shown: str, category: str
) -> None:
    row = the_row(tmp_path, registry.create_key(r"HKLM\a", 0x2001F, created=created))
    assert (row["detail"], row["category"]) == (shown, category)


def test_a_renamed_key_tells_its_new_name(tmp_path: Path) -> None:
    head = struct.pack("<HH", text_info(r"HKLM\old"), text_info("new"))
    row = the_row(tmp_path, Body(layout.REGISTRY, 14, head + text_bytes(r"HKLM\old") + text_bytes("new")))
    assert (row["path"], row["detail"], row["category"]) == (r"HKLM\old", "New Name: new", "Write")


def test_a_process_tells_its_command_line_even_with_a_closing_nul(tmp_path: Path) -> None:
    body = processes.process_create(
        r"C:\b.exe", "b.exe /x\0", process=8, pid=9, parent=7, parent_pid=300, user_sid=SYSTEM_SID
    )
    row = the_row(tmp_path, body)
    assert (row["path"], row["detail"]) == (r"C:\b.exe", "PID: 9, Command line: b.exe /x")


def test_a_started_process_tells_its_environment_one_variable_a_line(tmp_path: Path) -> None:
    body = processes.process_start("b.exe", "C:\\", ["A=1", "Ü=2"], parent_pid=300)
    assert the_row(tmp_path, body)["detail"] == (
        "Parent PID: 300, Command line: b.exe, Current directory: C:\\, Environment: \r;\tA=1\r;\tÜ=2"
    )
    old = the_row(tmp_path, body._replace(detail=body.detail[:4]))
    assert old["detail"] == "Parent PID: 300"


def test_an_exit_status_is_signed(tmp_path: Path) -> None:
    body = processes.process_exit(0xFFFF_FFFF, user_time=468_750, working_set=2_000_000)
    assert the_row(tmp_path, body)["detail"] == (
        "Exit Status: -1, User Time: 0.0468750 seconds, Kernel Time: 0.0000000 seconds, Private Bytes: 0, "
        "Peak Private Bytes: 0, Working Set: 2,000,000, Peak Working Set: 0"
    )


@BOTH_WIDTHS
def test_images_and_threads(tmp_path: Path, bits: int) -> None:
    base = 0x7FFB_54C0_0000 if bits == 64 else 0x7C90_0000
    image = the_row(tmp_path, processes.load_image(r"C:\a.dll", base, 0x41000, bits=bits), bits=bits)
    assert (image["path"], image["detail"]) == (r"C:\a.dll", f"Image Base: 0x{base:x}, Image Size: 0x41000")
    ended = the_row(tmp_path, processes.thread_exit(user_time=156_250, kernel_time=0), bits=bits)
    assert ended["detail"] == "Thread ID: 1204, User Time: 0.0156250, Kernel Time: 0.0000000"


def test_a_path_in_any_script_is_kept_and_half_a_character_becomes_a_mark(tmp_path: Path) -> None:
    assert the_row(tmp_path, files.close_file(r"C:\日本\😀.txt", bits=64))["path"] == r"C:\日本\😀.txt"
    assert the_row(tmp_path, files.close_file("C:\\\ud83d.txt", bits=64))["path"] == "C:\\�.txt"
