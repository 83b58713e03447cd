"""What goes on at every moment and changes nothing: looking, asking, reading, measuring."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.procmon.sources.pml.encoders.body import Body
from scripts.procmon.sources.pml.writer import Event
from scripts.reconstruction import places
from scripts.reconstruction.acts import (
    CACHED,
    KEY_READ,
    PAGING,
    READ,
    ask,
    close,
    enumerate_keys,
    list_folder,
    look_at,
    miss,
    read_whole,
)
from scripts.reconstruction.machine import INDEXES, LENGTH, PROGRAMS, SYSTEM32
from scripts.reconstruction.recording import (
    FAST_IO_DISALLOWED,
    NAME_NOT_FOUND,
    TICKS,
    Recording,
    Thread,
    moment,
)


class Habit(NamedTuple):
    """Something that a thread does ``times`` in the capture, at even distances but for chance."""

    process: str
    tid: int
    callers: str
    times: int
    act: Callable[[Thread], None]


def keep(recording: Recording, habit: Habit) -> None:
    """Do it; what starts near the end of the capture is still finished."""
    spacing = (LENGTH - 1.0) / habit.times
    for turn in range(habit.times):
        at = 0.05 + spacing * (turn + recording.chance.between(0.05, 0.9))
        habit.act(recording.thread(habit.process, habit.tid, habit.callers, at))


def live(recording: Recording) -> None:
    """All habits, and the samples that Process Monitor takes each second."""
    for habit in HABITS:
        keep(recording, habit)
    for turn in range(46):
        _look_into_folder(recording, turn)
    _kernel_routine(recording)
    _samples(recording)
    _greet_network(recording)


def _asks(questions: Sequence[places.Question]) -> Callable[[Thread], None]:
    def act(thread: Thread) -> None:
        for key, values in questions:
            ask(thread, key, values)

    return act


def _reads(path: str, size: int) -> Callable[[Thread], None]:
    return lambda thread: read_whole(thread, path, size)


def _finds_devices(thread: Thread) -> None:
    enumerate_keys(
        thread, r"HKLM\System\CurrentControlSet\Enum\USB", ("ROOT_HUB", "ROOT_HUB20", "Vid_0000&Pid_0000")
    )
    ask(
        thread,
        r"HKLM\System\CurrentControlSet\Enum\USB\Vid_0000&Pid_0000\5&26d8",
        (
            ("ClassGUID", "{36FC9E60-C465-11CF-8056-444553540000}"),
            ("Driver", r"{36FC9E60}\0007"),
            ("Service", "USBSTOR"),
        ),
    )
    for name in ("usbstor", "disk", "volume"):
        for ending in ("inf", "PNF"):
            look_at(thread, rf"C:\WINDOWS\inf\{name}.{ending}", size=9_156)


def _looks_for_programs(thread: Thread) -> None:
    for name in ("ctagent.exe", "cthook.dll", "ctupdate.exe"):
        look_at(thread, rf"C:\Program Files\Contoso Viewer\{name}", size=182_272)
    look_at(thread, rf"{SYSTEM32}\cthook.dll")


def _measures_processes(thread: Thread) -> None:
    for name in ("ntdll.dll", "kernel32.dll", "Procmon.exe.local", "dbghelp.dll"):
        look_at(thread, rf"{SYSTEM32}\{name}", size=None if "local" in name else 706_048)
    ask(thread, r"HKCU\Software\Sysinternals\Process Monitor", (("EulaAccepted", 1), ("SymbolPath", None)))
    path = rf"{places.HOME}\Local Settings\Temp\PML1.tmp"
    for turn in range(6):
        thread.did(files.write_file(path, (round(thread.now * 20) + turn) << 16, 65_536, flags=PAGING))


def _half_open(thread: Thread) -> None:
    """A fast query that a filter driver refuses; Windows then asks by the ordinary way."""
    path = rf"{SYSTEM32}\{thread.recording.chance.pick(('uxtheme.dll', 'ws2help.dll', 'xpsp2res.dll'))}"
    thread.did(files.query_open(path, None, 0, 0), FAST_IO_DISALLOWED)
    look_at(thread, path, size=218_624)


HABITS = (
    Habit("csrss", 644, places.CLIENT_SERVER, 22, _asks(places.SESSION)),
    Habit("winlogon", 648, places.LOGON_SCREEN, 30, _asks(places.LOGON)),
    Habit("services", 716, places.SERVICE_CONTROL, 34, _asks(places.SERVICES)),
    Habit("services", 724, places.PLUG_AND_PLAY, 9, _finds_devices),
    Habit("lsass", 752, places.ACCOUNT_CHECKS, 44, _asks(places.ACCOUNTS)),
    Habit("dcom", 872, places.REMOTE_CALLS, 26, _asks(places.SESSION)),
    Habit("rpcss", 960, places.REMOTE_CALLS, 18, _asks(places.NETWORKING)),
    Habit("netsvcs", 1212, places.SCHEDULER, 12, _reads(r"C:\WINDOWS\Tasks\SA.DAT", 6)),
    Habit("netsvcs", 1288, places.INVENTORY, 40, _asks(places.MANAGEMENT)),
    Habit("netsvcs", 1288, places.INVENTORY, 20, _reads(rf"{SYSTEM32}\wbem\Repository\FS\INDEX.MAP", 14_336)),
    Habit("netsvcs", 1340, places.UPDATE_ENGINE, 36, _asks(places.UPDATES)),
    Habit("dns", 1100, places.NAME_RESOLUTION, 40, _asks(places.NETWORKING)),
    Habit("local", 1160, places.NAME_RESOLUTION, 20, _asks(places.NETWORKING)),
    Habit("spoolsv", 1420, places.PRINTING, 14, _asks(places.SESSION)),
    Habit("alg", 1948, places.GATEWAY, 12, _asks(places.NETWORKING)),
    Habit("ctfmon", 1728, places.TEXT_INPUT, 30, _asks(places.LOGON[2:])),
    Habit("agent", 1744, places.AGENT, 50, _asks(places.CONTOSO)),
    Habit("agent", 1744, places.AGENT, 26, _looks_for_programs),
    Habit("updater", 1880, places.UPDATER, 20, _asks(places.CONTOSO)),
    Habit("wuauclt", 2180, places.UPDATE_CLIENT, 24, _asks(places.UPDATES)),
    Habit("wmiprvse", 2260, places.PROVIDER, 34, _asks((*places.MANAGEMENT, *places.SERVICES))),
    Habit("procmon", 2912, places.MONITOR, 330, _measures_processes),
    Habit("explorer", 1612, places.EXPLORER_LOOKS[0], 380, _half_open),
    Habit("explorer", 1644, places.EXPLORER_LOOKS[2], 40, _asks(places.POLICIES)),
)


def _look_into_folder(recording: Recording, turn: int) -> None:
    """Explorer opens a folder: its names, its desktop.ini, its place among the windows, an icon for each file."""
    folder, names = tuple(places.FOLDERS.items())[turn % len(places.FOLDERS)]
    at = 1.0 + turn * 3.3 + recording.chance.between(0.0, 1.6)
    thread = recording.thread("explorer", 1612, recording.chance.pick(places.EXPLORER_LOOKS), at)
    ask(thread, places.BAGS, (("NodeSlots", None), ("MRUListEx", None)))
    for level in range(1 + turn % 3):
        ask(thread, rf"{places.BAGS}\{level}", (("NodeSlot", 4 + level), (str(turn % 5), None)))
    look_at(thread, folder.rstrip("\\") + r"\desktop.ini", size=113 if "desktop.ini" in names else None)
    list_folder(thread, folder, names)
    for name in names:
        _draw(thread, folder.rstrip("\\") + "\\" + name)


def _draw(thread: Thread, path: str) -> None:
    ending = path.rpartition(".")[2]
    look_at(thread, path, size=24_576)
    miss(thread, rf"HKCU\Software\Classes\.{ending}")
    kind = places.FILE_CLASSES.get(ending)
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


def _kernel_routine(recording: Recording) -> None:
    """The System process: writing behind of NTFS's own files, the paging file, looking after drivers' settings."""
    chance = recording.chance
    for turn in range(1125):
        thread = recording.kernel_thread(40, "lazy writer", 0.1 + turn * 0.137 + chance.between(0.0, 0.3))
        path = rf"C:\{NTFS_FILES[(0, 1, 0, 2)[turn % 4]]}"
        thread.did(files.file_operation(ACQUIRE_FOR_FLUSH, path))
        for _ in range(1 + turn % 3):
            thread.did(files.write_file(path, chance.below(16_000) << 12, 4096, flags=PAGING))
        thread.did(files.file_operation(RELEASE_FOR_FLUSH, path))
        thread.did(_modified_page(ACQUIRE_FOR_WRITER, path))
        thread.did(_modified_page(RELEASE_FOR_WRITER, path))
    for turn in range(420):
        thread = recording.kernel_thread(52, "paging", 0.2 + turn * 0.367 + chance.between(0.0, 0.5))
        encode = files.write_file if turn % 3 else files.read_file
        thread.did(encode(r"C:\pagefile.sys", chance.below(60_000) << 12, 16_384, flags=PAGING))
    for turn in range(300):
        thread = recording.kernel_thread(64, "paging", 0.3 + turn * 0.51 + chance.between(0.0, 0.8))
        path = rf"{SYSTEM32}\{chance.pick(('shell32.dll', 'ole32.dll', 'wininet.dll', 'esent.dll'))}"
        thread.did(files.read_file(path, chance.below(600) << 12, 32_768, flags=PAGING))
    key = r"HKLM\System\CurrentControlSet\Control\Power"
    for turn in range(150):
        thread = recording.kernel_thread(16, "lazy writer", 0.6 + turn * 1.02 + chance.between(0.0, 0.9))
        thread.did(registry.open_key(key, KEY_READ))
        thread.did(registry.query_value(rf"{key}\Heuristics", None), NAME_NOT_FOUND)
        thread.did(registry.close_key(key))


def _modified_page(operation: int, path: str) -> Body:
    """FASTIO_ACQUIRE_FOR_MOD_WRITE and its release; the ending offset follows the path."""
    return files.file_operation(operation, path, after=(65_536).to_bytes(8, "little"))


def _samples(recording: Recording) -> None:
    """Process Profiling: processor time and memory of each process, once a second while it lives."""
    for key, program in PROGRAMS.items():
        first, last = program.started or 0.0, program.ended or LENGTH
        rate = 1 + sum(map(ord, key)) % 7
        for second in range(math.ceil(first), math.floor(last) + 1):
            busy = 2_500_000 + second * rate * 10_016
            body = processes.process_profiling(
                user_time=busy // 3,
                kernel_time=busy,
                working_set=(900 + 140 * rate + second % 16) << 12,
                private_bytes=(450 + 110 * rate) << 12,
            )
            at = second + INDEXES[key] * 2e-5
            recording.done.append(Event(moment(at), INDEXES[key], 0, body, duration=TICKS))


def _greet_network(recording: Recording) -> None:
    """The machine tells its segment that it is there: NetBIOS names, broadcast by the kernel."""
    here, everyone = (bytes([192, 0, 2, 23]), 137), (bytes([192, 0, 2, 255]), 137)
    for second in (12.3, 13.05, 13.8, 72.6, 73.35, 132.7):
        body = processes.network_operation(2, here, everyone, 68, tcp=False)
        recording.done.append(Event(moment(second), INDEXES["system"], 0, body))
