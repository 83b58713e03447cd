"""Process Monitor's own filter files: PMF (Organize Filters, Export) and PMC (Export Configuration), both ways.

A PMF is u32 size of the rest, then rules; a PMC is a row of named records, one of which, FilterRules, holds rules.
Rules are u8 version (1), u32 count, and for each u32 column, u32 relation, u8 action (1 = Include), u32 bytes of the
value, the value in UTF-16LE with a NUL, u64 the value as a number (0 for text). A record is u32 size, u32 16, u32 16 +
bytes of the name, u32 bytes of the data, the name in UTF-16LE with a NUL, the data. Worked out from files of Process
Monitor 3.x; the columns' numbers are those that procmon-parser names.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.errors import CaptureError
from scripts.procmon.filters.words import EXCLUDE, INCLUDE, RELATIONS

COLUMN_IDS = {
    "Date & Time": 40052,
    "Process Name": 40053,
    "PID": 40054,
    "Operation": 40055,
    "Result": 40056,
    "Detail": 40057,
    "Sequence": 40058,
    "Company": 40064,
    "Description": 40065,
    "Command Line": 40066,
    "User": 40067,
    "Image Path": 40068,
    "Session": 40069,
    "Path": 40071,
    "TID": 40072,
    "Relative Time": 40076,
    "Duration": 40077,
    "Time of Day": 40078,
    "Version": 40081,
    "Event Class": 40082,
    "Authentication ID": 40083,
    "Virtualized": 40084,
    "Integrity": 40085,
    "Category": 40086,
    "Parent PID": 40087,
    "Architecture": 40088,
    "Completion Time": 40164,
    "Process Start": 40178,
}

_NAMES = {number: name for name, number in COLUMN_IDS.items()}
_UNKNOWN = "column "  #: before the number of a column that only newer versions know

_VERSION = 1
_RECORD = struct.Struct("<4I")
_RULE = struct.Struct("<IIBI")
_LEAST_RULE = _RULE.size + 8


@dataclass(frozen=True)
class FilterFile:
    """The rules of a PMF or PMC; ``drops`` tells whether filtered events are dropped at capture, None in a PMF."""

    rules: tuple[Rule, ...]
    drops: bool | None = None


def read_filter_file(file: Path) -> FilterFile:
    """The filter in a PMF or PMC, told apart by content. Raises CaptureError for anything else."""
    content = file.read_bytes()
    if len(content) >= 9 and struct.unpack_from("<I", content)[0] == len(content) - 4:
        rules, end = _read_rules(content, 4, str(file))
        if end == len(content):
            return FilterFile(rules)
    records = dict(_records(content, str(file)))
    if "FilterRules" not in records:
        raise CaptureError(
            str(file), expected="a record FilterRules", found=", ".join(records) or "no record"
        )
    rules, _ = _read_rules(records["FilterRules"], 0, str(file))
    return FilterFile(rules, drops=any(records.get("DestructiveFilter", b"")))


def pmf(rules: Sequence[Rule]) -> bytes:
    """A PMF with ``rules``. Raises ValueError for a column that has no number."""
    content = _rules(rules)
    return struct.pack("<I", len(content)) + content


def pmc(rules: Sequence[Rule]) -> bytes:
    """A PMC with ``rules`` that drops nothing at capture; all other settings are left to Process Monitor."""
    number = struct.Struct("<I").pack
    records = {
        "AdvancedMode": number(0),
        "DestructiveFilter": number(0),
        "FilterRules": _rules(rules),
        "HighlightRules": _rules([]),
    }
    return b"".join(_record(name, data) for name, data in records.items())


def _read_rules(content: bytes, at: int, file: str) -> tuple[tuple[Rule, ...], int]:
    version, count = struct.unpack_from("<BI", _room(content, at, 5, file), 0)
    at += 5
    if version != _VERSION:
        raise CaptureError(
            file, where=f"offset {at - 5:#x}", expected="rules of version 1", found=f"version {version}"
        )
    if count > (len(content) - at) // _LEAST_RULE:
        raise CaptureError(
            file, where=f"offset {at - 4:#x}", expected="rules that fit", found=f"{count} rules"
        )
    rules = []
    for _ in range(count):
        column, relation, action, length = _RULE.unpack(_room(content, at, _RULE.size, file))
        value = _room(content, at + _RULE.size, length + 8, file)[:length]
        if relation >= len(RELATIONS) or action > 1:
            found = f"relation {relation}, action {action}"
            raise CaptureError(
                file, where=f"offset {at:#x}", expected="relation 0-7, action 0-1", found=found
            )
        name = _NAMES.get(column, f"{_UNKNOWN}{column}")
        rules.append(Rule(name, RELATIONS[relation], _text(value), INCLUDE if action else EXCLUDE))
        at += _RULE.size + length + 8
    return tuple(rules), at


def _records(content: bytes, file: str) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(content):
        size, header, named, data = _RECORD.unpack(_room(content, at, _RECORD.size, file))
        if header != _RECORD.size or named < header or size != named + data:
            found = f"sizes {size}, {header}, {named}, {data}"
            raise CaptureError(file, where=f"offset {at:#x}", expected="a PMC record", found=found)
        record = _room(content, at, size, file)
        yield _text(record[header:named]), record[named:]
        at += size


def _room(content: bytes, at: int, size: int, file: str) -> bytes:
    """``size`` bytes from ``at``."""
    if size > len(content) - at:
        found = f"the end after {max(len(content) - at, 0)}"
        raise CaptureError(file, where=f"offset {at:#x}", expected=f"{size} bytes", found=found)
    return content[at : at + size]


def _rules(rules: Sequence[Rule]) -> bytes:
    return struct.pack("<BI", _VERSION, len(rules)) + b"".join(map(_rule, rules))


def _rule(rule: Rule) -> bytes:
    value = _utf16(rule.value)
    head = _RULE.pack(
        _column_id(rule.column), RELATIONS.index(rule.relation), rule.action == INCLUDE, len(value)
    )
    return head + value + struct.pack("<Q", _as_number(rule))


def _record(name: str, data: bytes) -> bytes:
    named = _RECORD.size + len(_utf16(name))
    return _RECORD.pack(named + len(data), _RECORD.size, named, len(data)) + _utf16(name) + data


def _column_id(column: str) -> int:
    if column.startswith(_UNKNOWN):
        return int(column.removeprefix(_UNKNOWN))
    if column not in COLUMN_IDS:
        raise ValueError(f"Process Monitor has no column {column!r}")
    return COLUMN_IDS[column]


def _as_number(rule: Rule) -> int:
    if rule.column == "Architecture":
        return 32 if "32" in rule.value else 64
    return int(rule.value) if rule.value.isascii() and rule.value.isdigit() and len(rule.value) < 19 else 0


def _text(value: bytes) -> str:
    return value.decode("utf-16-le", errors="replace").partition("\0")[0]


def _utf16(text: str) -> bytes:
    return f"{text}\0".encode("utf-16-le")
