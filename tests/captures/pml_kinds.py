"""A small PML that holds an event of every kind, for tests that damage it."""

from __future__ import annotations

import struct
from functools import cache

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.procmon.sources.pml.encoders.body import wide
from scripts.procmon.sources.pml.writer import Event, Module, Process
from tests.captures.pml import NOON, actor, pml_bytes

SID = bytes.fromhex("010100000000000512000000")


@cache
def a_capture(bits: int) -> bytes:
    """An event of every kind whose detail has parts of variable length."""
    times = (NOON, 0, NOON, 0)
    rename = struct.pack("<B7xQI" if bits == 64 else "<B3xII", 1, 0, 8) + wide("b.cd")
    streams = struct.pack("<IIQQ", 0, 14, 1, 1) + wide("::$DATA")
    bodies = [
        files.create_file(r"C:\ä", access=0x120089, disposition=2, impersonating=SID, opened=2, bits=bits),
        files.read_file(r"C:\a", 1, 2, flags=0x43, bits=bits),
        files.query_basic_information(r"C:\a", times, 0x20, bits=bits),
        files.query_name_information(r"C:\a\b", bits=bits),
        files.file_operation(25, r"C:\a", sub=0x16, extra=streams, bits=bits),
        files.file_operation(26, r"C:\a", sub=0x0A, after=rename, bits=bits),
        files.file_operation(30, "C:\\", sub=1, extra=bytes(18) + wide("label"), bits=bits),
        files.file_operation(30, "C:\\", sub=5, extra=bytes(8) + b"\x08\0\0\0" + wide("NTFS"), bits=bits),
        files.set_basic_information(r"C:\a", times, 0x20, bits=bits),
        files.query_directory(r"C:\a", "*", [".", "..", "x"], bits=bits),
        files.control(33, r"C:\a", 0x94264, bits=bits),
        registry.create_key(r"HKLM\a", 0x2000000, created=True),
        registry.query_key_name(r"HKLM\a", r"\REGISTRY"),
        registry.set_value(r"HKLM\a", 7, wide("a\0b\0\0")),
        registry.query_value(r"HKLM\a", 3, bytes(16)),
        registry.enum_value(r"HKLM\a", 1, "name", 1, registry.registry_text("data")),
        registry.enum_key(r"HKLM\a", 1, "name"),
        processes.process_create("C:\\b", "b", process=7, pid=9, parent=7, parent_pid=1, user_sid=SID),
        processes.process_start("b", "C:\\", ["A=1"], parent_pid=1),
        processes.process_exit(0),
        processes.load_image(r"C:\a.dll", 0x1000, 0x1000, bits=bits),
        processes.network_operation(2, (b"\1\2\3\4", 1), (bytes(16), 2), 3, tcp=True),
    ]
    events = [Event(NOON + n, 7, 1, body, stack=(n, 2, 3)) for n, body in enumerate(bodies)]
    module = Module(base=1, size=2, path=r"C:\a.dll", version="1")
    rows = (actor(parent_index=1, modules=[module]), Process(index=1, pid=4, name="System"))
    return pml_bytes(*events, bits=bits, rows=rows, hosts={b"\1\2\3\4": "host"}, ports={(1, True): "port"})


def of_version(data: bytes, version: int) -> bytes:
    """The capture with another version in its header."""
    changed = np.frombuffer(data, np.uint8).copy()
    changed[: layout.HEADER_SIZE].view(layout.HEADER)["version"] = version
    return changed.tobytes()
