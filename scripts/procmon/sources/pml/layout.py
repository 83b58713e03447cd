"""The byte layout of a PML file: NumPy dtypes and constants, all little-endian, nothing else.

A file is header, events, offset table, process table, string table, icon table, host and port tables.
The base layout follows the public description "PML Format" of eronnen/procmon-parser; what differs from it was
measured on captures beside Process Monitor's own exports (docs/differences.md).
"""

from __future__ import annotations

from typing import Any

import numpy as np

SIGNATURE = b"PML_"
#: Versions that were compared with Process Monitor's own exports, and those that are only tried.
KNOWN_VERSIONS = (7, 9)
TRIED_VERSIONS = (5, 6, 8)

#: Ticks of 100 ns from 1601-01-01 to 1970-01-01, and a tick in ns.
FILETIME_EPOCH = 116_444_736_000_000_000
TICK = 100

#: The name of the computer, the folder of Windows and the service pack: UTF-16LE, NUL-terminated.
HEADER = np.dtype(
    [
        ("signature", "S4"),
        ("version", "<u4"),
        ("is_64bit", "<u4"),
        ("computer_name", "V32"),
        ("system_root", "V520"),
        ("events", "<u4"),
        ("unused", "<u8"),
        ("events_at", "<u8"),
        ("offset_table_at", "<u8"),
        ("process_table_at", "<u8"),
        ("string_table_at", "<u8"),
        ("icon_table_at", "<u8"),
        ("highest_user_address", "<u8"),
        # OSVERSIONINFOEXW, 0x11C bytes
        ("os_size", "<u4"),
        ("os_major", "<u4"),
        ("os_minor", "<u4"),
        ("os_build", "<u4"),
        ("os_platform", "<u4"),
        ("service_pack", "V256"),
        ("service_pack_major", "<u2"),
        ("service_pack_minor", "<u2"),
        ("suite_mask", "<u2"),
        ("product_type", "u1"),
        ("os_reserved", "u1"),
        # SYSTEM_INFO and MEMORYSTATUSEX
        ("cpus", "<u4"),
        ("ram", "<u8"),
        ("header_size", "<u8"),
        ("host_table_at", "<u8"),
    ]
)
HEADER_SIZE = 0x3A8
#: OSVERSIONINFOEXW.wProductType: a workstation; a domain controller and any other server.
WORKSTATION = 1
SERVERS = (2, 3)

#: One entry of the offset table: a 40-bit file offset. Entries stand in the order of time.
OFFSET_ENTRY = np.dtype([("low", "<u4"), ("high", "u1")])

#: What every event starts with; the stack (``frames`` pointers) and ``detail_size`` bytes of detail follow.
#: ``extra_at`` counts from the start of the event, 0 where there is no extra detail. ``duration`` and ``time``
#: are in ticks of 100 ns, ``time`` a FILETIME in UTC. The padding is not initialised. ``sequence`` numbers all events
#: that were captured, also those that a filter kept out of the file; network events have a series of their own.
EVENT = np.dtype(
    [
        ("process", "<u4"),
        ("tid", "<u4"),
        ("event_class", "<u4"),
        ("operation", "<u2"),
        ("padding_0e", "<u2"),
        ("sequence", "<u4"),
        ("duration", "<u8"),
        ("time", "<u8"),
        ("result", "<u4"),
        ("frames", "<u2"),
        ("padding_2a", "<u2"),
        ("detail_size", "<u4"),
        ("extra_at", "<u4"),
    ]
)
EVENT_SIZE = 52
FIRST_NETWORK_SEQUENCE = 0x2000_0000

#: Extra detail: a length in bytes, then so many bytes.
EXTRA_SIZE = np.dtype("<u2")

#: The u16 before a text in a detail: bit 15 says ASCII (else UTF-16LE), the rest counts characters.
TEXT_IS_ASCII = 0x8000
TEXT_LENGTH = 0x7FFF
PATH_INFO = np.dtype("<u2")


def pointer(bits: int) -> np.dtype[Any]:
    """The dtype of an address in a capture of ``bits`` (32 or 64)."""
    return np.dtype("<u8" if bits == 64 else "<u4")


