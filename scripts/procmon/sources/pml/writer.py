"""Writes PML files of version 9, for 32 and 64 bit: what ``reader`` reads, and Process Monitor opens.

The parts follow each other as Process Monitor writes them: header, events, offset table, process table, string
table, icon table, host and port tables. Events are written as they come, so any number of them needs no memory
but eight bytes each. The bytes depend on nothing but the arguments.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders.body import Body, record, wide

#: The parent of a process that is not in the table, and a process that knows no virtualization (Windows XP).
NO_PROCESS = 0xFFFF_FFFF
NOT_APPLICABLE = 0xFFFF_FFFF

#: The icon of a process without one: no pixels.
NO_ICON = (0, b"")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the header tells of the machine that made the capture. ``service_pack`` is its name, "" for none."""

    computer_name: str
    system_root: str = r"C:\WINDOWS"
    bits: int = 32
    windows: tuple[int, int, int] = (5, 1, 2600)  #: major, minor, build
    service_pack: str = ""
    service_pack_number: int = 0
    suite_mask: int = 0x100
    cpus: int = 1
    ram: int = 512 << 20  #: bytes
    highest_user_address: int = 0x7FFE_FFFF


@dataclass(frozen=True, kw_only=True)
class Module:
    """A module of a process; ``timestamp`` is its link time in seconds from 1970."""

    base: int
    size: int
    path: str
    version: str = ""
    company: str = ""
    description: str = ""
    timestamp: int = 0


@dataclass(frozen=True, kw_only=True)
class Process:
    """A row of the process table. ``index`` is what events name it by; times are FILETIMEs, 0 where unknown."""

    index: int
    pid: int
    name: str
    parent_pid: int = 0
    parent_index: int = NO_PROCESS
    image_path: str = ""
    command_line: str = ""
    user: str = ""
    company: str = ""
    version: str = ""
    description: str = ""
    integrity: str = ""
    session: int = 0
    authentication_id: int = 0
    virtualized: int = NOT_APPLICABLE
    is_64bit: bool = False
    start: int = 0
    end: int = 0
    small_icon: int = 0
    large_icon: int = 0
    modules: Sequence[Module] = ()


class Event(NamedTuple):
    """One event: ``time`` a FILETIME in UTC, ``process`` an index of the process table, ``duration`` in 100 ns.

    ``result`` is an NTSTATUS, ``stack`` the addresses from the innermost frame outwards.
    """

    time: int
    process: int
    tid: int
    body: Body
    result: int = 0
    duration: int = 0
    stack: Sequence[int] = ()


def write_pml(
    target: BinaryIO,
    *,
    machine: Machine,
    processes: Sequence[Process],
    events: Iterable[Event],
    icons: Sequence[tuple[int, bytes]] = (NO_ICON,),
    hosts: Mapping[bytes, str] | None = None,
    ports: Mapping[tuple[int, bool], str] | None = None,
) -> int:
    """Write a capture to the seekable ``target``, events in the order given, and return their number.

    ``icons`` are (width in pixels, icon resource); ``hosts`` {address: name} with addresses of 4 or 16 bytes;
    ``ports`` {(number, is TCP): name}. Raises ValueError for what the format can't hold.
    """
    start = target.tell()
    target.write(bytes(layout.HEADER_SIZE))
    offsets = _write_events(target, events, bits=machine.bits, start=start)
    strings = _Strings()
    places = {"offset_table_at": target.tell() - start}
    target.write(offset_table(offsets))
    places["process_table_at"] = target.tell() - start
    target.write(_process_table(processes, strings, bits=machine.bits))
    places["string_table_at"] = target.tell() - start
    target.write(_table([_sized_text(text) for text in strings]))
    places["icon_table_at"] = target.tell() - start
    target.write(_table([record(layout.ICON, width=w, bytes=len(b)) + b for w, b in icons]))
    places["host_table_at"] = target.tell() - start
    target.write(_host_table(hosts or {}) + _port_table(ports or {}))
    end = target.tell()
    target.seek(start)
    target.write(_header(machine, events=len(offsets), places=places))
    target.seek(end)
    return len(offsets)


def _write_events(target: BinaryIO, events: Iterable[Event], *, bits: int, start: int) -> array[int]:
    offsets = array("Q")
    place = target.tell() - start
    for number, event in enumerate(events):
        data = event_bytes(event, bits=bits, sequence=number)
        offsets.append(place)
        place += len(data)
        target.write(data)
    return offsets


def event_bytes(event: Event, *, bits: int, sequence: int = 0) -> bytes:
    """One event as it stands in the file: header, stack, detail, extra detail."""
    body = event.body
    stack = np.asarray(event.stack, layout.pointer(bits)).tobytes()
    extra_at = layout.EVENT_SIZE + len(stack) + len(body.detail) if body.extra is not None else 0
    header = record(
        layout.EVENT,
        process=event.process,
        tid=event.tid,
        event_class=body.event_class,
        operation=body.operation,
        sequence=sequence & 0xFFFF_FFFF,
        duration=event.duration,
        time=event.time,
        result=event.result,
        frames=_fits(len(event.stack), 0xFFFF, "frames of a stack"),
        detail_size=len(body.detail),
        extra_at=extra_at,
    )
    data = header + stack + body.detail
    if body.extra is not None:
        size = _fits(len(body.extra), 0xFFFF, "bytes of extra detail")
        data += np.array(size, layout.EXTRA_SIZE).tobytes() + body.extra
    return data


