"""Sentences → HTML: back-ticked names become <code>, event numbers become links, all else is escaped."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from markupsafe import Markup, escape

from scripts.procmon.text import blanks, visible
from scripts.procmon.text.cut import uncut
from scripts.procmon.text.forms import forms

#: A name longer than this is cut in the middle: a path can hold 32,767 characters, a page cannot.
LONGEST = 320

#: The same within a title, which stands in headings, contents and bookmarks; the whole stands in the evidence.
LONGEST_IN_TITLE = 120

#: A text is not cut within words up to this.
_LONGEST_WORD = 24

#: The names of Process Monitor's operations end before this; a longer one was not written by it.
_OPERATION = 80

_CODE = re.compile(r"``(?P<double>.+?)``|`(?P<single>[^`]+)`", re.DOTALL)
_EVENTS = re.compile(r"(?:\b[Ee]vents?|イベント) \d+(?:,\d{3})*(?:(?: to |, |、| and |[-–])\d+(?:,\d{3})*)*")
#: What may be too long to stand whole. Japanese sentences hold no blanks, and are long sooner than names are.
_UNBROKEN = re.compile(rf"[^\s\u3000-\u9fff\uff00-\uffef]{{{LONGEST_IN_TITLE + 1},}}|\S{{{LONGEST + 1},}}")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+")


def shorten(text: str, longest: int = LONGEST, language: str = "en") -> str:
    """``text`` with its middle left out, saying how long it was, where it is longer than ``longest``."""
    text, length = uncut(text)
    if len(text) <= longest:
        return text
    head = longest * 2 // 3
    first, last = _whole_words(text[:head], text[head:longest]), text[head - longest :]
    if text[head - longest - 1] != " ":
        last = _whole_words(last[::-1], "")[::-1]
    return f"{first} … {last} ({forms(language).counted('character', length)})"


def _whole_words(cut: str, then: str) -> str:
    """``cut`` without the part of a word at its end, unless the word is long: such as a path or a value."""
    shorter = cut.rstrip() if then.startswith(" ") else cut.rpartition(" ")[0].rstrip()
    return shorter if len(cut) - len(shorter) <= _LONGEST_WORD else cut


def operation(text: str, language: str = "en") -> str:
    """The name of an operation, which is told whole."""
    return visible(shorten(text, _OPERATION, language))


def name(text: object, longest: int = LONGEST, *, language: str = "en") -> Markup:
    """A path, value or name as <code>; <bdi> keeps its direction of writing from its neighbours."""
    return Markup("<code><bdi>{}</bdi></code>").format(breakable(text, longest, language=language))


def breakable(text: object, longest: int = LONGEST, *, language: str = "en") -> Markup:
    """A path that may break after a back-slash, where a reader expects it; <wbr> leaves nothing behind when copied."""
    shown = escape(visible(shorten(blanks(str(text)), longest, language)))
    return shown.replace("\\", Markup("\\<wbr>")).replace("…\\<wbr>", "…\\")


def title(text: str, *, language: str = "en") -> Markup:
    """A title with its names set apart, and cut earlier than in prose."""
    return sentence(text, longest=LONGEST_IN_TITLE, language=language)


def sentence(
    text: str, shown: Container[int] = (), *, longest: int = LONGEST, language: str = "en"
) -> Markup:
    """Prose with back-ticked names set apart; numbers of events in ``shown`` become links to their rows."""
    parts: list[Markup] = []
    start = 0
    for match in _CODE.finditer(text):
        parts.append(_plain(text[start : match.start()], shown, longest, language))
        parts.append(name(_inner(match), longest, language=language))
        start = match.end()
    parts.append(_plain(text[start:], shown, longest, language))
    return Markup("").join(parts)


def blocks(text: str) -> list[str | list[str]]:
    """Prose as its paragraphs; the items of a list, lines that begin with "- ", as one list."""
    told: list[str | list[str]] = []
    for line in filter(None, text.split("\n")):
        item = line.removeprefix("- ")
        if item == line:
            told.append(line)
        elif told and isinstance(told[-1], list):
            told[-1].append(item)
        else:
            told.append([item])
    return told


def bare(text: str, language: str = "en") -> str:
    """The sentence without its back-ticks, for places that hold no markup: titles, bookmarks, charts."""
    plain = _CODE.sub(lambda match: shorten(_inner(match), LONGEST_IN_TITLE, language), text)
    return visible(shorten(plain, 400, language))


def _inner(match: re.Match[str]) -> str:
    return match["double"] if match["double"] is not None else match["single"]


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Event numbers as runs of neighbours: [3, 4, 5, 9] → [(3, 5), (9, 9)]."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _plain(text: str, shown: Container[int], longest: int, language: str) -> Markup:
    text = _UNBROKEN.sub(lambda match: shorten(match.group(), longest, language), text)
    parts: list[Markup] = []
    start = 0
    for match in _EVENTS.finditer(text):
        parts += [escape(visible(text[start : match.start()])), _linked(match.group(), shown)]
        start = match.end()
    parts.append(escape(visible(text[start:])))
    return Markup("").join(parts)


def _linked(text: str, shown: Container[int]) -> Markup:
    # Only digits, commas and fixed words get here, so nothing needs escaping.
    def link(match: re.Match[str]) -> str:
        number = int(match.group().replace(",", ""))
        return f'<a href="#event-{number}">{match.group()}</a>' if number in shown else match.group()

    return Markup(_NUMBER.sub(link, text))  # noqa: S704
