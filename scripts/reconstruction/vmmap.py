"""A process's memory as VMMap saves it (.mmp), of a computer that never was; by the public description of the format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from scripts.reconstruction.computer import Computer

PAGE = 0x1000
HEAP, STACK, IMAGE, PRIVATE, SHAREABLE = 0, 1, 2, 4, 5
READ, READ_WRITE, EXECUTE_READ, EXECUTE_READ_WRITE = 0x02, 0x04, 0x20, 0x40
_TYPES = {
    HEAP: "Heap (Private Data)",
    STACK: "Thread Stack",
    IMAGE: "Image",
    PRIVATE: "Private Data",
    SHAREABLE: "Shareable",
}
_ABOUT = "A reconstruction, made by scripts/make_reconstruction.py: no computer was looked at for it."


class Region(NamedTuple):
    """A region of memory, or a part of the one before; ``size`` in bytes."""

    address: int
    size: int
    use: int
    protection: int
    details: str = ""


def snapshot(computer: Computer, process: str, others: Sequence[Region]) -> bytes:
    """The file: the images of the process (a key of the computer's programs) and ``others``, by address."""
    images = [region for name in computer.programs[process].modules for region in _image(computer, name)]
    regions = sorted([*images, *others], key=lambda one: (one.address, -one.size))
    lines = "".join(f"  {_line(region)}\n" for region in regions)
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {_ABOUT} -->\n'
    text = f"{head}<VMMap>\n <Snapshot>\n{lines} </Snapshot>\n</VMMap>\n"
    return text.encode()


def _image(computer: Computer, name: str) -> Iterator[Region]:
    """An image and its parts: the header, half of it code, the rest data."""
    module = computer.module(name)
    pages = -(-module.size // PAGE)
    code = 1 + pages // 2
    yield Region(module.base, pages * PAGE, IMAGE, EXECUTE_READ, module.path)
    for first, last, protection in ((0, 1, READ), (1, code, EXECUTE_READ), (code, pages, READ_WRITE)):
        if last > first:
            size = (last - first) * PAGE
            yield Region(module.base + first * PAGE, size, IMAGE, protection, module.path)


def _line(region: Region) -> str:
    own = region.size if region.use in (HEAP, STACK, PRIVATE) else 0
    told = {
        "Address": region.address,
        "Size": region.size,
        "Commit": region.size,
        "PrivateBytes": own,
        "Protection": region.protection,
        "UseType": region.use,
        "Type": _TYPES[region.use],
        "Details": region.details,
    }
    return f"<Region {' '.join(f'{name}={quoteattr(str(value))}' for name, value in told.items())} />"
