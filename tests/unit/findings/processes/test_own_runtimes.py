"""Code that a program's own runtime makes, and code that an installed product's library calls, in no module."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.processes import injected_code
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.events import Module, Row, capture

SYSTEM = "C:\\Windows\\System32\\"
NTDLL: Module = (SYSTEM + "ntdll.dll", 0x7FFB_1000_0000, 0x1F0000)
KERNELBASE: Module = (SYSTEM + "KernelBase.dll", 0x7FFB_0E00_0000, 0x2C0000)
KERNEL, OPEN, WRITE = 0xFFFF_F800_1234_5000, 0x7FFB_1009_D000, 0x7FFB_0E02_5000
BASE, HEAP = 0x7FF6_0000_0000, 0x1F2A_4C08_0000
RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\x"
MESSENGER = r"C:\Users\a\AppData\Local\messenger\app-4\messenger.exe"


def found(image: str, size: int, *stacks: Sequence[int], more: Sequence[Module] = ()) -> Finding | None:
    """The finding on ``image`` of this size, whose stacks write a program and enter it among the Run values."""
    who = f"{image.rpartition(chr(92))[2]} (7)"
    acts = [
        Row("WriteFile", rf"C:\Users\a\x{number}.dll", "Offset: 0, Length: 9", stack=stack, who=who)
        for number, stack in enumerate(stacks)
    ]
    acts.append(Row("RegSetValue", RUN, f"Type: REG_SZ, Length: 9, Data: {image}", stack=stacks[0], who=who))
    modules = {who: [(image, BASE, size), KERNELBASE, NTDLL, *more]}
    built = capture(*acts, modules=modules, processes={who: {"image_path": image}}, info={"bits": 64})
    done = {"process_tree": process_tree.analyse(built, {})}
    findings = injected_code.analyse(built, done).findings
    return findings[0] if findings else None


def severity(finding: Finding | None) -> str | None:
    if finding is not None:
        for language in ("en", "ja"):
            assert tell(finding.kind, finding.facts, language)["benign_explanation"]
    return finding.severity if finding else None


SCRIPTS = [
    (KERNEL, OPEN, WRITE, BASE + 0x5000 * at, HEAP + 0x40 * at, HEAP + 0x800 + at, BASE + 0x33)
    for at in range(20)
]
MANAGED = [(KERNEL, OPEN, WRITE, HEAP + 0x1000 * at) for at in range(20)]


def test_scripts_of_an_engine_in_the_programs_own_file_are_low() -> None:
    finding = found(MESSENGER, 160 << 20, *SCRIPTS)
    assert finding is not None
    assert (finding.severity, finding.facts["maker"]) == ("low", "scripts")


@pytest.mark.parametrize(
    ("size", "stacks"),
    [
        (4 << 20, SCRIPTS),  # too small to hold such an engine
        (160 << 20, [(*stack[:3], *stack[4:6], stack[6]) for stack in SCRIPTS]),  # it calls Windows itself
        (160 << 20, [stack[:6] for stack in SCRIPTS]),  # nobody called it
    ],
)
def test_code_of_another_shape_or_in_a_small_program_is_not(size: int, stacks: list[tuple[int, ...]]) -> None:
    assert severity(found(MESSENGER, size, *stacks)) == "medium"


def test_managed_code_of_a_program_of_one_file_is_low() -> None:
    finding = found(MESSENGER, 12 << 20, *MANAGED)
    assert finding is not None
    assert (finding.severity, finding.facts["maker"]) == ("low", "one_file")
    assert severity(found(MESSENGER, 2 << 20, *MANAGED)) == "medium"
    one_page = [(KERNEL, OPEN, WRITE, HEAP + 0x10 * at) for at in range(20)]
    assert severity(found(MESSENGER, 12 << 20, *one_page)) == "medium"


def test_a_program_of_windows_brings_no_runtime_along() -> None:
    assert severity(found(SYSTEM + "big.exe", 160 << 20, *SCRIPTS)) != "low"
    assert severity(found(SYSTEM + "big.exe", 12 << 20, *MANAGED)) == "high"


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        (r"C:\Program Files\Console\Hook64.dll", "low"),
        (r"C:\Users\a\AppData\Local\Temp\Hook64.dll", "high"),
        (r"C:\ProgramData\Microsoft\Hook64.dll", "high"),
        (SYSTEM + "Hook64.dll", "high"),
    ],
)
def test_what_a_library_of_an_installed_product_calls_each_time_is_low(library: str, expected: str) -> None:
    hook = (library, 0x7FFA_2000_0000, 0x200000)
    stacks = [
        (KERNEL, OPEN, WRITE, HEAP + 0x30 * (at % 3), hook[1] + 0x100 + at, BASE + 0x300) for at in range(9)
    ]
    assert severity(found(SYSTEM + "cmd.exe", 0x60000, *stacks, more=[hook])) == expected
    # Once without it, and it explains nothing.
    other = (KERNEL, OPEN, WRITE, HEAP, BASE + 0x300)
    assert severity(found(SYSTEM + "cmd.exe", 0x60000, *stacks, other, more=[hook])) == "high"
