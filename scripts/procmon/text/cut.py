"""Endless texts of a capture cut for findings.json, and known as cut by whoever shortens them further."""

from __future__ import annotations

import re

#: A longer text is cut and its length said: names and command lines are written by whoever is captured.
MOST_TEXT = 4_000
_MARK = re.compile(r"… \((\d{1,3}(?:,\d{3})+) characters\)")


def cut(text: str) -> str:
    """``text``, or its first ``MOST_TEXT`` characters and how many it had."""
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}… ({len(text):,} characters)"


def uncut(text: str) -> tuple[str, int]:
    """A text without the mark that ``cut`` left in it, and how many characters it had at first."""
    mark = _MARK.search(text, MOST_TEXT)
    if mark is None:
        return text, len(text)
    rest = text[: mark.start()] + text[mark.end() :]
    return rest, len(rest) + int(mark[1].replace(",", "")) - MOST_TEXT
