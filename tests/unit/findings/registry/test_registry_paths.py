"""One spelling for registry paths, and the patterns of the knowledge files on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.findings.paths.places import kind_of, plain_path, program_of
from scripts.procmon.findings.registry.registry_paths import matches, normal
from scripts.procmon.knowledge import knowledge


@pytest.mark.parametrize(
    ("path", "same"),
    [
        (r"HKLM\SYSTEM\ControlSet001\Services\x", r"HKLM\System\CurrentControlSet\Services\x"),
        (r"HKU\S-1-5-21-1-2-3-1001\Software\x", r"HKCU\Software\x"),
        (r"HKU\.DEFAULT\Software\x", r"HKCU\Software\x"),
        (r"HKU\S-1-5-21-1-2-3-1001_Classes\CLSID\x", r"HKCU\Software\Classes\CLSID\x"),
        (r"HKCR\CLSID\x", r"HKLM\Software\Classes\CLSID\x"),
        (r"HKLM\SOFTWARE\WOW6432Node\Microsoft\x", r"HKLM\Software\Microsoft\x"),
        (r"HKEY_LOCAL_MACHINE\Software\x", r"HKLM\Software\x"),
    ],
)
def test_two_spellings_of_one_key_are_one(path: str, same: str) -> None:
    assert normal(path) == normal(same)


def test_a_pattern_of_one_part_does_not_cross_a_key() -> None:
    assert matches(r"HKLM\A\*\C", r"HKLM\a\b\c")
    assert not matches(r"HKLM\A\*\C", r"HKLM\A\b\x\C")
    assert matches(r"HKLM\A\**", r"HKLM\A\b\x\C")
    assert matches(r"HK{LM|CU}\A", r"HKCU\a")
    assert not matches(r"HKLM\A.B", r"HKLM\AxB")  # a dot is a dot


@given(st.text(max_size=200))
def test_any_text_is_a_path_of_one_spelling(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert kind_of(text)[0] in ("own", "odd", "watch", "other")
    program_of(text)
    plain_path(text)


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (r'"C:\Program Files\A B\x.exe" -q', r"C:\Program Files\A B\x.exe"),
        (r"C:\Program Files\A B\x.exe /s", r"C:\Program Files\A B\x.exe"),
        (r"%SystemRoot%\system32\x.dll", r"C:\Windows\system32\x.dll"),
        ("cmd.exe", "cmd.exe"),
        ("", ""),
    ],
)
def test_the_program_of_a_command_stands_before_its_arguments(command: str, program: str) -> None:
    assert program_of(command) == program


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\RECYCLER\S-1-5-18\n", "odd"),
        (r"C:\Users\a\AppData\Local\Temp\x.dll", "watch"),
        (r"C:\Windows\12.exe", "watch"),
        (r"C:\Windows\explorer.exe", "own"),
        (r"\SystemRoot\System32\smss.exe", "own"),
        (r"\??\C:\WINDOWS\system32\csrss.exe", "own"),
        (r"C:\Users\a\AppData\Local\Microsoft\OneDrive\OneDrive.exe", "own"),
    ],
)
def test_what_kind_of_place_a_file_lies_in(path: str, kind: str) -> None:
    assert kind_of(path)[0] == kind


def test_every_technique_of_the_knowledge_files_is_known() -> None:
    techniques = {place["attack"] for place in knowledge("autostarts")}
    techniques |= {known["attack"] for known in knowledge("command_lines")}
    assert techniques <= knowledge("attack").keys()
