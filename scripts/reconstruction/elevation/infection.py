"""How a standard user's session came to run as the system, in the order in which it happened.

Published of Stuxnet are: the names and sizes of the files on the stick; that Explorer loads the first of them when it
draws the shortcut; that a standard user's task is rewritten in Windows' folder of tasks, filled up until its CRC-32 is
the one that the scheduler remembers (MS10-092), and then run as the system; export 15 as the way in; drivers and PNF
files. What is chosen: seconds, sizes, numbers, addresses, how little follows the elevation. No file has any content.
"""

from __future__ import annotations

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import registry
from scripts.reconstruction.acts import (
    CACHED,
    KEY_ALL,
    OVERWRITE_IF,
    OVERWRITTEN,
    READ,
    WRITE,
    ask,
    close,
    delete_on_close,
    end_process,
    list_folder,
    load,
    look_at,
    read_whole,
    start_process,
    temporary_file,
)
from scripts.reconstruction.computer import filetime
from scripts.reconstruction.elevation import places, tasks
from scripts.reconstruction.elevation.machine import DROPPED
from scripts.reconstruction.planting import BLOCK, SERVICES_KEY, Donor, Driver, hide, install
from scripts.reconstruction.recording import ACCESS_DENIED, Recording, Thread

# Injected code: addresses in no module. Each process has its own page of it.
IN_EXPLORER = "3c11a4d 3c11e92 3c12306 kernel32.dll+51174"
IN_SERVICES = "a4641d a468f2 a46b30 kernel32.dll+51174"
IN_FALSE_LSASS = "c9231c c9288f c92c02 kernel32.dll+51174"
#: The user's file, loaded into rundll32.exe.
IN_DROPPED = "~DFA1.tmp+4c31a ~DFA1.tmp+4d0f7 rundll32.exe+12f8 rundll32.exe+18bd kernel32.dll+51174"

STICK = ("Copy of Shortcut to.lnk", "~WTR4132.tmp", "~WTR4141.tmp")
LOADER_SIZE, MAIN_SIZE = 25_720, 513_536
#: When the stick's files were put there.
WRITTEN = filetime("2010-07-19T06:42:10")

TASK = "{6E2A6B3C-41F0-4D6B-9A57-C0B3E1F5D284}"
#: What the scheduler wrote, and what stands there afterwards: another command and account, some bytes made to fit.
TASK_SIZE, CHANGED_SIZE = 2_914, 3_146

MRXCLS, MRXNET = (
    Driver(
        name,
        f"{name.lower()}.sys",
        {
            "Description": name.upper(),
            "DisplayName": name.upper(),
            "ErrorControl": 0,
            "Group": group,
            "ImagePath": rf"\??\C:\Windows\system32\Drivers\{name.lower()}.sys",
            "Start": 1,
            "Type": 1,
        },
    )
    for name, group in (("MRxCls", "Network"), ("MRxNet", "System"))
)

INF = r"C:\Windows\inf"
TEMP = r"C:\Windows\Temp"
OWN_PNF = ("disk.PNF", "mdmcpq.PNF", "usbport.PNF", "usbstor.PNF", "volume.PNF")
INF_FOLDER = tuple(sorted((*OWN_PNF, *(name.replace(".PNF", ".inf") for name in OWN_PNF)), key=str.lower))
_INSTALLED = filetime("2009-11-04T10:12:36.140625")
DONOR = Donor(
    rf"{INF}\mdmcpq.PNF", rf"{INF}\mdmcpq.inf", (_INSTALLED, _INSTALLED + 27_656_250, _INSTALLED + 156_250)
)


def infect(recording: Recording) -> None:
    """All of it, from the stick to the last deletion."""
    _draw_shortcut(recording.thread("explorer", 1584, places.EXPLORER_LOOKS, 54.302))
    explorer = recording.thread("explorer", 3060, IN_EXPLORER, 55.871)
    _try_as_user(explorer)
    _drop(explorer)
    tasks.register(
        recording.thread("netsvcs", 964, places.SCHEDULER, 60.213), TASK, size=TASK_SIZE, user=True
    )
    explorer.now = 61.044
    _change_task(explorer)
    scheduler = recording.thread("netsvcs", 964, places.SCHEDULER, 62.610)
    tasks.read(scheduler, TASK, size=CHANGED_SIZE)
    engine = tasks.start_engine(scheduler, "engine-changed", 3124, TASK, size=CHANGED_SIZE)
    dropped = start_process(engine, "dropped", 3156, IN_DROPPED, directory="C:\\Windows\\system32\\")
    _as_system(dropped)
    _plant(recording.thread("services", 548, IN_SERVICES, 66.352))
    tasks.remove(recording.thread("netsvcs", 964, places.SCHEDULER, 75.308), TASK)
    dropped.now = 76.5
    end_process(dropped)
    engine.now = 77.2
    end_process(engine)
    explorer.now = 88.127
    delete_on_close(explorer, DROPPED)


