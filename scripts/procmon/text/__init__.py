"""The prose of findings and report, by language: catalogues of Jinja sentences that facts are put into.

``text/{language}/{catalogue}.yaml`` maps a key to one sentence or to several named ones. In a sentence, ``|code``
sets a path, value or name apart (back-ticks, which the HTML turns into <code>), ``|n`` writes a number with
thousands separators, ``|bytes`` a size, ``|clock`` a time of day, ``|seconds`` a length of time, ``|listing`` joins a
list with commas and "and", ``|people`` does so for one process or several, ``|alike`` names paths so that files of
one name are counted; ``|accusation`` says what findings of these kinds hold against a process, ``|numbered`` which
findings these are; ``|names`` leaves the numbers of processes out, ``|port`` and
``|endpoint`` ("host:port") put in those of ports; ``plural(n, one, many)`` picks a word.
``{{ point }}`` begins an item of a list and ``{{ paragraph }}`` what follows it: lines, those of items with "- " first.
How a language writes numbers, lists and plurals: ``forms``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from scripts.procmon.own_yaml import read_own
from scripts.procmon.text.forms import Forms, forms

FOLDER = Path(__file__).parent

#: The languages that have catalogues; the first is the one that findings.json is written in.
LANGUAGES = ("en", "ja")

#: Catalogues whose keys are words of the language itself.
_OWN_KEYS = ("glossary", "phrases", "capture")

_CODE = re.compile(r"(``.*?``|`[^`]*`)", re.DOTALL)
#: Blanks other than the common one; the wide one of Japanese is seen.
_STRANGE_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_PATH = re.compile(r"(?:[a-z]:|\\|hk(?:lm|cu|cr|u))\\", re.IGNORECASE)
_AT_END = re.compile(r" +$")
_WITH_ARGUMENTS = re.compile(r"""\.\w{2,4}["']? +\S|["/]""")
_AFTER_PROGRAM = re.compile(r"(?<=\.(?:exe|dll|sys|scr|com|bat|cmd)) +(?=,|$)", re.IGNORECASE)
_COUNTED_REST = re.compile(r"([\d,]+) more")
_AROUND_BREAK = re.compile(r" *\n *")
_BETWEEN_PEOPLE = re.compile(r"(?<=\d\)), |(?<=\d\)) and ")

# Japanese keeps no blank where two lines of a sentence meet, but one between two words of a katakana compound.
_FULL_WIDTH = "、。，．：；！？「」『』（）・…〜"
_KANJI_OR_HIRAGANA = "ぁ-ゟ一-鿿々〆"
_JAPANESE = f"{_KANJI_OR_HIRAGANA}ァ-ヿ"
_JOINTS = re.compile(
    f"(?<=[{_FULL_WIDTH}]) +| +(?=[{_FULL_WIDTH}])"
    f"|(?<=[{_KANJI_OR_HIRAGANA}]) +(?=[{_JAPANESE}])|(?<=[{_JAPANESE}]) +(?=[{_KANJI_OR_HIRAGANA}])"
)


def catalogue(name: str, language: str = "en") -> dict[str, Any]:
    """The catalogue ``name`` in ``language``; {} where there is none."""
    return _catalogue(name, language)


def merged(pattern: str, language: str = "en") -> Mapping[str, Any]:
    """All catalogues whose file names match ``pattern`` as one. A key that stands in two is an error."""
    return _merged(pattern, language)


def render(sentence: str, facts: Mapping[str, Any], language: str = "en") -> str:
    """One sentence with the facts put in. Raises jinja2.UndefinedError for a missing fact.

    White space of the sentence is folded, that of facts set apart by ``|code`` is kept: two blanks in a path
    are its name.
    """
    told = _template(sentence, language).render(**facts).strip() if "{" in sentence else _folded(sentence)
    told = _AROUND_BREAK.sub("\n", told)
    closed = _CLOSED.get(language, _closed)
    return "".join(part if part.startswith("`") else closed(part) for part in _CODE.split(told))


def code(value: object) -> str:
    """A name or path set apart by back-ticks, doubled where the value itself holds one.

    Where it holds what would end them, and let the rest pass for the report's own words, they are shown by number.
    """
    text = visible(blanks(str(value)))
    if "``" in text or (text.endswith("`") and text != "`"):
        text = text.replace("`", "⟨U+0060⟩")
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def visible(text: str) -> str:
    """Control characters and marks that turn the direction of writing, made visible: "⟨U+0000⟩", "⟨U+202E⟩".

    Not by the pictures that Unicode has for controls: few fonts hold them.
    """
    return text if text.isprintable() else "".join(map(_visible_character, text))


def blanks(name: str) -> str:
    r"""Blanks of a path or name that a reader takes for others, or does not see: ``C:\Windows⟨U+00A0⟩\x.exe⟨U+0020⟩``."""
    name = _STRANGE_BLANK.sub(lambda match: f"⟨U+{ord(match.group()):04X}⟩", name)
    if " " not in name:
        return name
    if _PATH.match(name):
        name = "\\".join(map(_end_shown, name.split("\\")))
    return _AFTER_PROGRAM.sub(_spelled_blanks, name)


def _end_shown(part: str) -> str:
    # Of a command line the arguments may end with a blank, which says nothing.
    return part if _WITH_ARGUMENTS.search(part) else _AT_END.sub(_spelled_blanks, part)


def _spelled_blanks(match: re.Match[str]) -> str:
    return "⟨U+0020⟩" * len(match.group())


def people(value: Any) -> list[str]:
    """Who acted as a list, given a list, one, or "a.exe (1), b.exe (2) and c.exe (3)"."""
    return _BETWEEN_PEOPLE.split(value) if isinstance(value, str) else list(value or ())


def listing(values: Iterable[object], most: int = 6, language: str = "en") -> str:
    """ "a, b and c"; past ``most`` the rest is counted: "a, b, c and 4 more"."""
    return forms(language).listing(values, most)


def plural(count: int, one: str, many: str, language: str = "en") -> str:
    """ "1 file", "12,345 files"."""
    return forms(language).plural(count, one, many)


@lru_cache(maxsize=1 << 13)
def _template(sentence: str, language: str) -> Template:
    """Compiled once: a capture may have thousands of findings of one kind."""
    return environment(language).from_string(_folded(sentence))


def _folded(sentence: str) -> str:
    return " ".join(sentence.split())


def _visible_character(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return f"⟨U+{ord(character):04X}⟩"


def _closed(text: str) -> str:
    # Conditions that do not hold leave blanks behind them, also before a full stop.
    return re.sub(r" (?=[.,;:](?: |$))", "", re.sub(r" {2,}", " ", text))


def _closed_japanese(text: str) -> str:
    return _JOINTS.sub("", re.sub(r" {2,}", " ", text))


_CLOSED = {"ja": _closed_japanese}


def _people_listed(written: Forms, value: Any) -> str:
    names = people(value)
    more = _COUNTED_REST.fullmatch(names[-1]) if len(names) > 1 else None
    if not more:
        return written.listing(names)
    told = str(written.words["comma"]).join(names[:-1])
    return str(written.words["more"]).replace("{items}", told).replace("{n}", more[1])


def _accusation(kinds: Iterable[str], many: bool, language: str) -> str:
    """What findings of ``kinds`` say of one process (of ``many``): "runs code that belongs to no program file"."""
    known = catalogue("accusations", language)["kinds"]
    said = dict.fromkeys(known[kind][many] for kind in kinds if kind in known)
    return forms(language).listing(said or [known["other"][many]])


def _numbered(numbers: Iterable[int], language: str) -> str:
    """Findings by their numbers: "finding 3", "findings 3, 5 and 13"; "another finding" where none is given."""
    words, listed = catalogue("accusations", language)["findings"], [str(number) for number in numbers]
    form = "none" if not listed else "one" if len(listed) == 1 else "many"
    return str(words[form]).format(numbers=forms(language).listing(listed))


def _alike(written: Forms, paths: Iterable[str]) -> list[str]:
    """Paths set apart by ``code``; several files of one name as "2 files named `n`", which the whole paths would hide."""
    by_name: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        # Windows leaves a dot at the end of a name out.
        by_name.setdefault(path.rpartition("\\")[2].rstrip(".").lower(), []).append(path)
    told = str(written.words["alike"])
    return [
        code(same[0])
        if len(same) == 1
        else told.format(n=written.number(len(same)), name=code(same[0].rpartition("\\")[2].rstrip(".")))
        for same in by_name.values()
    ]


@cache
def _catalogue(name: str, language: str) -> dict[str, Any]:
    file = FOLDER / language / f"{name}.yaml"
    own = read_own(file) or {} if file.is_file() else {}
    if language == LANGUAGES[0] or name in _OWN_KEYS:
        return own
    # A sentence that is not yet there is said in the first language rather than not at all.
    return _over(catalogue(name), own)


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` in its order, with what ``own`` has for its keys."""
    return {
        key: _over(value, own.get(key) or {}) if isinstance(value, Mapping) else own.get(key, value)
        for key, value in base.items()
    }


