"""The second demo: read by procmon-parser, then what is found in it, and what of its look-alikes is not.

Published are the names and sizes on the stick, the way through the user's own task file, the drivers' names.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from typing import Any

import pytest
import yaml
from procmon_parser import ProcmonLogsReader

from scripts.make_reconstruction import reconstruction, shipped
from scripts.procmon.contracts.capture import Capture, read_capture
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.findings import summarise
from scripts.procmon.sources.convert import convert
from tests.golden.test_reconstruction import ROOT, having, in_no_module
from tests.golden.test_reconstruction_findings import Document, findings, rows

NAME = "elevation-reconstruction"
TARGET = shipped(NAME)
DROPPED = r"C:\Users\Operator\AppData\Local\Temp\~DFA1.tmp"
TASK = r"C:\Windows\System32\Tasks\{6E2A6B3C-41F0-4D6B-9A57-C0B3E1F5D284}"
EXPLORER, SERVICES, RUNDLL, LSASS = (
    "Explorer.EXE (1476)", "services.exe (484)", "rundll32.exe (3152)", "lsass.exe (3248)",
)  # fmt: skip
SCHEDULER, ENGINE = 876, 3120


@pytest.fixture(scope="module")
def log() -> ProcmonLogsReader:
    return ProcmonLogsReader(io.BytesIO(gzip.decompress(TARGET.read_bytes())))


@pytest.fixture(scope="module")
def events(log: ProcmonLogsReader) -> list[Any]:
    return list(log)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Capture:
    folder = tmp_path_factory.mktemp("elevation")
    convert([TARGET], folder, name=NAME, settings={})
    return read_capture(folder)


@pytest.fixture(scope="module")
def document(capture: Capture) -> Document:
    settings = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    stages = resolve_stages(settings["stages"])
    table, _ = stage_events(capture.events, capture.processes, stages)
    document, _ = summarise(capture, table.to_pandas(), last_stage=len(stages))
    return document


# --- the capture as such ---------------------------------------------------------------------------------------


def test_the_committed_capture_is_what_the_generator_makes() -> None:
    made = hashlib.sha256(reconstruction(NAME)).hexdigest()
    assert made == hashlib.sha256(gzip.decompress(TARGET.read_bytes())).hexdigest()
    assert TARGET.stat().st_size < 1_000_000


def test_it_says_that_it_is_a_reconstruction_of_a_windows_7_that_had_the_weakness(
    log: ProcmonLogsReader, events: list[Any]
) -> None:
    header = log._struct_readear.header
    assert header.computer_name == "RECONSTRUCTION"
    assert (header.windows_major_number, header.windows_minor_number) == (6, 1)
    assert (header.windows_build_number, header.service_pack_name, header.is_64bit) == (7600, "", 0)
    assert 15_000 < len(events) < 20_000
    assert [event.date_filetime for event in events] == sorted(event.date_filetime for event in events)


def test_whoever_sits_at_it_is_a_standard_user(log: ProcmonLogsReader) -> None:
    seen = {(p.process_name, p.user.rpartition("\\")[2], p.integrity, p.session) for p in log.processes()}
    assert ("Explorer.EXE", "Operator", "Medium", 1) in seen
    assert {integrity for _, user, integrity, _ in seen if user == "Operator"} == {"Medium"}
    assert {integrity for _, user, integrity, _ in seen if user == "SYSTEM"} == {"System"}


def test_every_user_frame_in_no_module_belongs_to_the_injected_code(events: list[Any]) -> None:
    # A process begins with the stack of whoever created it.
    begins = ("Process_Start", "Thread_Create")
    own = [event for event in events if event.operation.name not in begins]
    pages = {(event.process.pid, frame & ~0xFFF) for event in own for frame in in_no_module(event)}
    assert pages == {(1476, 0x3C11000), (1476, 0x3C12000), (484, 0xA46000), (3248, 0xC92000)}


def test_kernel_frames_lie_in_the_modules_of_system(log: ProcmonLogsReader, events: list[Any]) -> None:
    (system,) = [process for process in log.processes() if process.pid == 4]
    spans = [(m.base_address, m.base_address + m.size) for m in system.modules]
    frames = {frame for event in events for frame in event.stacktrace if frame >= 0x8000_0000}
    assert frames
    assert all(any(low <= frame < high for low, high in spans) for frame in frames)


# --- the story -------------------------------------------------------------------------------------------------


def test_drawing_the_shortcut_loads_a_file_of_the_stick(events: list[Any]) -> None:
    (loaded,) = having(events, "Load_Image", path="E:\\~WTR4141.tmp")
    (listed,) = having(events, "CreateFile", path="E:\\Copy of Shortcut to.lnk")
    assert listed < loaded
    assert events[loaded].process.pid == 1476


def test_the_user_rewrites_the_task_and_the_scheduler_reads_that(events: list[Any]) -> None:
    writes = having(events, "WriteFile", path=TASK)
    assert [events[number].process.pid for number in writes] == [SCHEDULER, 1476, 1476]
    assert all(in_no_module(events[number]) for number in writes[1:])
    first, whole, fitted = (events[number].details for number in writes)
    assert whole["Length"] > first["Length"]
    assert fitted["Length"] == 4
    assert fitted["Offset"] + 4 <= whole["Length"]
    after = [number for number in having(events, "ReadFile", path=TASK) if number > writes[-1]]
    assert [events[number].process.pid for number in after] == [SCHEDULER, ENGINE]
    (gone,) = having(events, "SetDispositionInformationFile", path=TASK)
    assert gone > after[-1]


def test_the_engine_runs_the_users_file_as_the_system(log: ProcmonLogsReader, events: list[Any]) -> None:
    by_pid = {process.pid: process for process in log.processes()}
    run = by_pid[3152]
    assert DROPPED in run.command_line
    assert (run.user, run.parent_pid) == (r"NT AUTHORITY\SYSTEM", ENGINE)
    assert by_pid[ENGINE].parent_pid == SCHEDULER
    (start,) = having(events, "Process_Start", pid=3152)
    (loaded,) = having(events, "Load_Image", path=DROPPED)
    written = having(events, "WriteFile", path=DROPPED)
    assert {events[number].process.pid for number in written} == {1476}
    assert sum(events[number].details["Length"] for number in written) == 513_536
    assert max(written) < start < loaded


def test_what_was_refused_to_the_user_is_granted_to_the_system(events: list[Any]) -> None:
    key = r"HKLM\System\CurrentControlSet\Services"
    asked = having(events, "RegOpenKey", path=key)
    assert [(events[n].process.pid, events[n].result) for n in asked] == [(1476, 0xC000_0022), (3152, 0)]


# --- what is found ---------------------------------------------------------------------------------------------


def test_the_rewritten_task_is_found_with_its_writer_its_sizes_and_what_ran(document: Document) -> None:
    (finding,) = findings(document, "task_rewritten", EXPLORER, RUNDLL, TASK)
    assert (finding["severity"], finding["confidence"]) == ("high", "certain")
    assert "2,914 bytes" in finding["statement"]
    assert "3,146 bytes" in finding["statement"]
    assert [one["who"] for one in finding["facts"]["ran"]] == [RUNDLL]


def test_what_a_capture_cannot_show_is_not_claimed(document: Document) -> None:
    (finding,) = findings(document, "task_rewritten")
    assert "MS10-092" not in finding["statement"] + finding["title"] + finding["meaning"]
    assert "keeps no contents" in finding["confidence_reason"]
    assert "is known that fits: until MS10-092" in finding["confidence_reason"]
    assert [q for q in document["tables"]["questions"] if q["kind"] == "how_elevated"]


def test_the_users_file_run_by_the_system_is_found_with_what_it_gained(
    document: Document, events: list[Any]
) -> None:
    (finding,) = findings(document, "user_file_as_system", EXPLORER, RUNDLL, DROPPED)
    assert finding["severity"] == "high"
    for one in finding["facts"]["granted"]:
        assert events[one["refused"]].result == 0xC000_0022
        assert events[one["granted"]].result == 0
        assert {one["refused"], one["granted"]} <= set(finding["evidence"])
    assert len(finding["facts"]["granted"]) == 2


def test_injected_code_the_stick_the_drivers_and_the_pnf_files_are_found(document: Document) -> None:
    assert findings(document, "injected_code", EXPLORER)
    assert findings(document, "odd_module", EXPLORER, "E:\\~WTR4141.tmp")
    assert findings(document, "masquerade", LSASS)
    for service, source in (("MRxCls", r"C:\Windows\Temp\~DF1.tmp"), ("MRxNet", r"C:\Windows\Temp\~DF2.tmp")):
        assert findings(document, "driver_installed", service)
        (row,) = rows(document, "drivers", service=service)
        assert (row["copied_from"], row["loaded"]) == (source, True)
    (finding,) = findings(document, "pnf_without_inf")
    pnf = {rf"C:\Windows\inf\{name}.PNF" for name in ("oem7A", "oem6C")}
    assert set(finding["subjects"]["files"]) == pnf
    assert {row["path"] for row in document["tables"]["timestamps"] if row["ordinary"] is None} == pnf


# --- the look-alikes -------------------------------------------------------------------------------------------


def test_consent_given_is_no_more_than_a_note(document: Document) -> None:
    (finding,) = [f for f in document["findings"] if f["kind"] == "rights_above_parent"]
    assert "ContosoViewerSetup.exe (2964)" in finding["title"]
    assert finding["severity"] in ("low", "info")


def test_no_finding_above_low_is_about_anything_else(document: Document) -> None:
    guilty = {EXPLORER, SERVICES, RUNDLL, LSASS}
    innocent = ("contoso", "trustedinstaller", "consent", "srrstr", "thumbcache")
    for finding in document["findings"]:
        if finding["severity"] in ("high", "medium"):
            subjects = finding["subjects"]
            assert set(subjects.get("processes", ())) <= guilty, finding["title"]
            named = " ".join(name for names in subjects.values() for name in names).lower()
            assert not any(word in named for word in innocent), finding["title"]


def test_the_clean_up_names_nothing_of_the_installed_program(document: Document) -> None:
    assert document["tables"]["removal"]
    assert not [row for row in document["tables"]["removal"] if "contoso" in row["target"].lower()]
