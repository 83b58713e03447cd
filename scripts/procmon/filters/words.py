"""The words of Process Monitor's filter dialog: relations and actions; its columns stand in ``contracts.columns``."""

from __future__ import annotations

from typing import Final

from scripts.procmon.contracts.columns import COLUMNS as COLUMNS

INCLUDE: Final = "Include"
EXCLUDE: Final = "Exclude"

#: In the order of Process Monitor's own numbers, 0 to 7.
RELATIONS = ("is", "is not", "less than", "more than", "begins with", "ends with", "contains", "excludes")

#: The relations that need a number or a time in columns that hold such.
ORDERED = ("less than", "more than")
