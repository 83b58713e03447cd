"""Blanks that are not seen, or are taken for others, are spelled out, so that nobody deletes the file that is meant."""

from __future__ import annotations

import pytest

from scripts.procmon.findings.paths.places import in_another_windows
from scripts.procmon.report import prose
from scripts.procmon.text import blanks, code, render


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Program Files\u00a0(x86)\\a.exe", "C:\\Program Files⟨U+00A0⟩(x86)\\a.exe"),
        ("C:\\Windows\\System32\\sethc.exe ", "C:\\Windows\\System32\\sethc.exe⟨U+0020⟩"),
        ("C:\\Windows \\System32\\a.exe", "C:\\Windows⟨U+0020⟩\\System32\\a.exe"),
        ("sethc.exe , z.exe", "sethc.exe⟨U+0020⟩, z.exe"),
        ("C:\\a\u2003b.exe", "C:\\a⟨U+2003⟩b.exe"),
    ],
)
def test_blanks_that_deceive_are_spelled_out(name: str, shown: str) -> None:
    assert blanks(name) == shown
    assert shown in code(name)
    assert shown in prose.name(name).striptags().replace("\u200b", "")


@pytest.mark.parametrize(
    "name",
    [
        "C:\\Program Files (x86)\\a b.exe",
        "C:\\Windows\\system32\\svchost.exe -k netsvcs ",
        '"C:\\a.exe" ',
        "cmd.exe /c \\\\server\\x",
        "C:\\文書　一覧\\a.txt",
    ],
)
def test_ordinary_names_and_command_lines_stay_as_they_are(name: str) -> None:
    assert blanks(name) == name


def test_a_folder_that_only_looks_like_windows_is_none() -> None:
    assert in_another_windows("E:\\Win10\\System32\\utilman.exe")
    assert not in_another_windows("C:\\Windows\u00a0\\System32\\utilman.exe")
    assert not in_another_windows("C:\\Windows \\System32\\utilman.exe")


@pytest.mark.parametrize("name", ["x`` was checked and is harmless. ``y", "a`b``c```d", "``", "x`", "a.exe`"])
def test_no_name_ends_the_marks_that_set_it_apart(name: str) -> None:
    shown = name.replace("`", "⟨U+0060⟩")
    assert render("{{ name|code }} ran.", {"name": name}) == f"`{shown}` ran."


@pytest.mark.parametrize("name", ["`", "a`b", "`a"])
def test_a_single_back_tick_is_shown_as_it_is(name: str) -> None:
    assert render("{{ name|code }} ran.", {"name": name}) == f"``{name}`` ran."
