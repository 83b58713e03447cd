"""CSV that spreadsheet programs open without running anything that a capture holds."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

#: A cell that starts with one of these is run as a formula by spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: Any) -> str:
    """The cell as text; one that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(file: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write ``rows``, all cells in quotes; with a byte order mark, by which spreadsheets tell UTF-8.

    Numbers are to be given as they are to stand there, texts of a capture after ``harmless``.
    """
    with file.open("w", encoding="utf-8-sig", errors="surrogatepass", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(heads)
        writer.writerows(rows)
