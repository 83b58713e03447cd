"""What Windows writes in every session: window states, hives, caches, logs, lists. The counts stand in ``ROUNDS``.

In print the walk-through went from 600 written events to 450, 350 and 133 by hiding window states, hive files and
background noise: here 150 + 100 + 217 events, of which ``lookalikes`` makes 64.
"""

from __future__ import annotations

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import registry
from scripts.reconstruction.acts import (
    CACHED,
    CREATE,
    CREATED,
    DELETE,
    PAGING,
    WRITE,
    ask,
    close,
    make_key,
    set_values,
)
from scripts.reconstruction.recording import Recording, Thread
from scripts.reconstruction.rounds import Round, appends, flushes, keep_up, sets, writes
from scripts.reconstruction.walkthrough import places
from scripts.reconstruction.walkthrough.machine import SYSTEM32


def keep(recording: Recording) -> None:
    """All rounds, each spread over the capture."""
    keep_up(recording, ROUNDS)


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
    Round("system", 76, "hives", 10, 10, flushes(_HIVES)),
    Round(
        "netsvcs",
        1288,
        places.INVENTORY,
        13,
        4,
        writes(rf"{SYSTEM32}\wbem\Repository\FS\OBJECTS.DATA", 8192, 4),
    ),
    Round("wmiprvse", 2260, places.PROVIDER, 10, 1, appends(rf"{SYSTEM32}\wbem\Logs\wmiprov.log", 118)),
    Round("services", 740, places.EVENT_LOG, 8, 3, _log_event),
    Round("explorer", 1644, places.EXPLORER_LOOKS[2], 8, 1, sets(_ASSIST, "HRZR_EHACNGU")),
    Round(
        "explorer",
        1612,
        _LOOKS,
        6,
        1,
        sets(r"HKCU\Software\Microsoft\Windows\ShellNoRoam\MUICache", "@shell32.dll,-21785"),
    ),
    Round("explorer", 1612, _LOOKS, 9, 1, sets(rf"{places.EXPLORER_KEY}\MountPoints2\E", "BaseClass")),
    Round(
        "explorer",
        1644,
        _LOOKS,
        2,
        4,
        sets(rf"{_SETTINGS}\ZoneMap", "ProxyBypass", "IntranetName", "UNCAsIntranet", "AutoDetect"),
    ),
    Round(
        "explorer",
        1644,
        _LOOKS,
        2,
        4,
        sets(rf"{places.EXPLORER_KEY}\Shell Folders", "Cache", "Cookies", "History", "AppData"),
    ),
    Round("netsvcs", 1404, places.DATABASE, 2, 4, _check_signatures),
    Round(
        "netsvcs",
        1340,
        places.DATABASE,
        4,
        2,
        writes(r"C:\WINDOWS\SoftwareDistribution\DataStore\Logs\edb.log", 4096, 2),
    ),
    Round("wuauclt", 2180, places.UPDATE_CLIENT, 4, 1, appends(r"C:\WINDOWS\WindowsUpdate.log", 94)),
    Round("system", 96, "restore", 4, 1, writes(_RESTORE, 212, 1)),
    Round(
        "netsvcs",
        1212,
        places.SCHEDULER,
        2,
        1,
        sets(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Prefetcher", "TracesProcessed"),
    ),
    Round(
        "netsvcs",
        1340,
        places.SCHEDULER,
        1,
        1,
        sets(r"HKLM\System\CurrentControlSet\Services\SharedAccess\Epoch", "Epoch"),
    ),
    Round("netsvcs", 1212, places.SCHEDULER, 1, 1, appends(r"C:\WINDOWS\SchedLgU.Txt", 130)),
)
