"""Captures that benchmarks grow: the events of the source again and again, some of them changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from procmon_parser import ProcmonLogsReader

from benchmarks.grow import grow
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.writer import Event
from tests.captures.pml import NOON, decoded, pml_bytes

PATHS = [rf"C:\folder\file {number:02} of many" for number in range(20)]


def grown(folder: Path, *, copies: int, mutation: float, bits: int = 64) -> tuple[list[dict[str, Any]], Path]:
    bodies = [files.read_file(path, 4096, 0x1000, bits=bits) for path in PATHS]
    events = [Event(NOON + n, 7, n, body, stack=(n, 0x1000, 3)) for n, body in enumerate(bodies)]
    source, target = folder / "source.PML", folder / "grown.PML"
    source.write_bytes(pml_bytes(*events, bits=bits))
    assert grow(source, target, events=copies * len(PATHS), mutation=mutation) == copies * len(PATHS)
    return decoded(target)[0], target


@pytest.mark.parametrize("bits", [32, 64])
def test_without_mutation_every_copy_says_the_same_at_later_times(tmp_path: Path, bits: int) -> None:
    rows, _ = grown(tmp_path, copies=3, mutation=0, bits=bits)
    assert [row["path"] for row in rows] == PATHS * 3
    assert [row["detail"] for row in rows[:20]] == [row["detail"] for row in rows[40:]]
    times = [row["time"] for row in rows]
    assert times == sorted(times)
    assert len(set(times)) == 60


@pytest.mark.parametrize("bits", [32, 64])
def test_with_full_mutation_no_copy_has_a_path_detail_or_stack_of_another(tmp_path: Path, bits: int) -> None:
    rows, _ = grown(tmp_path, copies=3, mutation=1, bits=bits)
    copies = [rows[:20], rows[20:40], rows[40:]]
    assert len({row["path"] for row in rows}) == len({row["stack"] for row in rows}) == 60
    for one, other in zip(copies[1], copies[2], strict=True):
        assert one["detail"] != other["detail"]
        assert one["path"][:-3] == other["path"][:-3]


def test_a_share_of_the_paths_is_changed(tmp_path: Path) -> None:
    rows, _ = grown(tmp_path, copies=2, mutation=0.5)
    changed = sum(row["path"] not in PATHS for row in rows[20:])
    assert 2 <= changed <= 18


def test_another_reader_agrees_on_what_was_grown(tmp_path: Path) -> None:
    rows, file = grown(tmp_path, copies=3, mutation=1)
    with file.open("rb") as opened:
        assert [event.path for event in ProcmonLogsReader(opened)] == [row["path"] for row in rows]
