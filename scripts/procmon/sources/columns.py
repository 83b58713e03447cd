"""The columns that Process Monitor can show and export, and how their names are recognised."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

TIME_OF_DAY = "Time of Day"
PROCESS_NAME = "Process Name"
PID = "PID"
OPERATION = "Operation"
PATH = "Path"
RESULT = "Result"
DETAIL = "Detail"
DATE_AND_TIME = "Date & Time"
RELATIVE_TIME = "Relative Time"
DURATION = "Duration"
COMPLETION_TIME = "Completion Time"
EVENT_CLASS = "Event Class"
SEQUENCE = "Sequence"
IMAGE_PATH = "Image Path"
COMPANY = "Company"
DESCRIPTION = "Description"
VERSION = "Version"
USER = "User"
AUTHENTICATION_ID = "Authentication ID"
SESSION = "Session"
COMMAND_LINE = "Command Line"
TID = "TID"
VIRTUALIZED = "Virtualized"
INTEGRITY = "Integrity"
CATEGORY = "Category"
PARENT_PID = "Parent PID"
ARCHITECTURE = "Architecture"

#: All columns in the order of Process Monitor's own dialogue, the default seven first.
COLUMNS = (
    TIME_OF_DAY,
    PROCESS_NAME,
    PID,
    OPERATION,
    PATH,
    RESULT,
    DETAIL,
    DATE_AND_TIME,
    RELATIVE_TIME,
    DURATION,
    COMPLETION_TIME,
    EVENT_CLASS,
    SEQUENCE,
    IMAGE_PATH,
    COMPANY,
    DESCRIPTION,
    VERSION,
    USER,
    AUTHENTICATION_ID,
    SESSION,
    COMMAND_LINE,
    TID,
    VIRTUALIZED,
    INTEGRITY,
    CATEGORY,
    PARENT_PID,
    ARCHITECTURE,
)


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
