"""What programs do again and again, as the events that it makes: opening, copying, listing, asking the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.reconstruction.recording import (
    END_OF_FILE,
    NAME_NOT_FOUND,
    NO_MORE_ENTRIES,
    NO_MORE_FILES,
    PATH_NOT_FOUND,
    Thread,
)

# Access rights and options of CreateFile.
READ, WRITE, READ_ATTRIBUTES, WRITE_ATTRIBUTES = 0x120089, 0x120196, 0x100080, 0x100100
LIST, DELETE, EXECUTE = 0x100001, 0x10080, 0x1000A1
FOLDER, PLAIN_FILE, SEQUENTIAL = 0x4021, 0x60, 0x64
OPEN, CREATE, OPEN_IF, OVERWRITE_IF = 1, 2, 3, 5
OPENED, CREATED, OVERWRITTEN = 1, 2, 3

KEY_READ, KEY_WRITE, KEY_ALL = 0x20019, 0x20006, 0xF003F

#: IRP flags of a file that is read and written through the cache, and around it.
CACHED, PAGING = 0x900, 0x43

ARCHIVE = 0x20

#: The internal requests that follow a handle's end, which Process Monitor shows by their internal names.
IRP_MJ_CLOSE = 22
RELEASE_FOR_SECTION = 18


def close(thread: Thread, path: str, through: str | None = None) -> None:
    """Close a file: the clean-up that users see, and the internal request that follows it."""
    thread.did(files.close_file(path), through=through)
    thread.did(files.file_operation(IRP_MJ_CLOSE, path), through=through)


def look_at(thread: Thread, path: str, *, size: int | None = None, when: int | None = None) -> None:
    """Ask for a file's attributes, which is there (with ``size``, as old as Windows or ``when``) or not."""
    if size is None:
        thread.did(files.query_open(path, None, 0, 0), NAME_NOT_FOUND)
    else:
        made = thread.computer.built if when is None else when
        thread.did(files.query_open(path, (made, thread.moment, made, made), size, ARCHIVE))


def read_whole(thread: Thread, path: str, size: int, *, step: int = 4096, options: int = PLAIN_FILE) -> None:
    """Open a file, ask for its size, read it to the end and close it."""
    thread.did(files.create_file(path, access=READ, options=options, share=1))
    thread.did(files.query_standard_information(path, size))
    for offset in range(0, size, step):
        thread.did(files.read_file(path, offset, min(step, size - offset), flags=CACHED))
    thread.did(files.read_file(path, size, step, flags=CACHED), END_OF_FILE)
    close(thread, path)


def list_folder(thread: Thread, folder: str, names: Sequence[str], pattern: str = "*") -> None:
    """Open a folder, read its names in portions as they fit into a buffer, and close it."""
    thread.did(files.create_file(folder, access=LIST, options=FOLDER))
    portions = [names[at : at + 30] for at in range(0, len(names), 30)]
    for number, portion in enumerate(portions):
        thread.did(files.query_directory(folder, pattern if number == 0 else "", portion))
    thread.did(files.query_directory(folder, "", ()), NO_MORE_FILES)
    close(thread, folder)


def ask(thread: Thread, key: str, values: Iterable[tuple[str, int | str | None]]) -> None:
    """Open a registry key, ask for values (None: not there) and close it."""
    thread.did(registry.open_key(key, KEY_READ))
    for name, data in values:
        path = rf"{key}\{name}"
        if data is None:
            thread.did(registry.query_value(path, None), NAME_NOT_FOUND)
        else:
            thread.did(registry.query_value(path, *stored(data)))
    thread.did(registry.close_key(key))


def miss(thread: Thread, key: str) -> None:
    """Ask for a registry key that is not there."""
    thread.did(registry.open_key(key, KEY_READ), NAME_NOT_FOUND)


def enumerate_keys(thread: Thread, key: str, names: Sequence[str]) -> None:
    """Open a registry key, go through its sub-keys and close it."""
    thread.did(registry.open_key(key, KEY_READ))
    for index, name in enumerate(names):
        thread.did(registry.enum_key(key, index, name))
    thread.did(registry.enum_key(key, len(names), None), NO_MORE_ENTRIES)
    thread.did(registry.close_key(key))


def stored(data: int | str | bytes) -> tuple[int, bytes]:
    """Type and bytes of a registry value: numbers REG_DWORD, bytes REG_BINARY, texts REG_SZ, paths REG_EXPAND_SZ."""
    if isinstance(data, int):
        return registry.REG_DWORD, registry.registry_number(data)
    if isinstance(data, bytes):
        return registry.REG_BINARY, data
    kind = (
        registry.REG_EXPAND_SZ if "\\" in data and (data[0] in "%\\" or data[1] == ":") else registry.REG_SZ
    )
    return kind, registry.registry_text(data)


def set_values(thread: Thread, key: str, values: Mapping[str, int | str | bytes]) -> None:
    """Set values of a key that is open."""
    for name, data in values.items():
        thread.did(registry.set_value(rf"{key}\{name}", *stored(data)))


def make_key(thread: Thread, key: str) -> None:
    """Create a registry key that was not there."""
    thread.did(registry.create_key(key, KEY_ALL, created=True))


