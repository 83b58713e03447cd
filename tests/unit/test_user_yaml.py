"""YAML that users write: each slip is told in plain words, file and line first."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.procmon.errors import SettingsError
from scripts.procmon.user_yaml import read_yaml


def error_of(tmp_path: Path, text: str | bytes) -> str:
    file = tmp_path / "Logfile.case.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SettingsError) as caught:
        read_yaml(file)
    said = str(caught.value)
    assert said.startswith(f"{file}, ")
    return said.removeprefix(f"{file}, ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('title: x\nnote: "C:\\Users"\n', "line 2: a backslash in double quotes begins a special character"),
        ('note: "C:\\users"\n', "write paths in single quotes or without quotes"),
        ('title: x\nnote: "C:\\_temp"\n', "line 2: \\_ in double quotes is a blank of another kind"),
        ("stages:\n\t- name: a\n", "line 2: a tab stands where only blanks may"),
        ("stages:\n  - name: a\n\tadd: [writes]\n", "line 3: a tab stands where only blanks may"),
        ("title: x\nnote: Case 7: one\n", "line 2: a colon and a blank stand in a value without quotes"),
        ("title: x\n  note: y\n", "line 2: this key is set in deeper than the one above it"),
        ("title\nnote: y\n", "line 1: a key without a colon"),
        ("title: *.exe\n", "line 1: a value can't begin with * unless it is in quotes"),
        ("title: %TEMP%\n", "line 1: a value can't begin with % unless it is in quotes"),
        ("title: x\nnotes: [a, b\n", "line 2: the list that opens here is not closed"),
        ("stages:\n - {name: a\n", "line 2: the group of keys that opens here is not closed"),
        ("notes:\n  - a\n - b\n", "line 3: this does not fit what stands above it"),
        ("title: x\n---\ntitle: y\n", "line 2: a line of three dashes begins a second document"),
        ("title: x\nnote: a\x00b\n", "line 2: the character U+0000 can't stand in such a file"),
    ],
)
def test_a_slip_is_told_by_its_line_with_what_to_write_instead(tmp_path: Path, text: str, words: str) -> None:
    assert words in error_of(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('title: x\nnote: "one\n', 2),
        ('title: "one\nnote: x\nmarking: ""\n', 1),
        ("title: x\nnote: 'one\nanalyst: 'x'\n", 2),
        ('title: "one\nnote: "C:\\Users"\n', 1),
        ("title: x\r\nnote: 'one\r\n", 2),
    ],
)
def test_a_quote_that_is_not_closed_is_told_by_the_line_where_it_opens(
    tmp_path: Path, text: str, line: int
) -> None:
    said = error_of(tmp_path, text)
    assert said.startswith(f"line {line}: the ")
    assert "quote" in said
    assert said.endswith("that opens here is not closed")


def test_a_text_in_quotes_over_several_lines_is_not_taken_for_an_open_quote(tmp_path: Path) -> None:
    said = error_of(tmp_path, 'note: "one,\n  two"\ntitle: "a" b\n')
    assert said.startswith("line 3: this does not fit")


@pytest.mark.parametrize("text", ["", "# title: x\n"])
def test_a_file_without_any_key_is_told_to_be_empty(tmp_path: Path, text: str) -> None:
    assert error_of(tmp_path, text).startswith("line 1: the file is empty")


@pytest.mark.parametrize(
    ("content", "line"),
    [("title: x".encode("utf-16"), 1), ("title: x\nnote: caf\xe9\n".encode("latin-1"), 2)],
)
def test_a_file_that_is_not_utf_8_is_to_be_saved_as_such(tmp_path: Path, content: bytes, line: int) -> None:
    assert error_of(tmp_path, content).startswith(f"line {line}: the file is not UTF-8; save it as UTF-8")


def test_the_mark_that_editors_put_before_utf_8_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "Logfile.case.yaml"
    file.write_bytes(b"\xef\xbb\xbftitle: x\r\n")
    assert read_yaml(file) == {"title": "x"}
