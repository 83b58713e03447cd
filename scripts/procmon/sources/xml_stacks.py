"""Call stacks of an XML export, each distinct one kept once."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from scripts.procmon.contracts.processes import STACKS_SCHEMA
from scripts.procmon.detail_text import number

#: address, path, location
Frame = tuple[str, str | None, str | None]


class Stacks:
    """Numbers the stacks of a capture in the order in which they are first met."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    @property
    def count(self) -> int:
        """How many distinct stacks there are."""
        return len(self._known)

    def numbered(self, stacks: list[list[Frame] | None]) -> tuple[pa.Array, pa.RecordBatch | None]:
        """The number of each event's stack (null without one), and the stacks not met before."""
        numbers: list[int | None] = []
        new: list[tuple[int, list[Frame]]] = []
        for frames in stacks:
            if not frames:
                numbers.append(None)
                continue
            key = hash(tuple(frames))
            if key not in self._known:
                self._known[key] = len(self._known)
                new.append((self._known[key], frames))
            numbers.append(self._known[key])
        return pa.array(numbers, pa.int64()), _batch(new) if new else None


def _batch(stacks: list[tuple[int, list[Frame]]]) -> pa.RecordBatch:
    columns: list[list[Any]] = [
        [place for place, _ in stacks],
        [[_address(address) for address, _, _ in frames] for _, frames in stacks],
        [[path for _, path, _ in frames] for _, frames in stacks],
        [[location for _, _, location in frames] for _, frames in stacks],
    ]
    arrays = [pa.array(values, field.type) for values, field in zip(columns, STACKS_SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=STACKS_SCHEMA)


def _address(text: str) -> int | None:
    value = number(text)
    # number() is signed; addresses of the kernel have the highest bit set.
    return None if value is None else value % (1 << 64)
