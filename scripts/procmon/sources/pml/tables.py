"""The tables beside the events: header, texts, processes with their modules, names of hosts and ports."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.columns import Ints, Source

_NOT_CLOSED = "Process Monitor did not close this log; open it in Process Monitor and save it"
_CUT_OFF = "The file is cut off or damaged; copy it again from where it was saved"
#: Bytes of a file whose events the offset table can tell the places of. A table beyond is damage, not what a copy lost.
_LONGEST = 1 << 40
#: Bytes of the name of a host or port: names of the DNS have 255 characters. Every event of a connection is shown with
#: two of them, so that a few long ones would ask for all memory.
_LONGEST_NAME = 1 << 11
_TABLES = ("events_at", "offset_table_at", "process_table_at", "string_table_at", "icon_table_at")


def fixed_text(raw: bytes) -> str:
    """A NUL-terminated UTF-16 text of a field of fixed size."""
    return raw.decode("utf-16-le", "replace").partition("\0")[0]


@dataclass
class Part:
    """One opened file of a capture: its bytes and header, checked against its size. Errors tell of it by ``name``."""

    name: str
    source: Source
    header: np.void
    memory: mmap.mmap
    strings: Strings = field(init=False)
    hosts: Hosts = field(init=False)

    def __post_init__(self) -> None:
        self.strings = Strings(self)
        self.hosts = Hosts(self)

    @property
    def version(self) -> int:
        """The version of the format."""
        return int(self.header["version"])

    @property
    def bits(self) -> int:
        """The bits of the Windows that was captured: 32 or 64."""
        return 64 if self.header["is_64bit"] else 32

    @property
    def events(self) -> int:
        """How many events the file holds."""
        return int(self.header["events"])

    def offsets(self, first: int, last: int) -> Ints:
        """The file offsets of the events from ``first`` to before ``last``, in order of time."""
        size = layout.OFFSET_ENTRY.itemsize
        at = int(self.header["offset_table_at"])
        entries = self.source.data[at + size * first : at + size * last].view(layout.OFFSET_ENTRY)
        return entries["low"].astype(np.int64) | entries["high"].astype(np.int64) << 32

    def forget(self) -> None:
        """Lets the system take back the memory of what was read; it is read again where it is needed."""
        if hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
            self.memory.madvise(mmap.MADV_DONTNEED)

    def damage(self) -> list[str]:
        """What of the tables behind the events could not be read."""
        said = []
        if self.strings.lost:
            said.append(
                f"{self.strings.lost:,} texts of processes and modules lie beyond the end of {self.name} and are blank."
            )
        if self.hosts.error:
            said.append(
                "Names of hosts and ports are incomplete, because the file is cut off or damaged where they stand; "
                f"addresses without a name are shown as numbers ({self.hosts.error})."
            )
        return said

    def wrong(self, at: int, expected: str, found: str, advice: str | None = None) -> CaptureError:
        """The error that says what is wrong at an offset."""
        return CaptureError(
            self.name, where=f"offset 0x{at:X}", expected=expected, found=found, advice=advice
        )

    def need(self, at: int, size: int, what: str) -> None:
        """Raises CaptureError unless ``size`` bytes at ``at`` lie in the file."""
        if at < 0 or at + size > self.source.size:
            raise self.wrong(at, f"{size:,} bytes of {what}", f"a file that ends at 0x{self.source.size:X}")

    def u4(self, at: int, what: str) -> int:
        """The u32 at ``at``."""
        self.need(at, 4, what)
        return int.from_bytes(self.source.data[at : at + 4].tobytes(), "little")


def open_part(file: Path, name: str | None = None) -> Part:
    """The file, mapped into memory; errors call it ``name``, or by its path.

    Raises CaptureError for what is no PML, was not closed cleanly, or is of an unknown version.
    """
    name = name or str(file)
    size = file.stat().st_size
    if size < layout.HEADER_SIZE:
        raise CaptureError(
            name, expected=f"a PML header of {layout.HEADER_SIZE} bytes", found=f"a file of {size} bytes"
        )
    with file.open("rb") as opened:
        memory = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    data = np.frombuffer(memory, np.uint8)
    header = np.frombuffer(data[: layout.HEADER_SIZE].tobytes(), layout.HEADER)[0]
    _check_header(name, header, data.size)
    return Part(name, Source(data), header, memory)


def _check_header(name: str, header: np.void, size: int) -> None:
    def wrong(at: str, expected: str, found: str, advice: str | None = None) -> CaptureError:
        place = layout.place(layout.HEADER, at)
        return CaptureError(name, where=f"offset 0x{place:X}", expected=expected, found=found, advice=advice)

    if header["signature"] != layout.SIGNATURE:
        raise wrong("signature", "the signature PML_", repr(bytes(header["signature"]))[1:])
    version = int(header["version"])
    if version not in layout.KNOWN_VERSIONS + layout.TRIED_VERSIONS:
        raise wrong("version", "a PML of version 5 to 9", f"version {version}")
    if header["is_64bit"] > 1:
        raise wrong("is_64bit", "0 for 32-bit or 1 for 64-bit Windows", str(header["is_64bit"]))
    for table in _TABLES:
        if not header[table]:
            raise wrong(table, "the place of a table", "none", _NOT_CLOSED)
        # The icons stand behind what is read, and a file that was cut off loses them first.
        if header[table] > size and table != "icon_table_at":
            if (least := max(int(header[one]) for one in _TABLES)) < _LONGEST:
                raise wrong(
                    table, f"a log of more than {least:,} bytes", f"its first {size:,} bytes", _CUT_OFF
                )
            raise wrong(table, f"a place in a file of {size:,} bytes", f"0x{int(header[table]):X}")
    if header["header_size"] != layout.HEADER_SIZE:
        found = f"0x{int(header['header_size']):X}"
        raise wrong("header_size", f"a header of 0x{layout.HEADER_SIZE:X} bytes", found)
    events, room = int(header["events"]), size - int(header["offset_table_at"])
    if events * layout.OFFSET_ENTRY.itemsize > room:
        raise wrong("events", f"no more events than fit a file of {size:,} bytes", f"{events:,} events")


class Strings:
    """The texts of the string table, decoded when they are asked for."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._at = int(part.header["string_table_at"])
        count = part.u4(self._at, "the string table")
        part.need(self._at, 4 + 4 * count, "the string table")
        start = self._at + layout.TABLE_COUNT.itemsize
        self._offsets = part.source.data[start : start + 4 * count].view(layout.TABLE_OFFSET)
        self._known: dict[int, str] = {}
        self._decoded = 0
        self.lost = 0

    def get(self, row: int) -> str | None:
        """The text of a row; None for "" and for what is no row."""
        if row >= self._offsets.size:
            return None
        if row not in self._known:
            self._known[row] = self._read(self._at + int(self._offsets[row]))
        return self._known[row] or None

    def _read(self, at: int) -> str:
        end = self._part.source.size
        size = self._part.u4(at, "a text") if at + 4 <= end else 0
        if at + 4 + size > end:
            self.lost += 1
            return ""
        self._decoded += size
        if self._decoded > self._part.source.size:
            raise self._part.wrong(at, "texts that fit into the file", "texts that overlap")
        return fixed_text(self._part.source.data[at + 4 : at + 4 + size].tobytes())


