"""What goes on at every moment and changes nothing: looking, asking, reading, measuring."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.procmon.sources.pml.encoders.body import Body
from scripts.procmon.sources.pml.writer import Event
from scripts.reconstruction.acts import (
    CACHED,
    KEY_READ,
    PAGING,
    READ,
    ask,
    close,
    list_folder,
    look_at,
    miss,
    read_whole,
)
from scripts.reconstruction.computer import TICKS
from scripts.reconstruction.recording import (
    FAST_IO_DISALLOWED,
    NAME_NOT_FOUND,
    Recording,
    Thread,
)

#: Keys that a program asks for again and again: (key, ((value, its data or None if it isn't there), …)).
Question = tuple[str, tuple[tuple[str, int | str | None], ...]]


class Habit(NamedTuple):
    """Something that a thread does ``times`` in the capture, at even distances but for chance."""

    process: str
    tid: int
    callers: str
    times: int
    act: Callable[[Thread], None]


def keep(recording: Recording, habits: Iterable[Habit]) -> None:
    """Do all of it; what starts near the end of the capture is still finished."""
    for habit in habits:
        spacing = (recording.computer.length - 1.0) / habit.times
        for turn in range(habit.times):
            at = 0.05 + spacing * (turn + recording.chance.between(0.05, 0.9))
            habit.act(recording.thread(habit.process, habit.tid, habit.callers, at))


def asks(questions: Sequence[Question]) -> Callable[[Thread], None]:
    """Asking the registry."""

    def act(thread: Thread) -> None:
        for key, values in questions:
            ask(thread, key, values)

    return act


def reads(path: str, size: int) -> Callable[[Thread], None]:
    """Reading a file whole."""
    return lambda thread: read_whole(thread, path, size)


def half_opens(*paths: str) -> Callable[[Thread], None]:
    """A fast query that a filter driver refuses; Windows then asks by the ordinary way."""

    def act(thread: Thread) -> None:
        path = thread.recording.chance.pick(paths)
        thread.did(files.query_open(path, None, 0, 0), FAST_IO_DISALLOWED)
        look_at(thread, path, size=218_624)

    return act


def monitors(system32: str, log: str) -> Callable[[Thread], None]:
    """What Process Monitor does itself: it looks up modules, and writes the log that it keeps while it records."""

    def act(thread: Thread) -> None:
        for name in ("ntdll.dll", "kernel32.dll", "Procmon.exe.local", "dbghelp.dll"):
            look_at(thread, rf"{system32}\{name}", size=None if "local" in name else 706_048)
        ask(
            thread, r"HKCU\Software\Sysinternals\Process Monitor", (("EulaAccepted", 1), ("SymbolPath", None))
        )
        for turn in range(6):
            thread.did(files.write_file(log, (round(thread.now * 20) + turn) << 16, 65_536, flags=PAGING))

    return act


def look_into_folder(
    thread: Thread, folder: str, names: Sequence[str], *, classes: Mapping[str, str]
) -> None:
    """Explorer shows a folder: its desktop.ini, its names, an icon for each file; ``classes`` by ending."""
    look_at(thread, folder.rstrip("\\") + r"\desktop.ini", size=113 if "desktop.ini" in names else None)
    list_folder(thread, folder, names)
    for name in names:
        draw(thread, folder.rstrip("\\") + "\\" + name, classes)


def draw(thread: Thread, path: str, classes: Mapping[str, str]) -> None:
    """What Explorer asks before it draws a file's icon."""
    ending = path.rpartition(".")[2]
    look_at(thread, path, size=24_576)
    miss(thread, rf"HKCU\Software\Classes\.{ending}")
    kind = classes.get(ending)
    if kind is None:
        return
    ask(thread, rf"HKCR\.{ending}", (("(Default)", kind),))
    ask(thread, rf"HKCR\{kind}", (("DocObject", None), ("NeverShowExt", None)))
    miss(thread, rf"HKCR\{kind}\ShellEx\IconHandler")
    if ending in ("ini", "lnk", "exe"):
        thread.did(files.create_file(path, access=READ, share=3))
        thread.did(files.read_file(path, 0, 4096, flags=CACHED))
        close(thread, path)


