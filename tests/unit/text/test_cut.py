"""Endless texts: cut once for findings.json, shortened again where they stand, and still told by their own length."""

from __future__ import annotations

import pytest

from scripts.procmon.report.prose import shorten
from scripts.procmon.text.cut import cut, uncut
from scripts.procmon.text.named import named


@pytest.mark.parametrize("length", [4_001, 12_000, 32_767])
def test_a_text_that_was_cut_is_shortened_with_the_length_that_it_had(length: int) -> None:
    once = cut("x" * length)
    assert once.endswith(f"… ({length:,} characters)")
    assert uncut(once) == ("x" * 4_000, length)
    assert shorten(once).count("characters") == 1
    assert shorten(once).endswith(f"({length:,} characters)")
    assert shorten(f"Path is {once} then Include").endswith(f"({length + 21:,} characters)")


def test_a_name_ends_with_its_own_end_and_not_with_the_mark_of_the_cut() -> None:
    assert "characters" not in named(cut("x" * 12_000))


@pytest.mark.parametrize(
    "text", ["", "x" * 4_000, "a… (12,000 characters)", "x" * 400 + "… (12,000 characters)"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert cut(text) == text
    assert uncut(text) == (text, len(text))
