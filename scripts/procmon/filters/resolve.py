"""The stages of config.yaml or of a case file, put together from sets and rules; wrong ones told by file and line.

The main line: a stage starts from the rules of the stage before it. A branch (``from: NAME``) starts from the rules of
the stage that it names, wherever that stands, and no stage of the main line goes on from it: a look aside, "the same
stage without the Category rule".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.procmon.errors import SettingsError
from scripts.procmon.filters.sets import NamedRule, named_rule, open_set, read_set
from scripts.procmon.filters.values import problem
from scripts.procmon.settings import FILTERS, did_you_mean
from scripts.procmon.user_yaml import line_of


@dataclass(frozen=True)
class Stage:
    """All rules that are in force at one stage, and those that it took out; ``base`` names what a branch starts from."""

    name: str
    rules: tuple[NamedRule, ...]
    taken_out: tuple[NamedRule, ...] = ()
    base: str | None = None


@dataclass(frozen=True)
class Source:
    """Where a list of stages stands: a file, and the keys that lead to the list."""

    file: Path
    place: tuple[Any, ...] = ("stages",)


def resolve_stages(
    stages: Sequence[Mapping[str, Any]], folder: Path = FILTERS, *, source: Source | None = None
) -> list[Stage]:
    """The stages (already checked against the schema) in the order given, each with the rules in force.

    A stage takes out what ``remove`` names (a set, or one of its rules), then adds what ``add`` names; a rule in force
    already stays once. Raises SettingsError, with the line where ``source`` is given, for two stages of one name, a
    branch from a stage that is not there or in a circle, no main line at all, a set that is not there, a ``remove``
    that names nothing in force, a value that can't be compared.
    """
    return _Resolver(stages, folder, source).all()


def set_files(stages: Iterable[Mapping[str, Any]], folder: Path = FILTERS) -> list[str]:
    """The files of all filter sets that the stages name, each once. Raises SettingsError as ``open_set`` does."""
    names = [name for stage in stages for name in stage.get("add", ()) if isinstance(name, str)]
    return list(dict.fromkeys(str(open_set(name, folder).file) for name in names))


class _Resolver:
    def __init__(self, stages: Sequence[Mapping[str, Any]], folder: Path, source: Source | None) -> None:
        self.stages, self.folder, self.source = stages, folder, source
        self.places: dict[str, int] = {}
        self.resolved: dict[int, Stage] = {}

    def all(self) -> list[Stage]:
        for place, stage in enumerate(self.stages):
            if stage["name"] in self.places:
                raise self._error(f"two stages have the name {stage['name']!r}", place, "name")
            self.places[stage["name"]] = place
        main = [place for place, stage in enumerate(self.stages) if "from" not in stage]
        before: tuple[NamedRule, ...] = ()
        for place in main:
            self.resolved[place] = self._stage(place, before)
            before = self.resolved[place].rules
        for place in range(len(self.stages)):
            self._branch(place, ())
        if not main:
            raise self._error("every stage is a branch of another; one must do without 'from'", 0, "from")
        return [self.resolved[place] for place in range(len(self.stages))]

    def _branch(self, place: int, way: tuple[str, ...]) -> Stage:
        """The stage at ``place``; ``way`` are the branches that lead to it."""
        if place in self.resolved:
            return self.resolved[place]
        stage = self.stages[place]
        if stage["name"] in way:
            circle = " → ".join(repr(name) for name in (*way[way.index(stage["name"]) :], stage["name"]))
            raise self._error(f"the branches lead in a circle: {circle}", place, "from")
        base = stage["from"]
        if base not in self.places:
            what = f"there is no stage {base!r} to start from{did_you_mean(base, self.places)}"
            raise self._error(what, place, "from")
        rules = self._branch(self.places[base], (*way, stage["name"])).rules
        self.resolved[place] = self._stage(place, rules, base)
        return self.resolved[place]

    def _stage(self, place: int, start: tuple[NamedRule, ...], base: str | None = None) -> Stage:
        taken_out = dict.fromkeys(self._taken_out(place, start))
        in_force = dict.fromkeys([*(rule for rule in start if rule not in taken_out), *self._added(place)])
        return Stage(self.stages[place]["name"], tuple(in_force), tuple(taken_out), base)

    def _added(self, place: int) -> list[NamedRule]:
        added: list[NamedRule] = []
        for number, entry in enumerate(self.stages[place].get("add", ())):
            if isinstance(entry, str):
                try:
                    added += read_set(entry, self.folder)
                except SettingsError as error:
                    raise self._error(str(error), place, "add", number) from None
                continue
            rule = named_rule(entry, set_name=None)
            if wrong := problem(rule.rule):
                raise self._error(f"rule {rule.full_name!r}: {wrong}", place, "add", number)
            added.append(rule)
        return added

    def _taken_out(self, place: int, in_force: Sequence[NamedRule]) -> list[NamedRule]:
        taken_out: list[NamedRule] = []
        for number, name in enumerate(self.stages[place].get("remove", ())):
            named = [rule for rule in in_force if name in (rule.set, rule.full_name)]
            if not named:
                known = [rule.full_name for rule in in_force] + [rule.set for rule in in_force if rule.set]
                near = did_you_mean(name, dict.fromkeys(known)) if known else ""
                what = f"removes {name!r}, but no such rule or set is in force there{near}"
                raise self._error(what, place, "remove", number)
            taken_out += named
        return taken_out

    def _error(self, what: str, place: int, *below: Any) -> SettingsError:
        stage = f"Stage {self.stages[place]['name']!r}"
        if not self.source:
            return SettingsError(f"{stage} {what}" if what.startswith("removes") else f"{stage}: {what}")
        line = line_of(self.source.file, [*self.source.place, place, *below])
        place_of = f"{self.source.file}{f', line {line}' if line else ''}"
        return SettingsError(f"{place_of}, {stage[0].lower()}{stage[1:]}: {what}")
