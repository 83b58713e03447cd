"""The table of ATT&CK techniques: which findings match each, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.procmon.report.table import Column, Kind, Table
from scripts.procmon.report.words import Words

#: The least sure first: of several matches the surest counts.
_SURE = ("low", "medium", "high")

_COLUMNS: Sequence[tuple[str, Kind, int]] = (
    ("id", "text", 13), ("name", "text", 36), ("tactics", "text", 25), ("confidence", "text", 12),
    ("findings", "findings", 14),
)  # fmt: skip


def make_techniques(findings: Sequence[Mapping[str, Any]], words: Words, version: str) -> Table:
    """A row a technique that one of the numbered ``findings`` names, by its id; ``version`` is that of ATT&CK."""
    found: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for finding in findings:
        for technique in finding["attack"]:
            found.setdefault(technique["id"], []).append((finding["number"], technique))
    if found:
        said = words.say("tables.attack.intro", n=len(found), version=version)
    else:
        said = words.say("changes.nothing", what=words["tables.attack.none"])
    heads = words["tables.attack.columns"]
    return Table(
        key="attack",
        title=words["tables.attack.title"],
        said=[said],
        columns=[Column(key=key, head=heads[key], kind=kind, width=width) for key, kind, width in _COLUMNS],
        rows=[_row(key, matches, words) for key, matches in sorted(found.items())],
    )


def _row(key: str, matches: Sequence[tuple[int, Mapping[str, Any]]], words: Words) -> list[Any]:
    first = matches[0][1]
    surest = max((technique["confidence"] for _, technique in matches), key=_SURE.index)
    numbers = [number for number, _ in matches]
    tactics = words.joined(first.get("tactics", ()))
    return [key, first.get("name", ""), tactics, words["attack_confidence"][surest], numbers]
