"""The user's settings and other YAML of config/, checked: what is wrong is said with file, line, key and nearest word."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from scripts.procmon.errors import SettingsError
from scripts.procmon.own_yaml import read_own
from scripts.procmon.user_yaml import line_of, place_in_words, read_yaml
from scripts.procmon.zones import zone_of

CONFIG = Path(__file__).parents[2] / "config"
CONFIG_FILE = CONFIG / "config.yaml"
FILTERS = CONFIG / "filters"

#: What the workflow ends with where a setting can't be used; ./run shows no table then.
UNUSABLE = 3

_MOST = 10  #: errors told at once
_LONGEST_TOLD = 200  #: characters of a value, or of the end of a message, that are told
_FEW_WORDS = (
    10  #: words of a list that are all told, unless one is very near: 'starts with' is no 'ends with'
)
_MOST_WORDS = 30  #: known words told where none is near; the columns are 27


@contextmanager
def told_plainly() -> Iterator[None]:
    """A SettingsError ends the program with ``UNUSABLE``, its sentence on stderr and no traceback."""
    try:
        yield
    except SettingsError as error:
        print(f"\nNothing was run, for a setting can't be used:\n{error}", file=sys.stderr)
        raise SystemExit(UNUSABLE) from None


def read_settings(file: Path | str = CONFIG_FILE) -> dict[str, Any]:
    """The settings in ``file``, all keys checked. Raises SettingsError."""
    return read_checked(Path(file), "config")


def check_settings(settings: Mapping[str, Any], file: Path | str = CONFIG_FILE) -> None:
    """Refuse settings that can't be used; lines are looked up in ``file``. Raises SettingsError.

    What only the filter sets can tell is checked by ``filters.resolve``.
    """
    _check(settings, "config", Path(file))


def keep_settings(settings: Mapping[str, Any], file: Path) -> None:
    """Write the settings of a run to ``file``, where ``read_settings`` finds them as they were, --config and all."""
    text = yaml.safe_dump(settings, allow_unicode=True)
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


def read_checked(file: Path, schema: str) -> dict[str, Any]:
    """A YAML file that config/schemas/{schema}.schema.yaml agrees with. Raises SettingsError."""
    content = read_yaml(file)
    _check(content, schema, file)
    checked: dict[str, Any] = content
    return checked


def nearest(word: object, words: Iterable[str], *, near: float = 0.55) -> str | None:
    """The one of ``words`` that is most alike, whatever the letters' case; None where none is ``near`` (0 to 1)."""
    by_folded = {one.casefold(): one for one in words}
    found = get_close_matches(str(word).casefold(), by_folded, n=1, cutoff=near)
    return by_folded[found[0]] if found else None


def did_you_mean(word: object, words: Iterable[str], *, near: float = 0.55) -> str:
    """ "; did you mean 'Process Name'?", or what there is (if that is little) when nothing is ``near`` (0 to 1)."""
    known = [str(one) for one in words]
    found = nearest(word, known, near=near)
    if found is not None:
        return f"; did you mean {found!r}?"
    return f"; known are {', '.join(map(repr, known))}" if 0 < len(known) <= _MOST_WORDS else ""


def _check(content: Any, schema: str, file: Path) -> None:
    errors = sorted(_validator(schema).iter_errors(content), key=_order)
    if errors:
        guessed = {pair for error in errors for pair in _guessed(error)}
        # The validator tells of each missing key by itself.
        every = dict.fromkeys(told for error in errors if (told := _sentence(error, file, guessed)))
        more = [f"and {len(every) - _MOST} more errors"] if len(every) > _MOST else []
        raise SettingsError("\n".join([*every][:_MOST] + more))


def _order(error: Any) -> list[str]:
    """By keys, and by positions as numbers."""
    return [f"{step:09}" if isinstance(step, int) else str(step) for step in error.path]


def _guessed(error: Any) -> list[tuple[tuple[Any, ...], str]]:
    """The keys, each with its place, that unknown ones are likely to be meant for."""
    if error.validator != "additionalProperties":
        return []
    unknown = [key for key in error.instance if key not in error.schema["properties"]]
    found = (nearest(key, error.schema["properties"]) for key in unknown[:_MOST])
    return [(tuple(error.absolute_path), one) for one in found if one is not None]


def _sentence(error: Any, file: Path, guessed: Collection[tuple[tuple[Any, ...], str]]) -> str:
    """What is wrong and where; "" for a missing key that an unknown one is ``guessed`` to be, which is told of that."""
    place: list[Any] = list(error.absolute_path)
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        missing = [key for key in missing if (tuple(place), key) not in guessed]
        what = f"missing key {', '.join(map(repr, missing))}"
        return _at(file, place, place, what) if missing else ""
    say = _SAY.get(str(error.validator), _otherwise)
    what, at = say(error, place)
    return _at(file, at, place, what)


