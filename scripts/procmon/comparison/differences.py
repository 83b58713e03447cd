"""Two captures' things side by side: new, gone, changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from scripts.procmon.comparison.programs import paired
from scripts.procmon.comparison.things import KINDS, Thing, Things

#: By which facts a thing that is in both captures is said to have changed; who touched a file is one, how often is not.
TOLD_BY = {
    "processes": ("version", "company", "integrity", "parent", "command_line"),
    "files": ("operation", "process"),
    "keys": ("data", "operation", "process"),
    "drivers": ("version", "company"),
    "peers": ("operation", "process"),
}

#: Rows of one list that comparison.json holds; more are counted.
MOST = 20_000
_VALUES = 20  #: of one fact
_LONGEST = 1_000  #: characters of one value

#: What Windows runs by its ending.
_PROGRAMS = (
    *(".exe", ".com", ".scr", ".cpl", ".dll", ".ocx", ".sys", ".drv"),
    *(".bat", ".cmd", ".ps1", ".vbs", ".js", ".lnk"),
)


def differences(
    before: Mapping[str, Things],
    after: Mapping[str, Things],
    *,
    lists: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """By kind the lists ``new``, ``gone`` and ``changed``, and how many things both captures have.

    ``lists`` names by kind the one capture ("before" or "after") that lists what has no event (the process table,
    modules); what only such a list tells can't be missed in the other: ``left_out`` counts it by capture.
    """
    one, other = paired(before["processes"], after["processes"])
    before, after = {**before, "processes": one}, {**after, "processes": other}
    return {kind: _differences(before[kind], after[kind], TOLD_BY[kind], lists.get(kind)) for kind in KINDS}


def _differences(before: Things, after: Things, facts: Sequence[str], lists: str | None) -> dict[str, Any]:
    both = [key for key in after if key in before]
    changed = [
        _row(after[key]) | {"changes": changes}
        for key in both
        if (changes := _changes(before[key], after[key], facts, lists))
    ]
    new = [thing for key, thing in after.items() if key not in before]
    gone = [thing for key, thing in before.items() if key not in after]
    told = {"after": new, "before": gone}
    left_out = dict.fromkeys(("before", "after"), 0)
    if lists:
        left_out[lists] = sum(thing.listed_only for thing in told[lists])
        told[lists] = [thing for thing in told[lists] if not thing.listed_only]
    return {
        "both": len(both),
        "new": _listed([_row(thing) for thing in told["after"]]),
        "gone": _listed([_row(thing) for thing in told["before"]]),
        "changed": _listed(changed),
        "left_out": left_out,
    }


def _changes(before: Thing, after: Thing, facts: Sequence[str], lists: str | None) -> list[dict[str, Any]]:
    told = []
    for fact in facts:
        was, now = before.alike.get(fact, set()), after.alike.get(fact, set())
        # What a list tells besides, of processes without events, is no change either.
        more = {"before": now <= was, "after": was <= now}.get(lists or "", False)
        # A fact that one of the captures doesn't tell at all has not changed.
        if was and now and was != now and not more:
            told.append(
                {"what": fact, "before": _values(before.facts[fact]), "after": _values(after.facts[fact])}
            )
    return told


def _row(thing: Thing) -> dict[str, Any]:
    return {
        "name": thing.name[:_LONGEST],
        "first_event": thing.first,
        "events": thing.events,
        "facts": {fact: _values(values) for fact, values in sorted(thing.facts.items())},
    }


def _values(values: set[str]) -> list[str]:
    return [value[:_LONGEST] for value in sorted(values, key=lambda one: (one.lower(), one))[:_VALUES]]


def _listed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The rows, what can run first, then in the order in which they appeared."""

    def order(row: Mapping[str, Any]) -> tuple[bool, float, str]:
        first = row["first_event"]
        return (
            not row["name"].lower().endswith(_PROGRAMS),
            float("inf") if first is None else first,
            row["name"].lower(),
        )

    rows.sort(key=order)
    return {"count": len(rows), "rows": rows[:MOST]}
