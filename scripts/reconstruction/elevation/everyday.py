"""What goes on at every moment on the second reconstruction's machine, and what is written in every session."""

from __future__ import annotations

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import registry
from scripts.reconstruction import questions
from scripts.reconstruction.acts import CACHED, OPEN_IF, WRITE, ask, close, make_key, set_values
from scripts.reconstruction.elevation import places
from scripts.reconstruction.elevation.modules import HOME, SYSTEM32
from scripts.reconstruction.habits import (
    Habit,
    asks,
    greet_network,
    half_opens,
    keep,
    kernel_routine,
    look_into_folder,
    monitors,
    reads,
    samples,
)
from scripts.reconstruction.recording import Recording, Thread
from scripts.reconstruction.rounds import Round, appends, flushes, keep_up, sets, writes

LIBRARIES = tuple(rf"{SYSTEM32}\{name}" for name in ("shell32.dll", "ole32.dll", "propsys.dll", "esent.dll"))
DRAWING = tuple(rf"{SYSTEM32}\{name}" for name in ("uxtheme.dll", "imageres.dll", "ntshrui.dll"))
MONITOR_LOG = r"C:\Users\Administrator\AppData\Local\Temp\PML1.tmp"
INDEX = r"C:\ProgramData\Microsoft\Search\Data\Applications\Windows\Windows.edb"


def live(recording: Recording) -> None:
    """All habits and rounds, and the samples that Process Monitor takes each second."""
    keep(recording, HABITS)
    keep_up(recording, ROUNDS)
    for turn in range(24):
        _look_into_folder(recording, turn)
    kernel_routine(recording, LIBRARIES, pace=0.6)
    samples(recording)
    greet_network(recording, (19.2, 19.95, 20.7, 80.4))


HABITS = (
    Habit("csrss-1", 420, places.CLIENT_SERVER, 12, asks(places.SESSION)),
    Habit("winlogon", 472, places.LOGON_SCREEN, 16, asks(places.LOGON)),
    Habit("services", 540, places.SERVICE_CONTROL, 18, asks(questions.SERVICES)),
    Habit("services", 548, places.PLUG_AND_PLAY, 8, asks(questions.SERVICES[:2])),
    Habit("lsass", 532, places.ACCOUNT_CHECKS, 30, asks(places.ACCOUNTS)),
    Habit("dcom", 640, places.REMOTE_CALLS, 16, asks(places.SESSION)),
    Habit("rpcss", 704, places.REMOTE_CALLS, 12, asks(questions.NETWORKING)),
    Habit("local-restricted", 772, places.EVENT_LOG, 14, asks(places.SESSION[:1])),
    Habit("netsvcs", 960, places.SCHEDULER, 10, reads(r"C:\Windows\Tasks\SA.DAT", 6)),
    Habit("netsvcs", 976, places.UPDATE_ENGINE, 24, asks(questions.UPDATES)),
    Habit("dns", 1132, places.NAME_RESOLUTION, 24, asks(questions.NETWORKING)),
    Habit("local", 1052, places.NAME_RESOLUTION, 14, asks(questions.NETWORKING)),
    Habit("spoolsv", 1288, places.PRINTING, 10, asks(places.SESSION)),
    Habit("taskhost", 1396, places.TASK_HOST, 14, asks(places.LOGON)),
    Habit("dwm", 1460, places.COMPOSITION, 14, asks(places.LOGON)),
    Habit("indexer", 1900, places.INDEXING, 26, asks(places.SEARCH)),
    Habit("agent", 2032, places.AGENT, 34, asks(questions.CONTOSO)),
    Habit("updater", 1636, places.UPDATER, 14, asks(questions.CONTOSO)),
    Habit("wmiprvse", 2212, places.PROVIDER, 16, asks((*places.SESSION, *questions.SERVICES))),
    Habit("procmon", 2640, places.MONITOR, 180, monitors(SYSTEM32, MONITOR_LOG)),
    Habit("explorer", 1500, places.EXPLORER_LOOKS, 220, half_opens(*DRAWING)),
    Habit("explorer", 1520, places.EXPLORER_PROPERTIES, 30, asks(places.POLICIES)),
)


