"""Innocent things that resemble what the infection does; a report must not mistake any of them for it.

The real lsass.exe writing; a setup program's temporary files; recent documents deleted and written anew; timestamp
calls that set nothing; frames that the stack walk can't name; a driver that is loaded but was not dropped.
"""

from __future__ import annotations

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.reconstruction import questions
from scripts.reconstruction.acts import (
    ARCHIVE,
    CACHED,
    CREATE,
    CREATED,
    KEY_READ,
    OPEN,
    OVERWRITE_IF,
    OVERWRITTEN,
    WRITE,
    WRITE_ATTRIBUTES,
    ask,
    close,
    delete_on_close,
    end_process,
    set_values,
    start_process,
)
from scripts.reconstruction.recording import NAME_NOT_FOUND, Recording, Thread
from scripts.reconstruction.walkthrough import places

SEED = r"HKLM\SOFTWARE\Microsoft\Cryptography\RNG"


def mislead(recording: Recording) -> None:
    """All of them, at their times."""
    _real_lsass(recording)
    _seed(recording)
    _setup(recording)
    for at in (22.4, 67.1, 118.8):
        _recent_document(recording.thread("explorer", 1644, places.EXPLORER_REMEMBERS, at), round(at) % 7)
    for at, name in (
        (44.9, "LSASS.EXE-20DB2A4A"),
        (71.8, "LSASS.EXE-20DB2A4A"),
        (88.6, "LSASS.EXE-20DB2A4A"),
        (115.1, "SETUP.EXE-1B5D7C02"),
    ):
        _prefetch(recording.thread("netsvcs", 1212, places.SCHEDULER, at), name)
    for at in (27.3, 58.2, 97.6, 131.5):
        _internet_cache(recording.thread("explorer", 1644, places.EXPLORER_LOOKS[2], at))
    for number, address in enumerate(UNNAMED):
        _hooked(recording.thread("agent", 1752, places.AGENT, 9.0 + 23.7 * number), address)
    _load_driver(recording.kernel_thread(88, "drivers", 17.552))


def _real_lsass(recording: Recording) -> None:
    """The real lsass.exe stirs the random numbers, and asks the network for a domain controller."""
    for at in (14.2, 53.9, 92.3, 140.7):
        _stir(recording.thread("lsass", 756, places.RANDOM_SEED, at))
    for at in (29.8, 121.2):
        thread = recording.thread("lsass", 760, places.DOMAIN_SEARCH, at)
        path = r"\\WORKGROUP*\MAILSLOT\NET\NETLOGON"
        thread.did(
            files.create_file(path, access=WRITE, disposition=OPEN, attributes=0x80, share=1, opened=CREATED)
        )
        thread.did(files.write_file(path, 0, 66, flags=CACHED))
        close(thread, path)


def _seed(recording: Recording) -> None:
    """So do others that need random numbers."""
    for process, tid, callers, at in (
        ("netsvcs", 1340, f"rsaenh.dll+b1c4 rsaenh.dll+c0e2 {places.UPDATE_ENGINE}", 8.4),
        ("netsvcs", 1340, f"rsaenh.dll+b1c4 rsaenh.dll+c0e2 {places.UPDATE_ENGINE}", 66.2),
        ("netsvcs", 1404, f"rsaenh.dll+b1c4 rsaenh.dll+c0e2 {places.SCHEDULER}", 124.9),
        ("explorer", 1644, places.EXPLORER_LOOKS[1], 26.7),
        ("explorer", 1644, places.EXPLORER_LOOKS[1], 97.0),
        ("agent", 1744, places.AGENT, 47.7),
    ):
        _stir(recording.thread(process, tid, callers, at))


def _stir(thread: Thread) -> None:
    ask(thread, SEED, (("Seed", None),))
    set_values(thread, SEED, {"Seed": bytes(range(80))})


