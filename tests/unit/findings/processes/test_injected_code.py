"""Frames in no module: what is ordinary of them, and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.evidence.stack_frames import walks
from scripts.procmon.findings.processes import injected_code
from scripts.procmon.findings.programs import process_tree
from tests.captures.events import Module, Row, capture

NTDLL: Module = (r"C:\WINDOWS\system32\ntdll.dll", 0x7C900000, 0xB0000)
KERNEL32: Module = (r"C:\WINDOWS\system32\kernel32.dll", 0x7C800000, 0xF4000)
EXPLORER: Module = (r"C:\WINDOWS\Explorer.EXE", 0x1000000, 0xFF000)
PLAIN = (EXPLORER, KERNEL32, NTDLL)
#: A kernel frame, NtWriteFile, WriteFile, then a page of nobody's.
INJECTED = (0x80570000, 0x7C90DF5C, 0x7C810D87, 0x02FA24D5, 0x0100ABCD)
WHO = "Explorer.EXE (1576)"
FILE = r"C:\Documents and Settings\a\Local Settings\Temp\~DF9.tmp"


def writes(stack: Sequence[int], times: int = 6, who: str = WHO) -> list[Row]:
    return [Row("WriteFile", FILE, "Offset: 0, Length: 4,096", stack=stack, who=who) for _ in range(times)]


def judge(
    *rows: Row, modules: Sequence[Module] = PLAIN, who: str = WHO, bits: int = 32, **more: object
) -> Analysis:
    image = next((path for path, _, _ in modules if path.lower().endswith(".exe")), None)
    built = capture(
        *rows, modules={who: modules}, processes={who: {"image_path": image}}, info={"bits": bits}
    )
    return injected_code.analyse(built, {"process_tree": process_tree.analyse(built, {})})


def test_code_of_one_page_that_writes_from_explorer_is_high() -> None:
    (finding,) = judge(*writes(INJECTED)).findings
    assert (finding.severity, finding.kind) == ("high", "injected_code")
    assert finding.facts["addresses"] == ["0x2fa24d5"]
    assert finding.facts["files_written"] == [FILE]
    assert list(finding.evidence) == [0, 1, 2, 3, 4, 5]


def test_code_that_changes_nothing_is_medium_at_most() -> None:
    (finding,) = judge(*(Row("QueryOpen", FILE, stack=INJECTED, who=WHO) for _ in range(6))).findings
    assert finding.severity == "medium"


def test_a_process_without_ntdll_in_its_list_can_not_be_checked() -> None:
    assert judge(*writes(INJECTED), modules=(EXPLORER,)).outcome == "could not be checked"
    assert judge(*writes(INJECTED), modules=()).outcome == "could not be checked"


@pytest.mark.parametrize("operation", ["Process Start", "Process Create", "Thread Create"])
def test_the_creators_stack_is_not_the_childs(operation: str) -> None:
    rows = [Row(operation, stack=INJECTED, who=WHO)]
    assert judge(*rows, *writes((0x7C90DF5C, 0x7C810D87, 0x0100ABCD))).outcome == "not found"


@pytest.mark.parametrize("runtime", ["clr.dll", "mscorwks.dll", "chakra.dll", "jvm.dll"])
def test_a_just_in_time_compiler_explains_such_frames(runtime: str) -> None:
    loaded = (*PLAIN, (rf"C:\Program Files\x\{runtime}", 0x60000000, 0x100000))
    assert judge(*writes(INJECTED), modules=loaded).outcome == "not found"


@pytest.mark.parametrize("address", [0x0, 0x1, 0xFFFF, 0x80000000, 0x8290A2B4])
def test_addresses_below_64_kb_and_of_the_kernel_are_nothing_on_32_bits(address: int) -> None:
    assert judge(*writes((0x7C90DF5C, 0x7C810D87, address))).outcome == "not found"


def test_wow64_padding_is_nothing() -> None:
    assert judge(*writes((0x7C90DF5C, 0x7C810D87, 0x0, 0x0)), bits=64).outcome == "not found"


def test_a_frame_met_once_is_a_lost_walk() -> None:
    assert judge(*writes(INJECTED, times=1)).outcome == "not found"


def test_a_third_partys_library_after_which_the_walk_is_lost_is_nothing() -> None:
    third: Module = (r"C:\Program Files\Vendor\shellext.dll", 0x10000000, 0x40000)
    lost = (0x80570000, 0x7C90DF5C, 0x10001234, 0x02FA24D5)
    assert judge(*writes(lost), modules=(*PLAIN, third)).outcome == "not found"


def test_a_module_loaded_during_the_capture_is_known() -> None:
    load = Row(
        "Load Image", r"C:\Program Files\x\late.dll", "Image Base: 0x2fa0000, Image Size: 0x10000", who=WHO
    )
    assert judge(load, *writes(INJECTED)).outcome == "not found"


def test_unpacked_code_of_a_program_is_reported_only_with_grave_acts() -> None:
    who = "packed.exe (9)"
    own: Module = (r"C:\Users\a\Desktop\packed.exe", 0x400000, 0x20000)
    chain = (0x7C90DF5C, 0x401000, 0x8850F6, 0x88A2E7)
    harmless = [Row("WriteFile", FILE, "Offset: 0", stack=chain, who=who) for _ in range(9)]
    grave = [
        Row("WriteFile", r"C:\RECYCLER\S-1-5-18\$f\n", "Offset: 0", stack=chain, who=who) for _ in range(9)
    ]
    assert not judge(*harmless, modules=(own, NTDLL), who=who).findings
    (finding,) = judge(*grave, modules=(own, NTDLL), who=who).findings
    assert finding.severity == "medium"


def test_an_ordinary_program_that_writes_data_from_such_code_stays_low() -> None:
    """A script engine that is linked into a program has no module of its own."""
    who = "game.exe (9)"
    own: Module = (r"C:\Program Files\Game\game.exe", 0x400000, 0x20000)
    (finding,) = judge(*writes(INJECTED, who=who), modules=(own, NTDLL, KERNEL32), who=who).findings
    assert finding.severity == "low"


def test_frames_outside_are_counted_per_event_and_process() -> None:
    built = capture(
        *writes(INJECTED, times=3),
        *writes(INJECTED, times=2, who="other.exe (5)"),
        modules={WHO: PLAIN, "other.exe (5)": [(r"C:\x\other.exe", 0x2F00000, 0x200000), NTDLL, KERNEL32]},
        info={"bits": 32},
    )
    found = {walk.process: (walk.weighed, len(walk.frames)) for walk in walks(built)}
    assert found == {0: (3, 3), 1: (2, 2)}  # in the other process Explorer's own address lies in no module


def test_what_is_said_of_the_other_processes_leaves_out_those_with_such_code_of_their_own() -> None:
    """Two programs with unnamed code, one without: each finding speaks of the third alone as free of it."""
    others = ("winlogon.exe (600)", "csrss.exe (500)")
    image = {who: rf"C:\WINDOWS\system32\{who.partition(' ')[0]}" for who in others}
    built = capture(
        *writes(INJECTED),
        *writes(INJECTED, who=others[0]),
        *writes((0x7C90DF5C, 0x7C810D87, 0x0100ABCD), who=others[1]),
        modules={WHO: PLAIN, others[0]: (NTDLL, KERNEL32), others[1]: PLAIN},
        processes={WHO: {"image_path": EXPLORER[0]}} | {who: {"image_path": image[who]} for who in others},
        info={"bits": 32},
    )
    found = injected_code.analyse(built, {"process_tree": process_tree.analyse(built, {})}).findings
    told = {finding.facts["name"]: finding.facts for finding in found}
    assert told["Explorer.EXE"]["alike"] == [others[0]]
    assert told["winlogon.exe"]["alike"] == [WHO]
    assert {facts["other_processes"] for facts in told.values()} == {1}


def test_the_filter_is_near_the_evidence_and_the_writes_stand_first() -> None:
    other = [Row("QueryOpen", rf"C:\other\{number}", who=WHO, tid=7) for number in range(20)]
    (finding,) = judge(*other, Row("QueryOpen", FILE, stack=INJECTED, who=WHO), *writes(INJECTED)).findings
    rules = {(rule.column, rule.relation, rule.value) for rule in finding.reproduce}
    assert {("PID", "is", "1576"), ("TID", "is", "1000"), ("Path", "is", FILE)} <= rules
    assert list(finding.key_events) == [21]


@pytest.mark.parametrize(
    "detail",
    [
        "Image Base: -1, Image Size: 0x1000",
        "Image Base: 0xffffffffffffffff, Image Size: 0x1000",
        "Image Base: 0x2fa0000, Image Size: 0xffffffffffffffffff",
        "Image Base: n/a, Image Size: n/a",
    ],
)
def test_an_image_that_lies_nowhere_explains_nothing_and_stops_nothing(detail: str) -> None:
    loads = [Row("Load Image", r"C:\a.dll", one, who=WHO) for one in (detail, "Image Base: x", detail)]
    (finding,) = judge(*loads, *writes(INJECTED)).findings
    assert finding.facts["addresses"] == ["0x2fa24d5"]