def _at(file: Path, at: list[Any], place: list[Any], what: str) -> str:
    line, name = line_of(file, at) if at else 1, place_in_words(place)
    return f"{file}{f', line {line}' if line else ''}{f', {name}' if name else ''}: {what}"


def _unknown_key(error: Any, place: list[Any]) -> tuple[str, list[Any]]:
    known = error.schema["properties"]
    unknown = [key for key in error.instance if key not in known]
    told = [f"unknown key {str(key)[:_LONGEST_TOLD]!r}{did_you_mean(key, known)}" for key in unknown[:_MOST]]
    told += [f"and {len(unknown) - _MOST:,} more unknown keys"] if len(unknown) > _MOST else []
    return ". ".join(told), [*place, unknown[0]]


def _unknown_word(error: Any, place: list[Any]) -> tuple[str, list[Any]]:
    known = [str(one) for one in error.validator_value if one]
    few = len(known) <= _FEW_WORDS
    near = did_you_mean(error.instance, known, near=0.8 if few else 0.55)
    # Of a list ("languages.1") the word that is wrong has a number only.
    called = next((step for step in reversed(place) if isinstance(step, str)), "value")
    every = f"; allowed are {', '.join(map(repr, known))}" if few and "did you mean" in near else ""
    return f"unknown {called} {error.instance!r}{near}{every}", place


def _unreadable(error: Any, place: list[Any]) -> tuple[str, list[Any]]:
    like = " or ".join(repr(one) for one in error.schema.get("examples", ()))
    told = f"{error.instance!r} can't be {error.schema.get('description', 'used here')}"
    return f"{told}; write it like {like}" if like else told, place


def _misformed(error: Any, place: list[Any]) -> tuple[str, list[Any]]:
    if error.validator_value == "one line":
        return (
            f"{error.instance!r} {_hidden(error.instance)}: write paths in single quotes or without quotes",
            place,
        )
    if error.validator_value == "time zone" and (
        zone := nearest(error.instance, available_timezones(), near=0.8)
    ):
        return f"{error.instance!r} is no time zone; did you mean {zone!r}?", place
    return _unreadable(error, place)


_KINDS = {
    "string": "text (in quotes, where it looks like a number or a date)",
    "array": "a list: [one, another]",
    "object": "keys with values below it",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def _wrong_kind(error: Any, place: list[Any]) -> tuple[str, list[Any]]:
    wanted = error.validator_value
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    told = " or ".join(_KINDS.get(kind, kind) for kind in kinds)
    if error.instance is None:
        return f"there is no value; expected is {told}", place
    return f"{error.instance!r} can't stand here; expected is {told}", place


def _otherwise(error: Any, place: list[Any]) -> tuple[str, list[Any]]:
    # A message of the validator begins with the whole value, however long.
    message = str(error.message)
    cut = len(message) > 2 * _LONGEST_TOLD
    return f"{message[:_LONGEST_TOLD]} … {message[-_LONGEST_TOLD:]}" if cut else message, place


_SAY = {
    "additionalProperties": _unknown_key,
    "enum": _unknown_word,
    "type": _wrong_kind,
    "pattern": _unreadable,
    "format": _misformed,
}


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date", raises=ValueError)
def _is_date(told: object) -> bool:
    return not isinstance(told, str) or date.fromisoformat(told).isoformat() == told


@_FORMATS.checks("time zone", raises=SettingsError)
def _is_zone(told: object) -> bool:
    return not isinstance(told, str) or zone_of(told) is not None


@_FORMATS.checks("one line")
def _is_one_line(told: object) -> bool:
    return not isinstance(told, str) or not _hidden(told)


#: What YAML makes of \\t, \\n, \\P … in double quotes; no name of Windows holds it.
_CONTROLS = {"Cc", "Zl", "Zp"}
_NAMES = {
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a carriage return",
    "\b": "a backspace",
    "\f": "a form feed",
}


def _hidden(text: str) -> str:
    """ "holds a tab and a line break"; "" for a text without control characters."""
    found = dict.fromkeys(one for one in text if unicodedata.category(one) in _CONTROLS)
    said = [_NAMES.get(one, f"the character U+{ord(one):04X}") for one in found]
    return f"holds {' and '.join(said[:3])}" if said else ""


@cache
def _validator(schema: str) -> Draft202012Validator:
    schemas = {file.name: read_own(file) for file in (CONFIG / "schemas").glob("*.schema.yaml")}
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(content)) for name, content in schemas.items()
    )
    return Draft202012Validator(schemas[f"{schema}.schema.yaml"], registry=registry, format_checker=_FORMATS)
