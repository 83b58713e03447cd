"""What the report says in one language it says in all: no key is missing, no sentence asks for facts that do not come."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from jinja2 import meta

from scripts.procmon.knowledge import knowledge
from scripts.procmon.text import FOLDER, LANGUAGES, catalogue, environment, render
from scripts.procmon.text.phrases import facts_in_language, in_language, phrase

SOURCES = FOLDER.parent / "sources"
CATALOGUES = sorted(file.stem for file in (FOLDER / "en").glob("*.yaml"))
OTHERS = LANGUAGES[1:]
#: Its keys are the words that it explains.
OWN_KEYS = {"glossary"}

#: Names of columns, which stay.
COLUMNS = re.compile("Time of Day")

#: Words that no Japanese sentence needs; the names of operations, columns, programs and formats are others.
ENGLISH = re.compile(r"\b(?:the|of|and|was|were|is|are|that|which|not|this|from|with|its|it|by|an|to be)\b")


def read(name: str, language: str) -> dict[str, Any]:
    file = FOLDER / language / f"{name}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {} if file.is_file() else {}


def sentences(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """(dotted place, sentence) of everything in a catalogue; lists of forms are one sentence each."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from sentences(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from sentences(item, f"{place}[{number}]")
    else:
        yield place, str(value)


def asked(sentence: str, language: str) -> set[str]:
    """The facts that a sentence asks for: Jinja's names and the braces of plain forms."""
    made = environment(language)
    own = set(re.findall(r"\{%-? set (\w+)", sentence))
    names = meta.find_undeclared_variables(made.parse(sentence)) - set(made.globals) - own
    return names | set(re.findall(r"(?<![{%])\{(\w+)\}(?!\})", sentence))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", CATALOGUES)
def test_every_sentence_is_told_in_every_language(name: str, language: str) -> None:
    english, other = dict(sentences(read(name, "en"))), dict(sentences(read(name, language)))
    if name in OWN_KEYS:
        assert len(other) >= len(english)
        return
    spelled = {place for place in english if place.startswith("numbers[")}  # a language may count in digits
    plurals = {
        place for place in english if place.endswith((".one", "[1]"))
    }  # and have one form for any number
    assert sorted(english.keys() - other.keys() - spelled - plurals) == []
    assert sorted(other.keys() - english.keys()) == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", CATALOGUES)
def test_no_sentence_asks_for_a_fact_that_the_english_one_does_not_have(name: str, language: str) -> None:
    english = dict(sentences(read(name, "en")))
    unknown = {
        place: more
        for place, sentence in sentences(read(name, language))
        if place in english and (more := asked(sentence, language) - asked(english[place], "en"))
    }
    assert unknown == {}


@pytest.mark.parametrize("name", [*CATALOGUES, "phrases", "capture"])
def test_no_english_sentence_stands_among_the_japanese(name: str) -> None:
    left = {
        place: sentence
        for place, sentence in sentences(read(name, "ja"))
        if ENGLISH.search(
            COLUMNS.sub("", re.sub(r"\{\{.*?\}\}|\{%.*?%\}|`.*?`", "", sentence, flags=re.DOTALL))
        )
    }
    assert left == {}


