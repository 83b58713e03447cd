"""Settings of a capture that had no effect on it: told, so that nobody believes in a zone or date that was not used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.procmon.contracts import columns

#: The settings that tell how to read times.
_OF_TIMES = ("time_zone", "date_order", "date")


def with_unapplied(told: Mapping[str, Any], settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reader tells, with ``unapplied`` (keys of ``settings``) and, where the reader gives none, a remark why."""
    asked = [key for key in _OF_TIMES if settings.get(key)]
    if told.get("format") == "PML":
        why = (
            f"The settings of this capture that tell how to read times ({', '.join(asked)}) were not applied: "
            "a PML holds its times in UTC and with their dates."
        )
        return {**told, "unapplied": asked, "remarks": [*told["remarks"], *([why] if asked else [])]}
    if told.get("format") not in ("CSV", "XML"):
        return told
    dated = columns.DATE_AND_TIME in told["columns"]
    # The readers of exports say themselves why a zone was left aside.
    zone = ["time_zone"] if "time_zone" in asked and told["time_zone"]["name"] is None else []
    day = ["date"] if "date" in asked and dated else []
    why = "The date that is set was not applied, because the export holds the column Date & Time."
    return {**told, "unapplied": [*zone, *day], "remarks": [*told["remarks"], *([why] if day else [])]}
