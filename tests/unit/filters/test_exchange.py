"""To and from Process Monitor: its saved filters as sets, the stages of a report as files that it loads."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.errors import SettingsError
from scripts.procmon.filters.exchange import remarks, write_stages
from scripts.procmon.filters.pmc import pmc, pmf, read_filter_file
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.sets import open_set, read_set, set_file
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.settings import read_settings
from tests.captures.events import Row, capture
from tests.captures.shared import FOLDER, shared
from tests.unit.filters.test_pmc import by_procmon_parser

SAVED = (Rule("Path", "ends with", ".log", "Exclude"), Rule("Path", "contains", "x", "Exclude"))
REAL = (
    "aggressive-noise-reduction-260-rules.PMF",
    "only-modifying-19-rules.PMF",
    "noriben-20-records-119-rules.PMC",
    "noriben-24-records-169-rules.PMC",
)


@pytest.mark.parametrize("name", ["saved.PMF", "saved.pmf", "saved.PMC", "saved.pmc"])
def test_a_set_can_be_what_process_monitor_saved(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((pmf if "m" + name[-1].lower() == "mf" else pmc)(SAVED))
    rules = read_set("saved", tmp_path)
    assert tuple(rule.rule for rule in rules) == SAVED
    assert [rule.full_name for rule in rules] == ["saved/1", "saved/2"]


def test_a_rule_of_a_saved_filter_is_taken_out_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "saved.PMF").write_bytes(pmf(SAVED))
    stages = [{"name": "a", "add": ["saved"]}, {"name": "b", "remove": ["saved/1"]}]
    (left,) = resolve_stages(stages, tmp_path)[1].rules
    assert left.rule == SAVED[1]


def test_two_files_of_one_name_are_told_apart_by_their_endings(tmp_path: Path) -> None:
    (tmp_path / "saved.PMF").write_bytes(pmf(SAVED))
    (tmp_path / "saved.PMC").write_bytes(pmc(SAVED[:1]))
    with pytest.raises(SettingsError, match=r"could be saved\.PMC and saved\.PMF; give the ending"):
        set_file("saved", tmp_path)
    assert len(read_set("saved.PMF", tmp_path)) == 2
    assert len(read_set("saved.PMC", tmp_path)) == 1


def test_a_saved_filter_that_can_not_be_read_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "saved.PMF").write_bytes(b"no filter")
    with pytest.raises(SettingsError, match=r"set 'saved' can't be read: .*saved\.PMF"):
        read_set("saved", tmp_path)


def test_a_column_that_only_a_newer_process_monitor_knows_matches_nothing_and_is_told(tmp_path: Path) -> None:
    newer = [Rule("column 40999", "is not", "x", "Exclude"), Rule("Process Start", "is", "1", "Exclude")]
    (tmp_path / "newer.PMF").write_bytes(pmf(newer))
    built = capture(Row("ReadFile", "C:\\a"))
    stages = resolve_stages([{"name": "a", "add": ["newer"]}], tmp_path)
    table, funnel = stage_events(built.events, built.processes, stages)
    assert table["stage"].to_pylist() == [1]
    assert funnel["lacking"] == ["Process Start", "column 40999"]
    write_stages(stages, tmp_path / "evidence")
    assert list(read_filter_file(tmp_path / "evidence" / "stage-1.PMC").rules) == newer


def test_every_stage_is_written_as_process_monitor_reads_it(tmp_path: Path) -> None:
    stages = resolve_stages(
        [
            *read_settings()["stages"],
            {"name": "reads", "from": "Without Explorer's window state", "remove": ["writes"]},
        ]
    )
    write_stages(stages, tmp_path)
    names = [*(f"stage-{number}" for number in range(1, 6)), "branch-1"]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        f"{name}.{ending}" for name in names for ending in ("PMF", "PMC")
    )
    for name, stage in zip(names, stages, strict=True):
        rules = [rule.rule for rule in stage.rules]
        assert list(read_filter_file(tmp_path / f"{name}.PMF").rules) == rules
        assert by_procmon_parser((tmp_path / f"{name}.PMC").read_bytes()) == rules


def test_files_of_stages_that_are_no_more_go(tmp_path: Path) -> None:
    write_stages(resolve_stages(read_settings()["stages"]), tmp_path)
    (tmp_path / "events.csv").touch()
    write_stages(resolve_stages([{"name": "only", "add": ["writes"]}]), tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["events.csv", "stage-1.PMC", "stage-1.PMF"]


@pytest.mark.parametrize("name", REAL)
def test_a_real_filter_is_a_stage_that_is_written_as_it_was_read(name: str, tmp_path: Path) -> None:
    file = shared(f"filters/{name}")
    stages = resolve_stages([{"name": "real", "add": [name]}], file.parent)
    write_stages(stages, tmp_path)
    written = read_filter_file(tmp_path / "stage-1.PMF")
    assert written.rules == read_filter_file(file).rules
    built = capture(Row("RegSetValue", "HKLM\\Software\\x", category="Write"), Row("ReadFile", "C:\\x"))
    _, funnel = stage_events(built.events, built.processes, stages)
    assert funnel["stages"][0]["events_in"] == 2


def test_a_configuration_that_drops_filtered_events_is_told() -> None:
    name = "noriben-24-records-169-rules"
    shared(f"filters/{name}.PMC")
    folder = FOLDER / "filters"
    assert open_set(name, folder).drops
    (told,) = remarks(resolve_stages([{"name": "real", "add": [name]}], folder), folder)
    assert name in told
    assert "Drop Filtered Events" in told
    quiet = resolve_stages([{"name": "real", "add": ["only-modifying-19-rules"]}], folder)
    assert remarks(quiet, folder) == []


def test_drop_filtered_events_is_a_record_of_its_own(tmp_path: Path) -> None:
    content = pmc(SAVED)
    at = content.index("DestructiveFilter".encode("utf-16-le")) + 36
    (tmp_path / "drops.PMC").write_bytes(content[:at] + pack("<I", 1) + content[at + 4 :])
    assert open_set("drops", tmp_path).drops
