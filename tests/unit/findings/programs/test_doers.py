"""Whose doing an act is, however long the chain of those who started one another."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.programs.doers import Doers

CMD = r"C:\Windows\System32\cmd.exe"


def process_row(number: int, *, image_path: str, parent: int | None, command_line: str = "") -> ProcessRow:
    name = image_path.rpartition("\\")[2]
    return ProcessRow(
        process=number,
        parent=parent,
        who=f"{name} ({number})",
        process_name=name,
        pid=number,
        image_path=image_path,
        command_line=command_line,
        user=None,
        integrity=None,
        session=None,
        start=None,
        end=None,
        started_here=True,
        ended_here=False,
    )


def chain(length: int, *, top: str, last_parent: int | None = None) -> list[ProcessRow]:
    """A program at the top, below it as many shells that each started the next."""
    shells = [
        process_row(number, image_path=CMD, parent=number - 1, command_line=f"cmd /c rem {number}")
        for number in range(1, length + 1)
    ]
    return [process_row(0, image_path=top, parent=last_parent), *shells]


@pytest.mark.parametrize(
    ("top", "doer"),
    [
        (r"C:\Users\b\Downloads\bad.exe", "stray"),
        (r"C:\Program Files\Tool\tool.exe", "installed"),
        (r"C:\Windows\explorer.exe", "script"),
        (r"C:\Windows\System32\gpscript.exe", "installed"),
    ],
)
def test_the_top_of_a_chain_of_shells_gave_the_orders(top: str, doer: str) -> None:
    doers = Doers(chain(5_000, top=top))
    assert {doers.of(number) for number in (5_000, 1, 2_500)} == {doer}


def test_shells_that_are_said_to_have_started_one_another_in_a_ring_are_nobodys() -> None:
    assert Doers(chain(3, top=CMD, last_parent=3)).of(2) == "script"
