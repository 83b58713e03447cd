"""The infection as the walk-through tells it, in the order in which it happened.

What the walk-through leaves open is chosen: sizes, seconds, process numbers other than 300, the addresses of the
injected code other than 0x2FA24D5, which of the three false lsass.exe did what. No file has any content.
"""

from __future__ import annotations

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import registry
from scripts.reconstruction.acts import (
    ARCHIVE,
    CACHED,
    DELETE,
    KEY_WRITE,
    OPEN,
    READ,
    WRITE,
    close,
    delete_on_close,
    end_process,
    list_folder,
    look_at,
    start_process,
    temporary_file,
)
from scripts.reconstruction.computer import filetime
from scripts.reconstruction.planting import BLOCK, PAGE, SERVICES_KEY, Donor, Driver, hide, install
from scripts.reconstruction.recording import NAME_NOT_FOUND, Recording, Thread
from scripts.reconstruction.walkthrough.machine import INF, SYSTEM32, TEMP

# Injected code: addresses in no module. Each process has its own page of it.
IN_EXPLORER = "2fa24d5 2fa2b81 2fa2f06 kernel32.dll+b713"
IN_SERVICES = "c8641d c868f2 c86b30 kernel32.dll+b713"
IN_FALSE_LSASS = "a7231c a7288f a72c02 kernel32.dll+b713"

#: The temporary file that lay there before the capture began, and whose first 4 KB are overwritten.
OVERWRITTEN_FILE = rf"{TEMP}\~DF9.tmp"

#: letter: the sizes of the writes. ~DFD.tmp and ~DFE.tmp hold the drivers, the others what becomes PNF files.
TEMPORARY_FILES = {
    "a": (BLOCK, BLOCK, BLOCK, BLOCK, 61_704),
    "b": (90,),
    "c": (1_844, 16),
    "d": (16_384, 10_232),
    "E": (16_384, 1_016),
    "F": (2_048, 1_024),
}

MRXCLS = Driver(
    "MRxCls",
    "mrxcls.sys",
    {
        "Description": "MRXCLS",
        "DisplayName": "MRXCLS",
        "ErrorControl": 0,
        "Group": "Network",
        "ImagePath": r"\??\C:\WINDOWS\system32\drivers\mrxcls.sys",
        "Start": 1,
        "Type": 1,
        "Data": bytes(range(0x8F, 0x8F + 64)),
    },
)
MRXNET = Driver(
    "MRxNet",
    "mrxnet.sys",
    {
        "Description": "MRXNET",
        "DisplayName": "MRXNET",
        "ErrorControl": 0,
        "Group": "System",
        "ImagePath": r"\??\C:\WINDOWS\system32\drivers\mrxnet.sys",
        "Start": 1,
        "Type": 1,
    },
)

#: Windows' own precompiled setup files, each beside its INF, made when Windows was installed.
PNF_TIME = filetime("2009-11-04T10:12:36.140625")
PNF_TIMES = (PNF_TIME, PNF_TIME + 27_656_250, PNF_TIME + 156_250)
OWN_PNF = ("mdmcpq.PNF", "mdmcpq2.PNF", "mdmeric2.PNF", "oem5.PNF", "usbstor.PNF", "disk.PNF", "volume.PNF")
INF_FOLDER = tuple(sorted((*OWN_PNF, *(name.replace(".PNF", ".inf") for name in OWN_PNF)), key=str.lower))
DONOR = Donor(rf"{INF}\mdmcpq2.PNF", rf"{INF}\mdmcpq2.inf", PNF_TIMES)


def temporary(letter: str) -> str:
    """The path of a temporary file: ~Dfa.tmp to ~Dfd.tmp, ~DFE.tmp, ~DFF.tmp."""
    return rf"{TEMP}\~D{'f' if letter.islower() else 'F'}{letter}.tmp"


def infect(recording: Recording) -> None:
    """All of it, from Explorer's write to its last deletion."""
    _overwrite(recording.thread("explorer", 1996, IN_EXPLORER, 31.407))
    services = recording.thread("services", 2420, IN_SERVICES, 34.180)
    _first_lsass(services)
    services.now = 61.380
    _second_lsass(services)
    _write_from_services(recording.thread("services", 2424, IN_SERVICES, 73.218))
    services.now = 78.080
    _third_lsass(services)
    _clean_up(recording.thread("explorer", 1996, IN_EXPLORER, 90.344))


def _overwrite(thread: Thread) -> None:
    """Explorer overwrites the first 4 KB of a temporary file; then it looks whether infection is not wanted here."""
    path = OVERWRITTEN_FILE
    times = (filetime("2010-07-20T14:02:51.5"),) * 4
    thread.did(files.query_open(path, times, 25_720, ARCHIVE), through="")
    thread.did(files.create_file(path, access=READ | WRITE, disposition=OPEN, share=1), through="")
    thread.did(files.query_standard_information(path, 25_720), through="")
    thread.did(files.read_file(path, 0, PAGE, flags=CACHED), through="")
    thread.did(files.write_file(path, 0, PAGE, flags=CACHED), through="")
    close(thread, path, "")
    key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\MS-DOS Emulation"
    thread.did(registry.open_key(key, 0x20019), through="")
    thread.did(registry.query_value(rf"{key}\NTVDM TRACE", None), NAME_NOT_FOUND, through="")
    thread.did(registry.close_key(key), through="")


