"""What is found in the demo capture: every fact of the walk-through, and nothing of what only looks like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.make_reconstruction import shipped
from scripts.procmon.contracts.capture import read_capture
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.findings import summarise
from scripts.procmon.sources.convert import convert

TARGET = shipped("stuxnet-reconstruction")
ROOT = Path(__file__).parents[2]
TEMP = r"C:\Documents and Settings\Administrator\Local Settings\Temp"
DRIVERS = {
    "MRxCls": (r"C:\WINDOWS\system32\drivers\mrxcls.sys", rf"{TEMP}\~DFD.tmp"),
    "MRxNet": (r"C:\WINDOWS\system32\drivers\mrxnet.sys", rf"{TEMP}\~DFE.tmp"),
}
PNF = {
    r"C:\WINDOWS\inf\Oem7a.pnf": rf"{TEMP}\~Dfa.tmp",
    r"C:\WINDOWS\inf\Mdmeric3.pnf": rf"{TEMP}\~Dfb.tmp",
    r"C:\WINDOWS\inf\Mdmcpq3.pnf": rf"{TEMP}\~Dfc.tmp",
    r"C:\WINDOWS\inf\Oem6c.pnf": rf"{TEMP}\~DFF.tmp",
}
FAILOVER = r"HKLM\System\CurrentControlSet\Services\Network\FailoverConfig"
EXPLORER, SERVICES = "Explorer.EXE (1576)", "services.exe (672)"
FALSE_LSASS = {"lsass.exe (300)", "lsass.exe (3012)", "lsass.exe (3188)"}

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("reconstruction")
    convert([TARGET], folder, name="stuxnet-reconstruction", settings={})
    capture = read_capture(folder)
    settings = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    stages = resolve_stages(settings["stages"])
    table, _ = stage_events(capture.events, capture.processes, stages)
    document, _ = summarise(capture, table.to_pandas(), last_stage=len(stages))
    return document


def findings(document: Document, kind: str, *about: str) -> list[Document]:
    """The findings of that kind whose subjects include all of ``about``, above low."""
    return [
        finding
        for finding in document["findings"]
        if finding["kind"] == kind
        and finding["severity"] in ("high", "medium")
        and set(about) <= {name for names in finding["subjects"].values() for name in names}
    ]


def rows(document: Document, table: str, **like: Any) -> list[Document]:
    """The rows of a table in which these columns hold these values, paths and names in any case."""
    return [
        row
        for row in document["tables"][table]
        if all(str(row[column]).lower() == str(value).lower() for column, value in like.items())
    ]


# --- the walk-through ------------------------------------------------------------------------------------------


def test_injected_code_in_explorer_is_found_with_its_address_and_its_14_operations(
    document: Document,
) -> None:
    (finding,) = findings(document, "injected_code", EXPLORER)
    assert finding["severity"] == "high"
    assert len(finding["evidence"]) == 14
    assert "0x2fa24d5" in finding["statement"].lower()
    assert rows(document, "files", path=rf"{TEMP}\~DF9.tmp", who=EXPLORER)


def test_three_processes_are_not_windows_own_lsass(document: Document) -> None:
    (finding,) = findings(document, "masquerade", "lsass.exe (300)")
    assert set(finding["subjects"]["processes"]) == FALSE_LSASS
    for who in FALSE_LSASS:
        (row,) = rows(document, "processes", who=who)
        assert (row["started_here"], row["ended_here"]) == (True, True)


@pytest.mark.parametrize("service", DRIVERS)
def test_each_driver_is_one_story_from_its_file_to_its_start(document: Document, service: str) -> None:
    file, source = DRIVERS[service]
    (finding,) = findings(document, "driver_installed", service)
    assert (finding["severity"], finding["confidence"]) == ("high", "certain")
    (row,) = rows(document, "drivers", service=service)
    assert (row["dropped"], row["registered"], row["loaded"]) == (True, True, True)
    assert (row["file"], row["copied_from"]) == (file, source)
    assert row["values"]["Start"] == "1"
    assert row["who"] == "lsass.exe (300)"


def test_four_pnf_files_have_no_inf_and_come_from_temporary_files(document: Document) -> None:
    (finding,) = findings(document, "pnf_without_inf")
    assert set(finding["subjects"]["files"]) == set(PNF)
    for target, source in PNF.items():
        (copy,) = rows(document, "copies", target=target)
        assert copy["source"] == source
        assert copy["who"] in FALSE_LSASS


def test_no_copy_is_claimed_that_did_not_happen(document: Document) -> None:
    made = {source: target for target, source in PNF.items()} | {s: f for f, s in DRIVERS.values()}
    assert {(row["source"], row["target"]) for row in document["tables"]["copies"]} == set(made.items())


def test_lsass_wrote_the_pnf_files_but_one_was_written_by_services_too(document: Document) -> None:
    for path in PNF:
        writers = {who for row in rows(document, "files", path=path) for who in (row["who"], *row["writers"])}
        assert writers & FALSE_LSASS
        assert writers - FALSE_LSASS == ({SERVICES} if path.endswith("Mdmcpq3.pnf") else set())


def test_the_times_of_the_four_files_are_those_of_a_neighbour(document: Document) -> None:
    for path in PNF:
        assert findings(document, "times_set", path)
        (row,) = rows(document, "timestamps", path=path)
        assert row["direction"] == "back"
        assert row["donor"] == r"C:\WINDOWS\inf\mdmcpq2.PNF"
        assert row["set"]["LastWriteTime"].startswith("2009-11-04")


def test_all_temporary_files_are_told_to_be_deleted(document: Document) -> None:
    deleted = {row["path"].lower() for row in document["tables"]["deletions"] if row["path"].startswith(TEMP)}
    letters = ("9", "a", "b", "c", "d", "e", "f")
    assert deleted == {rf"{TEMP}\~df{letter}.tmp".lower() for letter in letters}


def test_the_deletion_of_failover_config_is_an_attempt_that_nothing_explains(document: Document) -> None:
    (finding,) = findings(document, "registry_deletion_unexplained", FAILOVER)
    assert finding["subjects"]["processes"] == ["lsass.exe (3188)"]
    (row,) = rows(document, "registry_deletions", path=FAILOVER)
    assert row["result"] == "NAME NOT FOUND"
    assert row["explanation"] is None


# --- the look-alikes -------------------------------------------------------------------------------------------


def test_no_finding_above_low_is_about_anything_else(document: Document) -> None:
    guilty = {
        "processes": FALSE_LSASS | {EXPLORER, SERVICES},
        "files": {
            path.lower() for path in (*PNF, *PNF.values(), *(p for pair in DRIVERS.values() for p in pair))
        }
        | {rf"{TEMP}\~DF9.tmp".lower()},
        "services": set(DRIVERS),
    }
    for finding in document["findings"]:
        if finding["severity"] not in ("high", "medium"):
            continue
        subjects = finding["subjects"]
        assert set(subjects.get("processes", ())) <= guilty["processes"], finding["title"]
        assert {path.lower() for path in subjects.get("files", ())} <= guilty["files"], finding["title"]
        assert set(subjects.get("services", ())) <= guilty["services"], finding["title"]
        for path in subjects.get("registry", ()):
            assert path == FAILOVER or "mrxcls" in path.lower() or "mrxnet" in path.lower(), finding["title"]


def test_recent_documents_set_again_are_explained_deletions(document: Document) -> None:
    recent = [row for row in document["tables"]["registry_deletions"] if "RecentDocs" in row["path"]]
    assert len(recent) == 6
    assert all(row["explanation"] for row in recent)


def test_calls_that_set_no_time_are_no_changed_times(document: Document) -> None:
    told = {row["path"] for row in document["tables"]["timestamps"] if row["ordinary"] is None}
    assert told == set(PNF)


def test_a_driver_of_windows_that_was_only_loaded_is_not_dropped(document: Document) -> None:
    for row in rows(document, "drivers", file=r"C:\WINDOWS\system32\drivers\fastfat.sys"):
        assert not row["dropped"]
        assert not row["registered"]
