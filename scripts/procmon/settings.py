"""The user's settings and other YAML of config/, checked: what is wrong is said with file, line, key and nearest word."""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from scripts.procmon.errors import SettingsError
from scripts.procmon.own_yaml import read_own
from scripts.procmon.zones import zone_of

CONFIG = Path(__file__).parents[2] / "config"
CONFIG_FILE = CONFIG / "config.yaml"
FILTERS = CONFIG / "filters"

#: What the workflow ends with where a setting can't be used; ./run shows no table then.
UNUSABLE = 3

_LONGEST = 1 << 20  #: bytes of a file of settings
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
    try:
        if file.stat().st_size > _LONGEST:
            raise SettingsError(f"{file} can't be read: it is longer than {_LONGEST:,} bytes")
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except RecursionError:
        raise SettingsError(f"{file} can't be read: its values are nested too deeply") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} can't be read: {error}") from None
    except yaml.YAMLError as error:
        told = str(error).replace('in "<unicode string>", ', "")
        raise SettingsError(f"{file} is not YAML: {told}") from None
    _check(content, schema, file)
    checked: dict[str, Any] = content
    return checked


def did_you_mean(word: object, words: Iterable[str], *, near: float = 0.55) -> str:
    """ "; did you mean 'Process Name'?", or what there is (if that is little) when nothing is ``near`` (0 to 1)."""
    known = [str(one) for one in words]
    by_folded = {one.casefold(): one for one in known}
    nearest = get_close_matches(str(word).casefold(), by_folded, n=1, cutoff=near)
    if nearest:
        return f"; did you mean {by_folded[nearest[0]]!r}?"
    return f"; known are {', '.join(map(repr, known))}" if 0 < len(known) <= _MOST_WORDS else ""


def line_of(file: Path, place: Sequence[Hashable]) -> int | None:
    """The 1-based line of the value at ``place`` (keys and positions from the top); None where it is not found."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    line: int | None = None
    for step in place:
        line, node = _below(node, step)
        if node is None:
            break
    return line


class _Loader(yaml.SafeLoader):
    """YAML without dates (2026-04-19 stays text) that refuses a key given twice, aliases and halves of characters.

    A few lines of aliases of aliases stand for more values than any memory holds; "\\ud800" can't be written to any file.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not taken; write it out", mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        if any("\ud800" <= character <= "\udfff" for character in node.value):
            raise yaml.constructor.ConstructorError(
                None, None, "half of a surrogate pair is no character", node.start_mark
            )
        return super().construct_scalar(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} is given twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _check(content: Any, schema: str, file: Path) -> None:
    errors = sorted(_validator(schema).iter_errors(content), key=lambda error: [str(s) for s in error.path])
    if errors:
        told = [_sentence(error, file) for error in errors[:_MOST]]
        told += [f"and {len(errors) - _MOST} more errors"] if len(errors) > _MOST else []
        raise SettingsError("\n".join(told))


def _sentence(error: ValidationError, file: Path) -> str:
    place: list[Any] = list(error.absolute_path)
    say = _SAY.get(str(error.validator), _otherwise)
    what, at = say(error, place)
    line = line_of(file, at)
    name = ".".join(map(str, place))
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


def _missing_key(error: Any, place: list[Any]) -> tuple[str, list[Any]]:
    missing = [key for key in error.validator_value if key not in error.instance]
    return f"missing key {', '.join(map(repr, missing))}", place


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
    return f"{error.instance!r} can't stand here; expected is {told}", place


def _otherwise(error: Any, place: list[Any]) -> tuple[str, list[Any]]:
    # A message of the validator begins with the whole value, however long.
    message = str(error.message)
    cut = len(message) > 2 * _LONGEST_TOLD
    return f"{message[:_LONGEST_TOLD]} … {message[-_LONGEST_TOLD:]}" if cut else message, place


_SAY = {
    "additionalProperties": _unknown_key,
    "enum": _unknown_word,
    "required": _missing_key,
    "type": _wrong_kind,
    "pattern": _unreadable,
    "format": _unreadable,
}


def _below(node: Any, step: Hashable) -> tuple[int | None, Any]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None, None


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date", raises=ValueError)
def _is_date(told: object) -> bool:
    return not isinstance(told, str) or date.fromisoformat(told).isoformat() == told


@_FORMATS.checks("time zone", raises=SettingsError)
def _is_zone(told: object) -> bool:
    return not isinstance(told, str) or zone_of(told) is not None


@cache
def _validator(schema: str) -> Draft202012Validator:
    schemas = {file.name: read_own(file) for file in (CONFIG / "schemas").glob("*.schema.yaml")}
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(content)) for name, content in schemas.items()
    )
    return Draft202012Validator(schemas[f"{schema}.schema.yaml"], registry=registry, format_checker=_FORMATS)
