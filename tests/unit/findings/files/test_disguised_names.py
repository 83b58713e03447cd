"""Programs whose names are read as something else, and names that only look odd."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings import analyses
from scripts.procmon.findings.files.disguised_names import read_as, signs_of
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, wrote
from tests.captures.events import Row, capture

TURNED = "Rechnung_\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe"
DOWNLOADS = r"C:\Users\a\Downloads"


def told(*rows: Row, places: dict[str, str] | None = None) -> list[Finding]:
    built = capture(*rows, processes={who: {"image_path": image} for who, image in (places or {}).items()})
    return [one for one in analyses.run(built)["odd_children"].findings if one.kind == "name_disguised"]


def ran(name: str, folder: str = DOWNLOADS) -> list[Finding]:
    who = f"{name} (9)"
    return told(Row("Process Start", detail="Parent PID: 4", who=who), places={who: rf"{folder}\{name}"})


def made(name: str, folder: str = DOWNLOADS) -> list[Finding]:
    path = rf"{folder}\{name}"
    return told(created(path, who="browser.exe (8)"), wrote(path, 0, 4096, who="browser.exe (8)"))


def test_a_name_that_is_turned_to_end_like_a_document_s_is_high_where_it_ran() -> None:
    (finding,) = ran(TURNED)
    assert (finding.severity, finding.facts["read_as"]) == ("high", "Rechnung_exe.pdf")
    assert [one.id for one in finding.attack] == ["T1036.002"]
    for language in ("en", "ja"):
        statement = tell(finding.kind, finding.facts, language)["statement"]
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in statement
        assert "U+202E" in statement
        assert "Rechnung_exe.pdf" in statement


def test_the_same_name_that_was_only_written_is_medium_and_told_once_with_its_writer() -> None:
    (finding,) = made(TURNED)
    assert (finding.severity, finding.facts["by"]) == ("medium", "browser.exe (8)")
    path = rf"{DOWNLOADS}\{TURNED}"
    both = told(
        created(path, who="browser.exe (8)"),
        Row("Process Start", detail="Parent PID: 4", who=f"{TURNED} (9)"),
        places={f"{TURNED} (9)": path},
    )
    assert [(one.severity, one.facts["by"]) for one in both] == [("high", "browser.exe (8)")]


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("svc\N{ZERO WIDTH SPACE}host.exe", "unseen"),
        ("set\N{ZERO WIDTH NON-JOINER}up.exe", "unseen"),
        ("offer.pdf                .exe", "blanks"),
        (
            "photo\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}.scr",
            "blanks",
        ),
        ("invoice.pdf.exe", "two"),
        ("photo.jpg .scr", "two"),
    ],
)
def test_what_hides_a_program_s_ending_or_name_is_medium_where_it_ran(name: str, sign: str) -> None:
    (finding,) = ran(name)
    assert (finding.severity, finding.facts["sign"]) == ("medium", sign)


@pytest.mark.parametrize(
    "name",
    [
        "setup.exe",
        "My Program 1.0.exe",
        "converter.zip.exe",
        "build.bat.exe",
        "mp3.exe",
        # Persian and pictures need joiners.
        "می\N{ZERO WIDTH NON-JOINER}خواهم.exe",
        "\N{MAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}.exe",
        "תוכנית.exe",
    ],
)
def test_ordinary_names_are_no_finding(name: str) -> None:
    assert ran(name) == []
    assert made(name) == []


def test_marks_of_direction_and_installed_programs_are_low() -> None:
    assert [one.severity for one in ran("\N{RIGHT-TO-LEFT MARK}תוכנית.exe")] == ["low"]
    assert [one.severity for one in ran("view.pdf.exe", r"C:\Program Files\Maker")] == ["low"]


def test_documents_may_be_called_anything_and_two_endings_that_never_ran_are_told_with_the_file() -> None:
    assert made("Rechnung_\N{RIGHT-TO-LEFT OVERRIDE}exe.pdf") == []
    assert made("letter.docx.pdf") == []
    assert made("invoice.pdf.exe") == []


def test_what_is_read_of_a_name() -> None:
    assert read_as("a\N{RIGHT-TO-LEFT OVERRIDE}cod.exe") == "aexe.doc"
    assert read_as("a.pdf      .exe") == "a.pdf"
    assert signs_of("a\N{RIGHT-TO-LEFT OVERRIDE}cod.exe")[0] == "override"


def test_a_process_called_otherwise_than_its_file_is_told_by_its_own_name() -> None:
    who = f"{TURNED} (9)"
    (finding,) = told(
        Row("Process Start", detail="Parent PID: 4", who=who), places={who: rf"{DOWNLOADS}\x.exe"}
    )
    assert (finding.facts["name"], finding.facts["sign"]) == (TURNED, "override")


def test_a_program_that_ran_before_the_capture_began_is_shown_by_its_first_event() -> None:
    (finding,) = told(
        Row("CreateFile", r"C:\a.txt", who="x.exe (8)"), Row("CreateFile", r"C:\b", who=f"{TURNED} (9)")
    )
    assert finding.evidence == [1]
