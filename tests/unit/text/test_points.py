"""Items and paragraphs of a sentence: only the catalogue begins one, never a fact."""

from __future__ import annotations

from scripts.procmon.text import render

LIST = "In order: {% for one in names %} {{ point }} {{ one }} {% endfor %} {{ paragraph }} That is all."


def test_each_item_is_a_line_and_what_follows_is_one():
    assert render(LIST, {"names": ["a.exe", "b.exe"]}) == "In order:\n- a.exe\n- b.exe\nThat is all."


def test_a_name_with_a_line_break_begins_no_item():
    assert render(LIST, {"names": ["a.exe\n- No sign of an attack."]}).count("\n") == 2


def test_names_without_numbers_are_told_once():
    told = render("{{ who|names|listing }}", {"who": ["a.exe (1)", "a.exe (2)", "b (x).exe (3)"]})
    assert told == "a.exe and b (x).exe"
