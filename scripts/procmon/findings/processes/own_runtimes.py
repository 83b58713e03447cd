"""Code in no module that a program's own runtime made, or that an installed product's library called."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.findings.evidence.stack_frames import Walk
from scripts.procmon.findings.paths.places import kind_of

#: A browser's engine for scripts, built into a program, makes its file larger than this as it lies in memory.
SCRIPT_ENGINE = 32 << 20
#: .NET, built into a program of one file, makes it larger than this.
ONE_FILE = 8 << 20
#: What .NET compiles lies on many pages; code that was put in lies on one or two.
PAGES = 3

#: "scripts": an engine for scripts in the program's own file; "one_file": .NET in it; "product": a library called it.
Maker = Literal["scripts", "one_file", "product"]


def maker_of(walk: Walk, frames: pd.DataFrame, program: str) -> Maker | None:
    """Who made or called all these frames of a process, as far as shape and sizes show it; None where they do not.

    Scripts are called by the program's own file and call it alone. Managed code ends the walk, one frame an event.
    Neither is believed of a small program: malware that unpacks itself is small, and calls Windows.
    """
    if not len(frames):
        return None
    size = _size(walk, program)
    callers, callees = frames["caller"].dropna().unique(), frames["callee"].dropna().unique()
    own = all(str(path).lower().endswith("\\" + program) for path in (*callers, *callees))
    if size >= SCRIPT_ENGINE and own and len(callers) and len(callees):
        return "scripts"
    alone = len(frames) == frames[e.EVENT].nunique()
    pages = np.unique(frames["address"].to_numpy(dtype=np.uint64) >> np.uint64(12))
    if size >= ONE_FILE and alone and not len(callers) and len(pages) >= PAGES:
        return "one_file"
    if alone and frames["caller"].notna().all() and all(_is_product(str(path)) for path in callers):
        return "product"
    return None


def _size(walk: Walk, program: str) -> int:
    sizes = [
        int(size)
        for path, size in zip(walk.modules.paths, walk.modules.sizes, strict=True)
        if path.lower().endswith("\\" + program)
    ]
    return max(sizes, default=0)


def _is_product(path: str) -> bool:
    """Whether a library lies among installed programs, where administrators alone may put one."""
    lower = path.lower()
    return lower.endswith(".dll") and ":\\program files" in lower and kind_of(path)[0] == "own"
