"""What is read next is read while what was read before is used."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

_Item = TypeVar("_Item")
_END = object()


def ahead(items: Generator[_Item]) -> Generator[_Item]:
    """The same items in their order, each made by another thread while the one before is used.

    What making an item raises is raised when that item is asked for. One item waits at most.
    """
    with closing(items), ThreadPoolExecutor(1) as beside:
        coming = beside.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = beside.submit(next, items, _END)
            yield item  # type: ignore[misc]
