"""Named filter sets (config/filters/*.yaml) and the stages that they are put together to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.errors import SettingsError
from scripts.procmon.filters.rules import problem
from scripts.procmon.settings import FILTERS, did_you_mean, filter_file, line_of, read_checked


@dataclass(frozen=True)
class NamedRule:
    """A rule and where it comes from; ``set`` is None for a rule that stands in a stage itself."""

    rule: Rule
    set: str | None = None
    name: str | None = None
    comment: str | None = None

    @property
    def full_name(self) -> str:
        """ "procmon-defaults/system-process", or the rule's own words where it has no name."""
        if self.name:
            return f"{self.set}/{self.name}" if self.set else self.name
        return f"{self.rule.column} {self.rule.relation} {self.rule.value}"


@dataclass(frozen=True)
class Stage:
    """All rules that are in force at one stage, and those that it took out."""

    name: str
    rules: tuple[NamedRule, ...]
    taken_out: tuple[NamedRule, ...] = ()


def read_set(name: str, folder: Path = FILTERS) -> list[NamedRule]:
    """The rules of the filter set ``name`` in order.

    Raises SettingsError (file, line, nearest right word) for a set that is not there, a key or word that Process
    Monitor doesn't know, a value that can't be compared, a rule's name that is given twice.
    """
    file = filter_file(name, folder)
    rules: list[NamedRule] = []
    for position, entry in enumerate(read_checked(file, "filter_set")["rules"]):
        rule = _named_rule(entry, set_name=name)
        wrong = problem(rule.rule)
        if rule.name in {other.name for other in rules}:
            wrong = f"the name {rule.name!r} is given twice"
        if wrong:
            raise SettingsError(
                f"{file}, line {line_of(file, ['rules', position])}, rule {rule.name!r}: {wrong}"
            )
        rules.append(rule)
    return rules


def resolve_stages(stages: Sequence[Mapping[str, Any]], folder: Path = FILTERS) -> list[Stage]:
    """The stages of config.yaml (already checked against its schema), each with the rules in force.

    A stage starts from the rules of the stage before it, takes out what ``remove`` names, then adds what ``add``
    names; a rule in force already stays once. Raises SettingsError as ``read_set`` does, and for a ``remove`` that names
    nothing in force.
    """
    resolved: list[Stage] = []
    in_force: list[NamedRule] = []
    for stage in stages:
        taken_out = _taken_out(in_force, stage.get("remove", ()), stage["name"])
        in_force = [rule for rule in in_force if rule not in taken_out]
        for rule in _added(stage.get("add", ()), stage["name"], folder):
            if rule not in in_force:
                in_force.append(rule)
        resolved.append(Stage(stage["name"], tuple(in_force), tuple(taken_out)))
    return resolved


def _added(entries: Sequence[Any], stage: str, folder: Path) -> list[NamedRule]:
    added: list[NamedRule] = []
    for entry in entries:
        if isinstance(entry, str):
            added += read_set(entry, folder)
            continue
        rule = _named_rule(entry, set_name=None)
        wrong = problem(rule.rule)
        if wrong:
            raise SettingsError(f"Stage {stage!r}, rule {rule.full_name!r}: {wrong}")
        added.append(rule)
    return added


def _taken_out(in_force: Sequence[NamedRule], names: Sequence[str], stage: str) -> list[NamedRule]:
    taken_out: list[NamedRule] = []
    for name in names:
        named = [rule for rule in in_force if name in (rule.set, rule.full_name)]
        if not named:
            known = [rule.full_name for rule in in_force] + [rule.set for rule in in_force if rule.set]
            near = did_you_mean(name, dict.fromkeys(known)) if known else ""
            raise SettingsError(
                f"Stage {stage!r} removes {name!r}, but no such rule or set is in force there{near}"
            )
        taken_out += named
    return taken_out


def _named_rule(entry: Mapping[str, Any], *, set_name: str | None) -> NamedRule:
    rule = Rule(entry["column"], entry["relation"], str(entry["value"]), entry["action"])
    return NamedRule(rule, set_name, entry.get("name"), entry.get("comment"))
