"""Numbers in a list are written as numbers are written elsewhere."""

from __future__ import annotations

from scripts.procmon.text import listing


def test_numbers_of_events_in_a_list_have_their_separators() -> None:
    assert listing([676, 5463, 19827]) == "676, 5,463 and 19,827"
    assert listing([676, 5463, 19827], 2, "ja") == "676、5,463、ほか 1 件"


def test_texts_of_digits_such_as_ports_stay_as_they_are() -> None:
    assert listing(["443", "16471"]) == "443 and 16471"
