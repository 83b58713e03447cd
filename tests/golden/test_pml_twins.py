"""Real captures beside what Process Monitor itself exported of the same events, and what procmon-parser reads."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from procmon_parser import ProcmonLogsReader

from scripts.procmon.sources.pml.compare import Comparison, compare
from scripts.procmon.sources.pml.differences import ALLOCATION_SIZE, BINARY_DATA, PAGE_PROTECTION
from tests.captures.pml import decoded
from tests.captures.shared import unpacked

#: The twins, and which documented differences occur in them.
TWINS = {
    "win10-x64-mixed": {PAGE_PROTECTION},
    "win10-x64-filesystem": {PAGE_PROTECTION},
    "win7-x86-mixed": {BINARY_DATA},
    "winxp-x86-zeroaccess-v7": {ALLOCATION_SIZE},
    "win10-x64-basic": set(),
}


@cache
def comparison(name: str) -> Comparison:
    return compare(unpacked(f"pml/{name}.PML"), unpacked(f"pml/{name}.CSV"))


@pytest.mark.parametrize("name", TWINS)
def test_every_cell_is_what_process_monitor_exported_but_for_documented_differences(name: str) -> None:
    found = comparison(name)
    assert found.unmatched == 0
    assert found.exported == found.events
    assert {column.name for column in found.columns} >= {"Operation", "Path", "Result", "Detail", "PID"}
    assert {column.name: column.examples for column in found.columns if column.explained < 1} == {}


@pytest.mark.parametrize(("name", "documented"), TWINS.items())
def test_only_details_differ_and_only_for_the_reasons_that_are_documented(
    name: str, documented: set[str]
) -> None:
    for column in comparison(name).columns:
        assert set(column.known) == (documented if column.name == "Detail" else set())


@pytest.mark.parametrize("name", ["win10-x64-mixed", "win7-x86-mixed", "win10-x64-filesystem"])
def test_all_columns_that_process_monitor_has_are_compared(name: str) -> None:
    columns = {column.name: column for column in comparison(name).columns}
    assert len(columns) == 27
    assert all(column.match == 1 for column in columns.values() if column.name != "Detail")


@pytest.mark.parametrize("name", ["win10-x64-basic", "win10-x64-deep-stacks", "win7-x86-mixed"])
def test_stacks_and_modules_are_those_that_procmon_parser_reads(name: str) -> None:
    file = unpacked(f"pml/{name}.PML")
    rows, stacks, tables = decoded(file, batch=10_000)
    with file.open("rb") as opened:
        reader = ProcmonLogsReader(opened)
        for row, event in zip(rows, reader, strict=True):
            assert stacks.get(row["stack"], []) == event.stacktrace
        theirs = {
            (process.pid, module.base_address, module.size, module.path or None)
            for process in reader.processes()
            for module in process.modules
        }
    pids = tables.processes["pid"].to_numpy()
    ours = {(pids[m["process"]], m["base"], m["size"], m["path"]) for m in tables.modules.to_pylist()}
    assert ours == theirs


def test_a_real_header_without_events_is_an_empty_capture() -> None:
    rows, _, tables = decoded(unpacked("pml/empty.PML"))
    assert rows == []
    assert tables.info["os"].startswith("Windows 11 ")


def test_windows_xp_is_named_and_its_kernel_modules_belong_to_system() -> None:
    _, _, tables = decoded(unpacked("pml/winxp-x86-zeroaccess-v7.PML"))
    assert (tables.info["version"], tables.info["os"]) == (7, "Windows XP, Service Pack 2 (build 2600)")
    names = np.array(tables.processes["process_name"].to_pylist())
    kernel = {
        names[row["process"]]
        for row in tables.modules.to_pylist()
        if (row["path"] or "").lower().endswith("ntoskrnl.exe")
    }
    assert kernel <= {"System"}


def test_a_part_of_an_export_in_another_order_of_columns_finds_its_events(tmp_path: Path) -> None:
    import pandas as pd

    export = unpacked("pml/win10-x64-basic.CSV")
    whole = pd.read_csv(export, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    part = tmp_path / "part.CSV.gz"
    some = whole[whole["Operation"] == "ReadFile"][["Detail", "Operation", "PID", "Time of Day", "Path"]]
    some.to_csv(part, index=False, encoding="utf-8-sig")
    found = compare(unpacked("pml/win10-x64-basic.PML"), part)
    assert (found.exported, found.unmatched) == (len(some), 0)
    assert len(some) > 20
    assert all(column.match == 1 for column in found.columns)
