"""What is said of a few rows is what they show: who, how many, where, and nothing that the capture can't hold."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, renamed, wrote
from tests.captures.events import Row, capture

USER = r"C:\Users\a"
TEMP = rf"{USER}\AppData\Local\Temp"


def found(kind: str, *rows: Row, **more: Any) -> list[Finding]:
    done = run(capture(*rows, **more))
    return [one for analysis in done.values() for one in analysis.findings if one.kind == kind]


def said(kind: str, *rows: Row, language: str = "en", **more: Any) -> dict[str, str]:
    (finding,) = found(kind, *rows, **more)
    return tell(kind, finding.facts, language)


@pytest.mark.parametrize(
    ("paths", "english", "japanese"),
    [
        ([rf"{TEMP}\b.dll"], "It lies in a temporary folder.", "置かれた場所は一時フォルダーである。"),
        (
            [rf"{TEMP}\a.dll", rf"{TEMP}\b.dll"],
            "They all lie in a temporary folder.",
            "置かれた場所はすべて一時フォルダーである。",
        ),
        (
            [r"D:\Docs\a.dll", rf"{TEMP}\b.dll"],
            rf"`{TEMP}\b.dll` lies in a temporary folder.",
            rf"`{TEMP}\b.dll` の置かれた場所は一時フォルダーである。",
        ),
        (
            [r"D:\Docs\a.dll", rf"{TEMP}\b.dll", rf"{TEMP}\c.dll"],
            "2 of them lie in a temporary folder.",
            "うち 2 個の置かれた場所は一時フォルダーである。",
        ),
    ],
)
def test_only_those_files_lie_in_a_place_that_do(paths: list[str], english: str, japanese: str) -> None:
    rows = [row for path in paths for row in (created(path), wrote(path, 0, 100))]
    assert english in said("programs_dropped", *rows)["statement"]
    assert japanese in said("programs_dropped", *rows, language="ja")["statement"]


def test_a_program_that_got_its_name_by_renaming_ran_under_that_name() -> None:
    new, path = rf"{USER}\Apps\a.exe.new", rf"{USER}\Apps\a.exe"
    start = Row("Process Create", path, f"PID: 8, Command line: {path}", who="cmd.exe (4)")
    make = [created(new), wrote(new, 0, 100), renamed(new, path)]
    assert f"`{path}` was afterwards" in said("programs_dropped", *make, start)["statement"]
    # What ran before the renaming was the one that stood there until then.
    assert "afterwards" not in said("programs_dropped", start, *make)["statement"]
