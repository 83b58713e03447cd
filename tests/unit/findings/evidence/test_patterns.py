"""Expressions of the files of knowledge: a word turns texts away, and never one that the expression is met in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.findings.evidence.patterns import beginnings, met
from scripts.procmon.knowledge import knowledge

EVERY = [
    [one] if isinstance(one, str) else list(one)
    for known in knowledge("command_lines")
    for one in [*known.get("all", ()), *known.get("one_of", ())]
]
WORDS = sorted({word for parts in EVERY for part in parts for word in re.findall(r"[a-z0-9]{2,}", part)})


def plainly(parts: list[str], text: str) -> bool:
    at = 0
    for part in parts:
        found = re.compile(part, re.IGNORECASE).search(text, at)
        if found is None:
            return False
        at = found.end()
    return True


@given(st.lists(st.sampled_from([*WORDS, " ", ".exe ", "/", "-", "\\", ":", '"', "Z"]), max_size=24))
def test_a_word_turns_nothing_away_that_is_met(pieces: list[str]) -> None:
    for text in ("".join(pieces), "".join(pieces).upper()):
        for parts in EVERY:
            assert met(parts, text, text.casefold()) == plainly(parts, text)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"\bvssadmin\b", ("vssadmin",)),
        (r"net1?\s", ("net",)),
        (r"\b(?:new-user|add-member)\b", ("new-user", "add-member")),
        (r"\b(?:i|x)?cacls", ()),
        (r"wevtutil(?:\.exe)?|clear-eventlog", ("wevtutil", "clear-eventlog")),
        (r"[|]x|abc", ()),
        (r"ab(c|d)|efg", ("ab", "efg")),
        (r"[-/]e\s", ()),
        (r"\||abc", ()),
    ],
)
def test_an_expression_begins_with_words_or_with_none(expression: str, words: tuple[str, ...]) -> None:
    assert beginnings(expression) == words
