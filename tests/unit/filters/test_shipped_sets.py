"""The filter sets that are shipped: readable, sound, and blind to nothing that a report must tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.procmon.contracts.capture import EVENTS_FILE, PROCESSES_FILE, read_table
from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.sets import read_set
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.settings import FILTERS, read_settings
from scripts.procmon.sources.convert import convert
from tests.captures.events import Row, capture

SETS = sorted(file.stem for file in FILTERS.glob("*.yaml"))
HIDING = ["explorer-window-state", "registry-hive-files", "background-noise"]
CAPTURES = Path(__file__).parents[4] / "shared" / "captures"

#: Event numbers that an expert's report must tell of, by capture.
MUST_REPORT = {
    "pml/winxp-x86-zeroaccess-v7.PML": [
        *(
            10,
            20,
            21,
            28,
            29,
            31,
            33,
            36,
            37,
            *range(40, 50),
            *range(60, 64),
            84,
            85,
            92,
            94,
            *range(97, 121),
        ),
        *(191, 192, *range(202, 209), 211, 216, 217, *range(231, 253), 272, 273, 276, 286, *range(293, 308)),
        *(333, 334, 335, 348, 353, 354, 389, 536, 539, 543, 552, 558, 610, 617, 620),
    ],
    "csv/zh-TW-slui-uac-bypass.CSV.gz": [
        *range(673, 682),
        *(4449, 4711, 4712, 4717, 4718, 5462, 5463, 5468, 9236, 9498, 9499, 9504, 10249, 10255, 14023, 14285),
        *(14286, 14291, 15036, 15042, 18810, 19072, 19073, 19078, 19826, 19832, 23600, 23862, 23863, 23868),
    ],
    "csv/en-US-tid-banload.CSV.gz": [
        *(1003, 1053, 1664, 1667, 1673, 2228, 2285, 2287, 4869, 4872, 4874, 4875, 4882, 4929, 4943, 4946),
    ],
}


@pytest.mark.parametrize("name", SETS)
def test_every_set_can_be_read_and_every_rule_says_what_it_hides(name: str) -> None:
    for rule in read_set(name):
        assert rule.comment
        assert rule.comment.endswith(".")
        assert len(rule.comment) > 8


@pytest.mark.parametrize("name", HIDING)
def test_a_set_that_hides_only_hides(name: str) -> None:
    assert {rule.rule.action for rule in read_set(name)} == {"Exclude"}


@pytest.mark.parametrize("name", SETS)
def test_no_rule_of_a_set_stands_there_twice(name: str) -> None:
    rules = [rule.rule for rule in read_set(name)]
    assert len(rules) == len(set(rules))


def test_the_defaults_are_those_of_process_monitor() -> None:
    tools = ("Procmon.exe", "Procexp.exe", "Autoruns.exe", "Procmon64.exe", "Procexp64.exe", "System")
    metadata = (
        *("$Mft", "$MftMirr", "$LogFile", "$Volume", "$AttrDef", "$Root"),
        *("$Bitmap", "$Boot", "$BadClus", "$Secure", "$UpCase"),
    )
    assert {rule.rule for rule in read_set("procmon-defaults")} == {
        *(Rule("Process Name", "is", name, "Exclude") for name in tools),
        *(Rule("Operation", "begins with", prefix, "Exclude") for prefix in ("IRP_MJ_", "FASTIO_")),
        Rule("Result", "begins with", "FAST IO", "Exclude"),
        *(Rule("Path", "ends with", name, "Exclude") for name in ("pagefile.sys", *metadata)),
        Rule("Path", "contains", "$Extend", "Exclude"),
        Rule("Event Class", "is", "Profiling", "Exclude"),
    }


def last_stage(*rows: Row) -> list[int]:
    built = capture(*rows)
    table, _ = stage_events(built.events, built.processes, resolve_stages(read_settings()["stages"]))
    stages: list[int] = table["stage"].to_pylist()
    return stages


def test_the_default_stages_show_what_the_system_process_wrote() -> None:
    driver = Row("WriteFile", r"C:\WINDOWS\system32\drivers\x.sys", who="System (4)", category="Write")
    assert last_stage(driver) == [5]


def test_the_default_stages_show_changed_timestamps_and_deletions() -> None:
    rows = [
        Row(operation, r"C:\WINDOWS\inf\x.pnf", category="Write Metadata")
        for operation in (
            "SetBasicInformationFile",
            "SetDispositionInformationFile",
            "SetRenameInformationFile",
        )
    ]
    assert last_stage(*rows) == [5, 5, 5]


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        (r"C:\pagefile.sys", 0),
        (r"HKCU\Software\Microsoft\Windows\ShellNoRoam\BagsMRU\0\MRUListEx", 2),
        (r"HKCU\Software\Microsoft\Windows\ShellNoRoam\Bags\12\Shell\WinPos", 2),
        (r"C:\WINDOWS\system32\config\software", 3),
        (r"C:\WINDOWS\system32\config\SysEvent.Evt", 4),
        (r"C:\Documents and Settings\User\NTUSER.DAT.LOG", 3),
        (r"C:\Windows\System32\config\SYSTEM{0f1e}.TxR.0.regtrans-ms", 3),
        (r"C:\WINDOWS\Prefetch\NOTEPAD.EXE-336351A9.pf", 4),
        (r"C:\WINDOWS\Prefetch\payload.exe", 5),
        (r"C:\WINDOWS\inf\oem7A.PNF", 5),
        (r"C:\WINDOWS\system32\config\systemprofile\payload.exe", 5),
        (r"C:\Documents and Settings\User\Local Settings\Temporary Internet Files\Content.IE5\index.dat", 4),
        (
            r"C:\Documents and Settings\User\Local Settings\Temporary Internet Files\Content.IE5\AB\x[1].exe",
            5,
        ),
        (r"HKLM\System\CurrentControlSet\Services\SharedAccess\Start", 5),
        (r"HKLM\System\CurrentControlSet\Services\SharedAccess\Epoch\Epoch", 4),
        (r"C:\WINDOWS\Tasks\At1.job", 5),
    ],
)
def test_what_each_default_stage_hides_and_what_stays(path: str, stage: int) -> None:
    assert last_stage(Row("WriteFile", path, category="Write")) == [stage]


@pytest.mark.parametrize("name", MUST_REPORT)
def test_no_shipped_set_hides_what_must_be_reported(name: str, tmp_path: Path) -> None:
    if not CAPTURES.is_dir():
        pytest.skip(f"no real captures at {CAPTURES}")
    convert([CAPTURES / name], tmp_path, name="capture", settings={})
    events, processes = read_table(tmp_path / EVENTS_FILE), read_table(tmp_path / PROCESSES_FILE)
    table, _ = stage_events(events, processes, resolve_stages([{"name": "all", "add": HIDING}]))
    stage = table["stage"].to_numpy()
    hidden = [event for event in MUST_REPORT[name] if not stage[event]]
    assert not hidden, events.loc[hidden, ["operation", "path"]].to_string()
    assert (stage == 0).any(), "the sets hide something, or the test would tell nothing"