def _first_lsass(services: Thread) -> None:
    """PID 300: four temporary files, both drivers, three of the PNF files."""
    thread = start_process(
        services, "false-lsass-300", 1512, IN_FALSE_LSASS, directory="C:\\WINDOWS\\system32\\"
    )
    thread.waits(0.9)
    for name in ("mrxcls.sys", "mrxnet.sys"):
        look_at(thread, rf"{SYSTEM32}\drivers\{name}")
    for letter in "abcd":
        temporary_file(thread, temporary(letter), TEMPORARY_FILES[letter])
        thread.waits(0.21)
    thread.now = 38.912
    install(thread, MRXCLS, rf"{TEMP}\~DFD.tmp", size=sum(TEMPORARY_FILES["d"]), written=36.4)
    thread.now = 43.367
    temporary_file(thread, temporary("E"), TEMPORARY_FILES["E"])
    thread.waits(0.12)
    install(thread, MRXNET, temporary("E"), size=sum(TEMPORARY_FILES["E"]), written=43.4)
    thread.now = 47.831
    list_folder(thread, INF, INF_FOLDER, "*.*")
    for letter, name in (("a", "Oem7a.pnf"), ("b", "Mdmeric3.pnf"), ("c", "Mdmcpq3.pnf")):
        size = sum(TEMPORARY_FILES[letter])
        hide(thread, temporary(letter), rf"{INF}\{name}", DONOR, size=size, written=36.0)
        thread.waits(0.34)
    thread.now = 55.470
    for letter in "abc":
        delete_on_close(thread, temporary(letter))
        thread.waits(0.05)
    delete_on_close(thread, rf"{TEMP}\~DFD.tmp")
    end_process(thread)


def _second_lsass(services: Thread) -> None:
    """The fourth PNF file, from a temporary file of its own."""
    thread = start_process(
        services, "false-lsass-2", 3024, IN_FALSE_LSASS, directory="C:\\WINDOWS\\system32\\"
    )
    thread.now = 63.740
    source = temporary("F")
    temporary_file(thread, source, TEMPORARY_FILES["F"])
    thread.waits(0.4)
    hide(thread, source, rf"{INF}\Oem6c.pnf", DONOR, size=sum(TEMPORARY_FILES["F"]), written=63.7)
    thread.now = 68.015
    delete_on_close(thread, source)
    end_process(thread)


def _write_from_services(thread: Thread) -> None:
    """The infected services.exe writes to one of the PNF files."""
    path = rf"{INF}\Mdmcpq3.pnf"
    thread.did(files.create_file(path, access=READ | WRITE, disposition=OPEN, share=1))
    thread.did(files.read_file(path, 0, 1_860, flags=CACHED))
    for offset, length in ((0, 1_860), (84, 16), (1_844, 16)):
        thread.did(files.write_file(path, offset, length, flags=CACHED))
    close(thread, path)


def _third_lsass(services: Thread) -> None:
    """A registry value that nobody knows is to go; a PNF file is added to; the second driver's temporary file goes."""
    thread = start_process(
        services, "false-lsass-3", 3196, IN_FALSE_LSASS, directory="C:\\WINDOWS\\system32\\"
    )
    thread.now = 80.126
    key = rf"{SERVICES_KEY}\Network"
    thread.did(registry.open_key(key, KEY_WRITE))
    thread.did(registry.delete_value(rf"{key}\FailoverConfig"), NAME_NOT_FOUND)
    thread.did(registry.close_key(key))
    thread.now = 81.309
    _append(thread, rf"{INF}\Oem6c.pnf", sum(TEMPORARY_FILES["F"]), (24, 40))
    thread.now = 82.551
    delete_on_close(thread, temporary("E"))
    end_process(thread)


def _append(thread: Thread, path: str, end: int, sizes: tuple[int, ...]) -> None:
    """Write behind what is in the file."""
    thread.did(files.create_file(path, access=READ | WRITE, disposition=OPEN, share=1))
    thread.did(files.query_standard_information(path, end))
    for size in sizes:
        thread.did(files.write_file(path, end, size, flags=CACHED))
        end += size
    close(thread, path)


def _clean_up(thread: Thread) -> None:
    """Explorer marks for deletion what it had overwritten."""
    path = OVERWRITTEN_FILE
    thread.did(files.create_file(path, access=DELETE, options=0x200040), through="")
    thread.did(files.set_disposition_information(path, True), through="")
    close(thread, path, "")
