"""VMMap's pictures of a process's memory: snapshots (.mmp, XML) and its CSV export → regions.

Read by the public description of the formats (the reader of snapshots in microsoft/perfview, the CSV export quoted in
eclipse-omr's tools); no file that VMMap itself wrote was at hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.procmon.contracts import sidecars as s
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.sidecar_text import Content, elements, folded, forget, is_xml, rows

#: The attribute UseType of a Region.
USE_TYPES = {
    0: s.HEAP,
    1: s.THREAD_STACK,
    2: s.IMAGE,
    3: s.MAPPED_FILE,
    4: s.PRIVATE_DATA,
    5: s.SHAREABLE,
    6: s.FREE,
    8: s.MANAGED_HEAP,
    10: s.UNUSABLE,
}
#: The attribute Protection of a Region: Windows' PAGE_* constants, in VMMap's words.
PROTECTIONS = {
    0x01: "No access",
    0x02: "Read",
    0x04: "Read/Write",
    0x08: "Copy on write",
    0x10: "Execute",
    0x20: "Execute/Read",
    0x40: "Execute/Read/Write",
    0x80: "Execute/Copy on write",
}
_GUARD = 0x100
_TOP = 1 << 64
_PID = ("pid", "processid", "targetpid", "targetprocessid")
_NAME = ("processname", "process", "imagename", "targetprocess", "targetprocessname")
_COLUMNS = {"address", "type", "size", "protection"}


def read_vmmap(path: Path, name: str) -> Content:
    """The regions of a snapshot (of the last one, where a file holds several), without source and process.

    ``told`` holds "pid" and "process_name" as far as the file tells them. Raises CaptureError for a file that holds no
    region.
    """
    content = _of_xml(path, name) if is_xml(path, name) else _of_csv(path, name)
    if not content.rows:
        found = f"{content.rejected:,} that can't be read" if content.rejected else "none"
        raise CaptureError(name, expected="regions of memory, as VMMap saves them", found=found)
    told = content.told
    content.told = {
        key: value
        for key, names in (("pid", _PID), ("process_name", _NAME))
        if (value := next((told[one] for one in names if told.get(one)), None))
    }
    return content


def _of_xml(path: Path, name: str) -> Content:
    content = Content("XML")
    for event, element in elements(path, name, content):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            if tag == "Snapshot":
                # A file holds every snapshot that was taken; VMMap shows the last.
                content.rows.clear()
                content.rejected = 0
            if tag != "Region":
                for key, value in element.attrib.items():
                    _tell(content, key, value)
            continue
        if tag == "Region":
            content.add(_region(element.attrib))
        elif element.text and element.text.strip():
            _tell(content, tag, element.text.strip())
        forget(element)
    return content


def _region(told: Mapping[str, str]) -> dict[str, Any] | None:
    address, size = _number(told.get("Address")), _number(told.get("Size"))
    if address is None or size is None or not _lies_in_memory(address, size):
        return None
    use = _number(told.get("UseType"))
    shown = told.get("Type", "")
    return {
        s.ADDRESS: address,
        s.SIZE: size,
        s.TYPE: (USE_TYPES.get(use) if use is not None else None) or _type(shown) or f"Unknown ({use})",
        **_protection(_number(told.get("Protection")) or 0),
        s.COMMITTED: _number(told.get("Commit")),
        s.PRIVATE: _number(told.get("PrivateBytes")),
        s.DETAILS: told.get("Details", "").strip() or None,
    }


def _of_csv(path: Path, name: str) -> Content:
    content = Content("CSV")
    columns: list[str] = []
    for is_header, row in rows(path, name, _COLUMNS):
        if is_header:
            columns = row
        elif columns:
            content.add(_row(dict(zip(columns, row, strict=False))))
        elif len(row) > 1:
            _tell(content, row[0], row[1].strip())
    return content


def _tell(content: Content, name: str, value: str) -> None:
    """Keeps what tells the process; a file may hold any number of other names."""
    if (known := folded(name)) in (*_PID, *_NAME):
        content.told[known] = value[:1000]


def _row(told: Mapping[str, str]) -> dict[str, Any] | None:
    """A row of the CSV export; sizes are in KB there, addresses hexadecimal, parts indented."""
    address = told.get("address", "").strip()
    size = _kilobytes(told.get("size"))
    if not re.fullmatch(r"[0-9A-Fa-f]{1,16}", address) or size is None:
        return None
    if not _lies_in_memory(int(address, 16), size):
        return None
    shown = told.get("protection", "").strip()
    words = re.split(r"\s*/\s*", shown.lower())
    known = bool(shown) and shown.lower() != "reserved"
    return {
        s.ADDRESS: int(address, 16),
        s.SIZE: size,
        s.TYPE: _type(told.get("type", "")) or "Unknown",
        s.PROTECTION: shown if known else None,
        s.WRITABLE: ("write" in words or "copy on write" in words) if known else None,
        s.EXECUTABLE: ("execute" in words) if known else None,
        s.COMMITTED: _kilobytes(told.get("committed")),
        s.PRIVATE: _kilobytes(told.get("private")),
        s.DETAILS: told.get("details", "").strip() or None,
    }


def _type(shown: str) -> str | None:
    """VMMap's word for the type, without what it adds in brackets."""
    return shown.partition("(")[0].strip() or None


def _protection(value: int) -> dict[str, Any]:
    shown = PROTECTIONS.get(value & 0xFF)
    return {
        s.PROTECTION: f"{shown}/Guard" if shown and value & _GUARD else shown,
        s.WRITABLE: bool(value & 0xCC) if shown else None,
        s.EXECUTABLE: bool(value & 0xF0) if shown else None,
    }


def _number(text: str | None) -> int | None:
    if text is None or not re.fullmatch(r"[0-9]{1,20}", text.strip()):
        return None
    value = int(text)
    return value if value < _TOP else None


def _kilobytes(text: str | None) -> int | None:
    digits = re.sub(r"[\s,.\u2019']", "", text or "")
    value = _number(digits)
    return None if value is None or value * 1024 >= _TOP else value * 1024


def _lies_in_memory(address: int, size: int) -> bool:
    return size > 0 and address + size <= _TOP
