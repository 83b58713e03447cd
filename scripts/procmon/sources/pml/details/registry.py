"""Details of registry events; what was found stands in the extra detail, what was set behind the path."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scripts.procmon.sources.pml.group import U2, U4, Group, decoded
from scripts.procmon.sources.pml.names import flags
from scripts.procmon.sources.pml.names.categories import READ, WRITE
from scripts.procmon.sources.pml.words import moment, number

TYPES = dict(
    enumerate(
        [
            "REG_NONE",
            "REG_SZ",
            "REG_EXPAND_SZ",
            "REG_BINARY",
            "REG_DWORD",
            "REG_DWORD_BIG_ENDIAN",
            "REG_LINK",
            "REG_MULTI_SZ",
            "REG_RESOURCE_LIST",
            "REG_FULL_RESOURCE_DESCRIPTOR",
            "REG_RESOURCE_REQUIREMENTS_LIST",
            "REG_QWORD",
        ]
    )
)
_DISPOSITIONS = {1: "REG_CREATED_NEW_KEY", 2: "REG_OPENED_EXISTING_KEY"}
_KEY_CLASSES = dict(
    enumerate(
        ["Basic", "Node", "Full", "Name", "Cached", "Flags", "Virtualization", "HandleTags", "Trust", "Layer"]
    )
)
_SET_CLASSES = {
    0: "KeyWriteTimeInformation",
    1: "KeyWow64FlagsInformation",
    5: "KeySetHandleTagsInformation",
}
_MAXIMUM_ALLOWED = 0x2000000


def open_key(group: Group) -> None:
    """The access asked for and given, and whether the key is new."""
    told = group.extra_size >= 8
    disposition = np.where(told, group.in_extra(4, U4), 0)
    group.detail = group.form(
        _open_key, group.at(4, U4), group.in_extra(0, U4), disposition, told.astype(np.uint8)
    )
    group.category = group.form(lambda created: WRITE if created == 1 else READ, disposition)


def _open_key(desired: int, granted: int, disposition: int, told: int) -> str:
    if not desired:
        return ""
    text = f"Desired Access: {flags.registry_access(desired)}"
    if told and desired == _MAXIMUM_ALLOWED:
        text += f", Granted Access: {flags.registry_access(granted)}"
    name = _DISPOSITIONS.get(disposition)
    return f"{text}, Disposition: {name}" if name else text


def query_key(group: Group) -> None:
    """What was asked and, as far as Process Monitor shows it, the answer."""
    group.detail = group.form(
        lambda length, asked, raw: f"Query: {_KEY_CLASSES.get(asked, asked)}" + _answer(length, asked, raw),
        group.at(4, U4),
        group.at(8, U4),
        group.extra_blob(),
    )


def enumerate_key(group: Group) -> None:
    """The number of the subkey and its name."""
    group.detail = group.form(
        lambda length, index, asked, raw: f"Index: {number(index)}" + _answer(length, asked, raw),
        group.at(4, U4),
        group.at(8, U4),
        group.at(12, U4),
        group.extra_blob(),
    )


#: Where an answer holds the length of the name, before the name.
_NAME_SIZE_AT = {0: 12, 1: 20}
#: Where an answer counts subkeys and values.
_COUNTS_AT = {2: (20, 32), 4: (12, 20)}


def _answer(length: int, asked: int, raw: bytes) -> str:
    if not raw:
        return f", Length: {number(length)}"
    if asked in _NAME_SIZE_AT:
        at = _NAME_SIZE_AT[asked]
        size = _u4(raw, at)
        return f", Name: {decoded(raw[at + 4 : at + 4 + size])}"
    if asked in _COUNTS_AT:
        subkeys, values = (_u4(raw, at) for at in _COUNTS_AT[asked])
        return f", SubKeys: {number(subkeys)}, Values: {number(values)}"
    if asked == 5:
        return f", UserFlags: 0x{_u4(raw, 0):x}"
    if asked == 7:
        return f", HandleTags: 0x{_u4(raw, 0):x}"
    return ""


def _u4(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 4], "little")


def query_value(group: Group) -> None:
    """Type, length and data of a value."""
    group.detail = group.form(
        lambda length, asked, raw: _value(length, asked, raw, named=False),
        group.at(4, U4),
        group.at(8, U4),
        group.extra_blob(),
    )


def enumerate_value(group: Group) -> None:
    """Number, name, type, length and data of a value."""
    group.detail = group.form(
        lambda length, index, asked, raw: (
            f"Index: {number(index)}, " + _value(length, asked, raw, named=True)
        ),
        group.at(4, U4),
        group.at(8, U4),
        group.at(12, U4),
        group.extra_blob(),
    )


_FULL, _PARTIAL = 1, 2


def _value(length: int, asked: int, raw: bytes, *, named: bool) -> str:
    if not raw:
        return f"Length: {number(length)}"
    kind = _u4(raw, 4)
    name = ""
    if asked == _FULL:
        data_at, length = _u4(raw, 8), _u4(raw, 12)
        if named:
            name = f"Name: {decoded(raw[20 : 20 + _u4(raw, 16)])}, "
    elif asked == _PARTIAL:
        data_at, length = 12, _u4(raw, 8)
    else:
        return f"Type: {type_name(kind)}"
    text = f"{name}Type: {type_name(kind)}, Length: {number(length)}"
    return f"{text}, Data: {data_text(kind, raw[data_at : data_at + length])}" if length else text


def type_name(kind: int) -> str:
    """The name of a type of value."""
    return TYPES.get(kind, f"<Unknown: {kind}>")


def data_text(kind: int, data: bytes) -> str:
    """The data of a value as far as Process Monitor shows them: numbers, texts, lists, bytes in hex."""
    match TYPES.get(kind):
        case "REG_SZ" | "REG_EXPAND_SZ":
            return decoded(data).partition("\0")[0].replace("\r\n", "\n;")
        case "REG_DWORD":
            return str(_u4(data, 0)) if len(data) >= 4 else ""
        case "REG_BINARY":
            return data.hex(" ").upper()
        case "REG_MULTI_SZ":
            words = decoded(data).split("\0")
            return ", ".join(words[: words.index("")] if "" in words else words)
    return ""


def set_value(group: Group) -> None:
    """Type, length and data of a value that was written."""
    length = group.at(8, U4)
    captured = np.minimum(group.at(0x0C, U2), length).astype(np.int64)
    captured = np.minimum(captured, group.end - group.after_path)
    data = group.blob(np.minimum(group.after_path, group.end), np.maximum(captured, 0))
    group.detail = group.form(_set_value, group.at(4, U4), length, data)


def _set_value(kind: int, length: int, data: bytes) -> str:
    text = f"Type: {type_name(kind)}, Length: {number(length)}"
    return f"{text}, Data: {data_text(kind, data)}" if data and kind in TYPES else text


def set_information(group: Group) -> None:
    """What was set of a key itself."""
    length = group.at(12, U2)
    data = group.blob(group.after_path, np.minimum(length, np.maximum(group.end - group.after_path, 0)))
    group.detail = group.form(_set_information, group.at(4, U4), length, data)


def _set_information(asked: int, length: int, data: bytes) -> str:
    name = _SET_CLASSES.get(asked, f"<Unknown: {asked}>")
    text = f"KeySetInformationClass: {name}, Length: {number(length)}"
    if asked == 0 and len(data) >= 8:
        return f"{text}, LastWriteTime: {moment(int.from_bytes(data[:8], 'little'))}"
    if asked == 1 and len(data) >= 4:
        return f"{text}, Wow64Flags: 0x{_u4(data, 0):x}"
    return text


def _renamed(label: str) -> Callable[[Group], None]:
    def decode(group: Group) -> None:
        new = group.text(group.after_path, group.at(2, U2))
        group.detail = group.form(lambda name: f"{label}: {name}", new)

    return decode


load_key = _renamed("Hive Path")
rename_key = _renamed("New Name")

DECODERS = {
    0: open_key,
    1: open_key,
    3: query_key,
    4: set_value,
    5: query_value,
    6: enumerate_value,
    7: enumerate_key,
    8: set_information,
    12: load_key,
    14: rename_key,
}
