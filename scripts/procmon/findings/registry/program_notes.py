"""What the Background Activity Moderator (BAM) notes in the registry: which program an account ran, and when."""

from __future__ import annotations

import re

import pandas as pd

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.names import when
from scripts.procmon.findings.evidence.records import Record, of_operations

#: A value below the account's SID, named by the program's path from the device on; its data begin with a FILETIME.
#: Two others there are BAM's own.
_NOTE = re.compile(
    r"\\Services\\(?:bam|dam)\\(?:State\\)?UserSettings\\(?P<account>S-1-[\d-]{1,180})\\(?P<program>(?!(?:Version|SequenceNumber)$).+)$",
    re.IGNORECASE,
)
_EPOCH = 116_444_736_000_000_000  #: FILETIME of 1970-01-01, in ticks of 100 ns
_LATEST = _EPOCH + 4_102_444_800 * 10**7  #: of 2100-01-01: later ones are no times


def program_noted(record: Record) -> dict[str, str | None] | None:
    """ "account" (SID), "program" (its path as noted) and "ran" (UTC, ISO; None where it is not shown) of such a note."""
    match = _NOTE.search(record.path)
    if match is None:
        return None
    return {**match.groupdict(), "ran": _time(record.fields.get("Data"))}


def account_of(capture: Capture, image: str | None) -> str | None:
    """The SID under which BAM noted the program file ``image``; None without a note or with several accounts."""
    below = (image or "").partition(":")[2].lower()
    if not below:
        return None
    notes = (program_noted(one) for one in of_operations(capture, {"RegSetValue"}) if one.succeeded)
    found = {note["account"] for note in notes if note and str(note["program"]).lower().endswith(below)}
    return found.pop() if len(found) == 1 else None


def _time(data: str | None) -> str | None:
    """The time with which the data, shown as bytes in hexadecimal, begin."""
    try:
        ticks = int.from_bytes(bytes.fromhex((data or "")[:23]), "little")
    except ValueError:
        return None
    return when(pd.Timestamp((ticks - _EPOCH) * 100, tz="UTC")) if _EPOCH <= ticks < _LATEST else None
