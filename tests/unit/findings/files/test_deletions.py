"""Deletions, refreshed lists, temporary files, and clean-ups after a copy."""

from __future__ import annotations

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.findings.files import copies, deletions
from tests.captures.deeds import copied, created, marked, opened, renamed, wrote
from tests.captures.events import capture

TEMPORARY = r"C:\Users\a\AppData\Local\Temp\~DFD.tmp"
DRIVER = r"C:\Windows\System32\drivers\mrxcls.sys"


def analysed(built: Capture, *, accused: str | None = None) -> Analysis:
    done = {"copies": copies.analyse(built, {})}
    if accused:
        done["masquerade"] = accusation(accused)
    return deletions.analyse(built, done)


def accusation(who: str) -> Analysis:
    """An earlier analysis that accuses a process."""
    finding = Finding(
        kind="masquerade",
        severity="high",
        confidence="certain",
        facts={},
        evidence=[0],
        reproduce=[],
        subjects={"processes": [who]},
    )
    return Analysis(name="masquerade", outcome="found", findings=[finding])


def test_a_list_that_is_refreshed_is_ordinary() -> None:
    link = r"C:\Users\a\Desktop\list.dat"
    (row,) = analysed(capture(marked(link), created(link))).tables["deletions"]
    assert row.ordinary == "refreshed"


def test_a_set_up_programs_own_temporary_file_is_ordinary_and_no_finding() -> None:
    analysis = analysed(capture(created(TEMPORARY), marked(TEMPORARY)))
    (row,) = analysis.tables["deletions"]
    assert (row.ordinary, row.created_here) == ("own_temporary", True)
    assert not analysis.findings


def test_a_mark_that_was_taken_back_deletes_nothing() -> None:
    assert not analysed(capture(marked(TEMPORARY), marked(TEMPORARY, delete=False))).tables["deletions"]


def test_delete_on_close_of_a_file_that_is_not_there_is_nothing() -> None:
    built = capture(opened(TEMPORARY, result="NAME NOT FOUND", options="Delete On Close"))
    assert not analysed(built).tables["deletions"]


def test_a_refused_deletion_is_an_attempt() -> None:
    (row,) = analysed(capture(marked(DRIVER, result="ACCESS DENIED"))).tables["deletions"]
    assert row.attempt


def test_the_source_of_a_driver_that_is_deleted_afterwards_is_a_trace_removed() -> None:
    built = capture(*copied(TEMPORARY, DRIVER, 4096, 2000), marked(TEMPORARY))
    (finding,) = analysed(built).findings
    assert (finding.kind, finding.severity, finding.evidence) == ("traces_deleted", "low", [5])
    (finding,) = analysed(built, accused="malware.exe (300)").findings
    assert (finding.severity, finding.confidence) == ("medium", "certain")


def test_what_a_false_process_wrote_to_and_deletes_is_a_trace_also_if_it_was_there_before() -> None:
    built = capture(wrote(TEMPORARY, 0, 4096), marked(TEMPORARY))
    assert not analysed(built).findings
    (finding,) = analysed(built, accused="malware.exe (300)").findings
    assert finding.subjects["files"] == [TEMPORARY]


def test_without_any_opening_it_can_not_be_said_that_nothing_was_deleted() -> None:
    analysis = analysed(capture(wrote(TEMPORARY, 0, 4096)))
    assert (analysis.outcome, analysis.reason) == ("could not be checked", "no_openings")


def test_a_renamed_file_has_its_whole_new_name() -> None:
    (whole, bare) = analysed(capture(renamed(r"C:\a.tmp", r"C:\b.exe"), renamed(r"C:\x\c", "d"))).tables[
        "renames"
    ]
    assert (whole.to, bare.to) == (r"C:\b.exe", r"C:\x\d")
