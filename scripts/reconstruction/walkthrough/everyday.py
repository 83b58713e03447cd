"""What goes on at every moment on the computer of the walk-through and changes nothing."""

from __future__ import annotations

from scripts.reconstruction import questions
from scripts.reconstruction.acts import ask, enumerate_keys, look_at
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
from scripts.reconstruction.walkthrough import places
from scripts.reconstruction.walkthrough.machine import SYSTEM32

#: Windows' own libraries, of which the memory manager reads pages.
LIBRARIES = tuple(rf"{SYSTEM32}\{name}" for name in ("shell32.dll", "ole32.dll", "wininet.dll", "esent.dll"))


def live(recording: Recording) -> None:
    """All habits, and the samples that Process Monitor takes each second."""
    keep(recording, HABITS)
    for turn in range(46):
        _look_into_folder(recording, turn)
    kernel_routine(recording, LIBRARIES)
    samples(recording)
    greet_network(recording, (12.3, 13.05, 13.8, 72.6, 73.35, 132.7))


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


#: Libraries that Explorer asks for as it draws.
DRAWING = tuple(rf"{SYSTEM32}\{name}" for name in ("uxtheme.dll", "ws2help.dll", "xpsp2res.dll"))
MONITOR_LOG = rf"{places.HOME}\Local Settings\Temp\PML1.tmp"

HABITS = (
    Habit("csrss", 644, places.CLIENT_SERVER, 22, asks(places.SESSION)),
    Habit("winlogon", 648, places.LOGON_SCREEN, 30, asks(places.LOGON)),
    Habit("services", 716, places.SERVICE_CONTROL, 34, asks(questions.SERVICES)),
    Habit("services", 724, places.PLUG_AND_PLAY, 9, _finds_devices),
    Habit("lsass", 752, places.ACCOUNT_CHECKS, 44, asks(places.ACCOUNTS)),
    Habit("dcom", 872, places.REMOTE_CALLS, 26, asks(places.SESSION)),
    Habit("rpcss", 960, places.REMOTE_CALLS, 18, asks(questions.NETWORKING)),
    Habit("netsvcs", 1212, places.SCHEDULER, 12, reads(r"C:\WINDOWS\Tasks\SA.DAT", 6)),
    Habit("netsvcs", 1288, places.INVENTORY, 40, asks(places.MANAGEMENT)),
    Habit("netsvcs", 1288, places.INVENTORY, 20, reads(rf"{SYSTEM32}\wbem\Repository\FS\INDEX.MAP", 14_336)),
    Habit("netsvcs", 1340, places.UPDATE_ENGINE, 36, asks(questions.UPDATES)),
    Habit("dns", 1100, places.NAME_RESOLUTION, 40, asks(questions.NETWORKING)),
    Habit("local", 1160, places.NAME_RESOLUTION, 20, asks(questions.NETWORKING)),
    Habit("spoolsv", 1420, places.PRINTING, 14, asks(places.SESSION)),
    Habit("alg", 1948, places.GATEWAY, 12, asks(questions.NETWORKING)),
    Habit("ctfmon", 1728, places.TEXT_INPUT, 30, asks(places.LOGON[2:])),
    Habit("agent", 1744, places.AGENT, 50, asks(questions.CONTOSO)),
    Habit("agent", 1744, places.AGENT, 26, _looks_for_programs),
    Habit("updater", 1880, places.UPDATER, 20, asks(questions.CONTOSO)),
    Habit("wuauclt", 2180, places.UPDATE_CLIENT, 24, asks(questions.UPDATES)),
    Habit("wmiprvse", 2260, places.PROVIDER, 34, asks((*places.MANAGEMENT, *questions.SERVICES))),
    Habit("procmon", 2912, places.MONITOR, 330, monitors(SYSTEM32, MONITOR_LOG)),
    Habit("explorer", 1612, places.EXPLORER_LOOKS[0], 380, half_opens(*DRAWING)),
    Habit("explorer", 1644, places.EXPLORER_LOOKS[2], 40, asks(places.POLICIES)),
)


def _look_into_folder(recording: Recording, turn: int) -> None:
    """Explorer opens a folder: its names, its desktop.ini, its place among the windows, an icon for each file."""
    folder, names = tuple(places.FOLDERS.items())[turn % len(places.FOLDERS)]
    at = 1.0 + turn * 3.3 + recording.chance.between(0.0, 1.6)
    thread = recording.thread("explorer", 1612, recording.chance.pick(places.EXPLORER_LOOKS), at)
    ask(thread, places.BAGS, (("NodeSlots", None), ("MRUListEx", None)))
    for level in range(1 + turn % 3):
        ask(thread, rf"{places.BAGS}\{level}", (("NodeSlot", 4 + level), (str(turn % 5), None)))
    look_into_folder(thread, folder, names, classes=places.FILE_CLASSES)
