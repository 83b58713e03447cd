"""Details of registry events; what queries were answered is as the Windows API defines it."""

from __future__ import annotations

import struct

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders.body import Body, record, text_bytes, text_info, wide

REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ = 1, 2, 3, 4, 7


def registry_operation(operation: int, path: str, *, extra: bytes | None = None) -> Body:
    """A registry event that logs nothing but its path, as RegDeleteKey (9) and RegFlushKey (11)."""
    return Body(layout.REGISTRY, operation, struct.pack("<H", text_info(path)) + text_bytes(path), extra)


def _registry(
    operation: int, path: str, dtype: np.dtype[np.void], extra: bytes | None = None, **fields: int
) -> Body:
    head = record(dtype, path_info=text_info(path), **fields)
    return Body(layout.REGISTRY, operation, head + text_bytes(path), extra)


def open_key(path: str, access: int) -> Body:
    """RegOpenKey."""
    return _registry(0, path, layout.REG_OPEN_KEY, desired_access=access)


def create_key(path: str, access: int, *, created: bool | None) -> Body:
    """RegCreateKey: REG_CREATED_NEW_KEY, REG_OPENED_EXISTING_KEY, or (None) neither, since it failed."""
    answer = None if created is None else struct.pack("<II", access, 1 if created else 2)
    return _registry(1, path, layout.REG_OPEN_KEY, answer, desired_access=access)


def close_key(path: str) -> Body:
    """RegCloseKey."""
    return registry_operation(2, path)


def query_key_name(path: str, name: str) -> Body:
    """RegQueryKey for the key's name, which is the kernel's (``\\REGISTRY\\MACHINE\\…``)."""
    answer = struct.pack("<I", len(wide(name))) + wide(name)
    return _registry(3, path, layout.REG_QUERY, answer, length=0x180, information_class=3)


def query_value(path: str, kind: int | None, data: bytes = b"", *, room: int = 144) -> Body:
    """RegQueryValue with type and data, or (``kind`` None) a failed one, which tells only the length asked for."""
    answer = None if kind is None else struct.pack("<III", 0, kind, len(data)) + data
    return _registry(5, path, layout.REG_QUERY, answer, length=room, information_class=2)


def enum_value(path: str, index: int, name: str | None = None, kind: int = 0, data: bytes = b"") -> Body:
    """RegEnumValue with name, type and data, or (``name`` None) a failed one: no more entries."""
    answer = None
    if name is not None:
        start = -(-(20 + len(wide(name))) // 4) * 4
        head = struct.pack("<5I", 0, kind, start, len(data), len(wide(name))) + wide(name)
        answer = head.ljust(start, b"\0") + data
    return _registry(6, path, layout.REG_ENUM, answer, length=220, index=index, information_class=1)


def enum_key(path: str, index: int, name: str | None) -> Body:
    """RegEnumKey with the sub-key's name, or (None) a failed one: no more entries."""
    answer = None
    if name is not None:
        answer = struct.pack("<QII", 0, 0, len(wide(name))) + wide(name)
    return _registry(7, path, layout.REG_ENUM, answer, length=288, index=index)


def set_value(path: str, kind: int, data: bytes) -> Body:
    """RegSetValue; ``data`` as stored: see ``registry_text`` and ``registry_number``."""
    kept = data[:0xFFFF]
    body = _registry(4, path, layout.REG_SET_VALUE, type=kind, length=len(data), captured=len(kept))
    return body._replace(detail=body.detail + kept)


def delete_value(path: str) -> Body:
    """RegDeleteValue."""
    return registry_operation(10, path)


def registry_text(text: str) -> bytes:
    """A string as the registry stores it."""
    return wide(text) + b"\0\0"


def registry_number(value: int) -> bytes:
    """A REG_DWORD as the registry stores it."""
    return struct.pack("<I", value)
