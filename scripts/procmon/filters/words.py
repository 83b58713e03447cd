"""The words of Process Monitor's filter dialog: columns, relations, actions."""

from __future__ import annotations

from typing import Final

INCLUDE: Final = "Include"
EXCLUDE: Final = "Exclude"

#: In the order of Process Monitor's own numbers, 0 to 7.
RELATIONS = ("is", "is not", "less than", "more than", "begins with", "ends with", "contains", "excludes")

#: The relations that need a number or a time in columns that hold such.
ORDERED = ("less than", "more than")

#: All columns, in the order of Process Monitor's default seven and then of its Column Selection dialog.
COLUMNS = (
    "Time of Day",
    "Process Name",
    "PID",
    "Operation",
    "Path",
    "Result",
    "Detail",
    "Date & Time",
    "Relative Time",
    "Duration",
    "Completion Time",
    "Event Class",
    "Sequence",
    "Image Path",
    "Company",
    "Description",
    "Version",
    "User",
    "Authentication ID",
    "Session",
    "Command Line",
    "TID",
    "Virtualized",
    "Integrity",
    "Category",
    "Parent PID",
    "Architecture",
)
