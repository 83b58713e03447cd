"""Whether a filter left events out of an export, told by what every whole capture holds and this one lacks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

#: Within so many seconds more than one program does something on any Windows.
_SECONDS = 2.0
_EVENTS = 20
#: So many changes do not come without any opening, query or close.
_CHANGES = 5
_CHANGING = {"WriteFile", "IRP_MJ_WRITE", "RegSetValue", "RegDeleteValue", "RegDeleteKey"}
_AROUND = {"CreateFile", "CloseFile", "IRP_MJ_CREATE", "IRP_MJ_CLEANUP", "IRP_MJ_CLOSE"} | {
    "RegOpenKey",
    "RegCreateKey",
    "RegQueryKey",
    "RegQueryValue",
    "RegCloseKey",
}


def left_out(
    operations: Mapping[str, int], programs: Collection[str], *, seconds: float
) -> dict[str, Any] | None:
    """``filtered`` of capture.json where the events themselves show that some are missing, else None.

    ``operations``: how many events of each; ``programs``: the names of those that acted; ``seconds`` from the first event
    to the last.
    """
    events = sum(operations.values())
    if len(programs) == 1 and events >= _EVENTS and seconds >= _SECONDS:
        (program,) = programs
        reason = (
            f"All {events:,} events, within {seconds:,.0f} seconds, are of {program}; no other program rests that long: "
            "a filter left events out when the log was captured or saved."
        )
    elif (changes := sum(operations.get(one, 0) for one in _CHANGING)) >= _CHANGES and not any(
        operations.get(one) for one in _AROUND
    ):
        reason = (
            f"Files and registry values were changed {changes:,} times, and none of the openings, queries and closes "
            "that come with it is there: a filter left events out when the log was captured or saved."
        )
    else:
        return None
    return {"value": True, "reason": reason}
