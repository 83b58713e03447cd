"""The demo capture: read by procmon-parser, which knows nothing of this project, and held against the walk-through.

Of the walk-through come: the numbers of events, the names of files, drivers and registry values, PID 300, the address
0x2FA24D5, the date 4 November 2009, who wrote what and in which order.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from procmon_parser import ProcmonLogsReader

from scripts.make_reconstruction import reconstruction, shipped
from scripts.procmon.contracts.capture import Capture, read_capture
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.sources.convert import convert

TARGET = shipped("stuxnet-reconstruction")
ROOT = Path(__file__).parents[2]
TEMP = r"C:\Documents and Settings\Administrator\Local Settings\Temp"
DRIVERS = r"C:\WINDOWS\system32\drivers"
INF = r"C:\WINDOWS\inf"
PNF = ("Oem7a.pnf", "Mdmeric3.pnf", "Mdmcpq3.pnf", "Oem6c.pnf")
FALSE_LSASS_PAGE, SERVICES_PAGE, EXPLORER_PAGE = 0xA72000, 0xC86000, 0x2FA2000


@pytest.fixture(scope="module")
def log() -> ProcmonLogsReader:
    return ProcmonLogsReader(io.BytesIO(gzip.decompress(TARGET.read_bytes())))


@pytest.fixture(scope="module")
def events(log: ProcmonLogsReader) -> list[Any]:
    return list(log)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Capture:
    folder = tmp_path_factory.mktemp("reconstruction")
    convert([TARGET], folder, name="stuxnet-reconstruction", settings={})
    return read_capture(folder)


@pytest.fixture(scope="module")
def staged(capture: Capture) -> tuple[Any, dict[str, Any]]:
    settings = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    table, funnel = stage_events(capture.events, capture.processes, resolve_stages(settings["stages"]))
    return table.to_pandas(), funnel


def having(events: list[Any], operation: str, *, path: str = "", pid: int | None = None) -> list[int]:
    """The numbers of the events of that operation whose path ends so, by that process."""
    return [
        number
        for number, event in enumerate(events)
        if event.operation.name == operation
        and event.path.lower().endswith(path.lower())
        and (pid is None or event.process.pid == pid)
    ]


def in_no_module(event: Any) -> list[int]:
    """The user frames of an event that lie in no module of its process."""
    return [
        frame
        for frame in event.stacktrace
        if frame < 0x8000_0000
        and not any(m.base_address <= frame < m.base_address + m.size for m in event.process.modules)
    ]


# --- the capture as such ---------------------------------------------------------------------------------------


def test_the_committed_capture_is_what_the_generator_makes() -> None:
    made = hashlib.sha256(reconstruction("stuxnet-reconstruction")).hexdigest()
    assert made == hashlib.sha256(gzip.decompress(TARGET.read_bytes())).hexdigest()
    assert TARGET.stat().st_size < 3_000_000


def test_it_says_that_it_is_a_reconstruction(log: ProcmonLogsReader) -> None:
    header = log._struct_readear.header
    assert header.computer_name == "RECONSTRUCTION"
    assert (header.windows_major_number, header.windows_minor_number) == (5, 1)
    assert not header.is_64bit
    assert "reconstruction" in (ROOT / "inputs" / "README.md").read_text(encoding="utf-8").lower()


def test_it_lasts_two_minutes_and_35_seconds_in_the_order_of_time(events: list[Any]) -> None:
    times = [event.date_filetime for event in events]
    assert times == sorted(times)
    assert round((times[-1] - times[0]) / 1e7) == 155


def test_kernel_frames_lie_in_the_modules_of_system(log: ProcmonLogsReader, events: list[Any]) -> None:
    (system,) = [process for process in log.processes() if process.pid == 4]
    spans = [(m.base_address, m.base_address + m.size) for m in system.modules]
    frames = {frame for event in events for frame in event.stacktrace if frame >= 0x8000_0000}
    assert frames
    assert all(any(low <= frame < high for low, high in spans) for frame in frames)


def test_user_frames_in_no_module_are_the_injected_pages_and_the_look_alike(events: list[Any]) -> None:
    pages: dict[tuple[str, int], int] = {}
    for event in events:
        for page in {frame & ~0xFFF for frame in in_no_module(event)}:
            name = (event.process.process_name, page)
            pages[name] = pages.get(name, 0) + 1
    assert pages.pop(("Explorer.EXE", EXPLORER_PAGE)) == 14
    assert pages.pop(("services.exe", SERVICES_PAGE)) > 0
    assert pages.pop(("lsass.exe", FALSE_LSASS_PAGE)) > 0
    # What a creator's stack leaves in the first events of the processes that it creates.
    assert pages.pop(("lsass.exe", SERVICES_PAGE)) == 6
    assert set(pages.values()) == {1}
    assert {name for name, _ in pages} == {"ctagent.exe"}


def test_every_stack_goes_from_the_kernel_through_ntdll_to_the_start_of_its_thread(events: list[Any]) -> None:
    for event in events:
        kernel = [frame >= 0x8000_0000 for frame in event.stacktrace]
        assert kernel == sorted(kernel, reverse=True)
        if event.stacktrace and event.process.pid != 4:
            first = next(frame for frame in event.stacktrace if frame < 0x8000_0000)
            assert 0x7C90_0000 <= first < 0x7C9B_2000


# --- the funnel ------------------------------------------------------------------------------------------------


def test_the_stages_leave_the_numbers_of_the_walk_through(
    capture: Capture, staged: tuple[Any, dict[str, Any]]
) -> None:
    left = [stage["events_out"] for stage in staged[1]["stages"]]
    assert 29_500 < len(capture.events) < 30_500
    assert 10_000 < left[0] < 15_000
    assert left[1:] == [600, 450, 350, 133]


def test_the_last_events_are_the_infection_and_the_setup_program(
    events: list[Any], staged: tuple[Any, dict[str, Any]]
) -> None:
    stages = staged[0]
    last = [events[number] for number in stages.loc[stages["stage"] == 5, "event"]]
    assert {event.category for event in last} == {"Write", ""}
    # procmon-parser leaves the category of SetInformationFile blank where nothing is deleted.
    assert {event.operation.name for event in last if not event.category} == {
        "SetBasicInformationFile",
        "SetEndOfFileInformationFile",
    }
    assert sum(event.process.process_name == "setup.exe" for event in last) == 8
    for event in last:
        if event.process.process_name not in ("System", "setup.exe"):
            assert in_no_module(event), event
        if event.process.pid == 4:
            assert "mrxcls" in event.path.lower() or "mrxnet" in event.path.lower()


# --- what is told of the infection -----------------------------------------------------------------------------


def test_explorer_overwrites_4_kb_of_a_temporary_file_from_injected_code(
    events: list[Any], staged: tuple[Any, dict[str, Any]]
) -> None:
    stages = staged[0]
    event = events[stages.loc[stages["stage"] == 5, "event"].iloc[0]]
    assert (event.process.process_name, event.operation.name) == ("Explorer.EXE", "WriteFile")
    assert event.path.startswith(TEMP)
    assert (event.details["Offset"], event.details["Length"]) == (0, 4096)
    above = event.stacktrace.index(0x2FA24D5)
    assert 0x7C90_0000 <= event.stacktrace[above - 1] < 0x7C9B_2000  # NtWriteFile in ntdll.dll


def test_a_second_lsass_makes_four_temporary_files(events: list[Any]) -> None:
    for name in ("~Dfa.tmp", "~Dfb.tmp", "~Dfc.tmp", "~Dfd.tmp"):
        first = having(events, "CreateFile", path=rf"{TEMP}\{name}")[0]
        assert events[first].process.pid == 300
        assert events[first].details["OpenResult"] == "Created"


def test_three_false_lsass_begin_and_end_within_the_capture_beside_the_real_one(
    log: ProcmonLogsReader, events: list[Any]
) -> None:
    first, last = events[0].date_filetime, events[-1].date_filetime
    by_pid = {process.pid: process for process in log.processes()}
    lsass = [process for process in log.processes() if process.process_name == "lsass.exe"]
    real = [process for process in lsass if by_pid[process.parent_pid].process_name == "winlogon.exe"]
    false = [process for process in lsass if by_pid[process.parent_pid].process_name == "services.exe"]
    assert (len(lsass), len(real), len(false)) == (4, 1, 3)
    assert real[0].start_time < first
    assert real[0].end_time == 0
    assert 300 in {process.pid for process in false}
    for process in false:
        assert first < process.start_time < process.end_time < last
        (start,) = having(events, "Process_Start", pid=process.pid)
        (end,) = having(events, "Process_Exit", pid=process.pid)
        own = [number for number, event in enumerate(events) if event.process.pid == process.pid]
        assert min(n for n in own if events[n].event_class.name != "Profiling") == start < end
        assert any(in_no_module(events[n]) for n in own if events[n].operation.name == "WriteFile")


@pytest.mark.parametrize(
    ("service", "source", "size"), [("MRxCls", "~DFD.tmp", 26_616), ("MRxNet", "~DFE.tmp", 17_400)]
)
def test_a_driver_is_copied_registered_and_loaded(
    events: list[Any], service: str, source: str, size: int
) -> None:
    target = rf"{DRIVERS}\{service.lower()}.sys"
    writes = having(events, "WriteFile", path=target)
    reads = [n for n in having(events, "ReadFile", path=rf"{TEMP}\{source}") if not events[n].result]
    spans = [
        [(events[n].details["Offset"], events[n].details["Length"]) for n in side] for side in (reads, writes)
    ]
    assert spans[0] == spans[1]
    assert sum(length for _, length in spans[1]) == size
    for number in writes:
        assert events[number].process.pid == 300
        assert 0x7C82_7B32 in events[number].stacktrace  # inside CopyFileExW of kernel32.dll
        assert in_no_module(events[number])
    key = rf"HKLM\System\CurrentControlSet\Services\{service}"
    (made,) = having(events, "RegCreateKey", path=key)
    values = {
        name: events[having(events, "RegSetValue", path=rf"{key}\{name}", pid=300)[0]].details["Data"]
        for name in ("Type", "Start", "ImagePath", "Group")
    }
    assert values | {"Group": ""} == {"Type": 1, "Start": 1, "ImagePath": rf"\??\{target}", "Group": ""}
    (loaded,) = having(events, "Load_Image", path=target)
    assert events[loaded].process.pid == 4
    assert max(writes) < made < loaded
    assert events[loaded].date_filetime - events[made].date_filetime < 10_000_000


def test_four_pnf_files_without_inf_are_copied_from_temporary_files(events: list[Any]) -> None:
    listed = {
        str(name).lower()
        for number in having(events, "QueryDirectory", path=rf"{INF}\*.*")
        for name in events[number].details.values()
    }
    own = {name for name in listed if name.endswith(".pnf")}
    assert own
    assert all(name.replace(".pnf", ".inf") in listed for name in own)
    for name, source in zip(PNF, ("~Dfa.tmp", "~Dfb.tmp", "~Dfc.tmp", "~DFF.tmp"), strict=True):
        made = [
            n for n in having(events, "CreateFile", path=rf"{INF}\{name}") if events[n].category == "Write"
        ]
        assert len(made) == 1
        assert events[made[0]].process.process_name == "lsass.exe"
        assert name.lower().replace(".pnf", ".inf") not in listed
        first_write = having(events, "WriteFile", path=rf"{INF}\{name}")[0]
        read = max(
            n
            for n in range(first_write)
            if events[n].operation.name == "ReadFile" and events[n].process.pid in (300, 3012)
        )
        assert events[read].path == rf"{TEMP}\{source}"
        assert events[read].details["Length"] == events[first_write].details["Length"]


def test_lsass_writes_the_pnf_files_but_for_a_few_writes_by_services(events: list[Any]) -> None:
    for name in PNF:
        writers = [events[n].process.process_name for n in having(events, "WriteFile", path=rf"{INF}\{name}")]
        assert set(writers) == ({"lsass.exe", "services.exe"} if name == "Mdmcpq3.pnf" else {"lsass.exe"})
        assert writers.count("services.exe") == (3 if name == "Mdmcpq3.pnf" else 0)


def test_times_are_set_back_to_4_november_2009_as_another_pnf_has_them(capture: Capture) -> None:
    shown = capture.events
    queried = shown[
        (shown["operation"] == "QueryBasicInformationFile") & (shown["path"] == rf"{INF}\mdmcpq2.PNF")
    ]
    times = str(queried["detail"].iloc[0]).partition(", ChangeTime")[0]
    assert times.count("11/4/2009") == 3
    for name in PNF:
        path = rf"{INF}\{name}"
        calls = shown[(shown["operation"] == "SetBasicInformationFile") & (shown["path"] == path)]
        back = calls[calls["detail"].astype(str).str.contains("11/4/2009")]
        assert len(back) == 1
        assert str(back["detail"].iloc[0]).startswith(times)
        donor = queried[
            (queried["event"] < back["event"].iloc[0]) & (queried["process"] == back["process"].iloc[0])
        ]
        assert len(donor) >= 1


def test_temporary_files_are_marked_for_deletion_when_they_are_closed(events: list[Any]) -> None:
    marked = {
        events[n].path.rpartition("\\")[2].lower(): events[n].process.process_name
        for n in having(events, "SetDispositionInformationFile")
        if events[n].path.startswith(TEMP) and events[n].details["Delete"] == "True"
    }
    lsass = {f"~df{letter}.tmp": "lsass.exe" for letter in "abcdef"}
    assert marked == lsass | {"~df9.tmp": "Explorer.EXE"}


def test_a_registry_value_that_nobody_knows_is_to_be_deleted(events: list[Any]) -> None:
    path = r"HKLM\System\CurrentControlSet\Services\Network\FailoverConfig"
    (number,) = having(events, "RegDeleteValue", path=path)
    assert events[number].result == 0xC000_0034
    assert in_no_module(events[number])


# --- what only looks like it -----------------------------------------------------------------------------------


def test_the_look_alikes_are_there(capture: Capture, events: list[Any]) -> None:
    real = [e for e in events if e.process.pid == 684 and e.operation.name in ("WriteFile", "RegSetValue")]
    assert len(real) >= 4
    temporary = r"C:\WINDOWS\Temp\nsi4.tmp"
    assert having(events, "SetDispositionInformationFile", path=temporary)
    deleted = {events[n].path for n in having(events, "RegDeleteValue")}
    again = {events[n].path for n in having(events, "RegSetValue")}
    assert len(deleted & again) >= 2
    calls = capture.events[capture.events["operation"] == "SetBasicInformationFile"]
    no_time = calls[~calls["detail"].astype(str).str.contains("/20")]
    assert len(no_time) >= 8
    (loaded,) = having(events, "Load_Image", path=r"\fastfat.sys")
    assert events[loaded].process.pid == 4
    assert not having(events, "WriteFile", path=r"\fastfat.sys")
