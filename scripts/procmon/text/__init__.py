"""The prose of findings and report, by language: catalogues of Jinja sentences that facts are put into.

``text/{language}/{catalogue}.yaml`` maps a key to one sentence or to several named ones. In a sentence, ``|code``
sets a path, value or name apart (back-ticks, which the HTML turns into <code>), ``|n`` writes a number with
thousands separators, ``|bytes`` a size, ``|clock`` a time of day, ``|seconds`` a length of time, ``|listing`` joins a
list with commas and "and"; ``plural(n, one, many)`` picks a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined

FOLDER = Path(__file__).parent

_CODE = re.compile(r"(``.*?``|`[^`]*`)", re.DOTALL)


def catalogue(name: str, language: str = "en") -> dict[str, Any]:
    """The catalogue ``name`` in ``language``; {} where there is none."""
    return _catalogue(name, language)


def render(sentence: str, facts: Mapping[str, Any], language: str = "en") -> str:
    """One sentence with the facts put in. Raises jinja2.UndefinedError for a missing fact.

    White space of the sentence is folded, that of facts set apart by ``|code`` is kept: two blanks in a path
    are its name.
    """
    told = _environment(language).from_string(" ".join(sentence.split())).render(**facts).strip()
    # Conditions that do not hold leave blanks behind them, also before a full stop.
    return "".join(
        part if part.startswith("`") else re.sub(r" (?=[.,;:](?: |$))", "", re.sub(r" {2,}", " ", part))
        for part in _CODE.split(told)
    )


def code(value: object) -> str:
    """A name or path set apart by back-ticks, doubled where the value itself holds one."""
    text = visible(str(value))
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def visible(text: str) -> str:
    """Control characters and marks that turn the direction of writing, made visible: "␀", "⟨U+202E⟩"."""
    return text if text.isprintable() else "".join(map(_visible_character, text))


def number(value: float) -> str:
    """12345 → "12,345"."""
    return f"{value:,}"


def size(value: int) -> str:
    """Bytes for people, exact below 10,000,000: "26,616 bytes", "14.2 million bytes"."""
    if value == 1:
        return "1 byte"
    return f"{value:,} bytes" if value < 10_000_000 else f"{value / 1e6:,.1f} million bytes"


def clock(value: str | None) -> str:
    """The time of day in an ISO 8601 text, to the second: "20:16:22"."""
    return "an unknown time" if not value else value.partition("T")[2][:8]


def seconds(value: float) -> str:
    """A length of time for people: "0.4 seconds", "2 minutes and 35 seconds", "3 years"."""
    span = abs(value)
    if span < 120:
        shown = f"{span:.1f}".removesuffix(".0") if span >= 0.1 else f"{span:.3f}"
        return f"{shown} second{'' if shown == '1' else 's'}"
    for unit, length, smaller, part in (
        ("year", 31_556_952, "", 0),
        ("day", 86_400, "", 0),
        ("hour", 3_600, "minute", 60),
        ("minute", 60, "second", 1),
    ):
        if span >= (2 if unit in ("year", "day") else 1) * length:
            return _two_units(span, (unit, length), (smaller, part))
    return f"{span:,.0f} seconds"


def _visible_character(character: str) -> str:
    if character < " ":
        return chr(0x2400 + ord(character))
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return f"⟨U+{ord(character):04X}⟩"


def _two_units(span: float, large: tuple[str, int], small: tuple[str, int]) -> str:
    count = int(span // large[1])
    text = f"{count:,} {large[0]}{'' if count == 1 else 's'}"
    rest = int((span - count * large[1]) // small[1]) if small[1] else 0
    return f"{text} and {rest} {small[0]}{'' if rest == 1 else 's'}" if rest else text


def listing(values: Iterable[object], most: int = 6) -> str:
    """ "a, b and c"; past ``most`` the rest is counted: "a, b, c and 4 more"."""
    items = [str(value) for value in values]
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most:,} more"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "none"


def plural(count: int, one: str, many: str) -> str:
    """ "1 file", "12,345 files"."""
    return f"{count:,} {one if count == 1 else many}"


@cache
def _catalogue(name: str, language: str) -> dict[str, Any]:
    file = FOLDER / language / f"{name}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {} if file.is_file() else {}


@cache
def _environment(language: str) -> Environment:  # noqa: ARG001 (other languages bring other filters)
    # Plain text: the report escapes for HTML when it sets the sentence, so nothing is escaped twice.
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    environment.filters.update(code=code, n=number, bytes=size, clock=clock, seconds=seconds, listing=listing)
    environment.globals.update(plural=plural)
    return environment
