"""Make the demo capture: python -m scripts.make_reconstruction [inputs/stuxnet-reconstruction.PML.gz]

The same bytes each time: it knows no clock, and its chance is seeded.
"""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

from scripts.procmon.sources.pml.writer import write_pml
from scripts.reconstruction.everyday import live
from scripts.reconstruction.infection import infect
from scripts.reconstruction.lookalikes import mislead
from scripts.reconstruction.machine import MACHINE
from scripts.reconstruction.recording import Recording, process_table
from scripts.reconstruction.upkeep import keep_up

TARGET = Path(__file__).parents[1] / "inputs" / "stuxnet-reconstruction.PML.gz"


def reconstruction() -> bytes:
    """The capture, not compressed."""
    recording = Recording()
    for part in (infect, mislead, keep_up, live):
        part(recording)
    target = io.BytesIO()
    write_pml(target, machine=MACHINE, processes=process_table(), events=recording.events())
    return target.getvalue()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_bytes(gzip.compress(reconstruction(), mtime=0))
