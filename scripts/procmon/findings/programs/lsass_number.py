"""Command lines that ask for the memory of lsass by its number alone, as the list of processes gives it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.paths.named_files import LONGEST
from scripts.procmon.knowledge import knowledge


def numbers_of_lsass(rows: Iterable[ProcessRow]) -> frozenset[int]:
    """The PIDs under which lsass.exe runs in the capture."""
    return frozenset(
        row.pid for row in rows if row.pid is not None and row.process_name.lower() == "lsass.exe"
    )


def dumps_by_number(command_line: str | None, numbers: frozenset[int]) -> bool:
    """Whether a tool that writes the memory of processes into files is given one of ``numbers``."""
    text = (command_line or "")[:LONGEST].replace("^", "")
    if not numbers or _tools().search(text) is None:
        return False
    given = re.findall(r"(?<![\w.\\:/-])\d{1,10}(?![\w.\\:/-])", text)
    return any(int(number) in numbers for number in given)


@cache
def _tools() -> re.Pattern[str]:
    tools = "|".join(knowledge("credential_stores")["dumps"]["tools"])
    return re.compile(rf"(?:^|[\\\s\"'])(?:{tools})(?:\.exe)?[\"'\s]", re.IGNORECASE)