def place(dtype: np.dtype[Any], name: str) -> int:
    """The offset of a field in ``dtype``, in bytes."""
    fields: Any = dtype.fields
    return int(fields[name][1])


def pointer_size(bits: int) -> int:
    """Bytes of an address in a capture of ``bits`` (32 or 64)."""
    return 8 if bits == 64 else 4


#: Process table: u32 count, count × u32 process index, count × u32 offset from the start of the table, the entries.
#: Texts are rows of the string table. ``start`` and ``end`` are FILETIMEs, 0 where unknown or still running.
#: ``modules`` entries of MODULE follow.
def _process(bits: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("process", "<u4"),
            ("pid", "<u4"),
            ("parent_pid", "<u4"),
            ("parent", "<u4"),
            ("authentication_id", "<u8"),
            ("session", "<u4"),
            ("unknown_1c", "<u4"),
            ("start", "<u8"),
            ("end", "<u8"),
            ("virtualized", "<u4"),
            ("is_64bit", "<u4"),
            ("integrity", "<u4"),
            ("user", "<u4"),
            ("process_name", "<u4"),
            ("image_path", "<u4"),
            ("command_line", "<u4"),
            ("company", "<u4"),
            ("version", "<u4"),
            ("description", "<u4"),
            ("small_icon", "<u4"),
            ("large_icon", "<u4"),
            ("unknown_60", pointer(bits)),
            ("modules", "<u4"),
        ]
    )


#: ``timestamp`` is the link time of the image, in seconds from 1970.
def _module(bits: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("unknown_00", pointer(bits)),
            ("base", pointer(bits)),
            ("size", "<u4"),
            ("path", "<u4"),
            ("version", "<u4"),
            ("company", "<u4"),
            ("description", "<u4"),
            ("timestamp", "<u4"),
            ("unknown_tail", "V24"),
        ]
    )


PROCESS = {32: _process(32), 64: _process(64)}
MODULE = {32: _module(32), 64: _module(64)}

#: String table and icon table: u32 count, count × u32 offset from the start of the table, the entries.
#: An entry of the string table is u32 bytes, then UTF-16LE with a closing NUL that counts.
TABLE_COUNT = np.dtype("<u4")
TABLE_OFFSET = np.dtype("<u4")
STRING_SIZE = np.dtype("<u4")
ICON = np.dtype([("width", "<u4"), ("bytes", "<u4")])

#: Host table: u32 count, then HOST and its name (UTF-16LE, ``name_size`` bytes) each; the port table the same.
#: An IPv4 address stands in the first four bytes. ``is_tcp`` 0 is UDP.
HOST = np.dtype([("address", "V16"), ("name_size", "<u4")])
PORT = np.dtype([("port", "<u2"), ("is_tcp", "<u2"), ("name_size", "<u4")])

#: Event classes.
PROCESS_CLASS, REGISTRY, FILE_SYSTEM, PROFILING, NETWORK, IPC = 1, 2, 3, 4, 5, 6


def file_parameters_size(bits: int) -> int:
    """Bytes between the sub-operation (u32) and the path info in the detail of a file-system event."""
    return 0x14 + 5 * pointer_size(bits)


#: File-system detail: u8 sub-operation, 3 bytes of padding, ``file_parameters_size`` bytes of parameters, PATH_INFO,
#: 2 bytes of padding, the path, then what the operation adds. Places of parameters, {bits: offset in parameters}.
FILE_PARAMETERS_AT = 4
IRP_FLAGS = {32: 0x04, 64: 0x04}
LENGTH = {32: 0x0C, 64: 0x0C}
#: The second parameter: the byte offset of reads, the control code, … in 8-byte slots on 64 bit, 4-byte slots on 32.
SECOND = {32: 0x10, 64: 0x14}
THIRD = {32: 0x14, 64: 0x1C}
CREATE_OPTIONS = {32: 0x10, 64: 0x14}
CREATE_ATTRIBUTES = {32: 0x14, 64: 0x1C}
CREATE_SHARE_MODE = {32: 0x16, 64: 0x1E}
CREATE_ALLOCATION = {32: 0x20, 64: 0x34}
LOCK_FAIL_IMMEDIATELY = {32: 0x20, 64: 0x2C}
LOCK_EXCLUSIVE = {32: 0x21, 64: 0x2D}

