"""English phrases that captures and findings carry as facts ("the recycle bin"), in another language.

``text/{language}/phrases.yaml`` maps the phrases among the facts of findings to their counterparts,
``text/{language}/capture.yaml`` those of capture.json and of the settings, which hold no names: its phrases may be as
short as "none". "{}" in a phrase stands for a number or a name, at its begin for a number; the counterpart takes them
over in order. What is not listed (paths, names, a reader's own words) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from scripts.procmon.text import catalogue

#: The facts whose values are phrases of config/knowledge. A value of the registry may be called "the desktop", too.
WORDED = frozenset(
    {
        *("place", "places", "odd_places", "target_place", "starts", "what", "called"),
        *("stores", "why", "name", "default"),
    }
)


def in_language(value: Any, language: str, *, known: str = "phrases") -> Any:
    """``value``, plain JSON data, with every phrase in it that the catalogue ``known`` has said in ``language``."""
    if not catalogue(known, language):
        return value
    if isinstance(value, str):
        return phrase(value, language, known=known)
    if isinstance(value, Mapping):
        return {key: in_language(item, language, known=known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [in_language(item, language, known=known) for item in value]
    return value


def phrase(text: str, language: str, *, known: str = "phrases") -> str:
    """``text`` said in ``language``; the text itself where the catalogue ``known`` does not have it."""
    phrases = catalogue(known, language)
    if text in phrases:
        return str(phrases[text])
    for pattern, counterpart in _patterns(language, known):
        if match := pattern.fullmatch(text):
            return counterpart.format(*match.groups())
    return text


def facts_in_language(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """``facts`` with the phrases of this project's own said in ``language``; what a capture wrote stays as it is."""
    return {key: _fact(key, item, language) for key, item in facts.items()}


def _fact(key: str, item: Any, language: str) -> Any:
    if isinstance(item, Mapping):
        return facts_in_language(item, language)
    if isinstance(item, list | tuple):
        return [_fact(key, one, language) for one in item]
    return in_language(item, language) if key in WORDED else item


@cache
def _patterns(language: str, known: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (_pattern(said), str(counterpart))
        for said, counterpart in catalogue(known, language).items()
        if "{}" in said
    )


def _pattern(said: str) -> re.Pattern[str]:
    first, *others = map(re.escape, said.split("{}"))
    begin = first or r"([\d,]+)" + others.pop(0)
    return re.compile("(.+?)".join([begin, *others]), re.DOTALL)
