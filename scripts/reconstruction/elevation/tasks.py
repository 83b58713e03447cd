"""What the Task Scheduler does when a task is registered, run and removed: a file of XML, and what it remembers of it.

In Windows 7 the file alone says what is run and as whom; the registry keeps its path and a checksum of it.
"""

from __future__ import annotations

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import registry
from scripts.reconstruction.acts import (
    CACHED,
    CREATE,
    CREATED,
    KEY_READ,
    READ,
    WRITE,
    close,
    delete_on_close,
    look_at,
    make_key,
    set_values,
    start_process,
)
from scripts.reconstruction.elevation import places
from scripts.reconstruction.elevation.machine import OPERATOR
from scripts.reconstruction.recording import Thread

FOLDER = r"C:\Windows\System32\Tasks"
CACHE = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache"

#: The scheduler's own number of each task, and the checksum that it remembers.
NUMBERS = {
    "{6E2A6B3C-41F0-4D6B-9A57-C0B3E1F5D284}": "{0C9D8F51-27A4-4B3E-8D16-F2A07B5E9C43}",
    "Contoso Viewer Update": "{95B1E7D0-6C2F-4A88-B4D3-1E7F0A9C5526}",
    r"Microsoft\Windows\SystemRestore\SR": "{994C86AC-16C9-4F3D-9B8B-5A1C7E0D4F62}",
}
CHECKSUM = bytes.fromhex("b81f42d6")


def register(thread: Thread, task: str, *, size: int, user: bool = False) -> None:
    """The scheduler writes the task's file, for a ``user`` as that user, and remembers its checksum."""
    path, number = rf"{FOLDER}\{task}", NUMBERS[task]
    sid = thread.computer.sids[OPERATOR] if user else b""
    look_at(thread, path)
    thread.did(
        files.create_file(
            path, access=WRITE, disposition=CREATE, attributes=0x80, opened=CREATED, impersonating=sid
        )
    )
    thread.did(files.write_file(path, 0, size, flags=CACHED))
    close(thread, path)
    remembered: tuple[tuple[str, dict[str, int | str | bytes]], ...] = (
        (rf"{CACHE}\Tree\{task}", {"Id": number, "Index": 3}),
        (
            rf"{CACHE}\Tasks\{number}",
            {
                "Path": rf"\{task}",
                "Hash": CHECKSUM,
                "Triggers": bytes(range(0x17, 0x17 + 96)),
                "DynamicInfo": bytes(28),
            },
        ),
    )
    for key, values in remembered:
        make_key(thread, key)
        set_values(thread, key, values)
        thread.did(registry.close_key(key))


def read(thread: Thread, task: str, *, size: int) -> None:
    """The scheduler looks up what it remembers of the task, and reads its file."""
    key = rf"{CACHE}\Tasks\{NUMBERS[task]}"
    thread.did(registry.open_key(key, KEY_READ))
    thread.did(registry.query_value(rf"{key}\Path", *_text(rf"\{task}")))
    thread.did(registry.query_value(rf"{key}\Hash", registry.REG_BINARY, CHECKSUM))
    _read_file(thread, task, size)
    set_values(thread, key, {"DynamicInfo": bytes(range(28))})
    thread.did(registry.close_key(key))


def _text(text: str) -> tuple[int, bytes]:
    return registry.REG_SZ, registry.registry_text(text)


def _read_file(thread: Thread, task: str, size: int) -> None:
    path = rf"{FOLDER}\{task}"
    thread.did(files.create_file(path, access=READ, share=1))
    thread.did(files.query_standard_information(path, size))
    thread.did(files.read_file(path, 0, size, flags=CACHED))
    close(thread, path)


def start_engine(scheduler: Thread, key: str, tid: int, task: str, *, size: int) -> Thread:
    """The scheduler starts an engine for the task, which reads the task's file itself."""
    engine = start_process(scheduler, key, tid, places.ENGINE, directory="C:\\Windows\\system32\\")
    _read_file(engine, task, size)
    engine.waits(0.02)
    return engine


def remove(thread: Thread, task: str) -> None:
    """The task's file goes, and what the scheduler remembers of it."""
    delete_on_close(thread, rf"{FOLDER}\{task}")
    for key in (rf"{CACHE}\Tasks\{NUMBERS[task]}", rf"{CACHE}\Tree\{task}"):
        thread.did(registry.open_key(key, 0x10000))
        thread.did(registry.registry_operation(9, key))
        thread.did(registry.close_key(key))
