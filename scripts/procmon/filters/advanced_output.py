"""Stages for a capture that was exported with Advanced Output, whose file events all bear the names of requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.resolve import Stage
from scripts.procmon.filters.sets import NamedRule

#: Process Monitor's default rules hide all requests. Those that stand for an operation are what such a capture tells.
_INSTEAD: Mapping[str, Sequence[tuple[str, str]]] = {
    "IRP_MJ_": [("is", "IRP_MJ_CLOSE")],
    "FASTIO_": [("begins with", f"FASTIO_{one}") for one in ("ACQUIRE_", "RELEASE_", "MDL_", "CHECK_")],
}


def is_advanced(operations: Mapping[str, int]) -> bool:
    """Whether a capture with so many events of each operation was exported with Advanced Output."""
    return bool(operations.get("IRP_MJ_CREATE")) and not operations.get("CreateFile")


def for_advanced_output(stages: Sequence[Stage]) -> list[Stage]:
    """``stages`` with rules that hide the requests that stand for no operation, in place of those that hide all."""
    return [
        replace(
            stage,
            rules=tuple(_instead(stage.rules)),
            taken_out=tuple(_instead(stage.taken_out)),
        )
        for stage in stages
    ]


def _instead(rules: Sequence[NamedRule]) -> Iterator[NamedRule]:
    for named in rules:
        rule = named.rule
        hides = (rule.column, rule.relation, rule.action) == ("Operation", "begins with", "Exclude")
        others = _INSTEAD.get(rule.value) if hides else None
        if others is None:
            yield named
            continue
        for relation, value in others:
            yield replace(named, rule=Rule("Operation", relation, value, "Exclude"), name=value.lower())
