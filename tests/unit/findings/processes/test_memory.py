"""What a picture of a process's memory does to a finding on code outside every module."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.processes import injected_code
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture
from tests.captures.sidecars import regions
from tests.unit.findings.processes.test_injected_code import EXPLORER, INJECTED, PLAIN, WHO, writes

RWX, RX, RW = "Execute/Read/Write", "Execute/Read", "Read/Write"
PROGRAM = {"address": 0x1000000, "size": 0xFF000, "type": "Image", "protection": RX, "details": EXPLORER[0]}


def region(protection: str | None = RWX, type: str = "Private Data", **more: Any) -> dict[str, Any]:
    return {"address": 0x2FA0000, "size": 0x6000, "type": type, "protection": protection, **more}


def judge(
    *beside: dict[str, Any], rows: list[Row] | None = None, pid: int | None = 1576, name: str | None = None
) -> Analysis:
    built = capture(
        *(rows or writes(INJECTED)),
        modules={WHO: PLAIN},
        processes={WHO: {"image_path": EXPLORER[0]}},
        info={"bits": 32},
    )
    built = replace(built, regions=regions(*beside, pid=pid, name=name))
    return injected_code.analyse(built, {"process_tree": process_tree.analyse(built, {})})


def test_a_private_region_with_write_and_execute_makes_it_certain_and_is_told() -> None:
    (finding,) = judge(PROGRAM, region()).findings
    assert (finding.severity, finding.confidence) == ("high", "certain")
    told = tell(finding.kind, finding.facts)
    assert "`0x2fa24d5` in the region at `0x2fa0000`" in told["statement"]
    assert RWX in told["statement"]
    assert "private and may be written and executed" in told["statement"]
    assert "public description" in told["confidence_reason"]


def test_without_a_snapshot_it_stays_likely_and_says_what_would_settle_it() -> None:
    (finding,) = judge().findings
    assert finding.confidence == "likely"
    assert "would settle it" in tell(finding.kind, finding.facts)["confidence_reason"]


def test_a_part_of_a_region_counts_more_than_the_whole() -> None:
    whole = {"address": 0x2F00000, "size": 0x100000, "type": "Private Data", "protection": RWX}
    part = {"address": 0x2FA2000, "size": 0x1000, "type": "Private Data", "protection": RW}
    (finding,) = judge(whole, part).findings
    assert finding.confidence == "possible"
    assert finding.facts["memory"][0]["address"] == "0x2fa2000"


@pytest.mark.parametrize("type", ["Image", "Mapped File"])
def test_a_file_where_programs_belong_explains_the_addresses(type: str) -> None:
    told = judge(PROGRAM, region(RX, type, details=r"C:\WINDOWS\system32\shdocvw.dll"))
    assert told.outcome == "not found"
    assert "snapshot_explains" in told.limits


def test_a_file_where_no_program_belongs_explains_nothing_but_lowers() -> None:
    (finding,) = judge(PROGRAM, region(RX, "Image", details=r"C:\RECYCLER\S-1-5-21\x.dll")).findings
    assert (finding.severity, finding.confidence) == ("medium", "possible")
    assert r"C:\RECYCLER\S-1-5-21\x.dll" in tell(finding.kind, finding.facts)["statement"]


def test_the_managed_heap_of_dotnet_explains_the_addresses() -> None:
    assert judge(region(RWX, "Managed Heap")).outcome == "not found"


def test_memory_that_may_not_be_executed_speaks_against_it() -> None:
    (finding,) = judge(region(RW)).findings
    assert (finding.severity, finding.confidence) == ("medium", "possible")


def test_executable_memory_of_no_file_that_is_not_private_raises_nothing() -> None:
    (finding,) = judge(region(RWX, "Shareable")).findings
    assert finding.confidence == "likely"
    assert finding.facts["snapshot"] == "executable"


@pytest.mark.parametrize("beside", [region(None, "Free"), region(None), {**region(), "address": 0x7000000}])
def test_memory_that_is_gone_says_nothing(beside: dict[str, Any]) -> None:
    (finding,) = judge(beside).findings
    assert finding.confidence == "likely"
    assert "given back by then" in tell(finding.kind, finding.facts)["statement"]


def test_one_event_is_enough_in_private_memory_that_may_be_written_and_executed() -> None:
    assert judge(rows=writes(INJECTED, times=1)).outcome == "not found"
    assert judge(region(), rows=writes(INJECTED, times=1)).outcome == "found"
    assert judge(region(RW), rows=writes(INJECTED, times=1)).outcome == "not found"


def test_the_snapshot_of_another_process_is_not_used_and_that_is_told() -> None:
    told = judge(region(), pid=999)
    assert told.findings[0].confidence == "likely"
    assert told.limits == ["snapshot_of_nobody"]
    other = {**PROGRAM, "details": r"C:\Windows\notepad.exe"}
    told = judge(other, region())
    assert told.findings[0].confidence == "likely"
    assert told.limits == ["snapshot_of_another"]


def test_without_a_number_the_name_tells_whose_snapshot_it_is() -> None:
    assert judge(region(), pid=None, name="explorer.exe").findings[0].confidence == "certain"
    assert judge(region(), pid=None).limits == ["snapshot_of_nobody"]
    assert judge(region(), name="notepad.exe").limits == ["snapshot_of_nobody"]
