"""What a file is, by its first bytes, never by its name."""

from __future__ import annotations

import re
from typing import Literal

from scripts.procmon.contracts.columns import (
    DATE_AND_TIME,
    DETAIL,
    EVENT_CLASS,
    OPERATION,
    PATH,
    PID,
    PROCESS_NAME,
    RESULT,
    TID,
    TIME_OF_DAY,
)
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.columns import columns_of

Format = Literal["PML", "CSV", "XML"]

#: How many bytes ``sniff`` wants to see.
HEAD = 65536

#: What spreadsheets and PowerShell write before the header.
PREAMBLES = ("sep=", "#TYPE ")

_OTHERS = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"MZ", "a Windows program"),
    (b"%PDF", "a PDF document"),
    (b"ElfFile", "a Windows event log (EVTX)"),
    (b"regf", "a registry hive"),
)
#: Of Process Monitor's columns those by one of which an export is known.
_OWN = frozenset(
    {TIME_OF_DAY, DATE_AND_TIME, PROCESS_NAME, PID, OPERATION, PATH, RESULT, DETAIL, EVENT_CLASS, TID}
)
_AUTORUNS = ("an Autoruns list", "NAME.arn.csv")
_VMMAP = ("a VMMap list", "NAME.PID.vmmap.csv")
_OTHER_TOOLS = (
    (frozenset({"entry location", "entry"}), _AUTORUNS),
    (frozenset({"address", "type", "protection"}), _VMMAP),
)
_EXPECTED = "a capture of Process Monitor: PML, or an export as CSV or XML"


def text_encoding(head: bytes) -> str:
    """The encoding of a text file by its byte order mark, or by where its zero bytes stand."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(head) > 3 and head[0] and not head[1] and head[2] and not head[3]:
        return "utf-16-le"
    if len(head) > 3 and not head[0] and head[1] and not head[2] and head[3]:
        return "utf-16-be"
    return "utf-8-sig"


def sniff(file: str, head: bytes) -> Format:
    """The format of a capture by its first ``HEAD`` bytes; ``file`` is its name in errors.

    Raises CaptureError for anything that is no capture, saying what it seems to be.
    """
    if head.startswith(b"PML_"):
        return "PML"
    text = head.decode(text_encoding(head), "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        if re.search(r"<(procmon|processlist|eventlist)\b", text):
            return "XML"
        if re.search(r"<autoruns\b", text):
            raise _misplaced(file, "an Autoruns list", "NAME.arn.xml")
        raise CaptureError(file, expected="an XML export with a procmon element", found=_xml_root(text))
    first_line = text.splitlines()[0] if text else ""
    names = [name.strip(' "') for name in re.split(r"[,;\t]", first_line)]
    if _is_stack(names):
        raise CaptureError(
            file,
            expected=_EXPECTED,
            found="the call stack of a single event (columns Frame, Module, Location, Address, Path)",
            advice="It was saved on the Stack page of an event's properties. Save the capture itself: File > Save, "
            "all events, format PML.",
        )
    if other := _other_tool(names):
        raise _misplaced(file, *other)
    if _is_export(names):
        return "CSV"
    if first_line.startswith(PREAMBLES) and len(text.splitlines()) > 1:
        return sniff(file, "\n".join(text.splitlines()[1:]).encode("utf-8", "replace"))
    raise CaptureError(file, expected=_EXPECTED, found=_seems(head, first_line))


def _is_stack(names: list[str]) -> bool:
    return {"frame", "module", "location", "address"} <= {name.casefold() for name in names}


def _is_export(names: list[str]) -> bool:
    known = {column for column in columns_of(names) if column}
    return len(known) >= 2 and (OPERATION in known or len(known & _OWN) >= 2)


def _other_tool(names: list[str]) -> tuple[str, str] | None:
    """What a list of another tool is, and the name under which it is read; None for any other."""
    folded = {name.casefold() for name in names}
    return next((told for heads, told in _OTHER_TOOLS if heads <= folded), None)


def _misplaced(file: str, what: str, name: str) -> CaptureError:
    advice = f"Lay it beside a capture NAME.PML, under the name {name}."
    return CaptureError(file, expected=_EXPECTED, found=what, advice=advice)


def _xml_root(text: str) -> str:
    root = re.search(r"<([A-Za-z_][\w.:-]{0,60})", text)
    return f"XML whose root element is {root[1]!r}" if root else "something that begins like XML"


def _seems(head: bytes, first_line: str) -> str:
    if not head.strip(b"\0 \r\n\t"):
        return "nothing but blanks" if head else "an empty file"
    for magic, what in _OTHERS:
        if head.startswith(magic):
            return what
    if "\0" not in first_line and first_line.isprintable():
        return f"text that begins {first_line[:60]!r}, without the names of Process Monitor's columns"
    return f"bytes that begin {head[:8].hex(' ')}"
