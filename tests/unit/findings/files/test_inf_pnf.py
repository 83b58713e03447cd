"""PNF files are a finding only where the INF file that they are made from is nowhere to be seen."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.files import copies, dropped_files, inf_pnf
from tests.captures.deeds import copied, created, opened, wrote
from tests.captures.events import Row, capture
from tests.unit.findings.files.test_deletions import accusation

PNF, INF = r"C:\WINDOWS\inf\oem7A.PNF", r"C:\WINDOWS\inf\oem7a.inf"
SOURCE = r"C:\Temp\~DFA.tmp"


def analysed(*rows: Row, accused: str | None = None, reads: bool = True) -> Analysis:
    built = capture(*rows, can_show={"reads": reads})
    done = {"copies": copies.analyse(built, {})}
    done["dropped_files"] = dropped_files.analyse(built, done)
    if accused:
        done["masquerade"] = accusation(accused)
    return inf_pnf.analyse(built, done)


@pytest.mark.parametrize(
    "seen",
    [
        opened(INF),
        Row("QueryDirectory", r"C:\WINDOWS\inf", "Filter: oem*.inf, 1: oem7a.inf"),
        Row("QueryDirectory", r"C:\WINDOWS\inf\*", "0: .., 1: oem7a.inf, 2: oem7a.PNF"),
    ],
)
def test_windows_reads_the_inf_file_from_which_it_makes_a_pnf_file(seen: Row) -> None:
    assert analysed(seen, created(PNF), wrote(PNF, 0, 10)).outcome == "not found"


@pytest.mark.parametrize("seen", [opened(INF, result="NAME NOT FOUND"), opened(r"C:\WINDOWS\inf\oem7b.inf")])
def test_an_inf_file_that_is_not_there_or_another_does_not_count(seen: Row) -> None:
    (finding,) = analysed(seen, created(PNF)).findings
    assert (finding.kind, finding.severity) == ("pnf_without_inf", "low")


def test_copied_from_a_temporary_file_it_is_medium_and_by_a_false_process_high() -> None:
    rows = copied(SOURCE, PNF, 4096, 100)
    (finding,) = analysed(*rows).findings
    assert (finding.severity, finding.evidence) == ("medium", [0, 1, 2, 3, 4])
    assert finding.facts["files"][0]["copied_from"] == SOURCE
    (finding,) = analysed(*rows, accused="malware.exe (300)").findings
    assert finding.severity == "high"


def test_all_writers_of_a_pnf_file_are_named() -> None:
    (finding,) = analysed(created(PNF), wrote(PNF, 0, 5), wrote(PNF, 5, 5, who="services.exe (672)")).findings
    assert finding.facts["writers"] == ["malware.exe (300)", "services.exe (672)"]


def test_where_reads_were_filtered_away_it_is_only_possible() -> None:
    analysis = analysed(created(PNF), reads=False)
    assert analysis.findings[0].confidence == "possible"
    assert analysis.limits == ["no_reads_of_inf"]


def test_a_pnf_file_elsewhere_is_any_file() -> None:
    assert analysed(created(r"C:\Temp\a.pnf")).outcome == "not found"
