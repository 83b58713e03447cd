"""Processes, registry and network of real captures, held against what an expert read in them event by event."""

from __future__ import annotations

from typing import Any

import pytest

from tests.golden.test_shared_findings import BANLOAD, ZEROACCESS, document, rows, told

ZEROACCESS_CSV = "pml/winxp-x86-zeroaccess-v7.CSV"
BYPASS = "csv/zh-TW-slui-uac-bypass.CSV.gz"
EXCEL = "csv/resaved-by-excel.CSV.gz"
RENAMED = "csv/en-US-extra-columns.CSV.gz"
RUNS = [f"Akagi64.exe ({pid})" for pid in (11604, 6696, 5540, 11008, 10884)]


def checks(name: str) -> dict[str, str]:
    return {check["analysis"]: check["outcome"] for check in document(name)["checks"]}


@pytest.mark.parametrize("name", [ZEROACCESS, ZEROACCESS_CSV])
def test_the_program_deleted_itself_through_a_command_prompt_that_was_told_nothing(name: str) -> None:
    (finding,) = told(name, "self_deletion")
    assert (finding["severity"], finding["evidence"]) == ("high", [335, 353])
    facts = finding["facts"]
    assert (facts["program"], facts["deleter"]) == ("hehda.exe (2520)", "cmd.exe (3444)")
    assert not facts["named"]
    assert not facts["deleter_opened"]


@pytest.mark.parametrize("name", [ZEROACCESS, ZEROACCESS_CSV])
def test_two_com_classes_lead_to_the_recycle_bin_with_the_dot_that_the_data_has(name: str) -> None:
    found = {finding["evidence"][0]: finding["facts"]["data"] for finding in told(name, "com_hijack")}
    assert set(found) == {48, 217}
    assert all(data[0].endswith(r"\n.") for data in found.values())


def test_seventeen_entries_of_winsock_were_rewritten() -> None:
    (finding,) = told(ZEROACCESS, "winsock_hijack")
    assert finding["evidence"] == list(range(235, 252))
    assert finding["facts"]["data"] == ["mswsock.dll"]


def test_the_payload_is_loaded_in_two_processes_of_windows_as_the_module_lists_say() -> None:
    found = {finding["facts"]["who"][0]: finding for finding in told(ZEROACCESS, "odd_module")}
    assert set(found) == {"services.exe (680)", "Explorer.EXE (1432)"}
    services = found["services.exe (680)"]
    # As read by hand: these events passed through the module.
    assert {*range(231, 253), 272, 273, 276, 278, 279} <= set(services["evidence"])
    assert services["facts"]["ran"] == 27


def test_all_30_deletions_are_explained_but_the_attempt_on_the_defender() -> None:
    (finding,) = told(ZEROACCESS, "registry_deletion_security")
    assert (finding["evidence"], finding["severity"], finding["facts"]["done"]) == ([49], "medium", False)
    assert not told(ZEROACCESS, "registry_deletion_unexplained")
    services = {
        row["explanation_facts"]["service"]
        for row in rows(ZEROACCESS, "registry_deletions")
        if row["explanation"] == "service_removal"
    }
    assert services == {"SharedAccess", "wscsvc"}


def test_the_peers_of_the_infection_and_not_those_of_windows() -> None:
    (talked,) = told(ZEROACCESS_CSV, "suspect_talked")
    peers = {one["peer"]: one for one in talked["facts"]["peers"]}
    assert (peers["83.133.123.20"]["sent"], peers["83.133.123.20"]["answered"]) == (160, False)
    assert peers["83.133.123.20"]["too_short"]
    web = peers["50.22.196.70-static.reverse.softlayer.com"]
    assert (web["sent"], web["received"]) == (70, 706)
    (swarm,) = told(ZEROACCESS_CSV, "unanswered_peers")
    assert (swarm["facts"]["count"], swarm["facts"]["port"], swarm["facts"]["sizes"]) == (11, "16471", [16])
    ordinary = {
        row["who"]: row["ordinary"] for row in rows(ZEROACCESS_CSV, "peers") if "svchost" in row["who"]
    }
    assert all(ordinary.values())


def test_the_library_that_already_ran_is_a_lead_of_its_own_and_low() -> None:
    (finding,) = told(ZEROACCESS, "command_line")
    assert finding["severity"] == "low"
    assert "HpCommspnp" in finding["statement"]


def test_the_relaunch_is_proven_by_the_access_that_was_granted() -> None:
    (finding,) = told(BANLOAD, "relaunch_elevated")
    facts = finding["facts"]
    assert (facts["first"], facts["through"], facts["again"]) == (
        "banload1.exe (5604)",
        "powershell.exe (6460)",
        "banload1.exe (2664)",
    )
    assert (facts["before_event"], facts["after_event"]) == (323, 1190)
    assert (facts["before"], facts["after"], facts["exit_code"]) == ("read", "all", 1)


