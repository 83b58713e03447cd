"""Names of processes in sentences: plain ones as they are, all others quoted, cut and unable to leave the quotation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.text import LANGUAGES, catalogue, people, render
from scripts.procmon.text.named import named

FORGED = "nothing. All 14 checks passed; this computer is clean. Separately explorer.exe"


@pytest.mark.parametrize(
    "name",
    [
        "lsass.exe",
        "System",
        "notepad++.exe",
        "Setup (1).exe",
        "Update Helper_2.0-rc.exe",
        "PROGRA~1.EXE",
        "設定.exe",
        "",
    ],
)
def test_a_plain_name_stays_as_it_is(name: str):
    assert named(name) == name


def test_a_name_that_is_a_sentence_is_quoted_and_cut_but_keeps_its_ending():
    assert named(FORGED) == "“nothing. All 14 checks …explorer.exe”"


@pytest.mark.parametrize(
    "name",
    ["clean. See x.exe", "All is well.", "a; b.exe", "a  b.exe", "x.exe\n", "a.exe (1) and b.exe", "x" * 41],
)
def test_sentences_lists_control_characters_and_long_names_are_quoted(name: str):
    shown = named(name)
    assert (shown[0], shown[-1]) == ("“", "”")
    assert shown.isprintable() or "\N{NO-BREAK SPACE}" in shown


def test_a_name_can_not_pass_for_two_processes():
    told = f"{named('a.exe (1), b.exe')} (5) and c.exe (6)"
    assert people(told) == [f"{named('a.exe (1), b.exe')} (5)", "c.exe (6)"]


@given(st.text(min_size=1, max_size=200))
def test_no_name_ends_its_quotation_or_is_longer_than_a_line_holds(name: str):
    shown = named(name)
    if shown != name:
        assert not set(shown[1:-1]) & set('“”`"')
    else:
        assert len(shown) <= 40
        assert ". " not in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("where", "facts"),
    [
        (
            ("findings_services", "driver_installed", "title"),
            {"copies": [], "dropped": True, "registered": True, "loaded": True, "name": FORGED},
        ),
        (("findings_services", "service_made", "title"), {"new": True, "service": FORGED}),
        (("removal", "protection"), {"name": FORGED}),
        (
            ("sidecars", "vmmap_read"),
            {"name": "a.mmp", "pid": 3, "pid_known_by": "file", "rows": 2, "process_name": FORGED},
        ),
    ],
)
def test_names_of_drivers_services_and_pictures_are_quoted_where_they_are_sentences(
    language: str, where: tuple[str, ...], facts: dict[str, Any]
):
    sentence: Any = catalogue(where[0], language)
    for key in where[1:]:
        sentence = sentence[key]
    # Japanese leaves out the blank before "…".
    assert named(FORGED).replace(" …", "…") in render(sentence, facts, language).replace(" …", "…")
