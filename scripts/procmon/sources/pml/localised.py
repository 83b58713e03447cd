"""Texts of an export in any locale and texts in English made comparable: numbers and dates in one form."""

from __future__ import annotations

import re

from scripts.procmon.detail_text import moment_parts

#: What stands between thousands: full stop, comma, apostrophes, spaces of all kinds.
_GROUPS = re.compile(r"(?<=\d)[.,'’ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_DECIMALS = re.compile(r"(?<=\d)[.,](?=\d{7}(?!\d))")
#: A value that can be a moment: three numbers of a date, and a time.
_MOMENT = re.compile(r"\d{1,4}[-./]\s?\d{1,2}[-./]\s?\d{1,4}\.?[^,]{0,12}\d{1,2}[:.]\d\d[:.]\d\d[^,]{0,12}")


def in_one_form(text: str) -> str:
    """ "Length: 2.691" and "Length: 2,691" alike; dates without the order of day, month and year."""
    return _GROUPS.sub("", _DECIMALS.sub(".", _MOMENT.sub(_moment, text)))


def _moment(found: re.Match[str]) -> str:
    parts = moment_parts(found[0])
    if parts is None:
        return found[0]
    date, clock = parts
    return f"<{sorted(date)} {clock}>"