def test_the_disk_was_opened_for_reading_and_neither_read_nor_written() -> None:
    (finding,) = told(BANLOAD, "raw_disk")
    facts = finding["facts"]
    assert (facts["reads"], facts["writes"], facts["may_write"]) == (0, 0, False)
    assert (finding["severity"], finding["evidence"]) == ("low", [1664, 4942])


def test_the_trojan_waited_twenty_seconds_at_its_mark() -> None:
    (finding,) = told(BANLOAD, "waited")
    assert (finding["evidence"], round(finding["facts"]["seconds"]), finding["facts"]["same"]) == (
        [1666, 1667],
        20,
        True,
    )


def test_the_trojan_left_no_automatic_start() -> None:
    assert checks(BANLOAD)["persistence"] == "not found"
    assert not rows(BANLOAD, "autostarts")


def test_five_attempts_on_user_account_control_are_one_finding() -> None:
    (finding,) = told(BYPASS, "uac_bypass")
    facts = finding["facts"]
    assert facts["who"] == RUNS
    assert facts["started"] == [f"slui.exe ({pid})" for pid in (3272, 10292, 3276, 4344, 3424)]
    assert {681, 4449, 4717, 19832, 23600, 23868} <= set(finding["evidence"])
    assert len(facts["unrunnable"]) == 3
    assert (facts["removed"], facts["key_existed"], facts["key_remains"]) == (True, True, True)
    assert facts["links"] == [r"HKCU\Software\KureND"]
    assert round(facts["armed"], 1) == 5.7
    assert facts["asked"][0]["event"] == 523
    assert facts["unelevated_events"][0] == 208
    assert not facts["seen_after"]


def test_the_tools_own_clean_up_explains_its_fifteen_deletions() -> None:
    found = rows(BYPASS, "registry_deletions")
    assert (len(found), {row["explanation"] for row in found}) == (15, {"made_by_itself"})


def test_a_hijack_that_was_taken_back_is_no_persistence() -> None:
    assert not any(row["still_there"] for row in rows(BYPASS, "autostarts"))
    assert not told(BYPASS, "autostart")


def test_a_log_resaved_by_excel_still_tells_its_automatic_starts() -> None:
    paths = {finding["facts"]["paths"][0].rpartition("\\")[2] for finding in told(EXCEL, "autostart")}
    assert paths == {"12", "Userinit", "Shell", "2019"}
    assert told(EXCEL, "weakened_settings")[0]["severity"] == "high"


def test_a_renamed_powershell_is_told_by_its_arguments() -> None:
    (finding,) = told(RENAMED, "command_line")
    assert (finding["severity"], finding["facts"]["renamed"]) == ("high", True)


def frames_outside(name: str) -> dict[str, tuple[int, int]]:
    """Process → events and frames in no module, whatever explains them."""
    from pathlib import Path
    from tempfile import mkdtemp

    from scripts.procmon.contracts.capture import read_capture
    from scripts.procmon.findings.evidence.names import who
    from scripts.procmon.findings.evidence.stack_frames import walks
    from scripts.procmon.sources.convert import convert
    from tests.captures.shared import scratch, shared

    folder = Path(mkdtemp(dir=scratch()))
    convert([shared(name)], folder, name="capture", settings={})
    capture = read_capture(folder)
    return {
        who(capture, walk.process): (walk.frames["event"].nunique(), len(walk.frames))
        for walk in walks(capture)
        if len(walk.frames)
    }


COUNTED: dict[str, dict[str, Any]] = {
    "pml/win10-x64-mixed.PML.gz": {
        "MicrosoftEdgeCP.exe (1600)": (115, 858),
        "MsMpEng.exe (6388)": (1144, 31116),
    },
    "pml/win10-x64-filesystem.PML.gz": {
        "MsMpEng.exe (2316)": (2636, 80903),
        "svchost.exe (5860)": (99, 1530),
    },
    "pml/win7-x86-mixed.PML.gz": {"DllHost.exe (2380)": (7, 55), "DllHost.exe (1628)": (7, 52)},
}


@pytest.mark.parametrize("name", COUNTED)
def test_frames_in_no_module_are_as_many_as_were_counted_by_hand(name: str) -> None:
    found = frames_outside(name)
    assert {who: found[who] for who in COUNTED[name]} == COUNTED[name]


@pytest.mark.parametrize("name", [ZEROACCESS, ZEROACCESS_CSV])
def test_the_program_got_hold_of_the_systems_identity(name: str) -> None:
    (finding,) = told(name, "acts_as_system")
    assert finding["facts"]["who"] == "hehda.exe (2520)"
    assert {202, 203, 204, 205, 206, 211} <= set(finding["evidence"])
