"""WMI's event subscriptions: what their scripts ran, and writes into the repository past WMI."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.findings import analyses
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, wrote
from tests.captures.events import Row, capture

HOST = "scrcons.exe (81)"
WBEM = r"C:\Windows\System32\wbem"
HOSTS = {"image_path": rf"{WBEM}\scrcons.exe", "command_line": rf"{WBEM}\scrcons.exe -Embedding"}


def done(*rows: Row, **processes: dict[str, str]) -> dict[str, Analysis]:
    people = {"host": HOST, "child": "p.exe (82)", "writer": "w.exe (83)"}
    return analyses.run(capture(*rows, processes={people[who]: facts for who, facts in processes.items()}))


def told(analysed: dict[str, Analysis]) -> list[Finding]:
    return [finding for finding in analysed["persistence"].findings if finding.kind.startswith("wmi_")]


def started(image: str) -> dict[str, Analysis]:
    return done(
        Row("Process Start", detail="Parent PID: 81", who="p.exe (82)"),
        Row("RegOpenKey", "HKLM", who=HOST),
        host=HOSTS,
        child={"image_path": image, "parent": HOST},
    )


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        (r"C:\Windows\Temp\p.exe", "high"),
        (r"C:\Windows\System32\cmd.exe", "high"),
        (r"C:\Program Files\Agent\p.exe", "medium"),
    ],
)
def test_what_a_script_of_wmis_starts_weighs_by_its_place(image: str, severity: str) -> None:
    (finding,) = told(started(image))
    assert (finding.kind, finding.severity) == ("wmi_consumer_ran", severity)
    assert [one.id for one in finding.attack] == ["T1546.003"]
    for language in ("en", "ja"):
        assert "p.exe (82)" in tell(finding.kind, finding.facts, language)["statement"]


def test_a_program_that_such_a_script_writes_is_high() -> None:
    analysed = done(created(r"C:\Windows\Temp\x.exe", who=HOST), host=HOSTS)
    (finding,) = told(analysed)
    assert (finding.severity, finding.facts["files"]) == ("high", [r"C:\Windows\Temp\x.exe"])
    assert ("check", "root\\subscription") in [
        (row.step, row.target) for row in analysed["removal"].tables["removal"]
    ]


def test_a_host_that_starts_and_writes_nothing_is_no_finding() -> None:
    assert told(done(Row("RegOpenKey", "HKLM", who=HOST), host=HOSTS)) == []


def test_a_program_of_that_name_elsewhere_is_no_host() -> None:
    row = created(r"C:\Windows\Temp\x.exe", who=HOST)
    assert told(done(row, host={"image_path": r"C:\Users\a\Downloads\scrcons.exe"})) == []


def test_the_repository_written_past_wmi_is_medium() -> None:
    row = wrote(rf"{WBEM}\Repository\OBJECTS.DATA", 0, 8192, who="w.exe (83)")
    (finding,) = told(done(row, writer={"image_path": r"C:\Users\a\w.exe"}))
    assert (finding.kind, finding.severity) == ("wmi_repository_written", "medium")
    assert tell(finding.kind, finding.facts, "ja")


@pytest.mark.parametrize("who", ["svchost.exe (9)", "System (4)", "WmiPrvSE.exe (9)", "TiWorker.exe (9)"])
def test_wmi_itself_writes_its_repository(who: str) -> None:
    assert told(done(wrote(rf"{WBEM}\Repository\OBJECTS.DATA", 0, 8192, who=who))) == []


@pytest.mark.parametrize(
    ("image", "severities"),
    [
        (r"C:\Users\Public\p.exe", ["medium"]),
        (r"C:\Windows\System32\cmd.exe", ["low"]),
        (r"C:\Windows\CCM\p.exe", []),
        (r"C:\Program Files\Agent\p.exe", []),
    ],
)
def test_what_wmi_starts_for_others_weighs_by_its_place(image: str, severities: list[str]) -> None:
    host = "WmiPrvSE.exe (80)"
    built = capture(
        Row("Process Start", detail="Parent PID: 80", who="p.exe (82)"),
        Row("RegOpenKey", "HKLM", who=host),
        processes={
            host: {"image_path": rf"{WBEM}\WmiPrvSE.exe"},
            "p.exe (82)": {"image_path": image, "parent": host},
        },
    )
    found = [one for one in told(analyses.run(built)) if one.kind == "wmi_started"]
    assert [one.severity for one in found] == severities
    for one in found:
        assert "p.exe (82)" in tell(one.kind, one.facts, "ja")["statement"]
