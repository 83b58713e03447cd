"""Which Process Monitor made a log. What it writes for the same bytes changed with its versions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_OWN_MODULE = re.compile(
    r"(?:.*\\)?procmon(?:(?P<driver>\d\d)\.sys|(?:64a?)?\.exe)", re.IGNORECASE | re.DOTALL
)
_LAST_OLD_DRIVER = 23
#: The first version of which exports in the new manner are known is 3.86, the last in the old one 3.51.
_NEW_MANNER = 3.6


@dataclass(frozen=True)
class Monitor:
    """A version of Process Monitor, as a number (3.51); None where the log does not tell: then the newest is assumed."""

    version: float | None

    @cached_property
    def old_names(self) -> bool:
        """SetAllocationInformationFile was called SetAllInformationFile (seen with 2.8, not with 3.4)."""
        return self.version is not None and self.version < 3

    @cached_property
    def before_new_manner(self) -> bool:
        """Listings of directories had no information class in front, newer flags and operations no name."""
        return self.version is not None and self.version < _NEW_MANNER

    @cached_property
    def overwrites_third_entry(self) -> bool:
        """The information class of a listing took the place of its third entry (seen with 3.51, not with 3.4)."""
        return self.version is not None and 3.5 <= self.version < _NEW_MANNER


def find_monitor(modules: Iterable[tuple[str | None, str | None]], *, format_version: int) -> Monitor:
    """The Process Monitor whose driver or program is among ``modules`` (path and version of each)."""
    drivers: list[float] = []
    programs: list[float] = []
    for path, version in modules:
        own = _OWN_MODULE.fullmatch(path or "")
        if not own:
            continue
        number = re.match(r"\d+\.\d+", version or "")
        if own["driver"] and not number and int(own["driver"]) <= _LAST_OLD_DRIVER:
            programs.append(3.4)  # drivers of that time carried no version
        elif number:
            (drivers if own["driver"] else programs).append(float(number[0]))
    if drivers or programs:
        return Monitor(max(drivers) if drivers else min(programs))
    return Monitor(2.8 if format_version <= 7 else None)
