"""How the names of columns are recognised in headers and XML tags."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from scripts.procmon.contracts.columns import COLUMNS, DATE_AND_TIME


@lru_cache(maxsize=1024)
def folded(name: str) -> str:
    """The letters of a column name or XML tag, in lower case: "Date & Time" → "datetime"."""
    return "".join(character for character in name.casefold() if character.isalpha())


# An XML tag can't hold "&"; XML's own way to write it there is _x0026_, of which the fold leaves an "x".
_BY_FOLD = {folded(name): name for name in COLUMNS} | {
    "datextime": DATE_AND_TIME,
    "dateandtime": DATE_AND_TIME,
}


def column_of(name: str) -> str | None:
    """Process Monitor's name of a header or XML tag, or None for one that it does not have."""
    return _BY_FOLD.get(folded(name))


def columns_of(names: Iterable[str]) -> list[str | None]:
    """``column_of`` for each name; a second column of the same name counts as unknown."""
    found: list[str | None] = []
    for name in names:
        column = column_of(name)
        found.append(None if column in found else column)
    return found
