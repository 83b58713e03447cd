"""Times that were set: whose they are, how far back, and when they mean nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import TimestampRow
from scripts.procmon.findings.files import copies, dropped_files, timestamps
from scripts.procmon.findings.programs import process_tree
from tests.captures.deeds import copied, created, times
from tests.captures.events import Row, capture
from tests.unit.findings.files.test_deletions import accusation

FILE, NEIGHBOUR = r"C:\WINDOWS\inf\oem7A.PNF", r"C:\WINDOWS\inf\mdmcpq2.PNF"
OLD = "11/4/2009 10:12:36 AM"
SET, QUERY = "SetBasicInformationFile", "QueryBasicInformationFile"


def analysed(built: Capture, *, accused: str | None = None) -> Analysis:
    done = {"copies": copies.analyse(built, {})}
    done["dropped_files"] = dropped_files.analyse(built, done)
    if accused:
        done["masquerade"] = accusation(accused)
    return timestamps.analyse(built, done)


def rows_of(*rows: Row) -> list[TimestampRow]:
    return list(analysed(capture(*rows)).tables["timestamps"])


@pytest.mark.parametrize(
    "none",
    [
        "1/1/1601 12:00:00 AM",
        "1/1/1601 9:00:00 AM",
        "1601/01/01 9:00:00",
        "01/01/1601 1:59:59",
        "12/31/1600 7:00:00 PM",
    ],
)
def test_a_filetime_of_zero_or_minus_one_is_no_change(none: str) -> None:
    names = ("CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime")
    detail = ", ".join(f"{name}: {none}" for name in names) + ", FileAttributes: HS"
    assert rows_of(Row(SET, FILE, detail)) == []


@pytest.mark.parametrize("now", ["3/30/2011 10:00:00 AM", "3/30/2011 10:00:01 AM"])
def test_the_present_time_is_no_change(now: str) -> None:
    assert rows_of(times(SET, FILE, write=now)) == []


def test_a_time_that_the_file_had_already_is_unchanged() -> None:
    (row,) = rows_of(
        times(QUERY, FILE, creation="1/2/2009 1:00:00 AM", write=OLD), times(SET, FILE, write=OLD)
    )
    assert (row.direction, row.ordinary) == ("unchanged", "same_as_before")


def test_a_failed_setting_is_none() -> None:
    row = times(SET, FILE, write=OLD)
    assert rows_of(Row(row.operation, row.path, row.detail, result="ACCESS DENIED")) == []


def test_how_far_back_is_told_in_seconds() -> None:
    (row,) = rows_of(created(FILE), times(SET, FILE, write=OLD, at=1.0))
    # From 4 November 2009, 10:12:36, to 30 March 2011, 10:00:01.
    assert row.seconds == -(timedelta(days=511) - timedelta(minutes=12, seconds=35)).total_seconds()
    assert row.direction == "back"
    assert row.set == {"LastWriteTime": "2009-11-04T10:12:36"}


def test_a_neighbour_with_the_same_times_is_the_donor() -> None:
    analysis = analysed(
        capture(
            created(FILE),
            times(QUERY, NEIGHBOUR, creation=OLD, write=OLD),
            times(SET, FILE, creation=OLD, write=OLD),
        )
    )
    (row,) = analysis.tables["timestamps"]
    assert (row.donor, row.donor_events, row.ordinary) == (NEIGHBOUR, [1], None)
    (finding,) = analysis.findings
    assert (finding.severity, finding.confidence) == ("high", "certain")
    assert finding.facts["files"][0]["donor_read_first"]


def test_the_events_shown_first_are_what_was_set_last_and_whence() -> None:
    now = "3/30/2011 10:00:00 AM"
    analysis = analysed(
        capture(
            created(FILE),
            times(SET, FILE, write=now),
            times(QUERY, NEIGHBOUR, creation=OLD, write=OLD),
            times(SET, FILE, creation=OLD, write=OLD),
        )
    )
    assert list(analysis.findings[0].key_events) == [3, 2]


def test_files_that_were_unpacked_together_are_no_donors_of_each_other() -> None:
    other = r"C:\WINDOWS\inf\oem8.PNF"
    analysis = analysed(
        capture(
            created(FILE),
            created(other),
            times(SET, FILE, write=OLD),
            times(SET, other, write=OLD),
            times(QUERY, other, write=OLD),
        )
    )
    assert [row.ordinary for row in analysis.tables["timestamps"]] == ["restored", "restored"]
    assert not analysis.findings


def test_a_copy_has_its_sources_time() -> None:
    source = r"C:\Users\a\old.dat"
    built = capture(*copied(source, r"D:\old.dat", 4096, 77), times(SET, r"D:\old.dat", write=OLD))
    analysis = analysed(built)
    assert [row.ordinary for row in analysis.tables["timestamps"]] == ["copied_times"]
    assert not analysis.findings


def test_a_tool_that_copies_files_under_their_names_gives_them_their_times() -> None:
    built = capture(
        created(r"D:\backup\old.dat"),
        times(QUERY, r"C:\Users\a\old.dat", creation=OLD, write=OLD),
        times(SET, r"D:\backup\old.dat", creation=OLD, write=OLD),
    )
    assert [row.ordinary for row in analysed(built).tables["timestamps"]] == ["copied_times"]
    assert not analysed(built).findings


def test_a_neighbour_that_nobody_looked_at_first_is_a_weak_sign() -> None:
    rows = [created(FILE), times(SET, FILE, write=OLD), times(QUERY, NEIGHBOUR, creation=OLD, write=OLD)]
    assert [finding.severity for finding in analysed(capture(*rows)).findings] == ["low"]
    findings = analysed(capture(*rows), accused="malware.exe (300)").findings
    assert [finding.severity for finding in findings] == ["high"]


def test_a_process_that_is_not_what_it_seems_restores_nothing() -> None:
    built = capture(created(FILE), times(SET, FILE, write=OLD))
    assert not analysed(built).findings
    (finding,) = analysed(built, accused="malware.exe (300)").findings
    assert finding.severity == "medium"


def test_an_unknown_zone_may_be_all_that_differs() -> None:
    zone = {"name": None, "known_by": ""}
    row = times(SET, FILE, write="3/30/2011 3:30:00 PM")
    assert not analysed(capture(row, info={"time_zone": zone})).tables["timestamps"]
    assert analysed(capture(row)).tables["timestamps"]


@pytest.mark.parametrize(
    ("name", "hours"),
    [("+02:00", 2.0), ("-05:30", -5.5), ("UTC", 0.0), (None, None), ("Europe/Berlin", None), ("+x:00", None)],
)
def test_the_zone_is_read_from_what_the_capture_says(name: str | None, hours: float | None) -> None:
    offset = timestamps.zone_offset({"time_zone": {"name": name}})
    assert offset == (None if hours is None else timedelta(hours=hours))


def dated_by(image: str, path: str, *, creation: str | None = OLD) -> list[str]:
    """The severities of what is found where the program at ``image`` makes a file and sets its times back."""
    name = image.rpartition("\\")[2]
    who = f"{name} (7)"
    built = capture(
        created(path, who=who),
        times(SET, path, creation=creation, write=OLD, who=who),
        processes={
            "explorer.exe (6)": {"image_path": r"C:\Windows\explorer.exe"},
            who: {"image_path": image, "parent": "explorer.exe (6)"},
        },
    )
    done = {"process_tree": process_tree.analyse(built, {}), "copies": copies.analyse(built, {})}
    done["dropped_files"] = dropped_files.analyse(built, done)
    return [finding.severity for finding in timestamps.analyse(built, done).findings]


def test_a_script_that_dates_a_new_library_of_windows_back_is_no_unpacking() -> None:
    shell, library = (
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        r"C:\Windows\System32\svchelp.dll",
    )
    assert dated_by(shell, library) == ["medium"]
    assert dated_by(shell, r"C:\Windows\Temp\unpacked\tool.dll") == []
    assert dated_by(shell, r"C:\Users\a\Documents\tool.dll") == []
    assert dated_by(r"C:\Windows\System32\cmd.exe", library, creation=None) == []
    assert dated_by(r"C:\Windows\System32\msiexec.exe", library) == []
