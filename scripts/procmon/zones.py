"""Time zones as settings name them."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scripts.procmon.errors import SettingsError


def zone_of(setting: str | None) -> tzinfo | None:
    """The zone of a setting: "UTC", "+02:00", "UTC-3:30" or a name of the IANA database such as "Europe/Berlin".

    Raises SettingsError for anything else.
    """
    if not setting:
        return None
    match = re.fullmatch(r"(?:UTC|GMT)?\s*([+\-−])(\d{1,2})(?::?(\d\d))?", setting.strip())
    if match:
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if offset < timedelta(hours=24):
            return timezone(offset if match[1] == "+" else -offset)
    if setting.strip().upper() in ("UTC", "GMT", "Z"):
        return UTC
    try:
        return ZoneInfo(setting.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"time_zone: {setting!r} is neither a UTC offset such as '+02:00' nor a known zone such as 'Europe/Berlin'"
        ) from error
