"""The PML writer, read back by procmon-parser, which knows nothing of it."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from procmon_parser import ProcmonLogsReader

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.procmon.sources.pml.encoders.body import Body
from scripts.procmon.sources.pml.writer import Event, Machine, Module, Process, write_pml

NOON = 129_000_000_000_000_000
BOTH_WIDTHS = pytest.mark.parametrize("bits", [32, 64])


def a_process(**changes: Any) -> Process:
    return Process(**({"index": 7, "pid": 300, "name": "lsass.exe"} | changes))


def read(
    *events: Event, bits: int = 32, rows: tuple[Process, ...] = (a_process(),), **tables: Any
) -> ProcmonLogsReader:
    target = io.BytesIO()
    machine = Machine(computer_name="RECONSTRUCTION", bits=bits, service_pack="Service Pack 3", ram=1 << 29)
    assert write_pml(target, machine=machine, processes=rows, events=events, **tables) == len(events)
    target.seek(0)
    return ProcmonLogsReader(target)


def the_event(body: Body, bits: int = 32, **changes: Any) -> Any:
    return read(Event(NOON, 7, 1204, body, **changes), bits=bits)[0]


@BOTH_WIDTHS
def test_the_header_tells_of_the_machine(bits: int) -> None:
    header = read(bits=bits)._struct_readear.header
    assert header.version == 9
    assert bool(header.is_64bit) == (bits == 64)
    assert header.computer_name == "RECONSTRUCTION"
    assert header.system_root == r"C:\WINDOWS"
    assert header.service_pack_name == "Service Pack 3"
    assert (header.windows_major_number, header.windows_minor_number) == (5, 1)
    assert header.windows_build_number == 2600
    assert header.number_of_logical_processors == 1
    assert header.ram_memory_size == 1 << 29
    assert header.number_of_events == 0


@BOTH_WIDTHS
def test_a_process_keeps_all_its_columns_and_modules(bits: int) -> None:
    base = 0x7C90_0000 if bits == 32 else 0x7FFA_1234_0000
    module = Module(
        base=base,
        size=0xB2000,
        path=r"C:\WINDOWS\system32\ntdll.dll",
        version="5.1.2600.5512",
        company="Microsoft Corporation",
        description="NT Layer DLL",
        timestamp=0x4802A12C,
    )
    process = a_process(
        parent_pid=684,
        image_path=r"C:\WINDOWS\system32\lsass.exe",
        command_line=r'"C:\WINDOWS\\system32\\lsass.exe"',
        user=r"NT AUTHORITY\SYSTEM",
        company="Microsoft Corporation",
        version="5.1.2600.5512",
        description="LSA Shell (Export Version)",
        integrity="System",
        session=1,
        authentication_id=0x3E7,
        virtualized=0,
        is_64bit=bits == 64,
        start=NOON,
        end=NOON + 1,
        modules=(module, module),
    )
    (seen,) = read(bits=bits, rows=(process,)).processes()
    for name in ("pid", "parent_pid", "user", "image_path", "command_line", "company", "version"):
        assert getattr(seen, name) == getattr(process, name), name
    assert (seen.process_name, seen.description, seen.integrity) == (
        "lsass.exe",
        "LSA Shell (Export Version)",
        "System",
    )
    assert (seen.session, seen.authentication_id, seen.virtualized) == (1, 0x3E7, 0)
    assert (seen.start_time, seen.end_time, bool(seen.is_process_64bit)) == (NOON, NOON + 1, bits == 64)
    assert len(seen.modules) == 2
    for name in ("size", "path", "version", "company", "description", "timestamp"):
        assert getattr(seen.modules[1], name) == getattr(module, name), name
    assert seen.modules[1].base_address == base


@BOTH_WIDTHS
def test_an_event_keeps_time_thread_result_duration_and_stack(bits: int) -> None:
    stack = (0x804D_9000, 0x7C90_DF6A, 0x2FA_24D5)
    event = the_event(
        files.close_file(r"C:\a", bits=bits), bits=bits, result=0xC000_0034, duration=123_456, stack=stack
    )
    assert (event.date_filetime, event.tid, event.result, event.duration) == (
        NOON,
        1204,
        0xC000_0034,
        123_456,
    )
    assert tuple(event.stacktrace) == stack
    assert event.process.pid == 300


@BOTH_WIDTHS
def test_create_file_is_read_as_it_was_meant(bits: int) -> None:
    event = the_event(
        files.create_file(
            r"C:\temp\~DFA.tmp",
            access=0x120196,
            disposition=5,
            options=0x1064,
            attributes=0x26,
            share=1,
            allocation=4096 if bits == 64 else 0,  # procmon-parser looks 4 bytes too far in 32-bit logs
            opened=2,
            impersonating=bytes.fromhex("010100000000000512000000"),
            bits=bits,
        ),
        bits=bits,
    )
    assert (event.operation.name, event.path, event.category) == ("CreateFile", r"C:\temp\~DFA.tmp", "Write")
    assert dict(event.details) == {
        "Desired Access": "Generic Write, Read Attributes",
        "Disposition": "OverwriteIf",
        "Options": "Sequential Access, Synchronous IO Non-Alert, Non-Directory File, Delete On Close",
        "Attributes": "HSA",
        "ShareMode": "Read",
        "AllocationSize": 4096 if bits == 64 else 0,
        "Impersonating": "S-1-5-18",
        "OpenResult": "Created",
    }


@BOTH_WIDTHS
@pytest.mark.parametrize(("encode", "name"), [(files.read_file, "ReadFile"), (files.write_file, "WriteFile")])
def test_reads_and_writes_keep_offset_length_and_flags(encode: Any, name: str, bits: int) -> None:
    body = encode(r"C:\a", 2**40, 4096, flags=0x60003, done=2040, bits=bits)
    event = the_event(body, bits=bits)
    assert event.operation.name == name
    assert dict(event.details) == {
        "Offset": 2**40,
        "Length": 2040,
        "I/O Flags": "Non-cached, Paging I/O",
        "Priority": "Normal",
    }


@BOTH_WIDTHS
def test_queries_of_a_file_keep_their_answers(bits: int) -> None:
    times = (NOON, NOON + 1, NOON + 2, NOON + 3)
    event = the_event(files.query_basic_information(r"C:\a", times, 0x22, bits=bits), bits=bits)
    assert tuple(event.details.values()) == (*times, "HA")
    event = the_event(files.query_standard_information(r"C:\a", 5000, bits=bits), bits=bits)
    assert event.details["AllocationSize"] == 8192
    assert event.details["EndOfFile"] == 5000
    assert event.details["Directory"] is False
    event = the_event(files.query_name_information(r"C:\a\b", bits=bits), bits=bits)
    assert event.details["Name"] == r"\a\b"


@BOTH_WIDTHS
def test_a_folder_listing_keeps_filter_and_names(bits: int) -> None:
    names = ["mdmcpq.inf", "mdmcpq.PNF", "ж.inf"]
    event = the_event(files.query_directory(r"C:\WINDOWS\inf", "mdm*", names, bits=bits), bits=bits)
    assert event.operation.name == "QueryDirectory"
    assert event.path == r"C:\WINDOWS\inf\mdm*"
    assert list(event.details.values()) == ["mdm*", "FileBothDirectoryInformation", *names]


@BOTH_WIDTHS
def test_a_file_marked_for_deletion_is_a_write(bits: int) -> None:
    event = the_event(files.set_disposition_information(r"C:\a", True, bits=bits), bits=bits)
    assert (event.operation.name, event.category) == ("SetDispositionInformationFile", "Write")
    assert event.details["Delete"] == "True"


@BOTH_WIDTHS
def test_settings_of_a_file_follow_its_path(bits: int) -> None:
    body = files.set_basic_information(r"C:\a", (NOON, files.UNCHANGED, files.NOT_KEPT, 0), 0x80, bits=bits)
    assert body.detail.endswith(rb"C:\a" + struct.pack("<4QI4x", NOON, 0, 2**64 - 1, 0, 0x80))
    assert the_event(body, bits=bits).operation.name == "SetBasicInformationFile"
    for encode, name in (
        (files.set_end_of_file_information, "SetEndOfFileInformationFile"),
        (files.set_allocation_information, "SetAllocationInformationFile"),
    ):
        body = encode(r"C:\a", 26_616, bits=bits)
        assert body.detail.endswith(rb"C:\a" + struct.pack("<q", 26_616))
        assert the_event(body, bits=bits).operation.name == name


def test_values_set_in_the_registry_keep_type_and_data() -> None:
    key = r"HKLM\System\CurrentControlSet\Services\MRxCls"
    image = r"\??\C:\WINDOWS\system32\drivers\mrxcls.sys"
    for name, kind, data, shown in (
        ("Start", registry.REG_DWORD, registry.registry_number(1), 1),
        ("ImagePath", registry.REG_EXPAND_SZ, registry.registry_text(image), image),
        ("Data", registry.REG_BINARY, b"\x8f\x1f", b"\x8f\x1f"),
    ):
        event = the_event(registry.set_value(f"{key}\\{name}", kind, data))
        assert (event.operation.name, event.path, event.category) == (
            "RegSetValue",
            f"{key}\\{name}",
            "Write",
        )
        assert event.details["Length"] == len(data)
        assert event.details["Data"] == shown


def test_a_key_is_a_write_only_where_it_was_made() -> None:
    made = the_event(registry.create_key(r"HKLM\SYSTEM\a", 0xF003F, created=True))
    assert (made.category, made.details["Disposition"]) == ("Write", "REG_CREATED_NEW_KEY")
    opened = the_event(registry.create_key(r"HKLM\SYSTEM\a", 0xF003F, created=False))
    assert (opened.category, opened.details["Disposition"]) == ("Read", "REG_OPENED_EXISTING_KEY")
    assert opened.details["Desired Access"] == "All Access"


def test_registry_queries_keep_their_answers() -> None:
    event = the_event(registry.query_value(r"HKLM\a\b", registry.REG_SZ, registry.registry_text("text")))
    assert (event.details["Type"], event.details["Data"]) == ("REG_SZ", "text")
    assert the_event(registry.query_value(r"HKLM\a\b", None), result=0xC000_0034).details == {"Length": 144}
    event = the_event(
        registry.enum_value(r"HKLM\a", 3, "name", registry.REG_DWORD, registry.registry_number(9))
    )
    assert (event.details["Index"], event.details["Name"], event.details["Data"]) == (3, "name", 9)
    assert the_event(registry.enum_key(r"HKLM\a", 2, "sub")).details["Name"] == "sub"
    name = r"\REGISTRY\MACHINE\a"
    assert the_event(registry.query_key_name(r"HKLM\a", name)).details["Name"] == name
    for operation, shown in ((2, "RegCloseKey"), (9, "RegDeleteKey"), (10, "RegDeleteValue")):
        assert the_event(registry.registry_operation(operation, r"HKLM\a")).operation.name == shown


@BOTH_WIDTHS
def test_the_life_of_a_process_is_kept(bits: int) -> None:
    image, line = r"C:\WINDOWS\system32\lsass.exe", r'"C:\WINDOWS\\system32\\lsass.exe" ж'
    sid = bytes.fromhex("010100000000000512000000")
    created = the_event(
        processes.process_create(
            image, line, process=8, pid=300, parent=7, parent_pid=684, user_sid=sid, start=NOON
        )
    )
    assert (created.path, created.details["PID"], created.details["Command line"]) == (image, 300, line)
    started = the_event(processes.process_start(line, "C:\\", ["A=1", "B=2"], parent_pid=684))
    assert started.details == {
        "Parent PID": 684,
        "Command line": line,
        "Current directory": "C:\\",
        "Environment": ["A=1", "B=2"],
    }
    ended = the_event(processes.process_exit(0, user_time=1, kernel_time=2, private_bytes=3, working_set=4))
    assert (ended.details["User Time"], ended.details["Kernel Time"]) == (1, 2)
    assert (ended.details["Private Bytes"], ended.details["Working Set"]) == (3, 4)
    base = 0x7C80_0000 if bits == 32 else 0x7FFA_0000_0000
    loaded = the_event(processes.load_image(image, base, 0xF6000, bits=bits), bits=bits)
    assert (loaded.path, loaded.details["Image Base"], loaded.details["Image Size"]) == (image, base, 0xF6000)
    assert the_event(processes.thread_create(1999)).details["Thread ID"] == 1999
    ended = the_event(processes.thread_exit(user_time=5, kernel_time=6))
    assert (ended.details["User Time"], ended.details["Kernel Time"]) == (5, 6)
    sample = the_event(
        processes.process_profiling(user_time=1, kernel_time=2, working_set=3, private_bytes=4)
    )
    assert sample.details == {"User Time": 1, "Kernel Time": 2, "Private Bytes": 4, "Working Set": 3}


def test_network_events_show_names_where_the_tables_have_them() -> None:
    source, target = (bytes([10, 0, 0, 5]), 1042), (bytes([192, 0, 2, 80]), 80)
    body = processes.network_operation(2, source, target, 512, tcp=True)
    tables = {"hosts": {target[0]: "www.example.com"}, "ports": {(80, True): "http"}}
    event = read(Event(NOON, 7, 4, body), **tables)[0]
    assert event.path == "10.0.0.5:1042 -> www.example.com:http"
    assert (event.network_protocol, event.operation.name, event.details["Length"]) == ("TCP", "Send", 512)
    six = (bytes.fromhex("20010db8000000000000000000000001"), 53)
    assert (
        the_event(processes.network_operation(3, six, six, 1, tcp=False)).path
        == "2001:db8:0:0:0:0:0:1:53 -> 2001:db8:0:0:0:0:0:1:53"
    )


def test_names_that_are_no_ascii_are_kept() -> None:
    path = "C:\\Документы\\報告 😀.txt"
    assert the_event(files.close_file(path)).path == path
    (process,) = read(rows=(a_process(command_line=path),)).processes()
    assert process.command_line == path


def test_the_same_capture_has_the_same_bytes() -> None:
    def once() -> bytes:
        target = io.BytesIO()
        event = Event(NOON, 7, 1, files.close_file("C:\\a"), stack=(1, 2))
        write_pml(target, machine=Machine(computer_name="A"), processes=[a_process()], events=[event])
        return target.getvalue()

    assert once() == once()


def test_what_the_format_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="32,767"):
        files.close_file("C:\\" + "a" * 0x8000)
    body = files.close_file("C:\\a")._replace(extra=bytes(0x10000))
    with pytest.raises(ValueError, match="65,535"):
        the_event(body)