ACQUIRE_FOR_FLUSH, RELEASE_FOR_FLUSH, ACQUIRE_FOR_WRITER, RELEASE_FOR_WRITER = 15, 14, 17, 16
NTFS_FILES = ("$LogFile", "$Mft", "$Bitmap")
POWER = r"HKLM\System\CurrentControlSet\Control\Power"


def kernel_routine(recording: Recording, libraries: Sequence[str], *, pace: float = 1.0) -> None:
    """The System process: writing behind of NTFS's own files, the paging file, looking after drivers' settings.

    ``pace`` tells how much of it there is in a second.
    """
    chance = recording.chance
    turns = pace * recording.computer.length / 155
    for turn in range(int(1125 * turns)):
        at = 0.1 + turn * 0.137 / pace + chance.between(0.0, 0.3)
        thread = recording.kernel_thread(40, "lazy writer", at)
        path = rf"C:\{NTFS_FILES[(0, 1, 0, 2)[turn % 4]]}"
        thread.did(files.file_operation(ACQUIRE_FOR_FLUSH, path))
        for _ in range(1 + turn % 3):
            thread.did(files.write_file(path, chance.below(16_000) << 12, 4096, flags=PAGING))
        thread.did(files.file_operation(RELEASE_FOR_FLUSH, path))
        thread.did(_modified_page(ACQUIRE_FOR_WRITER, path))
        thread.did(_modified_page(RELEASE_FOR_WRITER, path))
    for turn in range(int(420 * turns)):
        thread = recording.kernel_thread(52, "paging", 0.2 + turn * 0.367 / pace + chance.between(0.0, 0.5))
        encode = files.write_file if turn % 3 else files.read_file
        thread.did(encode(r"C:\pagefile.sys", chance.below(60_000) << 12, 16_384, flags=PAGING))
    for turn in range(int(300 * turns)):
        thread = recording.kernel_thread(64, "paging", 0.3 + turn * 0.51 / pace + chance.between(0.0, 0.8))
        path = chance.pick(libraries)
        thread.did(files.read_file(path, chance.below(600) << 12, 32_768, flags=PAGING))
    for turn in range(int(150 * turns)):
        at = 0.6 + turn * 1.02 / pace + chance.between(0.0, 0.9)
        thread = recording.kernel_thread(16, "lazy writer", at)
        thread.did(registry.open_key(POWER, KEY_READ))
        thread.did(registry.query_value(rf"{POWER}\Heuristics", None), NAME_NOT_FOUND)
        thread.did(registry.close_key(POWER))


def _modified_page(operation: int, path: str) -> Body:
    """FASTIO_ACQUIRE_FOR_MOD_WRITE and its release; the ending offset follows the path."""
    return files.file_operation(operation, path, after=(65_536).to_bytes(8, "little"))


def samples(recording: Recording) -> None:
    """Process Profiling: processor time and memory of each process, once a second while it lives."""
    computer = recording.computer
    for key, program in computer.programs.items():
        first, last = program.started or 0.0, program.ended or computer.length
        rate = 1 + sum(map(ord, key)) % 7
        for second in range(math.ceil(first), math.floor(last) + 1):
            busy = 2_500_000 + second * rate * 10_016
            body = processes.process_profiling(
                user_time=busy // 3,
                kernel_time=busy,
                working_set=(900 + 140 * rate + second % 16) << 12,
                private_bytes=(450 + 110 * rate) << 12,
            )
            at = second + computer.indexes[key] * 2e-5
            recording.done.append(Event(computer.moment(at), computer.indexes[key], 0, body, duration=TICKS))


def greet_network(recording: Recording, seconds: Sequence[float]) -> None:
    """The machine tells its segment that it is there: NetBIOS names, broadcast by the kernel."""
    computer = recording.computer
    here, everyone = (bytes([192, 0, 2, 23]), 137), (bytes([192, 0, 2, 255]), 137)
    for second in seconds:
        body = processes.network_operation(2, here, everyone, 68, tcp=False)
        recording.done.append(Event(computer.moment(second), computer.indexes["system"], 0, body))
