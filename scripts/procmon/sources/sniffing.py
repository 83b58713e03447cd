"""What a file is, by its first bytes, never by its name."""

from __future__ import annotations

import codecs
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
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"\xd0\xcf\x11\xe0", "a document of older Office programs, or an installer (MSI)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"MDMP", "a memory dump (MDMP)"),
    (b"\xd4\xc3\xb2\xa1", "a network capture (PCAP)"),
    (b"\x0a\x0d\x0d\x0a", "a network capture (PCAPNG)"),
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
_LOG = "Lay the log here that Process Monitor saved: File > Save, all events, format PML."
_UNPACK = "Unpack it, and lay here what it holds."
#: What to do with what is no capture, where its kind tells.
_ADVICE = {
    "an empty file": "Nothing of it arrived. Copy it here again.",
    "nothing but blanks": "Its content is lost. Copy it here again, or save the log again.",
    "a Windows program": f"This is a program, not the record of what it did. {_LOG}",
    "a Windows event log (EVTX)": f"This is a log of Windows itself, which is not read. {_LOG}",
    "a pointer of Git LFS": "The repository keeps the file elsewhere: run 'git lfs pull' there, and lay here what comes.",
    "a registry hive": f"This is a part of the registry itself, which is not read. {_LOG}",
}
#: Two characters in four bytes each, which UTF-32 has and UTF-16 has not.
_ZEROS, _ZEROS_BEFORE = re.compile(rb"(?:[^\0]\0\0\0){2}"), re.compile(rb"(?:\0\0\0[^\0]){2}")
_EXPECTED = "a capture of Process Monitor: PML, or an export as CSV or XML"


def text_encoding(head: bytes) -> str:
    """The encoding of a text file by its byte order mark, or by where its zero bytes stand."""
    if head.startswith(codecs.BOM_UTF32_LE) or (len(head) > 7 and _ZEROS.match(head)):
        return "utf-32-le"
    if head.startswith(codecs.BOM_UTF32_BE) or (len(head) > 7 and _ZEROS_BEFORE.match(head)):
        return "utf-32-be"
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
        raise CaptureError(
            file,
            expected="an XML export with a procmon element",
            found=_xml_root(text),
            advice=f"This is XML of another program. {_LOG}",
        )
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
    found = _seems(head, first_line)
    raise CaptureError(file, expected=_EXPECTED, found=found, advice=_advice(found))


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
    if first_line.startswith("version https://git-lfs.github.com/"):
        return "a pointer of Git LFS"
    if "\N{REPLACEMENT CHARACTER}" not in first_line and first_line.isprintable():
        return f"text that begins {first_line[:60]!r}, without the names of Process Monitor's columns"
    return f"bytes that begin {head[:8].hex(' ')}"


def _advice(found: str) -> str:
    """What to do with a file that ``_seems`` found to be ``found``."""
    if found.startswith("text that begins"):
        return (
            "If this is an export, save it again with its first line, which names the columns; if it is something else, "
            "take it out of the folder."
        )
    if found.endswith(" archive"):
        return _UNPACK
    return _ADVICE.get(found, f"Take it out of the folder. {_LOG}")
