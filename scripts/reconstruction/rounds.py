"""What is written again and again in every session: appending to logs, writing into open files, setting values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.reconstruction.acts import CACHED, OPEN_IF, PAGING, WRITE, ask, close, set_values
from scripts.reconstruction.recording import Recording, Thread


class Round(NamedTuple):
    """Something that is written ``times`` in the capture by one thread, ``writes`` events each time."""

    process: str
    tid: int
    callers: str
    times: int
    writes: int
    act: Callable[[Thread, int], None]


def keep_up(recording: Recording, rounds: Iterable[Round]) -> None:
    """All rounds, each spread over the capture."""
    for row in rounds:
        spacing = (recording.computer.length - 4.0) / row.times
        for turn in range(row.times):
            at = 1.5 + spacing * (turn + recording.chance.between(0.1, 0.8))
            begin = recording.kernel_thread if row.process == "system" else None
            thread = (
                begin(row.tid, row.callers, at)
                if begin
                else recording.thread(row.process, row.tid, row.callers, at)
            )
            row.act(thread, turn)


def appends(path: str, length: int, count: int = 1) -> Callable[[Thread, int], None]:
    """Adding to a log that is opened and closed each time."""

    def act(thread: Thread, turn: int) -> None:
        thread.did(files.create_file(path, access=WRITE, disposition=OPEN_IF, attributes=0x80, share=3))
        for number in range(count):
            thread.did(
                files.write_file(path, 65_536 + (turn * count + number) * length, length, flags=CACHED)
            )
        close(thread, path)

    return act


def writes(path: str, length: int, count: int) -> Callable[[Thread, int], None]:
    """Writes through a handle that stays open."""

    def act(thread: Thread, turn: int) -> None:
        for number in range(count):
            page = (turn * 7 + number * 3) % 400
            thread.did(files.write_file(path, page * length, length, flags=CACHED))

    return act


def sets(key: str, *names: str) -> Callable[[Thread, int], None]:
    """Setting values, after a look at the first."""

    def act(thread: Thread, turn: int) -> None:
        ask(thread, key, ((names[0], None),))
        set_values(thread, key, {name: bytes(range(turn, turn + 16)) for name in names})

    return act


def flushes(hives: Sequence[tuple[str, str]]) -> Callable[[Thread, int], None]:
    """Writing back a registry hive and its log: first the log, then the changed pages, then the log is cut to nothing."""

    def act(thread: Thread, turn: int) -> None:
        hive, log = hives[turn % len(hives)]
        thread.did(files.read_file(hive, 0, 4096, flags=PAGING))
        for offset, length in ((0, 512), (512, 4096), (4608, 8192), (0, 512)):
            thread.did(files.write_file(log, offset, length, flags=PAGING))
        for page in (0, 23 + turn, 118 + turn, 512 + turn, 0):
            thread.did(files.write_file(hive, page << 12, 4096, flags=PAGING))
        thread.did(files.set_end_of_file_information(log, 1024))

    return act
