"""YAML that users write, read strictly; what is wrong is said in plain words, file and line first."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.procmon.errors import SettingsError

_LONGEST = 1 << 20  #: bytes of a file of settings
_QUOTES = {"'": "single quote (')", '"': 'double quote (")'}

#: How the line of a key begins; met inside a text in quotes it shows that a quote before it was never closed.
_KEY = re.compile(r"\s*(?:- +)?[\w-]+:(?:\s|$)")
#: What a value can't begin with unless it stands in quotes, by what the scanner says where it does.
_SIGNS = {"an alias": "*", "an anchor": "&", "a tag": "!", "a directive": "%", "a block scalar": "| or >"}


def read_yaml(file: Path) -> Any:
    """The content of ``file``, which holds at least one key. Raises SettingsError (file, line, what to write instead)."""
    try:
        if file.stat().st_size > _LONGEST:
            raise SettingsError(f"{file} can't be read: it is longer than {_LONGEST:,} bytes")
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}") from None
    text = _decoded(file, content)
    try:
        read = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except RecursionError:
        raise SettingsError(f"{file} can't be read: its values are nested too deeply") from None
    except yaml.YAMLError as error:
        line, what = _plainly(error, text)
        raise SettingsError(f"{file}, line {line}: {what}") from None
    if read is None:
        raise SettingsError(
            f"{file}, line 1: the file is empty, or all of it are comments; write a key and its value, "
            "or take the file away"
        )
    return read


def line_of(file: Path, place: Sequence[Hashable]) -> int | None:
    """The 1-based line of the value at ``place`` (keys and positions from the top); None where it is not found."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError):
        return None
    line: int | None = None
    for step in place:
        line, node = _below(node, step)
        if node is None:
            break
    return line


def place_in_words(place: Sequence[Hashable]) -> str:
    """ "report.languages, the 2nd": keys joined by points, positions in lists counted from 1."""
    said = ""
    for number, step in enumerate(place):
        if isinstance(step, int):
            said += f"{', ' if said else ''}the {_ordinal(step + 1)}"
        else:
            after_position = number > 0 and isinstance(place[number - 1], int)
            said += f"{', ' if after_position else '.' if said else ''}{step}"
    return said


def _ordinal(number: int) -> str:
    teens = number % 100 in (11, 12, 13)
    return f"{number:,}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