class Hosts:
    """The names of hosts and ports that Process Monitor had resolved."""

    def __init__(self, part: Part) -> None:
        self._hosts: dict[bytes, str] = {}
        self._ports: dict[tuple[int, bool], str] = {}
        self.error: CaptureError | None = None
        try:
            self._read(part, int(part.header["host_table_at"]))
        except CaptureError as error:
            self.error = error

    def _read(self, part: Part, at: int) -> None:
        if not at:
            return
        count, at = part.u4(at, "the host table"), at + 4
        for _ in range(count):
            address, at, name = self._entry(part, at, layout.HOST)
            self._hosts[address["address"].tobytes()] = name
        count, at = part.u4(at, "the port table"), at + 4
        for _ in range(count):
            port, at, name = self._entry(part, at, layout.PORT)
            self._ports[int(port["port"]), bool(port["is_tcp"])] = name

    def _entry(self, part: Part, at: int, dtype: np.dtype[Any]) -> tuple[np.void, int, str]:
        part.need(at, dtype.itemsize, "a name of a host or port")
        entry = part.source.data[at : at + dtype.itemsize].view(dtype)[0]
        at, size = at + dtype.itemsize, int(entry["name_size"])
        part.need(at, size, "a name of a host or port")
        if size > _LONGEST_NAME:
            expected = f"a name of a host or port of at most {_LONGEST_NAME:,} bytes"
            raise part.wrong(at, expected, f"{size:,} bytes")
        return entry, at + size, fixed_text(part.source.data[at : at + size].tobytes())

    def host(self, address: bytes, *, is_ipv4: bool) -> str:
        """The name of an address of 16 bytes, or its numbers."""
        if is_ipv4:
            address = address[:4].ljust(16, b"\0")
        name = self._hosts.get(address)
        return name or Hosts.numbers(address, is_ipv4=is_ipv4)

    @staticmethod
    def numbers(address: bytes, *, is_ipv4: bool) -> str:
        """An address of 16 bytes as Process Monitor prints one without a name."""
        if is_ipv4:
            return str(IPv4Address(address[:4]))
        return ":".join(f"{int.from_bytes(address[n : n + 2], 'big'):x}" for n in range(0, 16, 2))

    def named(self, most: int) -> dict[str, list[str]]:
        """The addresses by name, ``most`` of them: a name comes from a look-up that whoever owns the address answers."""
        found: dict[str, list[str]] = {}
        for address, name in list(self._hosts.items())[:most]:
            numbers = Hosts.numbers(address, is_ipv4=not any(address[4:]))
            if name and name != numbers:
                found.setdefault(name, []).append(numbers)
        return found

    def port(self, port: int, *, is_tcp: bool) -> str:
        """The name of a port, or its number."""
        return self._ports.get((port, is_tcp)) or str(port)


