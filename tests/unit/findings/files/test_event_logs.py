"""Event logs that are deleted or emptied are told; that their service goes on writing them is not."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.files import event_logs
from tests.captures.events import Row, capture

LOG = r"C:\Windows\System32\winevt\Logs\Security.evtx"


def judge(*rows: Row) -> Analysis:
    return event_logs.analyse(capture(*rows), {})


@pytest.mark.parametrize(
    ("operation", "detail"),
    [
        ("SetDispositionInformationFile", "Delete: True"),
        ("SetEndOfFileInformationFile", "EndOfFile: 0"),
        ("CreateFile", "Desired Access: Generic Write, Disposition: OverwriteIf, OpenResult: Overwritten"),
    ],
)
def test_a_log_that_a_program_takes_away_is_a_high_finding(operation: str, detail: str) -> None:
    (finding,) = judge(Row(operation, LOG, detail, who="bad.exe (300)")).findings
    assert (finding.kind, finding.severity, finding.facts["paths"]) == ("logs_cleared", "high", [LOG])


@pytest.mark.parametrize(
    ("operation", "path", "detail"),
    [
        ("WriteFile", LOG, "Offset: 4096, Length: 512"),
        ("SetEndOfFileInformationFile", LOG, "EndOfFile: 69,632"),
        ("SetDispositionInformationFile", LOG.replace("Security", "Archive-Security-2020"), "Delete: True"),
        ("SetDispositionInformationFile", r"C:\Users\a\notes.evtx", "Delete: True"),
    ],
)
def test_what_the_service_does_every_day_is_none(operation: str, path: str, detail: str) -> None:
    assert not judge(Row(operation, path, detail, who="svchost.exe (900)")).findings


def test_a_refused_deletion_is_none() -> None:
    assert not judge(
        Row("SetDispositionInformationFile", LOG, "Delete: True", result="ACCESS DENIED", who="bad.exe (300)")
    ).findings