class _Loader(yaml.SafeLoader):
    """YAML without dates (2026-04-19 stays text) that refuses a key given twice, aliases and halves of characters.

    A few lines of aliases of aliases stand for more values than any memory holds; "\\ud800" can't be written to any file.
    Keys are text: a capture may be called 0815.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            what = "aliases (*name) are not taken; write it out, or put a text that begins with * in single quotes"
            raise yaml.composer.ComposerError(None, None, what, mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        if any("\ud800" <= character <= "\udfff" for character in node.value):
            raise yaml.constructor.ConstructorError(
                None, None, "half of a surrogate pair is no character", node.start_mark
            )
        source = (node.start_mark.buffer or "")[node.start_mark.pointer : node.end_mark.pointer]
        if getattr(node, "style", None) == '"' and "\xa0" in node.value and "\\_" in source:
            what = "\\_ in double quotes is a blank of another kind; write paths in single quotes or without quotes"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark)
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
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


def _decoded(file: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{file}, line {line}: the file is not UTF-8; save it as UTF-8 (in the editor: Save as, Encoding)"
        ) from None


def _plainly(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line, from 1, and what is wrong with it and how to write it."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, int(error.position)) + 1
        return (
            line,
            f"the character U+{ord(text[error.position]):04X} can't stand in such a file; take it out",
        )
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 1, f"this can't be read: {error}"
    wrong = _Wrong(text, str(error.problem), str(error.context), error.problem_mark, error.context_mark)
    return next(filter(None, (ask(wrong) for ask in _ASKED)), (error.problem_mark.line + 1, wrong.problem))


@dataclass(frozen=True)
class _Wrong:
    """What PyYAML says of a text: the problem, what was being read, where, and where that began."""

    text: str
    problem: str
    context: str
    at: yaml.Mark
    opened: yaml.Mark | None


def _open_quote(wrong: _Wrong) -> tuple[int, str] | None:
    """A text in quotes that runs over the next key, or to the end of the file."""
    at_end = wrong.problem in ("found unexpected end of stream", "found unexpected document separator")
    for start, end in _quoted(wrong):
        lines = wrong.text[start:end].split("\n")[1:]
        if any(map(_KEY.match, lines)) or (end == len(wrong.text) and at_end):
            return wrong.text.count(
                "\n", 0, start
            ) + 1, f"the {_QUOTES[wrong.text[start]]} that opens here is not closed"
    return None


def _quoted(wrong: _Wrong) -> Iterator[tuple[int, int]]:
    """Where the texts in quotes begin and end, those up to the error."""
    try:
        for token in yaml.scan(wrong.text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken) and token.style in _QUOTES:
                yield token.start_mark.index, token.end_mark.index
    except yaml.YAMLError:
        if wrong.context == "while scanning a quoted scalar" and wrong.opened:
            yield wrong.opened.index, len(wrong.text)
        elif "quoted scalar" in wrong.context and wrong.opened:
            yield wrong.opened.index, wrong.at.index


def _backslash(wrong: _Wrong) -> tuple[int, str] | None:
    if "double-quoted scalar" not in wrong.context or "escape" not in wrong.problem:
        return None
    return wrong.at.line + 1, (
        "a backslash in double quotes begins a special character; write paths in single quotes or without quotes"
    )


def _tab(wrong: _Wrong) -> tuple[int, str] | None:
    number = wrong.at.line
    lines = wrong.text.split("\n")
    # A tab that sets in a line is sometimes told at the line after it.
    for one in (number, number - 1):
        line = lines[one] if 0 <= one < len(lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())] or (one == number and "'\\t'" in wrong.problem):
            return one + 1, "a tab stands where only blanks may; set lines in with blanks"
    return None


def _colon(wrong: _Wrong) -> tuple[int, str] | None:
    if wrong.problem != "mapping values are not allowed here":
        return None
    number, column = wrong.at.line, wrong.at.column
    if ":" in wrong.text.split("\n")[number][:column]:
        return (
            number + 1,
            "a colon and a blank stand in a value without quotes; put the value in single quotes",
        )
    if number and not _KEY.match(wrong.text.split("\n")[number - 1]):
        return number, "a key without a colon; write it as KEY: value"
    return number + 1, (
        "this key is set in deeper than the one above it, which has a value already; begin both in one column"
    )


def _sign(wrong: _Wrong) -> tuple[int, str] | None:
    begun = re.fullmatch(r"found character (.+) that cannot start any token", wrong.problem)
    sign = begun[1].strip("'\"") if begun else _SIGNS.get(wrong.context.removeprefix("while scanning "), "")
    if not sign:
        return None
    mark = wrong.at if begun else wrong.opened or wrong.at
    return mark.line + 1, f"a value can't begin with {sign} unless it is in quotes; put it in single quotes"


def _bracket(wrong: _Wrong) -> tuple[int, str] | None:
    told = f"{wrong.context} {wrong.problem}"
    if wrong.opened is None or "flow" not in told:
        return None
    closing = "}" if "flow mapping" in told else "]"
    opened = wrong.opened
    if "flow node" in told:
        opening = max(wrong.text.rfind("[", 0, opened.index), wrong.text.rfind("{", 0, opened.index))
        closing = {"{": "}"}.get(wrong.text[opening], "]")
        return wrong.text.count(
            "\n", 0, opening
        ) + 1, f"the list that opens here is not closed: '{closing}' is missing"
    what = "the list" if closing == "]" else "the group of keys"
    return (
        opened.line + 1,
        f"{what} that opens here is not closed, or lacks a comma: ',' or '{closing}' is missing",
    )


def _no_colon(wrong: _Wrong) -> tuple[int, str] | None:
    if wrong.problem != "could not find expected ':'" or wrong.opened is None:
        return None
    return wrong.opened.line + 1, "a key without a colon; write it as KEY: value"


def _tagged(wrong: _Wrong) -> tuple[int, str] | None:
    if not wrong.problem.startswith("could not determine a constructor for the tag"):
        return None
    return wrong.at.line + 1, "a value can't begin with ! unless it is in quotes; put it in single quotes"


def _second(wrong: _Wrong) -> tuple[int, str] | None:
    if wrong.problem != "but found another document":
        return None
    return (
        wrong.at.line + 1,
        "a line of three dashes begins a second document, but only one is read; take the line out",
    )


def _indent(wrong: _Wrong) -> tuple[int, str] | None:
    if not wrong.problem.startswith(("expected <block end>", "expected '<document start>'")):
        return None
    return wrong.at.line + 1, (
        "this does not fit what stands above it: keys beside each other, and the dashes of a list, begin in one column, "
        "and nothing follows a closing quote"
    )


#: Asked in this order: a quote that is not closed shows itself in many ways.
_ASKED: tuple[Callable[[_Wrong], tuple[int, str] | None], ...] = (
    _open_quote,
    _backslash,
    _tab,
    _colon,
    _sign,
    _bracket,
    _no_colon,
    _tagged,
    _second,
    _indent,
)


def _below(node: Any, step: Hashable) -> tuple[int | None, Any]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None, None
