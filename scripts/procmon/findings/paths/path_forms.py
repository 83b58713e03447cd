r"""Paths in one spelling, for judging and not for showing: without ``\\?\`` and the like, short (8.3) names in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from scripts.procmon.knowledge import knowledge

#: The object manager's folder of drive letters, and the names by which programs turn off what Windows makes of paths.
_PREFIX = re.compile(r"^(?:\\\\[?.]|\\\?\?|\\global\?\?|\\dosdevices)\\", re.IGNORECASE)
_BEHIND = re.compile(r"(unc\\)|(?:globalroot(?=\\device\\))|(?=[a-z]:(?:\\|$))", re.IGNORECASE)
_IN_TEXT = re.compile(r"(?:\\\\[?.]|\\\?\?)\\(?=[a-z]:\\)", re.IGNORECASE)
#: Six characters at most and a number, and no more than three behind a dot. Names with two "~" are of the update's kind.
_SHORT = re.compile(r"[^\\~./:*?\"<>|]{1,6}~\d{1,4}(?:\.[^\\~.]{1,3})?")
#: Names that are short enough to need none beside them: "Windows", "System32", "a.txt".
_FITS = re.compile(r"[^ .+,;=\[\]]{1,8}(?:\.[^ .+,;=\[\]]{1,3})?")
_NOT_IN_SHORT, _WORKED_OUT = re.compile(r"[+,;=\[\]]"), re.compile(r"[0-9a-f]{4}")
_SHORT_PATHS = re.compile(r"[a-z]:\\[^\"<>|*?,;\s]{0,240}~\d[^\"<>|*?,;\s]{0,240}", re.IGNORECASE)

#: Deeper folders keep their short names: a path is written by whoever is captured.
MOST_PARTS = 24
#: So many names of one folder get the same letters and a number on NTFS.
MOST_ALIKE = 4


@dataclass(frozen=True, kw_only=True)
class ShortNames:
    """What short names stand for: ``shown`` by the capture, (folder in full, short name) → name; the rest is a guess."""

    shown: Mapping[tuple[str, str], str] = field(default_factory=dict)
    bits: int = 64


_names = [ShortNames()]
#: Cached functions of other modules whose answers hang on what short names stand for.
judged_in_full: list[Any] = []


@contextmanager
def short_names(names: ShortNames) -> Iterator[None]:
    """While this holds, short names stand for what the capture shows them to."""
    before = _names[0]
    _set(names)
    try:
        yield
    finally:
        _set(before)


def _set(names: ShortNames) -> None:
    if _names[0] != names:
        _names[0] = names
        for cached in judged_in_full:
            cached.cache_clear()


def unprefixed(path: str) -> str:
    r"""A path without ``\\?\``, ``\\.\`` or ``\??\``; what else those may stand before (pipes, disks) stays as it is."""
    found = _PREFIX.match(path) if path.startswith("\\") else None
    behind = _BEHIND.match(path, found.end()) if found else None
    if behind is None:
        return path
    return ("\\\\" if behind[1] else "") + path[behind.end() :]


def in_full(path: str) -> str:
    """A path with its short names in full, as far as they are known."""
    if "~" not in path:
        return path
    steps = list(_steps(path))
    rest = path.split("\\", len(steps))[len(steps) :]
    return "\\".join([steps[-1][0], *rest])


def _steps(path: str) -> Iterator[tuple[str, bool | None]]:
    """The path up to each of its first parts in full, and whether what it stands for is shown; None for a long name."""
    full = ""
    for at, part in enumerate(path.split("\\", MOST_PARTS)[:MOST_PARTS]):
        known = _long(full, part) if "~" in part else None
        full += ("\\" if at else "") + (known[0] if known else part)
        yield full, known[1] if known else None


def plain(path: str) -> str:
    """Both."""
    return in_full(unprefixed(path))


def texts_in_full(text: str) -> Iterator[str]:
    """A command line without prefixes, and, where that is another text, the same with its short names in full."""
    bare = _IN_TEXT.sub("", text) if "\\\\" in text or "\\?" in text else text
    yield bare
    if "~" in bare:
        full = _SHORT_PATHS.sub(lambda match: in_full(match.group()), bare)
        if full != bare:
            yield full


def spelled(texts: Iterable[str]) -> list[dict[str, Any]]:
    r"""The folders with short names in these texts: ``short`` (``C:\PROGRA~1``), ``long``, whether it is ``shown``."""
    found: dict[str, dict[str, Any]] = {}
    for match in (match for text in texts for match in _SHORT_PATHS.finditer(text)):
        parts, steps = match.group().split("\\"), list(_steps(match.group()))
        known = [at for at, (_, shown) in enumerate(steps) if shown is not None]
        if known:
            short = "\\".join(parts[: known[-1] + 1])
            shown = all(steps[at][1] for at in known)
            found.setdefault(short.lower(), {"short": short, "long": steps[known[-1]][0], "shown": shown})
    return list(found.values())


def _long(folder: str, name: str) -> tuple[str, bool] | None:
    """What a short name in a folder stands for, and whether the capture shows it."""
    if not _SHORT.fullmatch(name):
        return None
    key = (folder.lower(), name.lower())
    if key in _names[0].shown:
        return _names[0].shown[key], True
    for below, known, bits in _guesses().get(key[1], ()):
        if below.fullmatch(key[0]) and bits in (None, _names[0].bits):
            return known, False
    return None


@cache
def _guesses() -> dict[str, list[tuple[re.Pattern[str], str, int | None]]]:
    guesses: dict[str, list[tuple[re.Pattern[str], str, int | None]]] = {}
    for one in knowledge("short_names"):
        guesses.setdefault(one["short"], []).append((re.compile(one["below"]), one["long"], one.get("bits")))
    return guesses


def paired(short: str, long: str) -> Iterator[tuple[tuple[str, str], str]]:
    """What two spellings of one path, part for part, show of its short names; nothing where they are not of one path."""
    ours, theirs = short.split("\\"), long.split("\\")
    if len(ours) != len(theirs):
        return
    found: list[tuple[tuple[str, str], str]] = []
    for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one.lower() == other.lower():
            continue
        if not is_short_for(one, other):
            return
        found.append((("\\".join(theirs[:at]).lower(), one.lower()), other))
    yield from found


def is_short_for(name: str, other: str) -> bool:
    """Whether Windows can have given one name as the short one of another; no name that fits 8.3 itself has one."""
    if not _SHORT.fullmatch(name) or _SHORT.fullmatch(other) or not other:
        return False
    if not other.isascii():
        return True
    letters = _NOT_IN_SHORT.sub("_", re.sub(r"[ .]", "", other.lower()))
    stem, _, rest = name.lower().partition("~")
    # Of names that are much alike only two characters are kept, with a number worked out from the rest.
    alike = letters.startswith(stem) and int(rest.partition(".")[0]) <= MOST_ALIKE
    return not _FITS.fullmatch(other) and (
        alike or _WORKED_OUT.fullmatch(stem.removeprefix(letters[:2])) is not None
    )


def contradicts(folder: str, short: str, long: str) -> bool:
    """Whether the folder is one of those that have another short name on nearly every computer."""
    known = [
        guess
        for guess, told in _guesses().items()
        for below, name, _ in told
        if name.lower() == long.lower() and below.fullmatch(folder)
    ]
    return bool(known) and short not in known


def file_key(path: str) -> str:
    """The path by which a file is known, whatever the case and the form it was asked for in."""
    return plain(path).lower().rstrip("\\")
