"""Moments whose hour nobody recorded, as sentences may use them: "1970-01-01T??:47:57"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT)\d\d(:\d\d:\d\d.*)")


def hour_known(info: Mapping[str, Any]) -> bool:
    """False for a capture whose times have minutes and seconds only; ``info`` is capture.json's."""
    return bool((info.get("date") or {}).get("hour_known", True))


def without_hours(facts: Any, info: Mapping[str, Any]) -> Any:
    """``facts``, plain JSON data, where the hour of each moment of the capture is "??" if it is not known.

    A moment on another day than the capture's is none of its own: a file's time, which has its hour.
    """
    if hour_known(info):
        return facts
    return masked(facts, str(info.get("first_time"))[:10], str(info.get("last_time"))[:10])


def masked(facts: Any, first: str = "", last: str = "9") -> Any:
    """``facts`` where moments of the days ``first`` to ``last``, of all days without these, have no hour."""
    if isinstance(facts, Mapping):
        return {key: masked(value, first, last) for key, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [masked(value, first, last) for value in facts]
    if not isinstance(facts, str) or not (moment := _MOMENT.fullmatch(facts)):
        return facts
    return f"{moment[1]}??{moment[2]}" if first <= facts[:10] <= last else facts
