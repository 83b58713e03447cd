"""Call stacks of an XML export, each distinct one kept once."""

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa
from lxml import etree

from scripts.procmon.contracts.processes import STACKS_SCHEMA
from scripts.procmon.detail_text import number


class Stacks:
    """Numbers the stacks of a capture in the order in which they are first met."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}
        self._new: list[tuple[int, list[int | None], list[str | None], list[str | None]]] = []

    @property
    def count(self) -> int:
        """How many distinct stacks there are."""
        return len(self._known)

    def number(self, stack: Any) -> int | None:
        """The number of a stack element; None for one without frames."""
        if len(stack) == 0:
            return None
        # Few stacks are distinct, so that the frames of most need no look.
        key = hashlib.blake2b(etree.tostring(stack, with_tail=False), digest_size=16).digest()
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self._known)
            frames = [_frame(frame) for frame in stack]
            addresses, paths, locations = (list(values) for values in zip(*frames, strict=True))
            self._new.append((known, addresses, paths, locations))
        return known

    def taken(self) -> pa.RecordBatch | None:
        """The stacks met for the first time since the last call."""
        if not self._new:
            return None
        columns = zip(*self._new, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, STACKS_SCHEMA, strict=True)]
        self._new = []
        return pa.record_batch(arrays, schema=STACKS_SCHEMA)


def _frame(frame: Any) -> tuple[int | None, str | None, str | None]:
    """Address, path and location; the last two are absent where the address lies in no module."""
    told = {**frame.attrib, **{child.tag: child.text for child in frame}}
    address = number(told.get("address") or "")
    # number() is signed; addresses of the kernel have the highest bit set.
    return (
        None if address is None else address % (1 << 64),
        told.get("path") or None,
        told.get("location") or None,
    )
