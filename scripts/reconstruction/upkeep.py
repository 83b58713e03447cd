"""What Windows writes in every session: window states, hives, caches, logs, lists. The counts stand in ``ROUNDS``.

In print the walk-through went from 600 written events to 450, 350 and 133 by hiding window states, hive files and
background noise: here 150 + 100 + 217 events, of which ``lookalikes`` makes 64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import registry
from scripts.reconstruction import places
from scripts.reconstruction.acts import (
    CACHED,
    CREATE,
    CREATED,
    DELETE,
    OPEN_IF,
    PAGING,
    WRITE,
    ask,
    close,
    make_key,
    set_values,
)
from scripts.reconstruction.machine import LENGTH, SYSTEM32
from scripts.reconstruction.recording import Recording, Thread


class Round(NamedTuple):
    """Something that is written ``times`` in the capture by one thread, ``writes`` events each time."""

    process: str
    tid: int
    callers: str
    times: int
    writes: int
    act: Callable[[Thread, int], None]


def keep_up(recording: Recording) -> None:
    """All rounds, each spread over the capture."""
    for row in ROUNDS:
        spacing = (LENGTH - 4.0) / row.times
        for turn in range(row.times):
            at = 1.5 + spacing * (turn + recording.chance.between(0.1, 0.8))
            begin = recording.kernel_thread if row.process == "system" else None
            thread = (
                begin(row.tid, row.callers, at)
                if begin
                else recording.thread(row.process, row.tid, row.callers, at)
            )
            row.act(thread, turn)


def _remember_window(thread: Thread, turn: int) -> None:
    """Explorer puts the folder first in the lists that lead to it, and makes a slot for a new one."""
    level = rf"{places.BAGS}\{turn % 4}"
    item = rf"{level}\{turn}"
    ask(thread, places.BAGS, (("MRUListEx", None), (str(turn % 4), None)))
    ask(thread, level, (("MRUListEx", None), (str(turn), None)))
    order = b"".join(number.to_bytes(4, "little") for number in (turn % 4, 2, 0, 1, 0xFFFF_FFFF))
    set_values(thread, level, {str(turn): bytes(range(turn, turn + 46)), "MRUListEx": order})
    make_key(thread, item)
    set_values(thread, item, {"NodeSlot": 12 + turn, "MRUListEx": b"\xff\xff\xff\xff"})
    set_values(thread, places.BAGS, {"MRUListEx": order})
    thread.did(registry.close_key(item))


#: Hives by turn: the file and its log.
_HIVES = (
    (rf"{SYSTEM32}\config\system", rf"{SYSTEM32}\config\system.LOG"),
    (rf"{SYSTEM32}\config\software", rf"{SYSTEM32}\config\software.LOG"),
    (rf"{places.HOME}\NTUSER.DAT", rf"{places.HOME}\ntuser.dat.LOG"),
)


def _flush_hive(thread: Thread, turn: int) -> None:
    """First the log is written, then the changed pages of the hive, then the log is cut to nothing."""
    hive, log = _HIVES[turn % len(_HIVES)]
    thread.did(files.read_file(hive, 0, 4096, flags=PAGING))
    for offset, length in ((0, 512), (512, 4096), (4608, 8192), (0, 512)):
        thread.did(files.write_file(log, offset, length, flags=PAGING))
    for page in (0, 23 + turn, 118 + turn, 512 + turn, 0):
        thread.did(files.write_file(hive, page << 12, 4096, flags=PAGING))
    thread.did(files.set_end_of_file_information(log, 1024))


def _appends(path: str, length: int, count: int = 1) -> Callable[[Thread, int], None]:
    def act(thread: Thread, turn: int) -> None:
        thread.did(files.create_file(path, access=WRITE, disposition=OPEN_IF, attributes=0x80, share=3))
        for number in range(count):
            thread.did(
                files.write_file(path, 65_536 + (turn * count + number) * length, length, flags=CACHED)
            )
        close(thread, path)

    return act


def _writes(path: str, length: int, count: int) -> Callable[[Thread, int], None]:
    """Writes through a handle that stays open."""

    def act(thread: Thread, turn: int) -> None:
        for number in range(count):
            page = (turn * 7 + number * 3) % 400
            thread.did(files.write_file(path, page * length, length, flags=CACHED))

    return act


def _sets(key: str, *names: str) -> Callable[[Thread, int], None]:
    def act(thread: Thread, turn: int) -> None:
        ask(thread, key, ((names[0], None),))
        set_values(thread, key, {name: bytes(range(turn, turn + 16)) for name in names})

    return act


def _log_event(thread: Thread, turn: int) -> None:
    path = rf"{SYSTEM32}\config\{('SysEvent.Evt', 'AppEvent.Evt', 'SecEvent.Evt')[turn % 3]}"
    for offset, length in ((0, 48), (48_320 + turn * 224, 224), (48_544 + turn * 224, 40)):
        thread.did(files.write_file(path, offset, length, flags=CACHED))


def _check_signatures(thread: Thread, turn: int) -> None:
    """The signature database writes its log and works in a temporary file of its own."""
    folder = rf"{SYSTEM32}\CatRoot2"
    path = rf"{folder}\tmp.edb"
    thread.did(files.write_file(rf"{folder}\edb.log", turn << 12, 4096, flags=PAGING))
    thread.did(
        files.create_file(path, access=WRITE, disposition=CREATE, attributes=0x20, share=0, opened=CREATED)
    )
    thread.did(files.write_file(path, 0, 8192, flags=PAGING))
    close(thread, path)
    thread.did(files.create_file(path, access=DELETE, options=0x200040))
    thread.did(files.set_disposition_information(path, True))
    close(thread, path)


_SETTINGS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings"
_ASSIST = rf"{places.EXPLORER_KEY}\UserAssist\{{75048700-EF1F-11D0-9888-006097DEACF9}}\Count"
_RESTORE = r"C:\System Volume Information\_restore{6E3E62D8-6A5E-4C1E-8D5B-3D1B0C8B2F11}\RP4\change.log"
_LOOKS = places.EXPLORER_LOOKS[1]

ROUNDS = (
    Round("explorer", 1612, places.EXPLORER_REMEMBERS, 25, 6, _remember_window),
    Round("system", 76, "hives", 10, 10, _flush_hive),
    Round(
        "netsvcs",
        1288,
        places.INVENTORY,
        13,
        4,
        _writes(rf"{SYSTEM32}\wbem\Repository\FS\OBJECTS.DATA", 8192, 4),
    ),
    Round("wmiprvse", 2260, places.PROVIDER, 10, 1, _appends(rf"{SYSTEM32}\wbem\Logs\wmiprov.log", 118)),
    Round("services", 740, places.EVENT_LOG, 8, 3, _log_event),
    Round("explorer", 1644, places.EXPLORER_LOOKS[2], 8, 1, _sets(_ASSIST, "HRZR_EHACNGU")),
    Round(
        "explorer",
        1612,
        _LOOKS,
        6,
        1,
        _sets(r"HKCU\Software\Microsoft\Windows\ShellNoRoam\MUICache", "@shell32.dll,-21785"),
    ),
    Round("explorer", 1612, _LOOKS, 9, 1, _sets(rf"{places.EXPLORER_KEY}\MountPoints2\E", "BaseClass")),
    Round(
        "explorer",
        1644,
        _LOOKS,
        2,
        4,
        _sets(rf"{_SETTINGS}\ZoneMap", "ProxyBypass", "IntranetName", "UNCAsIntranet", "AutoDetect"),
    ),
    Round(
        "explorer",
        1644,
        _LOOKS,
        2,
        4,
        _sets(rf"{places.EXPLORER_KEY}\Shell Folders", "Cache", "Cookies", "History", "AppData"),
    ),
    Round("netsvcs", 1404, places.DATABASE, 2, 4, _check_signatures),
    Round(
        "netsvcs",
        1340,
        places.DATABASE,
        4,
        2,
        _writes(r"C:\WINDOWS\SoftwareDistribution\DataStore\Logs\edb.log", 4096, 2),
    ),
    Round("wuauclt", 2180, places.UPDATE_CLIENT, 4, 1, _appends(r"C:\WINDOWS\WindowsUpdate.log", 94)),
    Round("system", 96, "restore", 4, 1, _writes(_RESTORE, 212, 1)),
    Round(
        "netsvcs",
        1212,
        places.SCHEDULER,
        2,
        1,
        _sets(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Prefetcher", "TracesProcessed"),
    ),
    Round(
        "netsvcs",
        1340,
        places.SCHEDULER,
        1,
        1,
        _sets(r"HKLM\System\CurrentControlSet\Services\SharedAccess\Epoch", "Epoch"),
    ),
    Round("netsvcs", 1212, places.SCHEDULER, 1, 1, _appends(r"C:\WINDOWS\SchedLgU.Txt", 130)),
)
