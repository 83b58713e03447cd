"""Make the demo captures and what lies beside them: python -m scripts.make_reconstruction [FOLDER], by default inputs.

The same bytes each time: they know no clock, and their chance is seeded.
"""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.procmon.sources.pml.writer import write_pml
from scripts.reconstruction import elevation, walkthrough
from scripts.reconstruction.recording import Recording, process_table
from scripts.reconstruction.walkthrough import memory

INPUTS = Path(__file__).parents[1] / "inputs"

#: The captures by the names under which they ship.
RECONSTRUCTIONS: dict[str, Callable[[], Recording]] = {
    "stuxnet-reconstruction": walkthrough.recording,
    "elevation-reconstruction": elevation.recording,
}

#: The sidecars by the names of their files.
SIDECARS: dict[str, Callable[[], bytes]] = {
    "stuxnet-reconstruction.1576.mmp": memory.explorer,
}


def shipped(name: str, folder: Path = INPUTS) -> Path:
    """The file that the capture of this name ships as."""
    return folder / f"{name}.PML.gz"


def reconstruction(name: str) -> bytes:
    """The capture of this name, not compressed."""
    recording = RECONSTRUCTIONS[name]()
    computer = recording.computer
    target = io.BytesIO()
    write_pml(target, machine=computer.header, processes=process_table(computer), events=recording.events())
    return target.getvalue()


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else INPUTS
    for name in RECONSTRUCTIONS:
        shipped(name, folder).write_bytes(gzip.compress(reconstruction(name), mtime=0))
    for file, content in SIDECARS.items():
        (folder / file).write_bytes(content())
