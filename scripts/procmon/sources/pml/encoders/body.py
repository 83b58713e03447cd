"""What every encoder makes, and the pieces that all of them are made of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scripts.procmon.sources.pml import layout


class Body(NamedTuple):
    """What was done: class and operation code, the detail bytes, and the extra detail where there is one."""

    event_class: int
    operation: int
    detail: bytes
    extra: bytes | None = None


def record(dtype: np.dtype[np.void], **fields: Any) -> bytes:
    """One row of ``dtype`` with these fields; all others are zero."""
    row = np.zeros((), dtype)
    for name, value in fields.items():
        row[name] = np.void(value) if dtype[name].kind == "V" else value
    return row.tobytes()


def text_info(text: str) -> int:
    """The u16 that describes a text in a detail: bit 15 for ASCII, the rest is the count of characters."""
    ascii_only = text.isascii()
    units = len(text) if ascii_only else len(wide(text)) // 2
    if units > layout.TEXT_LENGTH:
        raise ValueError(f"a text of {units:,} characters; a detail holds {layout.TEXT_LENGTH:,} at most")
    return units | (layout.TEXT_IS_ASCII if ascii_only else 0)


def text_bytes(text: str) -> bytes:
    """The characters of a text in a detail: one byte each if all are ASCII, else UTF-16."""
    return text.encode("ascii") if text.isascii() else wide(text)


def wide(text: str) -> bytes:
    """UTF-16LE without a NUL; lone surrogates, which file names may hold, are kept."""
    return text.encode("utf-16-le", "surrogatepass")
