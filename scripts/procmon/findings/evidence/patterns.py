"""Regular expressions of the files of knowledge, met one after another; a word turns most texts away first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

#: Shorter beginnings stand in too many texts to turn any away.
SHORTEST = 2
_GROUP = re.compile(r"(?:\\b)?\(\?:([a-z0-9|-]+)\)(?![?*{])")
_BEGINNING = re.compile(r"(?:\\b|\^)?([a-z0-9-]+)([?*+{]?)")


def met(parts: str | Sequence[str], text: str, folded: str) -> bool:
    """Whether the parts are met one after another: each is searched once, from the end of the one before.

    ``folded`` is the text without regard to case (``str.casefold``): a part that must begin with one of some words is
    not searched where none of them stands in the text, since expressions cost a hundred times what words do.
    """
    every = (parts,) if isinstance(parts, str) else parts
    for part in every:
        words = beginnings(part)
        if words and not any(word in folded for word in words):
            return False
    at = 0
    for part in every:
        found = pattern(part).search(text, at)
        if found is None:
            return False
        at = found.end()
    return True


@cache
def pattern(text: str) -> re.Pattern[str]:
    """The expression, any case."""
    return re.compile(text, re.IGNORECASE)


@cache
def beginnings(text: str) -> tuple[str, ...]:
    """Words of which one stands in any text that the expression is met in; () where it does not begin with such."""
    words: list[str] = []
    for branch in _branches(text):
        group, found = _GROUP.match(branch), _BEGINNING.match(branch)
        # What stands before a quantifier may be missing.
        word = "" if found is None else found[1][:-1] if found[2] else found[1]
        words += group[1].split("|") if group else [word]
    return tuple(words) if min(map(len, words)) >= SHORTEST else ()


def _branches(text: str) -> Iterator[str]:
    """The alternatives of an expression that stand outside all brackets."""
    depth, inside, start, at = 0, False, 0, 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif inside:
            # A bracket that comes first in a set is one of its characters.
            inside = character != "]" or text[at - 1] == "[" or text[at - 2 : at] == "[^"
        elif character == "[":
            inside = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and not depth:
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]
