"""The names of Windows processes: who bears them rightly and who does not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from scripts.procmon.contracts.findings import Analysis, Finding, Technique
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.processes import masquerade
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.events import START, Row, capture

BEFORE = START - pd.Timedelta(minutes=30)
LSASS = r"C:\WINDOWS\system32\lsass.exe"
WINLOGON = {"image_path": r"\??\C:\WINDOWS\system32\winlogon.exe", "start": BEFORE, "session": 0}
REAL = {
    "image_path": LSASS,
    "parent": "winlogon.exe (600)",
    "start": BEFORE + pd.Timedelta(seconds=5),
    "session": 0,
}


def judge(*rows: Row, processes: dict[str, dict[str, Any]]) -> Analysis:
    built = capture(*rows, processes=processes)
    return masquerade.analyse(built, {"process_tree": process_tree.analyse(built, {})})


def test_a_second_lsass_is_reported_and_the_real_one_is_not() -> None:
    found = judge(
        Row("RegOpenKey", "HKLM\\SAM", who="lsass.exe (680)"),
        Row("Process Start", detail="Parent PID: 668", who="lsass.exe (300)", at=1),
        Row(
            "WriteFile", r"C:\Windows\System32\drivers\x.sys", "Offset: 0, Length: 10", who="lsass.exe (300)"
        ),
        processes={
            "winlogon.exe (600)": WINLOGON,
            "services.exe (668)": {
                "image_path": r"C:\WINDOWS\system32\services.exe",
                "parent": "winlogon.exe (600)",
                "start": BEFORE,
            },
            "lsass.exe (680)": REAL,
            "lsass.exe (300)": {"image_path": LSASS, "parent": "services.exe (668)"},
        },
    )
    (finding,) = found.findings
    assert finding.severity == "high"
    assert finding.subjects["processes"] == ["lsass.exe (300)"]
    assert {"number", "parent", "start"} <= set(finding.facts["signs"])
    assert finding.facts["real"] == [{"who": "lsass.exe (680)", "path": LSASS}]


def test_the_real_lsass_that_writes_is_nothing() -> None:
    found = judge(
        Row("WriteFile", r"C:\Windows\debug\netlogon.log", "Offset: 0, Length: 1", who="lsass.exe (680)"),
        processes={"winlogon.exe (600)": WINLOGON, "lsass.exe (680)": REAL},
    )
    assert (found.outcome, list(found.findings)) == ("not found", [])


def test_several_csrss_and_svchost_are_normal() -> None:
    services = {"image_path": r"C:\Windows\System32\services.exe", "start": BEFORE, "session": 0}
    csrss = {"image_path": r"\??\C:\Windows\system32\csrss.exe", "start": BEFORE}
    svchost = {
        "image_path": r"C:\Windows\System32\svchost.exe",
        "command_line": "svchost.exe -k netsvcs",
        "parent": "services.exe (500)",
        "start": BEFORE + pd.Timedelta(seconds=1),
    }
    found = judge(
        Row("RegOpenKey", "HKLM", who="services.exe (500)"),
        processes={
            "services.exe (500)": services,
            "csrss.exe (400)": csrss | {"session": 0},
            "csrss.exe (480)": csrss | {"session": 1},
            "svchost.exe (8)": svchost,
            "svchost.exe (900)": svchost,
        },
    )
    assert not found.findings


def test_a_taken_pid_is_no_wrong_parent() -> None:
    """The parent smss.exe has ended, and a later svchost.exe got its PID."""
    found = judge(
        Row("RegOpenKey", "HKLM", who="csrss.exe (520)"),
        processes={
            "svchost.exe (512)": {"start": START - pd.Timedelta(minutes=1)},
            "csrss.exe (520)": {"start": BEFORE, "parent": "svchost.exe (512)"},
        },
    )
    assert not found.findings


def test_svchost_from_another_folder_is_reported_but_not_high_without_acts() -> None:
    found = judge(
        Row("RegOpenKey", "HKLM", who="svchost.exe (900)"),
        processes={"svchost.exe (900)": {"image_path": r"C:\Users\a\AppData\Roaming\svchost.exe"}},
    )
    assert [finding.severity for finding in found.findings] == ["medium"]


def test_a_name_without_path_or_parent_can_not_be_judged() -> None:
    found = judge(Row("RegOpenKey", "HKLM", who="lsass.exe (680)"), processes={})
    assert found.outcome == "could not be checked"


def test_a_boot_log_shows_all_system_processes_starting() -> None:
    found = judge(
        Row("Process Start", detail="Parent PID: 4", who="smss.exe (300)", at=0.1),
        Row("Process Start", detail="Parent PID: 300", who="wininit.exe (400)", at=0.2),
        Row("Process Start", detail="Parent PID: 400", who="lsass.exe (680)", at=0.3),
        processes={
            "wininit.exe (400)": {"image_path": r"C:\Windows\System32\wininit.exe"},
            "lsass.exe (680)": {"image_path": LSASS, "parent": "wininit.exe (400)"},
        },
    )
    assert not found.findings


def second_lsass(foreign: int) -> Any:
    """The finding on a second lsass.exe of Windows' own path, in which so many operations came from no module."""
    who = "lsass.exe (300)"
    built = capture(
        Row("RegOpenKey", "HKLM\\SAM", who="lsass.exe (680)"),
        Row("Process Start", detail="Parent PID: 668", who=who, at=1),
        Row("WriteFile", r"C:\Windows\System32\drivers\x.sys", "Offset: 0, Length: 10", who=who, at=2),
        processes={
            "winlogon.exe (600)": WINLOGON,
            "services.exe (668)": {"image_path": r"C:\WINDOWS\system32\services.exe", "start": BEFORE},
            "lsass.exe (680)": REAL,
            who: {"image_path": LSASS, "parent": "services.exe (668)"},
        },
    )
    code = Finding(
        kind="injected_code",
        severity="high",
        confidence="likely",
        facts={"who": [who], "events": foreign},
        evidence=[2],
        reproduce=[],
        subjects={"processes": [who]},
    )
    earlier = {
        "process_tree": process_tree.analyse(built, {}),
        "injected_code": Analysis(name="injected_code", outcome="found", findings=[code] if foreign else []),
    }
    (finding,) = masquerade.analyse(built, earlier).findings
    return finding


