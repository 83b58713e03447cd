"""The rules of a filter stage that hid something, as rows of its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.procmon.report.events import who
from scripts.procmon.report.words import Words


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """One row; ``matched`` is None where events may match several of the rules told in it."""

    text: str
    set: str
    most: Sequence[str]  #: the process and the path that it took most events of
    matched: int | None
    removed: int
    alone: int


def at_work(rules: Iterable[Mapping[str, Any]], words: Words) -> list[AtWork]:
    """The rules that hid something; Include rules on one column together, since they hide what none of them matches."""
    hiding = [rule for rule in rules if int(rule["removed"])]
    included: dict[str, list[Mapping[str, Any]]] = {}
    for rule in hiding:
        if rule["action"] == "Include":
            included.setdefault(str(rule["column"]), []).append(rule)
    alone = [
        rule
        for rule in hiding
        if len(included.get(str(rule["column"]), ())) < 2 or rule["action"] != "Include"
    ]
    return [
        *(_row(rule, rule_text(rule), rule["matched"]) for rule in alone),
        *(_together(same, words) for same in included.values() if len(same) > 1),
    ]  # fmt: skip


def rule_text(rule: Mapping[str, Any]) -> str:
    """A filter rule in Process Monitor's order: "Path · contains · mrxcls · Include"."""
    return " · ".join(str(rule[key]) for key in ("column", "relation", "value", "action"))


def _together(rules: Sequence[Mapping[str, Any]], words: Words) -> AtWork:
    told = [" · ".join(str(rule[key]) for key in ("column", "relation", "value")) for rule in rules]
    apart = all(rule["relation"] == "is" for rule in rules)
    matched = sum(int(rule["matched"]) for rule in rules) if apart else None
    return _row(rules[0], words.say("method.includes", n=len(rules), rules=told), matched)


def _row(rule: Mapping[str, Any], text: str, matched: int | None) -> AtWork:
    most = [who(one["process_name"], one["pid"]) for one in rule.get("processes", ())[:1]]
    return AtWork(
        text=text,
        set=str(rule.get("set") or ""),
        most=most + [str(one["path"]) for one in rule.get("paths", ())[:1]],
        matched=matched,
        removed=int(rule["removed"]),
        alone=int(rule.get("alone", 0)),
    )