def phrases_of_the_knowledge() -> set[str]:
    """All words of config/knowledge that become facts."""
    places = knowledge("module_places")
    return {
        *(place["name"] for group in ("odd", "watch") for place in places[group]),
        *(one["what"] for one in knowledge("command_lines")),
        *(one["name"] for one in knowledge("credential_stores")["stores"]),
        *(one["what"] for one in knowledge("security_settings")),
        *(one[key] for one in knowledge("autostarts") for key in ("name", "starts")),
        *(one["why"] for one in knowledge("registry_deletions")["housekeeping"]),
        *(called for called in knowledge("security_services").values() if " the " in f" {called} "),
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_phrase_of_the_knowledge_has_its_counterpart(language: str) -> None:
    known = read("phrases", language)
    assert sorted(phrases_of_the_knowledge() - known.keys()) == []


#: A tool of its own.
NOT_REPORTED = {"compare.py"}


_NUMBERED = (
    "Events are numbered as they are captured, "
    "and 3 of the 7 numbers from the first to the last event are missing"
)
#: Sentences with words put in, as they come out.
WORDS_PUT_IN = {
    "The capture passes midnight 7; days were counted up there.": (
        "The capture passes midnight once; days were counted up there."
    ),
    "The capture holds no 7 event.": "The capture holds no registry event.",
    "7: a filter left them out when the log was captured or saved.": (
        f"{_NUMBERED}: a filter left them out when the log was captured or saved."
    ),
    "7; Process Monitor's default rules alone leave out as many.": (
        f"{_NUMBERED}; Process Monitor's default rules alone leave out as many."
    ),
}


def said_of_captures() -> Iterator[tuple[str, str]]:
    """(file, text) of the sentences that readers put into capture.json, with a number for each fact in them."""
    for file in sorted(SOURCES.rglob("*.py")):
        if file.name in NOT_REPORTED:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) not in docstrings and (text := _text(node)) and re.fullmatch(r"[A-Z0-9].*\w\.", text):
                yield file.name, WORDS_PUT_IN.get(text, text)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        return re.sub(r"\{[^}]*\}", "7", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_that_a_reader_says_of_a_capture_has_its_counterpart(language: str) -> None:
    said = list(said_of_captures())
    assert len(said) > 40
    assert [(file, text) for file, text in said if phrase(text, language, known="capture") == text] == []


def test_a_phrase_with_a_number_in_it_keeps_the_number() -> None:
    said = in_language(
        {"reason": "1,234 events have a call stack.", "path": "C:\\the desktop\\x", "n": 3},
        "ja",
        known="capture",
    )
    assert said == {
        "reason": "スタックのあるイベントは 1,234 件である。",
        "path": "C:\\the desktop\\x",
        "n": 3,
    }


def test_what_a_capture_wrote_is_no_phrase_even_if_it_reads_like_one() -> None:
    facts = {"place": "the desktop", "data": "the desktop", "values": [{"path": "x", "data": "the desktop"}]}
    assert facts_in_language(facts, "ja") == {
        "place": "デスクトップ",
        "data": "the desktop",
        "values": [{"path": "x", "data": "the desktop"}],
    }


@pytest.mark.parametrize(
    ("many", "said"),
    [
        ("a.exe (1)", "a.exe (1)"),
        ("a.exe (1), b.exe (2) and c.exe (3)", "a.exe (1)、b.exe (2)、c.exe (3)"),
        ("a.exe (1), b.exe (2) and 1,204 more", "a.exe (1)、b.exe (2)、ほか 1,204 件"),
    ],
)
def test_people_told_in_english_are_listed_as_japanese_lists_them(many: str, said: str) -> None:
    from scripts.procmon.text import render

    assert render("{{ who|people }}", {"who": many}, "ja") == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_events_are_written_as_other_numbers_are(language: str) -> None:
    bare = re.compile(r"(?:\b[Ee]vents?|イベント) \{\{ [\w.\[\]]+ \}\}|(?:_event|events\[-?\d\]) \}\}")
    found = {
        file.name: bare.findall(file.read_text(encoding="utf-8"))
        for file in (FOLDER / language).glob("*.yaml")
    }
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (0, "7 checks ran on a capture without events."),
        (1, "7 checks ran on the one event, whatever the filter stages hide."),
        (2, "7 checks ran on all 2 events, whatever the filter stages hide."),
        (12_345, "7 checks ran on all 12,345 events, whatever the filter stages hide."),
    ],
)
def test_how_many_events_were_checked_is_told_in_the_right_number(events: int, told: str) -> None:
    sentence = catalogue("report")["limits"]["checks_intro"]
    assert render(sentence, {"done": 7, "events": events, "found": 0, "not_possible": 0}) == told