def _draw_shortcut(thread: Thread) -> None:
    """Explorer shows the stick; drawing the shortcut's icon loads what it points to."""
    list_folder(thread, "E:\\", STICK)
    read_whole(thread, "E:\\Copy of Shortcut to.lnk", 4_171)
    look_at(thread, "E:\\~WTR4141.tmp", size=LOADER_SIZE, when=WRITTEN)
    load(thread, "~WTR4141.tmp")
    thread.callers = f"~WTR4141.tmp+1b3c ~WTR4141.tmp+1f08 {places.EXPLORER_LOOKS}"
    read_whole(thread, "E:\\~WTR4132.tmp", MAIN_SIZE, step=BLOCK)


def _try_as_user(thread: Thread) -> None:
    """What the user may not do, the code in the user's Explorer may not do either."""
    thread.did(registry.open_key(SERVICES_KEY, KEY_ALL), ACCESS_DENIED)
    path = rf"{INF}\oem7A.PNF"
    refused = files.create_file(path, access=WRITE, disposition=OVERWRITE_IF, attributes=0x20, opened=None)
    thread.did(refused, ACCESS_DENIED)


def _drop(thread: Thread) -> None:
    """The main part is written into the user's temporary folder."""
    thread.now = 57.315
    whole, rest = divmod(MAIN_SIZE, BLOCK)
    temporary_file(thread, DROPPED, (*[BLOCK] * whole, rest))


def _change_task(thread: Thread) -> None:
    """The task's file is read, and written anew by the user who had it made, the last bytes once more."""
    path = rf"{tasks.FOLDER}\{TASK}"
    thread.did(files.create_file(path, access=READ, share=1))
    thread.did(files.query_standard_information(path, TASK_SIZE))
    thread.did(files.read_file(path, 0, TASK_SIZE, flags=CACHED))
    close(thread, path)
    thread.waits(0.118)
    made = files.create_file(
        path, access=WRITE, disposition=OVERWRITE_IF, attributes=0x80, share=0, opened=OVERWRITTEN
    )
    thread.did(made)
    thread.did(files.write_file(path, 0, CHANGED_SIZE, flags=CACHED), through="")
    thread.did(files.write_file(path, CHANGED_SIZE - 12, 4, flags=CACHED), through="")
    close(thread, path)


def _as_system(thread: Thread) -> None:
    """The user's file, run by the system: what was refused before is granted now."""
    thread.waits(0.4)
    thread.did(registry.open_key(SERVICES_KEY, KEY_ALL))
    thread.did(registry.close_key(SERVICES_KEY))
    for name in ("mrxcls.sys", "mrxnet.sys"):
        look_at(thread, rf"C:\Windows\System32\drivers\{name}")
    key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\MS-DOS Emulation"
    ask(thread, key, (("NTVDM TRACE", None),))


def _plant(services: Thread) -> None:
    """A false lsass.exe puts both drivers and two PNF files in their places."""
    thread = start_process(services, "false-lsass", 3252, IN_FALSE_LSASS, directory="C:\\Windows\\system32\\")
    thread.now = 67.6
    for name, sizes in (
        ("~DF1.tmp", (16_384, 10_232)),
        ("~DF2.tmp", (16_384, 1_016)),
        ("~DF3.tmp", (BLOCK, BLOCK, 61_704)),
        ("~DF4.tmp", (2_048, 1_024)),
    ):
        temporary_file(thread, rf"{TEMP}\{name}", sizes)
        thread.waits(0.19)
    thread.now = 70.105
    install(thread, MRXCLS, rf"{TEMP}\~DF1.tmp", size=26_616, written=67.6)
    thread.now = 73.228
    install(thread, MRXNET, rf"{TEMP}\~DF2.tmp", size=17_400, written=67.8)
    thread.now = 79.414
    list_folder(thread, INF, INF_FOLDER, "*.*")
    hide(thread, rf"{TEMP}\~DF3.tmp", rf"{INF}\oem7A.PNF", DONOR, size=192_776, written=68.0)
    thread.waits(0.41)
    hide(thread, rf"{TEMP}\~DF4.tmp", rf"{INF}\oem6C.PNF", DONOR, size=3_072, written=68.2)
    thread.now = 84.903
    for number in (1, 2, 3, 4):
        delete_on_close(thread, rf"{TEMP}\~DF{number}.tmp")
        thread.waits(0.06)
    end_process(thread)
