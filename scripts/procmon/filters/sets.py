"""Named filter sets: config/filters/NAME.yaml, or NAME.PMF and NAME.PMC as Process Monitor saves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.errors import CaptureError, SettingsError
from scripts.procmon.filters.pmc import read_filter_file
from scripts.procmon.filters.values import problem
from scripts.procmon.settings import FILTERS, did_you_mean, read_checked
from scripts.procmon.user_yaml import line_of

#: What a set can be saved as, without regard to case: by this project, and by Process Monitor.
_YAML = (".yaml", ".yml")
_SAVED = (".pmf", ".pmc")


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
class FilterSet:
    """The rules of one set in order; ``drops``: a PMC in force when filtered events were dropped at capture."""

    name: str
    file: Path
    rules: tuple[NamedRule, ...]
    drops: bool = False


def set_file(name: str, folder: Path = FILTERS) -> Path:
    """The file of the set ``name``, with or without its ending.

    Raises SettingsError with the nearest name that there is, or where two files have the name.
    """
    files = [file for file in sorted(folder.glob("*")) if file.suffix.lower() in (*_YAML, *_SAVED)]
    found = [file for file in files if name in (file.stem, file.name)]
    if not found:
        near = did_you_mean(name, dict.fromkeys(file.stem for file in files))
        raise SettingsError(f"There is no filter set {name!r} in {folder}{near}")
    if len(found) > 1:
        both = " and ".join(file.name for file in found)
        raise SettingsError(f"The filter set {name!r} in {folder} could be {both}; give the ending as well")
    return found[0]


def read_set(name: str, folder: Path = FILTERS) -> list[NamedRule]:
    """The rules of the filter set ``name``; errors as ``open_set`` has them."""
    return list(open_set(name, folder).rules)


def open_set(name: str, folder: Path = FILTERS) -> FilterSet:
    """The filter set ``name`` as it is now.

    Rules of a PMF or PMC are named by their place, from 1. Raises SettingsError (file, line, nearest right word) for a
    set that is not there, a key or word that Process Monitor doesn't know, a value that can't be compared, a rule's name
    that is given twice, a PMF or PMC that can't be read.
    """
    file = set_file(name, folder)
    return _open(name, file, file.stat().st_mtime_ns)


@cache
def _open(name: str, file: Path, state: int) -> FilterSet:  # noqa: ARG001 (a changed file is read again)
    return (_open_yaml if file.suffix.lower() in _YAML else _open_saved)(name, file)


def _open_yaml(name: str, file: Path) -> FilterSet:
    rules: dict[str | None, NamedRule] = {}
    for position, entry in enumerate(read_checked(file, "filter_set")["rules"]):
        rule = named_rule(entry, set_name=name)
        wrong = problem(rule.rule)
        if rule.name in rules:
            wrong = f"the name {rule.name!r} is given twice"
        if wrong:
            raise SettingsError(
                f"{file}, line {line_of(file, ['rules', position])}, rule {rule.name!r}: {wrong}"
            )
        rules[rule.name] = rule
    return FilterSet(name, file, tuple(rules.values()))


def _open_saved(name: str, file: Path) -> FilterSet:
    try:
        saved = read_filter_file(file)
    except (OSError, CaptureError) as error:
        raise SettingsError(f"The filter set {name!r} can't be read: {error}") from None
    # What Process Monitor saved is taken as it is: a value that can't be compared matches nothing there either.
    rules = tuple(NamedRule(rule, name, str(place)) for place, rule in enumerate(saved.rules, start=1))
    return FilterSet(name, file, rules, drops=bool(saved.drops))


def named_rule(entry: Mapping[str, Any], *, set_name: str | None) -> NamedRule:
    """A rule as YAML has it, already checked against the schema."""
    rule = Rule(entry["column"], entry["relation"], str(entry["value"]), entry["action"])
    return NamedRule(rule, set_name, entry.get("name"), entry.get("comment"))
