"""English phrases that captures and findings carry as facts ("the recycle bin"), in another language.

``text/{language}/phrases.yaml`` maps the phrase to its counterpart; "{}" in it stands for a number or a name, which the
counterpart takes over in order. What is not listed (paths, names, a reader's own words) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from scripts.procmon.text import catalogue


def in_language(value: Any, language: str) -> Any:
    """``value``, plain JSON data, with every known phrase in it said in ``language``."""
    if not catalogue("phrases", language):
        return value
    if isinstance(value, str):
        return phrase(value, language)
    if isinstance(value, Mapping):
        return {key: in_language(item, language) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [in_language(item, language) for item in value]
    return value


def phrase(text: str, language: str) -> str:
    """``text`` said in ``language``; the text itself where it is not a known phrase."""
    known = catalogue("phrases", language)
    if text in known:
        return str(known[text])
    for pattern, counterpart in _patterns(language):
        if match := pattern.fullmatch(text):
            return counterpart.format(*match.groups())
    return text


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile("(.+?)".join(map(re.escape, said.split("{}"))), re.DOTALL), str(counterpart))
        for said, counterpart in catalogue("phrases", language).items()
        if "{}" in said
    )