def _setup(recording: Recording) -> None:
    """A setup program looks for an update, in temporary files that it makes and deletes, and finds none."""
    updater = recording.thread("updater", 1884, places.UPDATER, 104.58)
    thread = start_process(
        updater, "setup", 3352, places.SETUP, directory="C:\\Program Files\\Contoso Viewer\\Update\\"
    )
    thread.now = 106.0
    marker, folder = r"C:\WINDOWS\Temp\nsi4.tmp", r"C:\WINDOWS\Temp\nsi5.tmp"
    settings = rf"{folder}\ioSpecial.ini"
    thread.did(
        files.create_file(marker, access=0x120089, disposition=CREATE, attributes=0x80, opened=CREATED)
    )
    close(thread, marker)
    thread.did(
        files.create_file(
            folder, access=0x100001, disposition=CREATE, options=0x200021, attributes=0x80, opened=CREATED
        )
    )
    close(thread, folder)
    thread.did(
        files.create_file(
            settings, access=WRITE, disposition=OVERWRITE_IF, attributes=ARCHIVE, opened=CREATED
        )
    )
    for offset, length in ((0, 512), (512, 131)):
        thread.did(files.write_file(settings, offset, length, flags=CACHED))
    close(thread, settings)
    for key, values in questions.CONTOSO:
        ask(thread, key, values)
    thread.now = 112.2
    delete_on_close(thread, settings)
    delete_on_close(thread, folder)
    delete_on_close(thread, marker)
    end_process(thread)


def _recent_document(thread: Thread, slot: int) -> None:
    """A document was opened: its slot among the recent ones is emptied and filled anew, in two lists."""
    order = bytes([slot, 0, 0, 0, 255, 255, 255, 255])
    for key in (rf"{places.EXPLORER_KEY}\RecentDocs\.xls", rf"{places.EXPLORER_KEY}\RecentDocs"):
        thread.did(registry.open_key(key, 0xF003F))
        thread.did(registry.delete_value(rf"{key}\{slot}"))
        set_values(thread, key, {str(slot): bytes(range(60)), "MRUListEx": order})
        thread.did(registry.close_key(key))


def _prefetch(thread: Thread, name: str) -> None:
    """Ten seconds after a program's start Windows writes down what it read; 0 and -1 set no time."""
    path = rf"C:\WINDOWS\Prefetch\{name}.pf"
    thread.did(
        files.create_file(path, access=WRITE, disposition=OVERWRITE_IF, attributes=0x2020, opened=OVERWRITTEN)
    )
    thread.did(
        files.set_basic_information(path, (files.UNCHANGED, files.NOT_KEPT, files.NOT_KEPT, files.NOT_KEPT))
    )
    thread.did(files.write_file(path, 0, 17_240, flags=CACHED))
    thread.did(files.set_end_of_file_information(path, 17_240))
    close(thread, path)


def _internet_cache(thread: Thread) -> None:
    """The index of the Internet cache is written, and its attributes are set, but no time."""
    path = rf"{places.HOME}\Local Settings\Temporary Internet Files\Content.IE5\index.dat"
    thread.did(files.create_file(path, access=WRITE_ATTRIBUTES))
    thread.did(files.set_basic_information(path, (files.UNCHANGED,) * 4, 0x2026))
    close(thread, path)
    for offset in (0, 28_672, 32_768):
        thread.did(files.write_file(path, offset, 4096, flags=CACHED))


#: Frames that a hook library's own calling convention leaves behind: another page each time, seen once.
UNNAMED = ("13e1a4", "c7f0d8", "1b2e66c", "93f4f0", "e1a33c", "118c7d4")


def _hooked(thread: Thread, address: str) -> None:
    """A third-party library asks for its settings; the walk finds a frame of it that belongs to no module."""
    callers = f"cthook.dll+4c1a {address} cthook.dll+7b02 USER32.dll+8734 USER32.dll+8816 kernel32.dll+b713"
    key = r"HKCU\Software\Contoso\Viewer\Hook"
    thread.did(registry.open_key(key, KEY_READ))
    thread.did(registry.query_value(rf"{key}\Level", None), NAME_NOT_FOUND, callers=callers)
    thread.did(registry.close_key(key))


def _load_driver(thread: Thread) -> None:
    """A memory stick with a FAT file system is in use for the first time: Windows loads its own driver for it."""
    image = thread.computer.module("fastfat.sys")
    key = r"HKLM\System\CurrentControlSet\Services\Fastfat"
    for name, data in (("Type", 2), ("Start", 4), ("ErrorControl", 1)):
        thread.did(registry.query_value(rf"{key}\{name}", registry.REG_DWORD, registry.registry_number(data)))
    thread.did(files.create_file(image.path, access=0x20, share=5))
    thread.did(files.create_file_mapping(image.path, 0x10))
    close(thread, image.path)
    thread.did(processes.load_image(image.path, image.base, image.size))
