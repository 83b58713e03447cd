"""What was exported with Advanced Output is found as in any other capture, under the names that it was exported with."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from scripts.procmon.contracts import events as e
from scripts.procmon.findings import summarise
from scripts.procmon.findings.evidence.advanced_output import with_usual_names
from tests.captures.deeds import created, loaded, marked, renamed, times, wrote
from tests.captures.events import Row, capture

REQUESTS = {
    "CreateFile": "IRP_MJ_CREATE",
    "WriteFile": "FASTIO_WRITE",
    "ReadFile": "IRP_MJ_READ",
    "CloseFile": "IRP_MJ_CLEANUP",
}


def advanced(row: Row) -> Row:
    """The same row as Advanced Output shows it."""
    if re.match(r"(?:Set|Query)\w+Information", row.operation):
        detail = f"Type: {row.operation}, {row.detail}"
        return Row("IRP_MJ_SET_INFORMATION", row.path, detail, result=row.result, who=row.who)
    return Row(
        REQUESTS.get(row.operation, row.operation), row.path, row.detail, result=row.result, who=row.who
    )


@pytest.mark.parametrize(
    ("shown", "detail", "usual"),
    [
        ("IRP_MJ_CREATE", "Desired Access: Read", "CreateFile"),
        (
            "IRP_MJ_SET_INFORMATION",
            "Type: SetRenameInformationFile, FileName: C:\\y",
            "SetRenameInformationFile",
        ),
        (
            "FASTIO_QUERY_INFORMATION",
            "Type: QueryBasicInformationFile, CreationTime: -1",
            "QueryBasicInformationFile",
        ),
        ("IRP_MJ_SET_INFORMATION", "", "IRP_MJ_SET_INFORMATION"),
        ("IRP_MJ_CLOSE", "", "IRP_MJ_CLOSE"),
        ("RegSetValue", "Type: REG_SZ, Length: 2, Data: x", "RegSetValue"),
    ],
)
def test_a_request_stands_for_an_operation(shown: str, detail: str, usual: str) -> None:
    built = capture(Row(shown, r"C:\x", detail), Row("WriteFile", r"C:\x", "Offset: 0, Length: 1"))
    assert [*with_usual_names(built).events[e.OPERATION]] == [usual, "WriteFile"]


def test_a_capture_with_usual_names_is_left_alone() -> None:
    built = capture(created(r"C:\x"), Row("IRP_MJ_CLOSE", r"C:\x"))
    assert with_usual_names(built) is built


def test_the_findings_are_the_same_and_the_events_keep_the_names_that_the_export_shows() -> None:
    who, program = "dropper.exe (300)", r"C:\Users\u\AppData\Local\Temp\x.exe"
    rows = [
        created(program, who=who),
        wrote(program, 0, 4_096, who=who),
        times("SetBasicInformationFile", program, creation="1/1/2001 1:00:00 AM", who=who),
        loaded(program, who="x.exe (400)"),
        renamed(r"C:\Users\u\a.docx", r"C:\Users\u\a.docx.locked", who=who),
        marked(r"C:\Users\u\b.docx", who=who),
    ]
    every = []
    for one in (rows, [advanced(row) for row in rows]):
        built = capture(*one)
        stages = pd.DataFrame({"event": range(len(one)), "stage": [0] * len(one)})
        document, shown = summarise(built, stages)
        every.append([(finding["kind"], finding["severity"]) for finding in document["findings"]])
        assert {row.operation for row in one} >= set(shown[e.OPERATION].astype(str))
        assert document["tables"]["deletions"]
    assert every[0] == every[1] != []
