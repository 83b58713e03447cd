"""Where the reader does not write what Process Monitor exported, and why: docs/differences.md in code."""

from __future__ import annotations

import re
from collections.abc import Callable

from scripts.procmon.sources.pml.localised import in_one_form

PAGE_PROTECTION = "page protection of CreateFileMapping"
BINARY_DATA = "bytes behind REG_BINARY data"
ALLOCATION_SIZE = "allocation size of version 7"
VOLUME_LABEL = "what stands behind a volume label"

LOCALE = "numbers and dates in the manner of another locale"

_ALLOCATION = re.compile(r"AllocationSize: \d+(?:,\d+)*")


def _page_protection(ours: str, theirs: str) -> bool:
    """Process Monitor x64 prints half a kernel pointer as the protection of a section."""
    return ours.partition(", PageProtection: ")[0] == theirs.partition(", PageProtection: ")[0]


def _binary_data(ours: str, theirs: str) -> bool:
    """Process Monitor prints bytes behind the captured data, which belong to the next event."""
    return "Type: REG_BINARY" in ours and theirs.startswith(ours)


def _allocation_size(ours: str, theirs: str) -> bool:
    """Process Monitor 2.8 prints 0 for every allocation size."""
    return theirs == _ALLOCATION.sub("AllocationSize: 0", ours)


def _volume_label(ours: str, theirs: str) -> bool:
    """Process Monitor prints what happens to stand behind the label."""
    return ours.partition("VolumeLabel: ")[0] == theirs.partition("VolumeLabel: ")[0]


#: Columns whose numbers or dates depend on the locale.
_LOCALISED = ("Detail", "Duration")
_KNOWN: dict[str, tuple[str, Callable[[str, str], bool]]] = {
    "CreateFileMapping": (PAGE_PROTECTION, _page_protection),
    "RegQueryValue": (BINARY_DATA, _binary_data),
    "RegEnumValue": (BINARY_DATA, _binary_data),
    "CreateFile": (ALLOCATION_SIZE, _allocation_size),
    "QueryInformationVolume": (VOLUME_LABEL, _volume_label),
}


def difference(column: str, operation: str, ours: str, theirs: str) -> str | None:
    """The name of the documented difference that explains two cells; None where none does."""
    if column in _LOCALISED and in_one_form(ours) == in_one_form(theirs):
        return LOCALE
    if column != "Detail" or operation not in _KNOWN:
        return None
    name, explains = _KNOWN[operation]
    if explains(ours, theirs) or explains(in_one_form(ours), in_one_form(theirs)):
        return name
    return None
