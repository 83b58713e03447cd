"""Explorer's memory after the infection, as VMMap shows it: of the walk-through is the region with the foreign code.

Its start and size are chosen, and so is everything else.
"""

from __future__ import annotations

from scripts.reconstruction.vmmap import (
    EXECUTE_READ_WRITE,
    HEAP,
    PRIVATE,
    READ,
    READ_WRITE,
    SHAREABLE,
    STACK,
    Region,
    snapshot,
)
from scripts.reconstruction.walkthrough.machine import XP

#: 0x2FA24D5 lies in it; it belongs to no file and may be written and executed.
FOREIGN_CODE = Region(0x2FA0000, 0x18000, PRIVATE, EXECUTE_READ_WRITE)

_ORDINARY = (
    Region(0x10000, 0x1000, PRIVATE, READ_WRITE),
    Region(0x20000, 0x1000, PRIVATE, READ_WRITE),
    Region(0x60000, 0x40000, STACK, READ_WRITE, "Thread ID: 1584"),
    Region(0xA0000, 0x100000, HEAP, READ_WRITE, "Heap ID: 1"),
    Region(0x1A0000, 0x10000, HEAP, READ_WRITE, "Heap ID: 2"),
    Region(0x1C0000, 0x16000, SHAREABLE, READ),
    Region(0x1E0000, 0x41000, SHAREABLE, READ),
    Region(0xE50000, 0x40000, STACK, READ_WRITE, "Thread ID: 1620"),
    Region(0x1F80000, 0x40000, STACK, READ_WRITE, "Thread ID: 1996"),
    Region(0x2A00000, 0x80000, PRIVATE, READ_WRITE),
    Region(0x7FFDF000, 0x1000, PRIVATE, READ_WRITE, "Process Environment Block"),
)


def explorer() -> bytes:
    """The snapshot's file."""
    return snapshot(XP, "explorer", (*_ORDINARY, FOREIGN_CODE))
