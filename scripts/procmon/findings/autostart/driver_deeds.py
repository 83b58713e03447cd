"""What a driver did once it was loaded, as far as stacks tell: operations of the System process that passed through."""

from __future__ import annotations

from typing import Any

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.autostart.acts import acts
from scripts.procmon.findings.evidence.records import Record
from scripts.procmon.findings.evidence.stack_frames import through

MOST_NAMED = 12


def after_loading(capture: Capture, load: Record) -> dict[str, Any]:
    """Facts on the operations whose stack holds an address in the driver, after the event that loaded it.

    ``told``: whether the capture can tell (it holds stacks, and the load says where the driver lies); ``count`` of the
    operations, ``first`` event or None, and paths by what was done to them. Only the System process is looked at: in
    others a driver works for whoever called.
    """
    place = _place(load)
    if place is None or not capture.info["can_show"]["stacks"]["value"]:
        return {"told": False, "count": 0, "first": None}
    later = (capture.events[e.EVENT] > load.event).to_numpy(dtype=bool)
    mine = through(capture, load.process, [place]) & later
    done = acts(capture, mine)
    numbers = capture.events[e.EVENT].to_numpy()[np.flatnonzero(mine)]
    return {
        "told": True,
        "count": len(numbers),
        "first": int(numbers[0]) if len(numbers) else None,
        "wrote": done.files_written[:MOST_NAMED],
        "deleted": [*done.files_deleted, *done.values_deleted][:MOST_NAMED],
        "set": done.values_set[:MOST_NAMED],
        "sent_to": done.sent_to[:MOST_NAMED],
        "events": [int(number) for number in numbers[:MOST_NAMED]],
    }


def _place(load: Record) -> tuple[int, int] | None:
    """Base and size of the image that a Load Image event names."""
    try:
        base, size = (int(load.fields[name], 16) for name in ("Image Base", "Image Size"))
    except (KeyError, ValueError):
        return None
    return (base, size) if size > 0 and 0 <= base < base + size < 2**64 else None