def _look_into_folder(recording: Recording, turn: int) -> None:
    """Explorer opens a folder: its place among the windows, its names, an icon for each file."""
    folder, names = tuple(places.FOLDERS.items())[turn % len(places.FOLDERS)]
    at = 1.0 + turn * 4.7 + recording.chance.between(0.0, 1.6)
    thread = recording.thread("explorer", 1500, places.EXPLORER_LOOKS, at)
    ask(thread, places.BAGS, (("NodeSlots", None), ("MRUListEx", None)))
    look_into_folder(thread, folder, names, classes=places.FILE_CLASSES)


def _remember_window(thread: Thread, turn: int) -> None:
    """Explorer puts the folder first in the list of those shown, and makes a slot for a new one."""
    item = rf"{places.BAGS}\{turn % 4}\{turn}"
    order = b"".join(number.to_bytes(4, "little") for number in (turn % 4, 2, 0, 1, 0xFFFF_FFFF))
    make_key(thread, item)
    set_values(thread, item, {"NodeSlot": 12 + turn, "MRUListEx": b"\xff\xff\xff\xff"})
    set_values(thread, places.BAGS, {"MRUListEx": order})
    thread.did(registry.close_key(item))


def _log_event(thread: Thread, turn: int) -> None:
    """The event log is written through handles that stay open."""
    path = rf"{SYSTEM32}\winevt\Logs\{('System', 'Application', 'Security')[turn % 3]}.evtx"
    for offset, length in ((0, 4096), (69_632 + turn * 512, 512)):
        thread.did(files.write_file(path, offset, length, flags=CACHED))


def _prefetch(thread: Thread, turn: int) -> None:
    """Seconds after a program's start Windows writes down what it read."""
    name = ("RUNDLL32.EXE-4F2A19C0", "CONSENT.EXE-531BD9EA", "TASKENG.EXE-48D4E289")[turn % 3]
    path = rf"C:\Windows\Prefetch\{name}.pf"
    thread.did(files.create_file(path, access=WRITE, disposition=OPEN_IF, attributes=0x2020))
    thread.did(files.write_file(path, 0, 21_104, flags=CACHED))
    close(thread, path)


HIVES = (
    (rf"{SYSTEM32}\config\SYSTEM", rf"{SYSTEM32}\config\SYSTEM.LOG1"),
    (rf"{SYSTEM32}\config\SOFTWARE", rf"{SYSTEM32}\config\SOFTWARE.LOG1"),
    (rf"{HOME}\NTUSER.DAT", rf"{HOME}\ntuser.dat.LOG1"),
)
_ASSIST = rf"{places.EXPLORER_KEY}\UserAssist\{{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}}\Count"
_SEED = r"HKLM\SOFTWARE\Microsoft\Cryptography\RNG"

ROUNDS = (
    Round("explorer", 1500, places.EXPLORER_REMEMBERS, 18, 4, _remember_window),
    Round("explorer", 1520, places.EXPLORER_PROPERTIES, 6, 1, sets(_ASSIST, "HRZR_PGYFRFFVBA")),
    Round("system", 76, "hives", 8, 10, flushes(HIVES)),
    Round("local-restricted", 772, places.EVENT_LOG, 8, 2, _log_event),
    Round("indexer", 1900, places.INDEXING, 10, 2, writes(INDEX, 32_768, 2)),
    Round("system-restricted", 868, places.PREFETCHER, 5, 1, _prefetch),
    Round("lsass", 536, places.RANDOM_SEED, 3, 1, sets(_SEED, "Seed")),
    Round("netsvcs", 976, places.UPDATE_ENGINE, 4, 1, appends(r"C:\Windows\WindowsUpdate.log", 94)),
    Round(
        "netsvcs",
        976,
        places.DATABASE,
        4,
        2,
        writes(r"C:\Windows\SoftwareDistribution\DataStore\Logs\edb.log", 4096, 2),
    ),
)
