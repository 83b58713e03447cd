"""Files moved or linked to where Windows starts programs from, and ordinary renaming there."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings import analyses
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, opened, renamed
from tests.captures.events import Row, capture

STARTUP = r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup"
TEMPLATES = r"C:\Users\a\AppData\Roaming\Microsoft\Templates"
TOOL, WORD, EXPLORER = "tool.exe (5)", "WINWORD.EXE (6)", "Explorer.EXE (7)"
PLACES = {
    TOOL: r"C:\Users\a\Downloads\tool.exe",
    WORD: r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
    EXPLORER: r"C:\Windows\explorer.exe",
}


def told(*rows: Row) -> list[Finding]:
    people = {row.who for row in rows}
    built = capture(*rows, processes={who: {"image_path": PLACES[who]} for who in people})
    return [one for one in analyses.run(built)["persistence"].findings if one.kind == "autostart_file"]


def linked(path: str, to: str, who: str) -> Row:
    return Row("SetLinkInformationFile", path, f"ReplaceIfExists: False, FileName: {to}", who=who)


@pytest.mark.parametrize("put", [renamed, linked])
def test_a_program_that_was_moved_or_linked_into_a_startup_folder_weighs_as_one_made_there(put) -> None:  # type: ignore[no-untyped-def]
    (finding,) = told(put(r"C:\Users\a\Downloads\x.exe", rf"{STARTUP}\x.exe", who=TOOL))
    assert (finding.severity, finding.facts["path"]) == ("medium", rf"{STARTUP}\x.exe")


def test_a_file_made_there_under_a_passing_name_is_told_once_by_its_last() -> None:
    (finding,) = told(
        created(rf"{STARTUP}\x.tmp", who=TOOL), renamed(rf"{STARTUP}\x.tmp", rf"{STARTUP}\x.exe", who=TOOL)
    )
    assert (finding.severity, finding.facts["name"]) == ("medium", "x.exe")


def test_a_shortcut_that_its_user_moves_there_is_low_and_one_that_gets_another_name_nothing() -> None:
    (finding,) = told(renamed(r"C:\Users\a\Desktop\x.lnk", rf"{STARTUP}\x.lnk", who=EXPLORER))
    assert finding.severity == "low"
    assert told(renamed(rf"{STARTUP}\x.lnk", rf"{STARTUP}\y.lnk", who=EXPLORER)) == []
    assert told(renamed(rf"{STARTUP}\x.lnk", r"C:\Users\a\Desktop\x.lnk", who=EXPLORER)) == []


def test_word_keeps_its_template_by_renaming_and_others_do_not() -> None:
    saved = (rf"{TEMPLATES}\~WRD0000.tmp", rf"{TEMPLATES}\Normal.dotm")
    assert told(created(saved[0], who=WORD), renamed(*saved, who=WORD)) == []
    (finding,) = told(created(saved[0], who=TOOL), renamed(*saved, who=TOOL))
    assert finding.severity == "medium"


HOSTS = r"C:\Windows\System32\drivers\etc\hosts"


def hosts(*rows: Row) -> list[Finding]:
    people = {row.who for row in rows}
    # What is moved or linked is opened first.
    built = capture(
        *(opened(row.path, who=row.who) for row in rows),
        *rows,
        processes={who: {"image_path": PLACES[who]} for who in people},
    )
    return [one for one in analyses.run(built)["odd_files"].findings if one.kind == "hosts_written"]


@pytest.mark.parametrize("put", [renamed, linked])
def test_another_file_in_the_place_of_the_host_names_weighs_as_writing_them(put) -> None:  # type: ignore[no-untyped-def]
    (finding,) = hosts(put(r"C:\Users\a\Downloads\h", HOSTS, who=TOOL))
    assert (finding.severity, finding.facts["source"]) == ("medium", r"C:\Users\a\Downloads\h")
    for language in ("en", "ja"):
        assert r"Downloads\h" in tell(finding.kind, finding.facts, language)["statement"]
    assert [one.severity for one in hosts(put(r"C:\h.new", HOSTS, who=WORD))] == ["low"]


def test_the_host_names_renamed_away_are_not_replaced() -> None:
    assert hosts(renamed(HOSTS, r"C:\hosts.bak", who=TOOL)) == []
