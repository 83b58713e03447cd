"""What to do now: the right things, in order, each as often as it is there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.captures.results import finding, material
from tests.unit.report.test_brief import brief, row


def test_what_to_do_follows_the_order_of_the_removal_list():
    removal = [
        row("removal", step="disable service", target="MRxCls", because="x"),
        row("removal", step="disable service", target="MRxNet", because="x"),
        *(row("removal", step="delete file", target=f"C:\\{n}", because="x") for n in range(6)),
    ]
    actions = [act.text for act in brief(material(findings=[finding()], tables={"removal": removal})).do]
    assert actions[0].startswith("Take the computer off the network")
    assert actions[1] == "Disable the services `MRxCls` and `MRxNet`."
    assert actions[2] == "Delete the six files."


@pytest.mark.parametrize("step", ["end process", "disable service", "delete service", "delete value", "restore value",
                                  "delete key", "delete file", "restore service", "check"])  # fmt: skip
@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_step_of_a_removal_has_a_sentence(step: str, count: int):
    removal = [row("removal", step=step, target=f"x{n}", because="x") for n in range(count)]
    text = brief(material(findings=[finding()], tables={"removal": removal})).do[1].text
    assert text.endswith(".")
    assert ("`x0`" in text) == (count < 4)
    assert "five" in text or "5" in text or count < 4


def test_files_and_folders_are_counted_apart():
    gone = [
        row("removal", step="delete folder" if n > 5 else "delete file", target=f"C:\\{n}", because="dropped")
        for n in range(8)
    ]
    told = [action.text for action in brief(material(findings=[finding()], tables={"removal": gone})).do]
    assert "Delete six files and two folders." in told


def test_a_medium_finding_asks_who_uses_the_computer_first():
    actions = brief(material(findings=[finding(severity="medium")])).do
    assert actions[0].text.startswith("Ask whoever uses this computer whether bad.exe was wanted.")


def test_memory_is_saved_only_where_something_is_in_it():
    rows = [row("removal", step="save first", target="a.exe", because="save_files")]
    told = [act.text for act in brief(material(findings=[finding()], tables={"removal": rows})).do]
    assert "Before anything is changed, save copies and hashes of the files that are deleted below." in told


def test_a_name_server_is_not_among_the_addresses_to_be_blocked():
    def peer(name: str, **facts: Any) -> dict[str, Any]:
        given = {"peer": name, "port": "53", "addresses": [], "sent": 1, "received": 1, "answered": True}
        return given | {"dns": True, "too_short": False, "public": False} | facts

    def told(*peers: dict[str, Any]) -> str:
        talked = finding(1, kind="suspect_talked", facts={"who": "b.exe (1)", "peers": list(peers)})
        rows = [row("indicators", type="address", value=one["peer"], why="suspect_talked") for one in peers]
        return brief(material(findings=[talked], tables={"indicators": rows})).do[-1].text

    server, other = peer("203.0.113.53"), peer("203.0.113.7", port="80", dns=False)
    assert told(other).endswith("on other computers; block the address.")
    assert "block the addresses but `203.0.113.53:53`" in told(server, other)
    assert "block" not in told(server)


@pytest.mark.parametrize(
    ("entries", "told"), [("yes", "can't put the entries of the registry back"), ("", "")]
)
def test_a_restart_with_foreign_code_at_work_is_from_other_media_and_not_in_safe_mode(
    entries: str, told: str
):
    rows = [
        row(
            "removal",
            step="restart",
            target="services.exe (6)",
            because="restart_loaded",
            facts={"entries": entries},
        )
    ]
    text = brief(material(findings=[finding()], tables={"removal": rows})).do[1].text
    assert text.startswith("Restart from other media, not in safe mode: then nothing holds the files")
    assert told in text
    assert ("registry" in text) == bool(entries)


def test_who_is_asked_and_nothing_follows_is_not_told_to_go_on():
    told = [act.text for act in brief(material(findings=[finding(severity="medium")])).do]
    assert not told[-1].endswith(":")
    rows = [row("removal", step="check", target="C:\\a.exe", because="x")]
    told = [
        act.text
        for act in brief(material(findings=[finding(severity="medium")], tables={"removal": rows})).do
    ]
    assert told[0].endswith("go on:")


def test_where_windows_itself_worked_for_others_to_install_it_anew_is_weighed_after_saving():
    rows = [
        row("removal", step="save first", target="memory", because="save_memory"),
        row("removal", step="delete file", target="C:\\a.sys", because="made"),
    ]
    driver = finding(
        kind="driver_installed", facts={"name": "a", "loaded": True, "dropped": True, "who": "a.exe (1)"}
    )
    told = [act.text for act in brief(material(findings=[driver], tables={"removal": rows})).do]
    at = next(n for n, text in enumerate(told) if "install Windows anew" in text)
    assert "foreign code ran in its kernel" in told[at]
    assert told[at - 1].startswith("Before anything is changed")
    assert told[at + 1].startswith("Delete")


def test_where_foreign_code_kept_to_its_own_process_nobody_is_told_to_install_windows_anew():
    rows = [row("removal", step="delete file", target="C:\\a.exe", because="made")]
    code = finding(kind="injected_code", facts={"name": "a.exe", "windows_own": False})
    told = [act.text for act in brief(material(findings=[code], tables={"removal": rows})).do]
    assert not any("anew" in text for text in told)


def test_code_that_windows_own_program_only_loaded_is_not_said_to_have_run_in_it():
    rows = [row("removal", step="delete file", target="C:\\a.dll", because="made")]
    for ran, said in ((0, False), (3, True)):
        module = finding(kind="odd_module", facts={"who": ["services.exe (4)"], "system": True, "ran": ran})
        told = [act.text for act in brief(material(findings=[module], tables={"removal": rows})).do]
        assert any("foreign code ran in programs of Windows itself" in text for text in told) == said


def test_of_one_file_one_copy_is_saved():
    rows = [
        row("removal", step="save first", target="a.exe", because="save_files"),
        row("removal", step="delete file", target="C:\\a.exe", because="made"),
    ]
    told = [act.text for act in brief(material(findings=[finding()], tables={"removal": rows})).do]
    assert "Before anything is changed, save a copy and the hash of the file that is deleted below." in told


def test_a_program_with_the_name_of_a_test_tool_is_asked_after_by_that():
    facts = {
        "name": "a.exe", "tool": ["Elevator", "3"], "times": 1, "data": [], "runs": [], "program": "b.exe",
        "unrunnable": [], "seen_after": False,
    }  # fmt: skip
    told = brief(material(findings=[finding(kind="uac_bypass", facts=facts)])).do[0].text
    assert told.startswith(
        "`a.exe` is the name of Elevator, a public tool for tests of User Account Control: ask whoever"
    )
