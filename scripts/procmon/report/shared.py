"""What several captures of a run have in common: names that they all leave, and kinds of findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from scripts.procmon.report.material import Material
from scripts.procmon.text.endpoints import endpoint

#: Rows that the page lists at most; more are counted.
MOST = 200

#: How a name of a type is shown.
_SHOWN: Mapping[str, Callable[[str], str]] = {
    "file": lambda path: path.rpartition("\\")[2],
    "address": endpoint,
}

#: How a capture is called that is an export beside a capture of its name.
_EXPORTS = (".csv", ".xml")


@dataclass(frozen=True, kw_only=True)
class Where:
    """A capture, and the finding there that a link leads to (0 where there is none)."""

    name: str
    folder: str
    finding: int = 0
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Shared:
    """One name, key or peer, as the first capture spells it, and the captures that have it."""

    type: str
    value: str
    captures: Sequence[Where]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What one check found, over all captures."""

    title: str
    count: int
    captures: Sequence[Where]


def own_exports(names: Iterable[str]) -> dict[str, str]:
    """By name of a capture, that of the capture beside it that it is an export of: "x.CSV" → "x"."""
    known = set(names)
    return {name: name[:-4] for name in known if name.lower().endswith(_EXPORTS) and name[:-4] in known}


def shared(materials: Sequence[Material]) -> list[Shared]:
    """Indicators of two captures or more; a file is known by its name, whatever its folder. Most captures first.

    A capture and its own export count as one.
    """
    export_of = own_exports(material.name for material in materials)
    spelled: dict[tuple[str, str], str] = {}
    found: dict[tuple[str, str], dict[str, Where]] = {}
    for material in materials:
        numbers = {finding["id"]: number for number, finding in enumerate(material.findings, start=1)}
        for row in material.table("indicators"):
            kind, value = str(row["type"]), str(row["value"])
            shown = _SHOWN.get(kind, str)(value)
            key = kind, shown.lower()
            spelled.setdefault(key, shown)
            number = next((numbers[one] for one in row["findings"] if one in numbers), 0)
            found.setdefault(key, {}).setdefault(
                material.name, Where(name=material.name, folder=quote(material.name), finding=number)
            )
    several = [
        Shared(type=key[0], value=spelled[key], captures=list(where.values()))
        for key, where in found.items()
        if len({export_of.get(name, name) for name in where}) > 1
    ]
    return sorted(several, key=lambda one: (-len(one.captures), one.type, one.value.lower()))


def kinds(materials: Iterable[Material]) -> list[Kind]:
    """The checks that found something, with how much and where, the most frequent first."""
    titles: dict[str, str] = {}
    found: dict[str, list[Where]] = {}
    for material in materials:
        titles |= {str(check["analysis"]): str(check["title"]) for check in material.checks}
        first: dict[str, int] = {}
        counts = Counter(_analyses(material.findings, first))
        for analysis, count in counts.items():
            found.setdefault(analysis, []).append(
                Where(name=material.name, folder=quote(material.name), finding=first[analysis], count=count)
            )
    made = [
        Kind(title=titles.get(analysis, analysis), count=sum(one.count for one in where), captures=where)
        for analysis, where in found.items()
    ]
    return sorted(made, key=lambda kind: (-kind.count, kind.title))


def _analyses(findings: Sequence[Mapping[str, object]], first: dict[str, int]) -> Iterable[str]:
    """The analysis of each finding; ``first`` learns the number of the first of each."""
    for number, finding in enumerate(findings, start=1):
        analysis = str(finding["analysis"])
        first.setdefault(analysis, number)
        yield analysis