def process_entries(part: Part) -> tuple[NDArray[np.void], NDArray[np.void], Ints]:
    """Process table and modules of a part: layout.PROCESS entries, layout.MODULE entries, and the row in the first
    that each module belongs to."""
    at = int(part.header["process_table_at"])
    count = part.u4(at, "the process table")
    part.need(at, 4 + 8 * count, "the process table")
    start = at + 4 + 4 * count
    starts = at + part.source.data[start : start + 4 * count].view(layout.TABLE_OFFSET).astype(np.int64)
    dtype, module = layout.PROCESS[part.bits], layout.MODULE[part.bits]
    _check_fits(part, starts, np.full(count, dtype.itemsize), "a process")
    if count * dtype.itemsize > part.source.size:
        raise part.wrong(at, "processes that fit into the file", f"{count:,} processes")
    entries = part.source.fields(starts, dtype)
    counts = entries["modules"].astype(np.int64)
    modules_at = starts + dtype.itemsize
    _check_fits(part, modules_at, counts * module.itemsize, "modules")
    total = int(counts.sum())
    if total * module.itemsize > part.source.size:
        raise part.wrong(at, "modules that fit into the file", f"{total:,} modules")
    owners = np.repeat(np.arange(count), counts)
    within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return entries, part.source.fields(modules_at[owners] + within * module.itemsize, module), owners


def _check_fits(part: Part, starts: Ints, sizes: Ints, what: str) -> None:
    beyond = np.flatnonzero(starts + sizes > part.source.size)
    if beyond.size:
        part.need(int(starts[beyond[0]]), int(sizes[beyond[0]]), what)
