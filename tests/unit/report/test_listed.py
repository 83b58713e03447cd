"""What rests on a list of Process Monitor's is not said to be found by a filter."""

from __future__ import annotations

from scripts.procmon.report.listed import listed_said
from scripts.procmon.report.words import Words
from tests.captures.results import finding


def test_a_process_without_events_is_seen_in_the_tree_of_processes():
    alone = finding(1, kind="command_line", facts={"table_only": True})
    alone["subjects"] = {"processes": ["rundll32.exe (1736)"]}
    said = listed_said(alone, Words())
    assert "Tools, Process Tree: rundll32.exe (1736)" in said
    assert "no filter finds it" in said
    alone["facts"]["table_only"] = False
    assert listed_said(alone, Words()) == ""


def test_a_module_that_no_event_loaded_is_seen_in_the_list_of_modules():
    loaded = finding(1, kind="odd_module", facts={"ran": 0, "loads": []})
    loaded["subjects"] = {"processes": ["Explorer.EXE (1432)"]}
    assert "any event of Explorer.EXE (1432), tab Process" in listed_said(loaded, Words())
    loaded["facts"]["ran"] = 27
    assert listed_said(loaded, Words()) == ""
