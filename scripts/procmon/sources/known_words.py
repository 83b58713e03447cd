"""How many events bear an operation or a result that is no word of Process Monitor's."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.procmon.sources.pml.names.operations import OPERATIONS, SUB_OPERATIONS, UNKNOWN
from scripts.procmon.sources.pml.names.results import RESULTS

_RESULTS = frozenset(RESULTS.values())
_OPERATIONS = frozenset(
    {UNKNOWN, *OPERATIONS.values(), *(name for names in SUB_OPERATIONS.values() for name in names.values())}
)
#: Families that newer versions add to, and network operations; each word whole.
_FAMILIES = re.compile(
    r"(?:Reg|Query|Set|Notify|Lock|Unlock|FASTIO_|IRP_MJ_|TCP |UDP |Process |Thread )[\w ]+", re.A
)
_NUMBER = re.compile(r"0x[0-9A-Fa-f]+")


def unknown_words(operations: Mapping[str, int], results: Mapping[str, int]) -> dict[str, int]:
    """{"operations": events whose operation is no word of Process Monitor's, "results": those whose result is none}.

    Both are words of its own in every language of Windows. A blank is none that is unknown; a result without a word is
    shown as its number.
    """
    return {
        "operations": sum(n for name, n in operations.items() if not _is_operation(name)),
        "results": sum(n for name, n in results.items() if not _is_result(name)),
    }


def _is_operation(name: str) -> bool:
    return not name or name in _OPERATIONS or _FAMILIES.fullmatch(name) is not None


def _is_result(name: str) -> bool:
    return not name or name in _RESULTS or _NUMBER.fullmatch(name) is not None