def temporary_file(thread: Thread, path: str, sizes: Sequence[int]) -> None:
    """GetTempFileName makes an empty file; then it is opened again and written, ``sizes`` bytes at a time."""
    thread.did(files.create_file(path, access=READ, disposition=CREATE, attributes=0x80, opened=CREATED))
    close(thread, path)
    thread.did(files.create_file(path, access=WRITE, disposition=OPEN, attributes=0x80, share=1))
    offset = 0
    for size in sizes:
        thread.did(files.write_file(path, offset, size, flags=CACHED), through="")
        offset += size
    close(thread, path)


def copy_file(thread: Thread, source: str, target: str, *, size: int, step: int, written: float) -> None:
    """CopyFileEx: source and target opened, ``step`` bytes read and written in turn, then the source's time set."""
    last_write = thread.computer.moment(written)
    through = thread.computer.calls.copy_file
    did = partial(thread.did, through=through)
    did(files.create_file(source, access=READ, options=SEQUENTIAL, share=5))
    times = (last_write, thread.moment, last_write, last_write)
    did(files.query_basic_information(source, times, ARCHIVE))
    did(files.query_standard_information(source, size))
    did(
        files.create_file(
            target,
            access=WRITE | DELETE,
            disposition=OVERWRITE_IF,
            options=SEQUENTIAL,
            attributes=ARCHIVE,
            share=0,
            opened=CREATED,
        )
    )
    did(files.set_end_of_file_information(target, size))
    for offset in range(0, size, step):
        length = min(step, size - offset)
        did(files.read_file(source, offset, length, flags=CACHED))
        did(files.write_file(target, offset, length, flags=CACHED))
    did(files.read_file(source, size, step, flags=CACHED), END_OF_FILE)
    kept = (files.UNCHANGED, files.UNCHANGED, last_write, files.UNCHANGED)
    did(files.set_basic_information(target, kept))
    close(thread, source, through)
    close(thread, target, through)


def delete_on_close(thread: Thread, path: str) -> None:
    """DeleteFile: open for deletion, mark, close."""
    thread.did(files.create_file(path, access=DELETE, options=0x200040))
    thread.did(files.set_disposition_information(path, True))
    close(thread, path)


def start_process(creator: Thread, key: str, tid: int, callers: str, *, directory: str) -> Thread:
    """CreateProcess by ``creator``; the new process's first thread, once the loader has mapped its modules.

    Process Start and the first Thread Create bear the stack of the thread that created the process. The parent is the one
    that the process table has, which need not be the creator: User Account Control names the program that asked.
    """
    computer = creator.computer
    program = computer.programs[key]
    parent = program.parent or creator.process
    image = computer.module(program.name)
    creator.did(files.create_file(image.path, access=EXECUTE, share=5))
    creator.did(files.create_file_mapping(image.path, 0x10))
    creator.did(files.file_operation(RELEASE_FOR_SECTION, image.path))
    miss(
        creator,
        rf"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\{program.name}",
    )
    creator.now = program.started or creator.now
    body = processes.process_create(
        image.path,
        program.command_line,
        process=computer.indexes[key],
        pid=program.pid,
        parent=computer.indexes[parent],
        parent_pid=computer.programs[parent].pid,
        user_sid=computer.sids.get(program.user, b""),
        integrity_sid=computer.sids.get(program.integrity, b""),
        session=program.session,
        start=creator.moment,
        authentication_id=computer.logons[program.user],
    )
    creator.did(body)
    child = creator.recording.thread(key, tid, creator.callers, creator.now)
    child.did(
        processes.process_start(
            program.command_line, directory, computer.environment, parent_pid=computer.programs[parent].pid
        )
    )
    child.did(processes.thread_create(tid))
    close(creator, image.path)
    child.callers = computer.calls.loader
    child.waits(0.004)
    for name in program.modules:
        load(child, name)
    child.callers = callers
    return child


def load(thread: Thread, name: str) -> None:
    """LoadLibrary: the file opened, mapped and closed, unless it is there from the start, and the image loaded."""
    image = thread.computer.module(name)
    if name not in ("ntdll.dll", "kernel32.dll", thread.computer.programs[thread.process].name):
        thread.did(files.create_file(image.path, access=EXECUTE, share=5))
        thread.did(files.create_file_mapping(image.path, 0x10))
        thread.did(files.file_operation(RELEASE_FOR_SECTION, image.path))
        close(thread, image.path)
    thread.did(processes.load_image(image.path, image.base, image.size))


def end_process(thread: Thread) -> None:
    """ExitProcess, at the second at which the process table has it end."""
    ended = thread.computer.programs[thread.process].ended
    if ended is not None:
        thread.now = ended - 0.0004
    thread.did(processes.thread_exit(user_time=156_250, kernel_time=312_500))
    thread.did(
        processes.process_exit(
            0,
            user_time=156_250,
            kernel_time=312_500,
            working_set=3_252_224,
            peak_working_set=3_260_416,
            private_bytes=1_134_592,
            peak_private_bytes=1_187_840,
        )
    )


def not_there(thread: Thread, path: str) -> None:
    """Try to open a file in a folder that does not exist."""
    thread.did(files.create_file(path, access=READ_ATTRIBUTES, options=0x200000, opened=None), PATH_NOT_FOUND)
