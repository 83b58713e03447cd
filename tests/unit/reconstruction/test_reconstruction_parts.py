"""The parts that the demo capture is made of: what the scenario says of itself is so."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.writer import write_pml
from scripts.reconstruction.acts import stored
from scripts.reconstruction.computer import Computer
from scripts.reconstruction.elevation.machine import SEVEN
from scripts.reconstruction.recording import Chance, Recording, Thread, process_table
from scripts.reconstruction.rounds import Round
from scripts.reconstruction.stacks import frames, stack_of
from scripts.reconstruction.walkthrough import everyday, infection, lookalikes
from scripts.reconstruction.walkthrough.machine import XP
from scripts.reconstruction.walkthrough.upkeep import ROUNDS
from tests.captures.pml import decoded

COMPUTERS = (XP, SEVEN)
WRITES = ("Write", "Write Metadata")


def written(recording: Recording, folder: Path) -> int:
    """How many events of a recording change something, as the reader tells."""
    file = folder / "part.PML"
    with file.open("wb") as target:
        write_pml(target, machine=XP.header, processes=process_table(XP), events=recording.events())
    rows, _, _ = decoded(file)
    return sum(row["category"] in WRITES for row in rows)


@pytest.mark.parametrize("row", ROUNDS, ids=lambda row: f"{row.process}-{row.tid}-{row.times}x{row.writes}")
def test_each_round_writes_as_often_as_it_says(row: Round, tmp_path: Path) -> None:
    recording = Recording(XP)
    for turn in range(row.times):
        thread = Thread(recording, row.process, row.tid, row.callers, 1.0, in_kernel=row.process == "system")
        row.act(thread, turn)
    assert written(recording, tmp_path) == row.times * row.writes


def test_rounds_and_look_alikes_write_what_the_stages_hide(tmp_path: Path) -> None:
    recording = Recording(XP)
    lookalikes.mislead(recording)
    setup = 8
    rounds = sum(row.times * row.writes for row in ROUNDS)
    assert rounds + written(recording, tmp_path) - setup == 150 + 100 + 217


def test_the_infection_and_the_setup_program_make_the_last_133_events(tmp_path: Path) -> None:
    recording = Recording(XP)
    infection.infect(recording)
    assert written(recording, tmp_path) == 133 - 8


def test_everyday_life_changes_nothing_that_is_not_hidden_by_default(tmp_path: Path) -> None:
    recording = Recording(XP)
    everyday.live(recording)
    hidden = ("System", "Procmon.exe")
    names = {process.index: process.name for process in process_table(XP)}
    recording.done = [event for event in recording.done if names[event.process] not in hidden]
    assert recording.done
    assert written(recording, tmp_path) == 0


def test_chance_falls_the_same_way_each_time() -> None:
    first, again, other = Chance(1), Chance(1), Chance(2)
    drawn = [first.between(0, 1) for _ in range(9)]
    assert drawn == [again.between(0, 1) for _ in range(9)]
    assert drawn != [other.between(0, 1) for _ in range(9)]
    assert {Chance(seed).below(3) for seed in range(50)} == {0, 1, 2}


def test_a_frame_is_an_address_in_its_module_or_a_bare_address() -> None:
    assert frames(XP, "ntdll.dll+e514 2fa24d5") == (0x7C90E514, 0x2FA24D5)
    with pytest.raises(ValueError, match="outside its module"):
        frames(XP, "ntdll.dll+b2000")


def test_a_system_call_made_without_a_function_of_windows_has_its_caller_right_above_ntdll() -> None:
    stack = stack_of(XP, files.write_file("C:\\a", 0, 1), "2fa24d5", through="")
    assert stack[-1] == 0x2FA24D5
    assert 0x7C90_0000 <= stack[-2] < 0x7C9B_2000
    assert all(frame >= 0x8000_0000 for frame in stack[:-3])


@pytest.mark.parametrize("computer", COMPUTERS, ids=lambda computer: str(computer.header.windows))
def test_modules_of_a_process_do_not_overlap(computer: Computer) -> None:
    for key, program in computer.programs.items():
        spans = sorted((m.base, m.base + m.size) for m in map(computer.module, program.modules))
        assert all(end <= start for (_, end), (start, _) in pairwise(spans)), key


@pytest.mark.parametrize("computer", COMPUTERS, ids=lambda computer: str(computer.header.windows))
def test_the_parent_of_every_process_was_there_before_it(computer: Computer) -> None:
    started = {process.index: process.start for process in process_table(computer)}
    for process in process_table(computer):
        assert started.get(process.parent_index, 0) <= process.start


def test_registry_data_have_the_type_that_they_need() -> None:
    assert stored(1)[0] == 4
    assert stored(b"\x01")[0] == 3
    assert stored("Network")[0] == stored("")[0] == stored("0")[0] == 1
    assert stored(r"\??\C:\a.sys")[0] == stored(r"%USERPROFILE%\a")[0] == 2