@cache
def _merged(pattern: str, language: str) -> Mapping[str, Any]:
    together: dict[str, Any] = {}
    for file in sorted((FOLDER / LANGUAGES[0]).glob(pattern)):
        told = catalogue(file.stem, language)
        if twice := together.keys() & told.keys():
            raise ValueError(f"{file.name}: {', '.join(sorted(twice))} stands in another catalogue too")
        together |= told
    return together


class _LineBreak(str):
    """What begins items and paragraphs: all other line breaks are made visible, so that no fact can begin one."""


def _without_breaks(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, _LineBreak) else value


@cache
def environment(language: str) -> Environment:
    """What sentences of ``language`` may use."""
    from scripts.procmon.text.endpoints import endpoint, port_said
    from scripts.procmon.text.named import named, without_pid

    # Plain text: the report escapes for HTML when it sets the sentence, so nothing is escaped twice.
    made = Environment(undefined=StrictUndefined, autoescape=False, finalize=_without_breaks)  # noqa: S701
    written = forms(language)
    made.filters.update(
        code=code,
        named=named,
        endpoint=endpoint,
        port=port_said,
        n=written.number,
        bytes=written.size,
        clock=written.clock,
        seconds=written.seconds,
        listing=written.listing,
        names=lambda value: list(dict.fromkeys(map(without_pid, people(value)))),
        people=lambda value: _people_listed(written, value),
        alike=lambda value: _alike(written, value),
        accusation=lambda kinds, many=False: _accusation(kinds, many, language),
        numbered=lambda numbers: _numbered(numbers, language),
    )
    made.globals.update(plural=written.plural, point=_LineBreak("\n- "), paragraph=_LineBreak("\n"))
    return made