def offset_table(offsets: array[int]) -> bytes:
    """The offset table of events at these places in the file."""
    places = np.frombuffer(offsets, "<u8") if offsets else np.zeros(0, "<u8")
    if places.size:
        _fits(int(places[-1]), 2**40 - 1, "bytes before the last event")
    table = np.zeros(places.size, layout.OFFSET_ENTRY)
    table["low"] = places & 0xFFFF_FFFF
    table["high"] = places >> 32
    return table.tobytes()


class _Strings(dict[str, int]):
    """The string table: every text once, in the order of first use; the empty one first."""

    def __init__(self) -> None:
        super().__init__({"": 0})

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]


def _process_table(processes: Sequence[Process], strings: _Strings, *, bits: int) -> bytes:
    indexes = np.array([process.index for process in processes], layout.TABLE_COUNT).tobytes()
    entries = [_process_entry(process, strings, bits=bits) for process in processes]
    return _table(entries, between=indexes)


def _process_entry(process: Process, strings: _Strings, *, bits: int) -> bytes:
    row = record(
        layout.PROCESS[bits],
        process=process.index,
        pid=process.pid,
        parent_pid=process.parent_pid,
        parent=process.parent_index,
        authentication_id=process.authentication_id,
        session=process.session,
        start=process.start,
        end=process.end,
        virtualized=process.virtualized,
        is_64bit=process.is_64bit,
        integrity=strings[process.integrity],
        user=strings[process.user],
        process_name=strings[process.name],
        image_path=strings[process.image_path],
        command_line=strings[process.command_line],
        company=strings[process.company],
        version=strings[process.version],
        description=strings[process.description],
        small_icon=process.small_icon,
        large_icon=process.large_icon,
        modules=len(process.modules),
    )
    return row + b"".join(_module_entry(module, strings, bits=bits) for module in process.modules)


def _module_entry(module: Module, strings: _Strings, *, bits: int) -> bytes:
    return record(
        layout.MODULE[bits],
        base=module.base,
        size=module.size,
        path=strings[module.path],
        version=strings[module.version],
        company=strings[module.company],
        description=strings[module.description],
        timestamp=module.timestamp,
    )


def _table(entries: Sequence[bytes], *, between: bytes = b"") -> bytes:
    """Count, ``between``, the entries' offsets from the start of the table, the entries."""
    head = layout.TABLE_COUNT.itemsize + len(between) + layout.TABLE_OFFSET.itemsize * len(entries)
    sizes = np.array([len(entry) for entry in entries], np.int64)
    offsets = head + np.concatenate([[0], np.cumsum(sizes)[:-1]]) if entries else np.zeros(0, np.int64)
    _fits(head + int(sizes.sum()), 0xFFFF_FFFF, "bytes in a table")
    count = np.array(len(entries), layout.TABLE_COUNT).tobytes()
    return count + between + offsets.astype(layout.TABLE_OFFSET).tobytes() + b"".join(entries)


def _host_table(hosts: Mapping[bytes, str]) -> bytes:
    rows = [
        record(layout.HOST, address=address.ljust(16, b"\0"), name_size=len(_terminated(name)))
        + _terminated(name)
        for address, name in hosts.items()
    ]
    return np.array(len(rows), layout.TABLE_COUNT).tobytes() + b"".join(rows)


def _port_table(ports: Mapping[tuple[int, bool], str]) -> bytes:
    rows = [
        record(layout.PORT, port=port, is_tcp=is_tcp, name_size=len(_terminated(name))) + _terminated(name)
        for (port, is_tcp), name in ports.items()
    ]
    return np.array(len(rows), layout.TABLE_COUNT).tobytes() + b"".join(rows)


def _header(machine: Machine, *, events: int, places: Mapping[str, int]) -> bytes:
    major, minor, build = machine.windows
    return record(
        layout.HEADER,
        signature=layout.SIGNATURE,
        version=9,
        is_64bit=machine.bits == 64,
        computer_name=_field("computer_name", machine.computer_name),
        system_root=_field("system_root", machine.system_root),
        events=_fits(events, 0xFFFF_FFFF, "events"),
        events_at=layout.HEADER_SIZE,
        highest_user_address=machine.highest_user_address,
        os_size=0x11C,
        os_major=major,
        os_minor=minor,
        os_build=build,
        os_platform=2,
        service_pack=_field("service_pack", machine.service_pack),
        service_pack_major=machine.service_pack_number,
        suite_mask=machine.suite_mask,
        product_type=layout.WORKSTATION,
        cpus=machine.cpus,
        ram=machine.ram,
        header_size=layout.HEADER_SIZE,
        **places,
    )


def _field(name: str, text: str) -> bytes:
    """``text`` as a header field, cut to its width; Process Monitor leaves room for a closing NUL."""
    width: int = layout.HEADER[name].itemsize
    return _terminated(text)[: width - 2].ljust(width, b"\0")


def _sized_text(text: str) -> bytes:
    data = _terminated(text) if text else b""
    return np.array(len(data), layout.STRING_SIZE).tobytes() + data


def _terminated(text: str) -> bytes:
    return wide(text) + b"\0\0"


def _fits(value: int, most: int, what: str) -> int:
    if value > most:
        raise ValueError(f"{value:,} {what}; the format holds {most:,} at most")
    return value
