"""Details of file-system events; what queries were answered is as the Windows API defines it."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders.body import Body, text_bytes, text_info, wide

#: SetBasicInformationFile: leave this time as it is; and: no longer keep it for this handle.
UNCHANGED, NOT_KEPT = 0, 0xFFFF_FFFF_FFFF_FFFF

#: What a parameter of a file-system event is called here: its place by bits, and its struct format.
Place = Mapping[int, int]
Parameter = tuple[Place, str, int]


def file_operation(
    operation: int,
    path: str,
    *parameters: Parameter,
    sub: int = 0,
    after: bytes = b"",
    extra: bytes | None = None,
    bits: int = 32,
) -> Body:
    """Any file-system event: ``sub`` is its sub-operation, ``after`` what follows the path."""
    block = bytearray(layout.file_parameters_size(bits))
    for place, kind, value in parameters:
        struct.pack_into("<" + kind, block, place[bits], value)
    head = struct.pack("<B3x", sub) + bytes(block) + struct.pack("<H2x", text_info(path))
    return Body(layout.FILE_SYSTEM, operation, head + text_bytes(path) + after, extra)


def create_file(
    path: str,
    *,
    access: int,
    disposition: int = 1,
    options: int = 0x60,
    attributes: int = 0,
    share: int = 7,
    allocation: int = 0,
    opened: int | None = 1,
    impersonating: bytes = b"",
    bits: int = 32,
) -> Body:
    """CreateFile; ``opened`` is the OpenResult (0 Superseded, 1 Opened, 2 Created, 3 Overwritten), None if it failed.

    ``disposition``: 0 Supersede, 1 Open, 2 Create, 3 OpenIf, 4 Overwrite, 5 OverwriteIf; ``impersonating`` is a SID.
    """
    return file_operation(
        20,
        path,
        (layout.IRP_FLAGS, "I", 0x884),
        (layout.CREATE_OPTIONS, "I", disposition << 24 | options),
        (layout.CREATE_ATTRIBUTES, "H", attributes),
        (layout.CREATE_SHARE_MODE, "H", share),
        (layout.CREATE_ALLOCATION, "I", allocation),
        after=struct.pack("<IB3x", access, len(impersonating)) + impersonating,
        extra=None if opened is None else struct.pack("<I", opened),
        bits=bits,
    )


def read_file(
    path: str, offset: int, length: int, *, flags: int = 0, done: int | None = None, bits: int = 32
) -> Body:
    """ReadFile; ``flags`` hold I/O flags and, from bit 17 on, the priority; ``done`` the bytes read if others."""
    return _transfer(23, path, offset, length, flags=flags, done=done, bits=bits)


def write_file(
    path: str, offset: int, length: int, *, flags: int = 0, done: int | None = None, bits: int = 32
) -> Body:
    """WriteFile, like read_file."""
    return _transfer(24, path, offset, length, flags=flags, done=done, bits=bits)


def _transfer(
    operation: int, path: str, offset: int, length: int, *, flags: int, done: int | None, bits: int
) -> Body:
    return file_operation(
        operation,
        path,
        (layout.IRP_FLAGS, "I", flags),
        (layout.LENGTH, "I", length),
        (layout.THIRD, "q", offset),
        extra=None if done is None else struct.pack("<I", done),
        bits=bits,
    )


def close_file(path: str, *, bits: int = 32) -> Body:
    """CloseFile."""
    return file_operation(38, path, (layout.IRP_FLAGS, "I", 0x404), bits=bits)


def basic_information(times: Sequence[int], attributes: int) -> bytes:
    """FILE_BASIC_INFORMATION: creation, last access, last write and change as FILETIMEs, then the attributes."""
    creation, access, write, change = times
    return struct.pack("<4QI4x", creation, access, write, change, attributes)


def query_basic_information(path: str, times: Sequence[int], attributes: int, *, bits: int = 32) -> Body:
    """QueryBasicInformationFile with its answer."""
    return _query(path, 4, basic_information(times, attributes), bits=bits)


def query_standard_information(
    path: str, size: int, *, allocation: int | None = None, directory: bool = False, bits: int = 32
) -> Body:
    """QueryStandardInformationFile with its answer; ``allocation`` is by default ``size`` in clusters of 4 KB."""
    room = _clusters(size) if allocation is None else allocation
    return _query(path, 5, struct.pack("<qqIBB2x", room, size, 1, 0, directory), bits=bits)


def query_name_information(path: str, *, bits: int = 32) -> Body:
    """QueryNameInformationFile; the answer is the path without its drive."""
    name = wide(path.partition(":")[2] or path)
    return _query(path, 9, struct.pack("<I", len(name)) + name, size=0x210, bits=bits)


def _query(path: str, sub: int, answer: bytes, *, size: int | None = None, bits: int) -> Body:
    length = len(answer) if size is None else size
    return file_operation(
        25, path, (layout.LENGTH, "I", length), (layout.SECOND, "I", sub), sub=sub, extra=answer, bits=bits
    )


def query_open(path: str, times: Sequence[int] | None, size: int, attributes: int, *, bits: int = 32) -> Body:
    """QueryOpen with its answer, or with none (``times`` None) if it failed."""
    answer = None
    if times is not None:
        answer = struct.pack("<4QqqI", *times, _clusters(size), size, attributes)
    return file_operation(6, path, extra=answer, bits=bits)


def _clusters(size: int) -> int:
    return -(-size // 4096) * 4096


def set_basic_information(path: str, times: Sequence[int], attributes: int = 0, *, bits: int = 32) -> Body:
    """SetBasicInformationFile; UNCHANGED and NOT_KEPT stand for times that are not set."""
    return _set(path, 4, basic_information(times, attributes), bits=bits)


def set_disposition_information(path: str, delete: bool, *, bits: int = 32) -> Body:
    """SetDispositionInformationFile: the file goes, or stays after all, when its last handle is closed."""
    return _set(path, 13, struct.pack("<B3x", delete), size=1, bits=bits)


def set_allocation_information(path: str, size: int, *, bits: int = 32) -> Body:
    """SetAllocationInformationFile."""
    return _set(path, 19, struct.pack("<q", size), bits=bits)


def set_end_of_file_information(path: str, size: int, *, bits: int = 32) -> Body:
    """SetEndOfFileInformationFile."""
    return _set(path, 20, struct.pack("<q", size), bits=bits)


def _set(path: str, sub: int, values: bytes, *, size: int | None = None, bits: int) -> Body:
    length = len(values) if size is None else size
    return file_operation(
        26, path, (layout.LENGTH, "I", length), (layout.SECOND, "I", sub), sub=sub, after=values, bits=bits
    )


def query_directory(path: str, pattern: str, names: Sequence[str], *, bits: int = 32) -> Body:
    """QueryDirectory of ``path`` for ``pattern`` ("" where none was given) with the names found, none if it failed.

    The class is FileBothDirectoryInformation, as FindFirstFile uses it.
    """
    entries = [_directory_entry(name, last=n == len(names)) for n, name in enumerate(names, start=1)]
    return file_operation(
        32,
        path,
        (layout.LENGTH, "I", 0x1000),
        (layout.THIRD, "I", 3),
        sub=1,
        after=struct.pack("<H", text_info(pattern)) + text_bytes(pattern),
        extra=b"".join(entries) or None,
        bits=bits,
    )


def _directory_entry(name: str, *, last: bool) -> bytes:
    """FILE_BOTH_DIR_INFORMATION: the length of the name at 60, the name at 94; times, sizes and short name empty."""
    entry = struct.pack("<60xI30x", len(wide(name))) + wide(name)
    length = -(-len(entry) // 8) * 8
    return struct.pack("<I", 0 if last else length) + entry[4:].ljust(length - 4, b"\0")


def create_file_mapping(path: str, protection: int, *, sync_type: int = 1, bits: int = 32) -> Body:
    """CreateFileMapping; ``protection`` is a PAGE_* value, ``sync_type`` 1 SyncTypeCreateSection, 0 SyncTypeOther."""
    protection_place = {32: 0x10, 64: 0x10}
    return file_operation(
        19, path, (layout.LENGTH, "I", sync_type), (protection_place, "I", protection), bits=bits
    )


def control(operation: int, path: str, code: int, *, bits: int = 32) -> Body:
    """FileSystemControl (33) or DeviceIoControl (34) with an FSCTL or IOCTL code."""
    return file_operation(operation, path, (layout.THIRD, "I", code), bits=bits)
