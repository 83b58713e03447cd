"""Reading PML files: events, stacks, processes, parts, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scripts.procmon.contracts.capture import CAN_SHOW
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.procmon.sources.pml.encoders.body import Body
from scripts.procmon.sources.pml.reader import open_pml
from scripts.procmon.sources.pml.writer import Event, Module, Process
from tests.captures.pml import NOON, actor, decoded, pml_bytes, the_row

BOTH_WIDTHS = pytest.mark.parametrize("bits", [32, 64])
PENDING = 0x103


def write(folder: Path, *events: Event, name: str = "Logfile.PML", **tables: object) -> Path:
    file = folder / name
    file.write_bytes(pml_bytes(*events, **tables))  # type: ignore[arg-type]
    return file


def changed(file: Path, **fields: int | bytes) -> Path:
    """The file with other values in its header."""
    data = np.fromfile(file, np.uint8)
    header = data[: layout.HEADER_SIZE].view(layout.HEADER)
    for name, value in fields.items():
        header[name] = value
    data.tofile(file)
    return file


def refusal(*files: Path) -> CaptureError:
    with pytest.raises(CaptureError) as refused:
        decoded(*files)
    return refused.value


@BOTH_WIDTHS
def test_an_event_keeps_time_thread_duration_and_stack(tmp_path: Path, bits: int) -> None:
    close = files.close_file(r"C:\a", bits=bits)
    file = write(
        tmp_path, Event(NOON + 7, 7, 1204, close, duration=74, stack=(0x7C90_0001, 0x40_1000)), bits=bits
    )
    rows, stacks, tables = decoded(file)
    (row,) = rows
    assert row["time"].value % 1_000_000_000 == 700  # 7 ticks of 100 ns
    assert row["time"].floor("s") == pd.Timestamp("2009-10-14T13:20:00Z")
    assert (row["tid"], row["duration"], row["result"]) == (1204, 7400, "SUCCESS")
    assert stacks[row["stack"]] == [0x7C90_0001, 0x40_1000]
    assert tables.processes.to_pylist()[row["process"]]["process_name"] == "lsass.exe"
    assert (tables.info["bits"], tables.info["version"]) == (bits, 9)


def test_a_pending_operation_has_neither_result_nor_duration(tmp_path: Path) -> None:
    row = the_row(tmp_path, files.close_file(r"C:\a", bits=64), result=PENDING, duration=5)
    assert row["result"] == ""
    assert row["duration"] is None


def test_a_result_without_a_name_is_shown_as_a_number(tmp_path: Path) -> None:
    assert the_row(tmp_path, registry.close_key("HKLM"), result=0xC000046F)["result"] == "0xC000046F"


def test_equal_stacks_are_kept_once_and_an_event_without_one_has_null(tmp_path: Path) -> None:
    close = registry.close_key("HKLM")
    some = [Event(NOON, 7, 1, close, stack=stack) for stack in ((1, 2), (1, 2), (), (3,))]
    rows, stacks, _ = decoded(write(tmp_path, *some))
    assert [row["stack"] for row in rows][2] is None
    assert rows[0]["stack"] == rows[1]["stack"] != rows[3]["stack"]
    assert sorted(stacks.values()) == [[1, 2], [3]]


def test_the_size_of_batches_changes_nothing_but_the_number_of_stacks(tmp_path: Path) -> None:
    paths = [rf"C:\{number % 3}" for number in range(10)]
    some = [
        Event(NOON + n, 7, n, files.close_file(path, bits=64), stack=(n % 2 + 1,))
        for n, path in enumerate(paths)
    ]
    file = write(tmp_path, *some)
    whole, whole_stacks, _ = decoded(file)
    pieces, stacks, _ = decoded(file, batch=3)
    assert [row["event"] for row in pieces] == list(range(10))
    for one, other in zip(whole, pieces, strict=True):
        assert whole_stacks[one.pop("stack")] == stacks[other.pop("stack")]
        assert one == other


def test_a_batch_whose_details_are_large_is_cut_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, *[Event(NOON, 7, n, registry.close_key("HKLM")) for n in range(9)])
    monkeypatch.setattr("scripts.procmon.sources.pml.reader._MOST_BYTES", 20)
    sizes = [len(batch.events) for batch in open_pml([file]).batches()]
    assert sum(sizes) == 9
    assert max(sizes) <= 3  # a detail has 6 bytes
    assert [row["tid"] for row in decoded(file)[0]] == list(range(9))


def test_texts_that_no_event_has_do_not_stand_in_the_dictionary(tmp_path: Path) -> None:
    body = files.query_directory("C:\\", "*.exe", ["a.exe"], bits=64)
    (batch,) = open_pml([write(tmp_path, Event(NOON, 7, 1, body))]).batches()
    assert batch.events.column("path").dictionary.to_pylist() == ["C:\\*.exe"]


def test_an_operation_or_class_without_a_name_is_shown_as_unknown(tmp_path: Path) -> None:
    some = [
        Event(NOON, 7, 1, Body(layout.REGISTRY, 99, b"\x04\x80HKLM")),
        Event(NOON, 7, 1, Body(9, 1, b"")),
        Event(NOON, 7, 1, files.file_operation(25, r"C:\a", sub=0xEE, bits=64)),
    ]
    rows, _, tables = decoded(write(tmp_path, *some))
    assert [row["operation"] for row in rows] == ["<Unknown>"] * 3
    assert [row["event_class"] for row in rows] == ["Registry", "<Unknown>", "File System"]
    # What an unknown question asks is still a question.
    assert rows[2]["category"] == "Read Metadata"
    assert any("1 events are of a class without a name" in remark for remark in tables.info["remarks"])


def test_an_event_of_a_process_that_is_not_in_the_table_is_kept_and_counted(tmp_path: Path) -> None:
    rows, _, tables = decoded(write(tmp_path, Event(NOON, 99, 1, registry.close_key("HKLM"))))
    assert tables.processes.to_pylist()[rows[0]["process"]]["process_name"] == "<Unknown>"
    assert any(remark.startswith("1 events name a process") for remark in tables.info["remarks"])


def test_a_detail_that_is_cut_short_is_blank_and_counted(tmp_path: Path) -> None:
    body = registry.set_value(r"HKLM\Software\a", 1, registry.registry_text("text"))
    rows, _, tables = decoded(write(tmp_path, Event(NOON, 7, 1, body._replace(detail=body.detail[:9]))))
    assert rows[0]["detail"] == ""
    assert any("1 events are cut short" in remark for remark in tables.info["remarks"])


def test_a_process_keeps_all_columns_and_its_parent(tmp_path: Path) -> None:
    parent = Process(index=3, pid=4, name="System")
    child = actor(
        parent_pid=4,
        parent_index=3,
        image_path=r"C:\lsass.exe",
        user=r"NT AUTHORITY\SYSTEM",
        integrity="System",
        session=1,
        authentication_id=0x3E7,
        virtualized=0,
        is_64bit=True,
        start=NOON,
        modules=[Module(base=0x7FFA_0000_0000, size=0x1000, path=r"C:\ntdll.dll", timestamp=1_000_000_000)],
    )
    _, _, tables = decoded(write(tmp_path, rows=(parent, child)))
    system, lsass = tables.processes.to_pylist()
    assert (system["parent"], lsass["parent"], lsass["parent_pid"]) == (None, 0, 4)
    assert lsass["authentication_id"] == "00000000:000003e7"
    assert (lsass["virtualized"], system["virtualized"]) == ("False", "n/a")
    assert (lsass["architecture"], lsass["integrity"], lsass["session"]) == ("64-bit", "System", 1)
    assert lsass["start"].floor("s") == pd.Timestamp("2009-10-14T13:20:00Z")
    assert (lsass["end"], lsass["company"]) == (None, None)
    (module,) = tables.modules.to_pylist()
    assert (module["process"], module["base"], module["path"]) == (1, 0x7FFA_0000_0000, r"C:\ntdll.dll")
    assert module["timestamp"] == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


def test_the_parts_of_a_split_log_share_one_process_table(tmp_path: Path) -> None:
    module = Module(base=0x1000, size=0x1000, path=r"C:\a.dll")
    late = Module(base=0x9000, size=0x1000, path=r"C:\b.dll")
    close = registry.close_key("HKLM")
    first = write(tmp_path, Event(NOON, 7, 1, close), rows=(actor(start=NOON, modules=[module]),))
    # The same process has another index in the second part, and its end is known there.
    again = actor(index=2, start=NOON, end=NOON + 10_000_000, modules=[module, late])
    other = Process(index=7, pid=9, name="other.exe")
    second = write(
        tmp_path,
        Event(NOON, 2, 1, close),
        Event(NOON, 7, 1, close),
        name="Logfile-1.PML",
        rows=(again, other),
    )
    rows, _, tables = decoded(first, second)
    assert [(row["event"], row["process"]) for row in rows] == [(0, 0), (1, 0), (2, 1)]
    assert [row["process_name"] for row in tables.processes.to_pylist()] == ["lsass.exe", "other.exe"]
    assert tables.processes.to_pylist()[0]["end"] is not None
    assert [row["path"] for row in tables.modules.to_pylist()] == [r"C:\a.dll", r"C:\b.dll"]


def test_processes_of_one_table_that_look_alike_stay_apart(tmp_path: Path) -> None:
    twins = [Process(index=index, pid=0, name="Idle", start=NOON) for index in (1, 2)]
    close = registry.close_key("HKLM")
    rows, _, tables = decoded(write(tmp_path, *(Event(NOON, n, 1, close) for n in (2, 1)), rows=twins))
    assert len(tables.processes) == 2
    assert [row["process"] for row in rows] == [1, 0]


def test_parts_of_different_machines_are_no_capture(tmp_path: Path) -> None:
    first, second = write(tmp_path), write(tmp_path, name="Logfile-1.PML", bits=32)
    refused = refusal(first, second)
    assert refused.expected.endswith("bits 64")
    assert refused.found == "bits 32"
    assert "rename one" in str(refused.advice)


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("computer_name", "OTHER".encode("utf-16-le"), "computer 'OTHER'"),
        ("os_build", 7601, "Windows build "),
        ("version", 7, "PML version 7"),
    ],
)
def test_a_part_of_another_machine_is_refused_by_what_differs(
    tmp_path: Path, field: str, value: int | bytes, found: str
) -> None:
    first = write(tmp_path)
    second = changed(write(tmp_path, name="Logfile-1.PML"), **{field: value})
    assert found in refusal(first, second).found


@pytest.mark.parametrize(("seconds", "follows"), [(-3600, False), (-5, True), (5, True), (100_000, False)])
def test_parts_must_follow_each_other_in_time(tmp_path: Path, seconds: int, follows: bool) -> None:
    close = registry.close_key("HKLM")
    first = write(tmp_path, Event(NOON, 7, 1, close))
    empty = write(tmp_path, name="Logfile-1.PML")
    last = write(tmp_path, Event(NOON + seconds * 10_000_000, 7, 1, close), name="Logfile-2.PML")
    if follows:
        assert len(decoded(first, empty, last)[0]) == 2
    else:
        refused = refusal(first, empty, last)
        assert refused.file.endswith("Logfile-2.PML")
        assert "2009-10-14 13:20:00 UTC" in refused.expected


def test_an_empty_capture_has_no_event_and_can_show_nothing_of_any_class(tmp_path: Path) -> None:
    rows, stacks, tables = decoded(write(tmp_path, rows=()))
    assert (rows, stacks, len(tables.processes)) == ([], {}, 0)
    can = tables.info["can_show"]
    assert set(can) == set(CAN_SHOW)
    assert not any(can[key]["value"] for key in ("file_events", "registry_events", "stacks", "reads"))


def test_reads_that_a_filter_kept_out_are_told(tmp_path: Path) -> None:
    opened = files.create_file(r"C:\a", access=0x120089, bits=64)
    _, _, tables = decoded(write(tmp_path, Event(NOON, 7, 1, opened)))
    reads = tables.info["can_show"]["reads"]
    assert reads["value"] is False
    assert "opened 1 times but no ReadFile" in reads["reason"]


def test_a_host_and_port_with_a_name_are_shown_by_it_others_by_number(tmp_path: Path) -> None:
    body = processes.network_operation(
        2, (bytes([10, 0, 0, 1]), 1225), (bytes([8, 8, 8, 8]), 53), 42, tcp=False
    )
    row = the_row(
        tmp_path,
        body,
        hosts={bytes([8, 8, 8, 8]): "dns.google"},
        ports={(53, False): "domain", (1225, True): "x"},
    )
    assert (row["operation"], row["path"]) == ("UDP Send", "10.0.0.1:1225 -> dns.google:domain")
    assert row["detail"] == "Length: 42"


def test_the_address_behind_a_name_is_kept_and_a_name_that_is_its_own_address_is_not(tmp_path: Path) -> None:
    event = Event(NOON, 7, 1, files.close_file(r"C:\x", bits=64))
    hosts = {
        bytes([8, 8, 8, 8]): "dns.google",
        bytes([8, 8, 4, 4]): "dns.google",
        bytes([192, 0, 2, 1]): "192.0.2.1",
        bytes(15) + b"\x01": "me",
    }
    _, _, tables = decoded(write(tmp_path, event, hosts=hosts))
    assert tables.info["hosts"] == {"dns.google": ["8.8.8.8", "8.8.4.4"], "me": ["0:0:0:0:0:0:0:1"]}


def test_an_ipv6_address_is_shown_in_eight_groups(tmp_path: Path) -> None:
    loopback = bytes(15) + b"\x01"
    row = the_row(tmp_path, processes.network_operation(5, (loopback, 1), (loopback, 2), 0, tcp=True))
    assert (row["operation"], row["path"]) == ("TCP Connect", "0:0:0:0:0:0:0:1:1 -> 0:0:0:0:0:0:0:1:2")


def test_events_beyond_4_gib_are_addressed_by_the_fifth_byte(tmp_path: Path) -> None:
    paths = [rf"C:\{number}" for number in range(3)]
    some = [Event(NOON + n, 7, n, files.close_file(path, bits=64)) for n, path in enumerate(paths)]
    near = write(tmp_path, *some)
    far = moved_behind_a_hole(near, tmp_path / "far.PML", 1 << 32)
    assert decoded(far)[0] == decoded(near)[0]
    assert [row["path"] for row in decoded(far)[0]] == paths


def moved_behind_a_hole(source: Path, target: Path, size: int) -> Path:
    """The capture with its events, tables and all, behind ``size`` bytes of nothing, which need no room on the disk."""
    data = np.fromfile(source, np.uint8)
    header = data[: layout.HEADER_SIZE].view(layout.HEADER)
    table = int(header["offset_table_at"][0])
    entries = data[table : table + 5 * int(header["events"][0])].view(layout.OFFSET_ENTRY)
    entries["high"] += size >> 32
    for name in header.dtype.names or ():
        if name.endswith("_at"):
            header[name] += size
    with target.open("wb") as out:
        out.write(data[: layout.HEADER_SIZE].tobytes())
        out.seek(size + layout.HEADER_SIZE)
        out.write(data[layout.HEADER_SIZE :].tobytes())
    return target


# --- damaged


def moved(file: Path, places: dict[int, int]) -> Path:
    """The file with other offsets (values) of the events with these numbers (keys)."""
    data = np.fromfile(file, np.uint8)
    at = int(data[: layout.HEADER_SIZE].view(layout.HEADER)["offset_table_at"][0])
    for event, place in places.items():
        entry = np.array([(place & 0xFFFF_FFFF, place >> 32)], layout.OFFSET_ENTRY)
        data[at + 5 * event : at + 5 * event + 5] = entry.view(np.uint8)
    data.tofile(file)
    return file


def several(folder: Path, **tables: object) -> Path:
    close = registry.close_key("HKLM")
    return write(folder, *[Event(NOON + n, 7, n, close, stack=(n,)) for n in range(5)], **tables)


def test_events_that_cannot_be_read_are_left_out_and_told_with_their_place(tmp_path: Path) -> None:
    rows, stacks, tables = decoded(moved(several(tmp_path), {1: 0x10, 3: 0xFF_0000_0000}))
    assert [(row["event"], row["tid"], stacks[row["stack"]]) for row in rows] == [
        (0, 0, [0]),
        (1, 2, [2]),
        (2, 4, [4]),
    ]
    assert tables.info["rejected"]["count"] == 2
    first, second = tables.info["rejected"]["rows"]
    assert first["where"].endswith("event 1 at offset 0x10")
    assert second["where"].endswith("event 3 at offset 0xFF00000000")
    assert "offset lies outside" in first["reason"]
    assert any(remark.startswith("2 of 5 events could not be read") for remark in tables.info["remarks"])


def test_of_events_that_overlap_one_is_kept(tmp_path: Path) -> None:
    file = several(tmp_path)
    third = int(open_pml([file])._parts[0].offsets(2, 3)[0])
    rows, _, tables = decoded(moved(file, {3: third}))
    assert [row["tid"] for row in rows] == [0, 1, 2, 4]
    assert tables.info["rejected"]["rows"][0]["reason"] == "it reaches into the next event"


@BOTH_WIDTHS
def test_a_file_cut_off_behind_its_texts_loses_no_event(tmp_path: Path, bits: int) -> None:
    tables = {"icons": [(32, bytes(5000))], "hosts": {bytes([8, 8, 8, 8]): "dns.google"}, "bits": bits}
    file = several(tmp_path, **tables)
    whole = decoded(file)
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size - 4000)
    rows, _, left = decoded(file)
    assert rows == whole[0]
    assert left.processes.equals(whole[2].processes)
    assert any(
        remark.startswith("Names of hosts and ports are incomplete") for remark in left.info["remarks"]
    )
    assert left.info["lost_hosts"]
    assert not whole[2].info["lost_hosts"]


def test_a_file_cut_off_before_its_tables_is_told_with_how_long_it_must_be(tmp_path: Path) -> None:
    file = several(tmp_path)
    icons = int(np.frombuffer(file.read_bytes()[: layout.HEADER_SIZE], layout.HEADER)["icon_table_at"][0])
    with file.open("r+b") as opened:
        opened.truncate(1200)
    with pytest.raises(CaptureError) as told:
        open_pml([file])
    assert f"expected a log of more than {icons:,} bytes, found its first 1,200 bytes" in str(told.value)
    assert "The file is cut off or damaged; copy it again" in str(told.value)
    with file.open("r+b") as opened:
        opened.seek(layout.place(layout.HEADER, "string_table_at"))
        opened.write(bytes([0xFF] * 8))
    with pytest.raises(CaptureError, match="a place in a file of"):
        open_pml([file])


def test_a_file_cut_off_in_its_texts_keeps_the_events_and_counts_the_texts(tmp_path: Path) -> None:
    file = several(tmp_path)
    header = file.read_bytes()[: layout.HEADER_SIZE]
    icons = int(np.frombuffer(header, layout.HEADER)["icon_table_at"][0])
    with file.open("r+b") as opened:
        opened.truncate(icons - 4)  # the last text is the name of the process
    rows, _, left = decoded(file)
    assert len(rows) == 5
    assert left.processes.to_pylist()[0]["process_name"] == "<Unknown>"
    assert any(remark.startswith("1 texts of processes") for remark in left.info["remarks"])


def test_a_file_that_lost_the_names_of_its_modules_can_show_neither_modules_nor_stacks(
    tmp_path: Path,
) -> None:
    modules = [Module(base=0x1000 * n, size=0x1000, path=rf"C:\{n}.dll") for n in range(1, 5)]
    file = several(tmp_path, rows=(actor(modules=modules),))
    assert decoded(file)[2].info["can_show"]["stacks"]["value"]
    header = file.read_bytes()[: layout.HEADER_SIZE]
    icons = int(np.frombuffer(header, layout.HEADER)["icon_table_at"][0])
    with file.open("r+b") as opened:
        opened.truncate(icons - 100)
    rows, _, left = decoded(file)
    assert len(rows) == 5
    assert left.info["lost_texts"]
    for key in ("modules", "stacks"):
        assert left.info["can_show"][key]["value"] is False
        assert "lost their names" in left.info["can_show"][key]["reason"]


# --- refused


def test_a_log_that_was_not_closed_is_refused_with_advice(tmp_path: Path) -> None:
    file = changed(write(tmp_path), offset_table_at=0, process_table_at=0, string_table_at=0)
    assert "open it in Process Monitor and save it" in str(refusal(file))


def test_a_version_nobody_knows_is_refused_by_its_number(tmp_path: Path) -> None:
    assert refusal(changed(write(tmp_path), version=12)).found == "version 12"


@pytest.mark.parametrize("version", [5, 6, 8])
def test_a_version_that_was_never_compared_is_tried_and_called_unverified(
    tmp_path: Path, version: int
) -> None:
    _, _, tables = decoded(changed(write(tmp_path), version=version))
    assert any("unverified" in remark for remark in tables.info["remarks"])


def test_a_header_that_announces_four_billion_events_is_refused_at_once(tmp_path: Path) -> None:
    error = refusal(changed(write(tmp_path), events=0xFFFF_FFFF))
    assert error.found == "4,294,967,295 events"
    assert error.where == "offset 0x234"


@pytest.mark.parametrize("table", ["offset_table_at", "process_table_at", "string_table_at", "events_at"])
def test_a_table_beyond_the_end_is_refused(tmp_path: Path, table: str) -> None:
    refusal(changed(write(tmp_path, Event(NOON, 7, 1, registry.close_key("HKLM"))), **{table: 1 << 40}))


def test_a_capture_none_of_whose_events_lies_in_the_file_is_refused(tmp_path: Path) -> None:
    error = refusal(moved(write(tmp_path, Event(NOON, 7, 1, registry.close_key("HKLM"))), {0: 0xFF_FFFF}))
    assert error.where == "offset 0xFFFFFF"


def test_what_is_no_pml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.PML"
    file.write_bytes(b"MZ" + bytes(2000))
    assert "PML_" in refusal(file).expected
    file.write_bytes(b"PML_")
    assert refusal(file).found == "a file of 4 bytes"


def numbered(folder: Path, *numbers: int) -> dict[str, object]:
    """What is said of a filter where events have these running numbers."""
    file = write(folder, *[Event(NOON, 7, 1, registry.close_key("HKLM"))] * len(numbers))
    data = np.fromfile(file, np.uint8)
    header = data[: layout.HEADER_SIZE].view(layout.HEADER)[0]
    at = int(header["offset_table_at"])
    for entry, number in enumerate(numbers):
        start = int.from_bytes(data[at + 5 * entry : at + 5 * entry + 5].tobytes(), "little")
        data[start : start + layout.EVENT_SIZE].view(layout.EVENT)["sequence"] = number
    data.tofile(file)
    said: dict[str, object] = decoded(file)[2].info["filtered"]
    return said


def test_a_capture_whose_numbers_are_complete_was_not_filtered(tmp_path: Path) -> None:
    # Network events are numbered apart from the others.
    assert numbered(tmp_path, 5, 6, 0x2000_0001, 7, 0x2000_0002)["value"] is False


def test_a_capture_that_lacks_most_numbers_was_filtered(tmp_path: Path) -> None:
    said = numbered(tmp_path, 1, 100)
    assert said["value"] is True
    assert "98 of the 100 numbers" in str(said["reason"])


def test_gaps_that_the_default_rules_leave_tell_nothing(tmp_path: Path) -> None:
    assert numbered(tmp_path, 1, 4)["value"] is None
