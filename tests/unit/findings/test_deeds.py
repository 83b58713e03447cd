"""Single deeds of programs: whole disks opened, long waits, settings weakened."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis, Finding, Rule
from scripts.procmon.findings.files import raw_disk
from scripts.procmon.findings.processes import waits
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.findings.rights import weakened_settings
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture

DISK = r"\Device\Harddisk0\DR0"
READ = "Desired Access: Generic Read, Disposition: Open, Options: , OpenResult: Opened"
WRITE = "Desired Access: Generic Read/Write, Disposition: Open, Options: , OpenResult: Opened"
WHO = "sample.exe (10)"


def disk(*rows: Row, image: str = r"C:\Users\a\Downloads\sample.exe") -> list[Finding]:
    built = capture(*rows, processes={WHO: {"image_path": image}})
    return list(raw_disk.analyse(built, {"process_tree": process_tree.analyse(built, {})}).findings)


def test_a_handle_for_reading_that_nothing_was_read_through_is_low() -> None:
    (finding,) = disk(Row("CreateFile", DISK, READ, who=WHO), Row("CloseFile", DISK, who=WHO))
    assert (finding.severity, finding.facts["may_write"]) == ("low", False)


def test_writes_below_the_file_system_are_high() -> None:
    (finding,) = disk(
        Row("CreateFile", DISK, WRITE, who=WHO), Row("WriteFile", DISK, "Offset: 0, Length: 512", who=WHO)
    )
    assert (finding.severity, finding.facts["writes"]) == ("high", 1)


@pytest.mark.parametrize(
    ("reads", "severity"),
    [
        (["Offset: 0, Length: 512"], "low"),
        (["Offset: 0, Length: 4,096", "Offset: 512, Length: 16,896"], "low"),
        (["Offset: 0, Length: 65,536"], "medium"),
        (["Offset: 0, Length: 512", "Offset: 1,048,576, Length: 512"], "medium"),
        (["Offset: -512, Length: 512"], "medium"),
        (["Length: 512"], "medium"),
    ],
)
def test_reading_the_table_of_partitions_alone_is_low(reads: list[str], severity: str) -> None:
    (finding,) = disk(
        Row("CreateFile", DISK, READ, who=WHO), *(Row("ReadFile", DISK, one, who=WHO) for one in reads)
    )
    assert (finding.severity, finding.facts["table"]) == (severity, severity == "low")
    assert ("partitions" in tell("raw_disk", finding.facts)["statement"]) is (severity == "low")


@pytest.mark.parametrize("other", [r"\Device\Harddisk1\DR1", r"\\.\PhysicalDrive2"])
def test_writes_to_another_disk_than_the_first_are_medium_and_name_it(other: str) -> None:
    rows = [
        Row("CreateFile", other, WRITE, who=WHO),
        Row("WriteFile", other, "Offset: 0, Length: 512", who=WHO),
    ]
    (finding,) = disk(*rows)
    assert (finding.severity, finding.facts["written"]) == ("medium", [other])
    told = tell("raw_disk", finding.facts)
    assert other in told["statement"]
    assert other in told["meaning"]
    (finding,) = disk(*rows, Row("WriteFile", DISK, "Offset: 0, Length: 512", who=WHO))
    assert finding.severity == "high"


@pytest.mark.parametrize(
    "path", ["C:", r"C:\$LogFile", r"\Device\HarddiskVolume1", r"\Device\Harddisk0\DR0\x"]
)
def test_volumes_and_files_are_not_the_disk(path: str) -> None:
    assert not disk(Row("CreateFile", path, READ, who=WHO))


def test_a_program_of_windows_that_reads_the_disk_is_nothing() -> None:
    assert not disk(Row("CreateFile", DISK, READ, who=WHO), image=r"C:\Windows\System32\vds.exe")


def waited(
    gap: float, *, accused: bool = True, image: str = r"C:\Users\a\Downloads\sample.exe"
) -> list[Finding]:
    steps = [Row("RegOpenKey", rf"HKLM\{n}", who=WHO, at=1 + n / 100) for n in range(12)]
    mark = r"C:\Temp\mark.txt"
    built = capture(
        Row("Process Start", detail="Parent PID: 4, Command line: x", who=WHO, at=0.9),
        *steps,
        Row("CreateFile", mark, result="NAME NOT FOUND", who=WHO, at=1.2),
        Row("CreateFile", mark, who=WHO, at=1.2 + gap),
        Row("Process Exit", detail="Exit Status: 0", who=WHO, at=1.3 + gap),
        processes={WHO: {"image_path": image}},
    )
    accusation = Finding(
        kind="relaunch_elevated",
        severity="medium",
        confidence="likely",
        facts={},
        evidence=[0],
        reproduce=[Rule("PID", "is", "10")],
        subjects={"processes": [WHO]},
    )
    earlier = {"process_tree": process_tree.analyse(built, {})}
    if accused:
        earlier["elevation"] = Analysis(name="elevation", outcome="found", findings=[accusation])
    return list(waits.analyse(built, earlier).findings)


def test_a_long_silence_of_a_suspect_that_goes_on_at_the_same_path() -> None:
    (finding,) = waited(20.0)
    assert (finding.facts["seconds"], finding.facts["same"], finding.severity) == (20.0, True, "low")


def test_short_silences_and_those_of_others_are_nothing() -> None:
    assert not waited(1.0)
    assert not waited(20.0, accused=False)
    assert not waited(20.0, image=r"C:\Program Files\Vendor\sample.exe")


POLICY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System\DisableTaskMgr"


def weakened(data: str, who: str = WHO, path: str = POLICY) -> list[Finding]:
    row = Row("RegSetValue", path, f"Type: REG_DWORD, Length: 4, Data: {data}", who=who)
    return list(weakened_settings.analyse(capture(row), {}).findings)


def test_the_task_manager_taken_away_is_high_and_given_back_is_nothing() -> None:
    assert [finding.severity for finding in weakened("1")] == ["high"]
    assert not weakened("0")


def test_remote_desktop_switched_on_by_another_program_than_its_own_window_is_medium() -> None:
    path = r"HKLM\System\CurrentControlSet\Control\Terminal Server\fDenyTSConnections"
    assert [finding.severity for finding in weakened("0", path=path)] == ["medium"]
    assert not weakened("1", path=path)
    assert not weakened("0", "SystemPropertiesRemote.exe (7)", path)


def test_group_policy_and_the_users_own_choice_are_low_or_nothing() -> None:
    assert [finding.severity for finding in weakened("1", who="svchost.exe (900)")] == ["low"]
    hide = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\Advanced\HideFileExt"
    assert not weakened("1", who="Explorer.EXE (5)", path=hide)


def test_runs_of_one_program_that_wait_alike_are_one_finding_that_names_them_all() -> None:
    runs = ["sample.exe (10)", "sample.exe (11)", "sample.exe (12)"]
    rows = [
        Row("RegOpenKey", r"HKCU\x", who=person, at=start + number / 100 + (20.0 if number > 4 else 0))
        for start, person in enumerate(runs)
        for number in range(10)
    ]
    starts = [
        Row("Process Start", detail="Parent PID: 1", who=person, at=at) for at, person in enumerate(runs)
    ]
    order = sorted([*starts, *rows], key=lambda row: row.at or 0.0)
    built = capture(*order, processes={person: {"image_path": r"C:\Temp\sample.exe"} for person in runs})
    accused = Finding(
        kind="odd_program",
        severity="medium",
        confidence="certain",
        facts={},
        evidence=[0],
        reproduce=[Rule("PID", "is", "10")],
        subjects={"processes": runs},
    )
    earlier = {
        "process_tree": process_tree.analyse(built, {}),
        "odd_modules": Analysis(name="odd_modules", outcome="found", findings=[accused]),
    }
    (finding,) = waits.analyse(built, earlier).findings
    assert finding.subjects["processes"] == runs
    assert [one["who"] for one in finding.facts["others"]] == runs[1:]
    assert all(person in tell("waited", finding.facts)["statement"] for person in runs)


@pytest.mark.parametrize(
    ("bringer", "severity"),
    [
        (r"C:\Windows\System32\gpscript.exe", "low"),
        (r"C:\Program Files (x86)\Microsoft Intune Management Extension\agentexecutor.exe", "low"),
        (r"C:\Users\a\Downloads\gpscript.exe", "medium"),
        (r"C:\Windows\explorer.exe", "medium"),
    ],
)
def test_what_a_script_of_the_group_policy_sets_is_policy(bringer: str, severity: str) -> None:
    value = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\Explorer\NoRun"
    people = {
        "reg.exe (7)": {"image_path": r"C:\Windows\System32\reg.exe", "parent": "cmd.exe (6)"},
        "cmd.exe (6)": {"image_path": r"C:\Windows\System32\cmd.exe", "parent": "x.exe (5)"},
        "x.exe (5)": {"image_path": bringer},
    }
    built = capture(
        Row("RegSetValue", value, "Type: REG_DWORD, Length: 4, Data: 1", who="reg.exe (7)"), processes=people
    )
    done = {"process_tree": process_tree.analyse(built, {})}
    (finding,) = weakened_settings.analyse(built, done).findings
    assert (finding.severity, finding.facts["policy"]) == (severity, severity == "low")
