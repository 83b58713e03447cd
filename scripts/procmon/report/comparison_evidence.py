"""What lies beside the report on two captures: comparison.json, and the whole lists as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.procmon.contracts.files import COMPARISON_FILE
from scripts.procmon.report.comparison import KINDS, WAYS
from scripts.procmon.spreadsheet import harmless, write_csv

_HEADS = ("Difference", "Name", "Events", "What", "Before", "After")


def write_lists(document: Mapping[str, Any], text: str, reports: Path) -> None:
    """Write comparison.json, which is ``text``, and evidence/{kind}.csv into ``reports``; heads where nothing is told."""
    evidence = reports / "evidence"
    evidence.mkdir(parents=True, exist_ok=True)
    (reports / COMPARISON_FILE).write_text(text, encoding="utf-8", errors="surrogatepass")
    for kind in KINDS:
        told = (document["tables"] or {}).get(kind)
        write_csv(evidence / f"{kind}.csv", _HEADS, _rows(told) if told else ())


def _rows(told: Mapping[str, Any]) -> Iterator[list[str]]:
    """A line for each fact of what is new or gone, and for each change."""
    for way in WAYS:
        for row in told[way]["rows"]:
            for what, before, after in _facts(way, row):
                cells = (way, row["name"], what, "\n".join(before), "\n".join(after))
                first, name, *others = map(harmless, cells)
                yield [first, name, str(row["events"]), *others]


def _facts(way: str, row: Mapping[str, Any]) -> Iterator[tuple[str, list[str], list[str]]]:
    if way == "changed":
        yield from ((one["what"], one["before"], one["after"]) for one in row["changes"])
    elif not row["facts"]:
        yield "", [], []
    for what, values in row["facts"].items() if way != "changed" else ():
        yield what, values if way == "gone" else [], values if way == "new" else []
