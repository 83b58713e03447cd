"""What the capture itself shows its short (8.3) names to stand for."""

from __future__ import annotations

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.detail_text import fields
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.paths.path_forms import (
    ShortNames,
    contradicts,
    is_short_for,
    paired,
    unprefixed,
)
from scripts.procmon.findings.paths.places import program_of

_LISTS = frozenset({"QueryDirectory"})
_NAMES = frozenset({"QueryNameInformationFile", "QueryNormalizedNameInformationFile"})
#: More listings than these show no more folders.
MOST = 20_000


def shown_names(capture: Capture) -> ShortNames:
    r"""By a folder's listing (``Filter: PROGRA~1, 1: Program Files``), a file's name asked for, or a process's file."""
    shown: dict[tuple[str, str], str] = {}
    events = capture.events
    mask = one_of(events[e.OPERATION], _LISTS | _NAMES) & one_of(events[e.RESULT], {"SUCCESS"})
    details = events[e.DETAIL][mask].cat.remove_unused_categories()
    mask[mask] = where(events[e.PATH][mask], _holds_short) | where(details, _asks_for_short)
    told = events[mask][[e.OPERATION, e.PATH, e.DETAIL]].drop_duplicates()[:MOST].dropna()
    for operation, path, detail in zip(*(told[column].astype(str) for column in told), strict=True):
        path, known = unprefixed(path).rstrip("\\"), fields(detail)
        if operation in _LISTS:
            _listed(shown, path, known)
        elif "Name" in known and path[1:2] == ":":
            shown.update(paired(path, path[:2] + known["Name"].rstrip("\\")))
    for line, image in zip(
        capture.processes[p.COMMAND_LINE].array, capture.processes[p.IMAGE_PATH].array, strict=True
    ):
        if not (pd.isna(line) or pd.isna(image)) and "~" in line[:4000]:
            # Whoever starts a program chooses what its command line calls it, so nothing here gainsays what is known.
            for (folder, short), name in paired(program_of(line[:4000]), unprefixed(str(image))):
                if not contradicts(folder, short, name):
                    shown.setdefault((folder, short), name)
    bits = capture.info.get("bits")
    return ShortNames(shown=shown, bits=bits if bits in (32, 64) else 64)


def _holds_short(path: str) -> bool:
    return "~" in path


def _asks_for_short(detail: str) -> bool:
    return "~" in detail and "Filter: " in detail


def _listed(shown: dict[tuple[str, str], str], path: str, known: dict[str, str]) -> None:
    """The one entry that a listing found by a short name; the name stands at the path's end or is left off there."""
    short, entry = known.get("Filter", ""), known.get("1", "")
    if not is_short_for(short, entry):
        return
    folder, _, last = path.rpartition("\\")
    shown[(folder if last.lower() == short.lower() else path).lower(), short.lower()] = entry