#: Network detail: flags (below), bytes, addresses, ports; then name and value texts, UTF-16LE, each NUL-terminated,
#: an empty one last.
NETWORK_DETAIL = np.dtype(
    [
        ("flags", "<u2"),
        ("padding", "<u2"),
        ("length", "<u4"),
        ("source", "V16"),
        ("target", "V16"),
        ("source_port", "<u2"),
        ("target_port", "<u2"),
    ]
)
SOURCE_IS_IPV4, TARGET_IS_IPV4, IS_TCP = 1, 2, 4

#: Detail of Process Create and Process Defined; the SIDs, the path and the command line follow.
PROCESS_CREATE = np.dtype(
    [
        ("process", "<u4"),
        ("pid", "<u4"),
        ("parent", "<u4"),
        ("parent_pid", "<u4"),
        ("session", "<u4"),
        ("is_64bit", "<u4"),
        ("start", "<u8"),
        ("authentication_id", "<u8"),
        ("virtualized", "<u4"),
        ("user_sid_size", "u1"),
        ("integrity_sid_size", "u1"),
        ("path_info", "<u2"),
        ("command_line_info", "<u2"),
        ("padding_32", "<u2"),
    ]
)
#: Detail of Process Start; command line, current directory and environment follow. Version 7 has the first field only.
PROCESS_START = np.dtype(
    [
        ("parent_pid", "<u4"),
        ("command_line_info", "<u2"),
        ("directory_info", "<u2"),
        ("environment_length", "<u4"),
    ]
)
#: Detail of Process Exit and Process Statistics; times in ticks, sizes in bytes.
PROCESS_EXIT = np.dtype(
    [
        ("exit_status", "<u4"),
        ("kernel_time", "<u8"),
        ("user_time", "<u8"),
        ("working_set", "<u8"),
        ("peak_working_set", "<u8"),
        ("private_bytes", "<u8"),
        ("peak_private_bytes", "<u8"),
    ]
)
THREAD_EXIT = np.dtype([("unknown", "<u4"), ("kernel_time", "<u8"), ("user_time", "<u8")])


#: Detail of Load Image; 2 bytes of padding, then the path.
def _load_image(bits: int) -> np.dtype[np.void]:
    return np.dtype(
        [("base", pointer(bits)), ("size", "<u4"), ("path_info", "<u2"), ("padding", "<u2")],
    )


LOAD_IMAGE = {32: _load_image(32), 64: _load_image(64)}
PROCESS_PROFILE = np.dtype(
    [("user_time", "<u8"), ("kernel_time", "<u8"), ("working_set", "<u8"), ("private_bytes", "<u8")]
)
THREAD_PROFILE = np.dtype([("user_time", "<u4"), ("kernel_time", "<u4"), ("context_switches", "<u4")])

#: Registry details: path info, 2 bytes of padding, what the operation asks, the path.
REG_OPEN_KEY = np.dtype([("path_info", "<u2"), ("padding", "<u2"), ("desired_access", "<u4")])
REG_QUERY = np.dtype(
    [("path_info", "<u2"), ("padding", "<u2"), ("length", "<u4"), ("information_class", "<u4")]
)
REG_ENUM = np.dtype(
    [
        ("path_info", "<u2"),
        ("padding", "<u2"),
        ("length", "<u4"),
        ("index", "<u4"),
        ("information_class", "<u4"),
    ]
)
#: The data follow the path, ``captured`` bytes of ``length``.
REG_SET_VALUE = np.dtype(
    [
        ("path_info", "<u2"),
        ("padding", "<u2"),
        ("type", "<u4"),
        ("length", "<u4"),
        ("captured", "<u2"),
        ("padding_0e", "<u2"),
    ]
)
REG_SET_INFO = np.dtype(
    [
        ("path_info", "<u2"),
        ("padding", "<u2"),
        ("information_class", "<u4"),
        ("unknown_08", "<u4"),
        ("length", "<u2"),
        ("captured", "<u2"),
    ]
)
#: RegLoadKey and RegRenameKey: the new path or name follows the path.
REG_RENAME = np.dtype([("path_info", "<u2"), ("new_info", "<u2")])
#: All other registry operations: the path follows at once, without padding.
REG_PLAIN = np.dtype([("path_info", "<u2")])
