"""Many patterns of the knowledge files looked up at once: a path is walked part by part, not tried on each of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from scripts.procmon.findings.registry.registry_paths import normal, pattern


@dataclass
class _Branch:
    """What may follow in a path, and the patterns that end here or take in any rest."""

    literal: dict[str, _Branch] = field(default_factory=dict)
    wild: list[tuple[re.Pattern[str], _Branch]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)


class RegistryIndex:
    """Patterns as ``registry_paths.pattern`` reads them ("**" at the end alone), each with a number of the caller's."""

    def __init__(self, patterns: Iterable[tuple[str, int]]) -> None:
        self._root = _Branch()
        for text, number in patterns:
            for plain in _without_choices(text.lower()):
                self._add(plain, number)
        self.find = lru_cache(maxsize=1 << 16)(self._find)

    def _add(self, plain: str, number: int) -> None:
        branch = self._root
        parts = plain.split("\\")
        for part in parts[:-1] if parts[-1] == "**" else parts:
            if "*" not in part:
                branch = branch.literal.setdefault(part, _Branch())
            else:
                branch.wild.append((pattern(part), following := _Branch()))
                branch = following
        (branch.rest if parts[-1] == "**" else branch.ends).append(number)

    def _find(self, path: str) -> tuple[int, ...]:
        """The numbers of the patterns that a registry path fits, ascending."""
        return tuple(sorted({*_walk(self._root, normal(path).split("\\"), 0)}))


def _walk(branch: _Branch, parts: list[str], at: int) -> Iterator[int]:
    if at == len(parts):
        yield from branch.ends
        return
    yield from branch.rest
    if (following := branch.literal.get(parts[at])) is not None:
        yield from _walk(following, parts, at + 1)
    for wild, following in branch.wild:
        if wild.match(parts[at]):
            yield from _walk(following, parts, at + 1)


def _without_choices(text: str) -> Iterator[str]:
    """One pattern for each choice of its "{a|b}"."""
    pieces = [
        piece[1:-1].split("|") if piece.startswith("{") else [piece]
        for piece in re.split(r"(\{[^}]*\})", text)
    ]
    yield from map("".join, product(*pieces))