def test_foreign_code_in_windows_own_file_is_hollowing_and_the_file_is_not_to_be_deleted() -> None:
    finding = second_lsass(foreign=9)
    assert finding.attack[0] == Technique("T1055.012", "medium")
    assert finding.facts["starters"] == ["services.exe (668)"]
    told = tell(finding.kind, finding.facts)
    assert "Windows' own file was started, and foreign code runs in it" in told["statement"]
    assert "must not be deleted" in told["meaning"]
    assert "without being Windows' own" not in told["title"]


def test_a_second_start_without_foreign_code_is_no_hollowing() -> None:
    finding = second_lsass(foreign=0)
    assert [technique.id for technique in finding.attack] == ["T1036.005"]
    assert "foreign code" not in tell(finding.kind, finding.facts)["title"]


def test_the_start_of_a_false_process_is_its_first_proof() -> None:
    assert list(second_lsass(foreign=9).key_events) == [1, 2]


@pytest.mark.parametrize(
    "path",
    [
        r"\Device\HarddiskVolume3\Windows\System32\lsass.exe",
        r"E:\Win10\System32\lsass.exe",
        r"D:\Windows\System32\lsass.exe",
    ],
)
def test_windows_own_program_is_not_accused_for_the_way_its_place_is_written(path: str) -> None:
    built = capture(Row("RegOpenKey", "HKLM", who="lsass.exe (600)"), processes={
        "lsass.exe (600)": {"image_path": path, "start": BEFORE}
    })  # fmt: skip
    done = run(built)
    assert not [finding for analysis in done.values() for finding in analysis.findings]
    assert not done["removal"].tables["removal"]


@pytest.mark.parametrize(
    ("path", "others"),
    [
        (r"C:\Users\b\System32\lsass.exe", None),
        (r"\Device\HarddiskVolume3\Temp\lsass.exe", None),
        (r"E:\Win10\System32\lsass.exe", r"C:\Windows\System32\winlogon.exe"),
    ],
)
def test_a_place_that_windows_can_not_have_or_has_not_here_is_a_sign(path: str, others: str | None) -> None:
    found = judge(
        Row("RegOpenKey", "HKLM", who="lsass.exe (600)"),
        processes={
            "lsass.exe (600)": {"image_path": path, "start": BEFORE},
            "winlogon.exe (500)": {"image_path": others, "start": BEFORE},
        },
    )
    assert [finding.facts["signs"] for finding in found.findings] == [["path"]]


def test_what_went_over_the_network_is_an_act() -> None:
    found = judge(
        Row("TCP Send", "host:1000 -> 203.0.113.5:443", "Length: 500", who="svchost.exe (9)"),
        processes={"svchost.exe (9)": {"image_path": r"C:\Users\b\AppData\Roaming\svchost.exe"}},
    )
    (finding,) = found.findings
    assert finding.facts["acted"]
    told = tell("masquerade", finding.facts)
    assert "203.0.113.5:443" in told["statement"]
    assert "did nothing" not in told["meaning"]


@pytest.mark.parametrize(("acts", "steps"), [(False, False), (True, True)])
def test_nobody_is_told_to_delete_a_program_for_its_place_alone(acts: bool, steps: bool) -> None:
    who = "svchost.exe (9)"
    rows = [Row("RegOpenKey", "HKLM", who=who)]
    rows += [Row("TCP Send", "host:1 -> 203.0.113.5:443", "Length: 5", who=who)] if acts else []
    image = {"image_path": r"C:\Users\b\AppData\Roaming\svchost.exe"}
    done = run(capture(*rows, processes={who: image}))
    assert done["masquerade"].findings[0].severity == "medium"
    assert bool([row for row in done["removal"].tables["removal"] if row.step == "delete file"]) is steps
