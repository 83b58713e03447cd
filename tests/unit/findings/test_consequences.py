"""What follows from the findings: removal, open questions, indicators; and nothing where nothing was found."""

from __future__ import annotations

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.analyses import run
from scripts.procmon.text import catalogue, render
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, opened, read, wrote
from tests.captures.events import Row, capture

RUN = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run\Updater"
USERINIT = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Winlogon\Userinit"
PROGRAM = r"C:\RECYCLER\bad.exe"
CREATED = (
    "Desired Access: Generic Write, Disposition: Create, Options: , Attributes: HS, "
    "ShareMode: None, AllocationSize: 0, OpenResult: Created"
)
WHO = "dropper.exe (300)"


def guilty() -> dict[str, Analysis]:
    return run(
        capture(
            Row("CreateFile", PROGRAM, CREATED, who=WHO),
            Row("WriteFile", PROGRAM, "Offset: 0, Length: 26,616", who=WHO),
            Row("RegSetValue", RUN, f"Type: REG_SZ, Length: 4, Data: {PROGRAM}", who=WHO),
            Row("RegSetValue", USERINIT, f"Type: REG_SZ, Length: 4, Data: {PROGRAM}", who=WHO),
            Row("TCP Connect", "pc:1030 -> 203.0.113.5:443", "Length: 0", who=WHO),
            Row("TCP Send", "pc:1030 -> 203.0.113.5:443", "Length: 12", who=WHO),
            processes={WHO: {"image_path": r"C:\Users\a\Desktop\dropper.exe"}},
        )
    )


def innocent() -> dict[str, Analysis]:
    return run(
        capture(
            Row(
                "CreateFile", r"C:\Users\a\Documents\x.txt", CREATED.replace("HS", "N"), who="NOTEPAD.EXE (5)"
            ),
            Row("WriteFile", r"C:\Users\a\Documents\x.txt", "Offset: 0, Length: 5", who="NOTEPAD.EXE (5)"),
            processes={"NOTEPAD.EXE (5)": {"image_path": r"C:\Windows\system32\NOTEPAD.EXE"}},
        )
    )


def test_values_go_before_files_and_windows_own_values_are_restored() -> None:
    steps = [(row.step, row.target) for row in guilty()["removal"].tables["removal"]]
    assert steps.index(("delete value", RUN)) < steps.index(("delete file", PROGRAM))
    assert ("restore value", USERINIT) in steps
    assert ("delete value", USERINIT) not in steps
    assert ("delete file", r"C:\Users\a\Desktop\dropper.exe") in steps


def test_an_entry_that_starts_an_accused_program_goes_with_it_and_another_one_stays() -> None:
    agent, other = r"C:\Users\a\AppData\Local\Vendor\agent.exe", r"C:\Program Files\Other\other.exe"
    logins = r"C:\Users\a\AppData\Local\Google\Chrome\User Data\Default\Login Data"
    firefox = r"C:\Users\a\AppData\Roaming\Mozilla\Firefox\Profiles\x.default\logins.json"
    run_key = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
    who = "agent.exe (7)"
    analyses = run(
        capture(
            Row(
                "RegSetValue", rf"{run_key}\Vendor", f'Type: REG_SZ, Length: 9, Data: "{agent}" /min', who=WHO
            ),
            Row("RegSetValue", rf"{run_key}\Other", f'Type: REG_SZ, Length: 9, Data: "{other}"', who=WHO),
            created(agent, who=WHO),
            wrote(agent, 0, 9, who=WHO),
            *(
                row
                for path in (logins, firefox)
                for row in (opened(path, who=who), read(path, 0, 10, who=who))
            ),
            processes={WHO: {"image_path": r"C:\Users\a\Desktop\dropper.exe"}, who: {"image_path": agent}},
        )
    )
    targets = {row.target for row in analyses["removal"].tables["removal"] if row.step == "delete value"}
    assert rf"{run_key}\Vendor" in targets
    assert rf"{run_key}\Other" not in targets


def test_no_step_is_told_twice() -> None:
    steps = [(row.step, row.target.lower()) for row in guilty()["removal"].tables["removal"]]
    assert len(steps) == len(set(steps))


def test_indicators_name_file_value_and_address() -> None:
    found = {(row.type, row.value) for row in guilty()["indicators"].tables["indicators"]}
    assert {("file", PROGRAM), ("registry", RUN), ("address", "203.0.113.5:443")} <= found


def test_an_address_to_look_for_has_its_protocol_and_the_number_of_its_port() -> None:
    (row,) = (one for one in guilty()["indicators"].tables["indicators"] if one.type == "address")
    assert (row.value.rpartition(":")[2], row.protocol) == ("443", "TCP")


def test_what_was_deleted_again_is_marked_and_its_deletion_names_the_finding() -> None:
    image = r"C:\Users\a\Desktop\dropper.exe"
    done = run(
        capture(
            Row("RegSetValue", RUN, rf"Type: REG_SZ, Length: 9, Data: {PROGRAM}", who=WHO),
            Row("CreateFile", PROGRAM, CREATED, who=WHO),
            Row("SetDispositionInformationFile", image, "Delete: True", who=WHO),
            processes={WHO: {"image_path": image}},
        )
    )
    rows = {row.value: row for row in done["indicators"].tables["indicators"]}
    assert (rows[image].gone, rows[image].why) == (True, "self_deletion")
    assert not rows[PROGRAM].gone


def test_from_other_media_a_class_of_the_computer_is_looked_for_in_its_hive() -> None:
    path = r"HKCR\CLSID\{5839FCA9-774D-42A1-ACDA-D6A79037F57F}\InprocServer32\(Default)"
    done = run(
        capture(
            Row("CreateFile", PROGRAM, CREATED, who=WHO),
            Row("RegSetValue", path, f"Type: REG_SZ, Length: 4, Data: {PROGRAM}", who=WHO),
            processes={WHO: {"image_path": r"C:\Users\a\Desktop\dropper.exe"}},
        )
    )
    (row,) = (one for one in done["removal"].tables["removal"] if one.target == path)
    assert r"Software\Classes in the hive System32\config\SOFTWARE" in render(
        catalogue("removal")[row.because], row.facts
    )


def test_what_the_capture_does_not_hold_is_asked_as_a_question() -> None:
    told = render(catalogue("questions")["not_captured"], {"what": ["what was read", "network traffic"]})
    assert told.startswith("What reads of files and network traffic took place, if any?")


def test_who_also_called_the_computer_itself_is_told_with_the_events() -> None:
    done = run(
        capture(
            Row("CreateFile", PROGRAM, CREATED, who=WHO),
            Row("RegSetValue", RUN, f"Type: REG_SZ, Length: 4, Data: {PROGRAM}", who=WHO),
            Row("TCP Send", "pc:1030 -> 203.0.113.5:443", "Length: 12", who=WHO),
            Row("TCP Reconnect", "localhost:1228 -> localhost:http", "Length: 0", who=WHO),
            processes={WHO: {"image_path": r"C:\Users\a\Desktop\dropper.exe"}},
        )
    )
    (finding,) = (one for one in done["network"].findings if one.kind == "suspect_talked")
    told = tell(finding.kind, finding.facts)["statement"]
    assert "without an answer (event 3)." in told


def test_what_the_files_hold_and_where_the_program_came_from_stays_open() -> None:
    kinds = {row.kind for row in guilty()["open_questions"].tables["questions"]}
    assert {"file_contents", "origin", "content_of_talk"} <= kinds


def test_an_ordinary_capture_has_nothing_to_remove_to_ask_or_to_look_for() -> None:
    done = innocent()
    for name, table in (
        ("removal", "removal"),
        ("open_questions", "questions"),
        ("indicators", "indicators"),
    ):
        assert (done[name].outcome, list(done[name].tables[table])) == ("not found", [])


def test_a_folder_to_look_for_is_no_file() -> None:
    folder = CREATED.replace("Options: ,", "Options: Directory,")
    done = run(
        capture(
            Row("CreateFile", r"C:\RECYCLER\x", folder, who=WHO),
            Row("CreateFile", r"C:\RECYCLER\x\n", CREATED, who=WHO),
            Row("WriteFile", r"C:\RECYCLER\x\n", "Offset: 0, Length: 26,616", who=WHO),
            processes={WHO: {"image_path": r"C:\Users\a\Desktop\dropper.exe"}},
        )
    )
    found = {(row.type, row.value) for row in done["indicators"].tables["indicators"]}
    assert {("folder", r"C:\RECYCLER\x"), ("file", r"C:\RECYCLER\x\n")} <= found


def hosted(*rows: Row) -> Analysis:
    """What to remove where services.exe has the payload loaded."""
    services = "services.exe (680)"
    return run(
        capture(
            Row("CreateFile", PROGRAM, CREATED, who=WHO),
            Row("WriteFile", PROGRAM, "Offset: 0, Length: 26,616", who=WHO),
            Row("RegSetValue", RUN, f"Type: REG_SZ, Length: 4, Data: {PROGRAM}", who=WHO),
            Row(
                "CreateFile",
                r"C:\WINDOWS\x",
                "Desired Access: Read",
                who=services,
                stack=[0x77000010, 0x45670010],
            ),
            *rows,
            processes={
                WHO: {"image_path": r"C:\Users\a\Desktop\dropper.exe"},
                services: {"image_path": r"C:\WINDOWS\system32\services.exe"},
            },
            modules={
                services: [
                    (r"C:\WINDOWS\system32\ntdll.dll", 0x77000000, 0x1000),
                    (PROGRAM, 0x45670000, 0x1000),
                ]
            },
        )
    )["removal"]


def test_entries_are_undone_from_other_media_where_windows_own_processes_run_foreign_code() -> None:
    steps = [(row.step, row.target, row.because) for row in hosted().tables["removal"]]
    order = [(step, because) for step, _, because in steps]
    restart = order.index(("restart", "restart_loaded"))
    value = next(n for n, one in enumerate(steps) if one[:2] == ("delete value", RUN))
    file = next(n for n, one in enumerate(steps) if one[:2] == ("delete file", PROGRAM))
    own = order.index(("restart", "restart_own"))
    assert restart < value < file < own < order.index(("check", "infected"))
    (row,) = [one for one in hosted().tables["removal"] if one.because == "restart_loaded"]
    said = render(catalogue("removal")["restart_loaded"], row.facts)
    assert "could be put back by the code in services.exe (680)" in said
    assert "safe mode is not enough" in said.lower()


def test_entries_are_undone_before_files_and_without_another_restart_where_windows_is_not_touched() -> None:
    steps = [row.step for row in guilty()["removal"].tables["removal"]]
    assert "restart" not in steps


def test_what_netsh_rebuilds_waits_for_the_computers_own_windows() -> None:
    catalogue_key = r"HKLM\System\CurrentControlSet\Services\WinSock2\Parameters\NameSpace_Catalog5"
    entry = rf"{catalogue_key}\Catalog_Entries\000000000001\LibraryPath"
    bare = Row("RegSetValue", entry, "Type: REG_SZ, Length: 24, Data: mswsock.dll", who=WHO)
    steps = [row.because for row in hosted(bare).tables["removal"]]
    assert steps.index("restart_own") < steps.index("winsock")


LIBRARY = r"C:\Documents and Settings\a\Local Settings\Application Data\HpComm\help.dll"


def lead() -> dict[str, Analysis]:
    host = "rundll32.exe (1736)"
    line = f'"C:\\WINDOWS\\system32\\rundll32.exe" "{LIBRARY}",Services'
    return run(
        capture(
            Row("CreateFile", r"C:\x.txt", "Desired Access: Read", who="a.exe (5)"),
            processes={host: {"image_path": r"C:\WINDOWS\system32\rundll32.exe", "command_line": line}},
        )
    )


def test_a_library_that_only_a_command_line_names_is_looked_at_and_looked_for() -> None:
    done = lead()
    (row,) = done["removal"].tables["removal"]
    assert (row.step, row.target, row.because) == ("check", LIBRARY, "lead")
    assert ("file", LIBRARY) in {(one.type, one.value) for one in done["indicators"].tables["indicators"]}
    (question,) = [one for one in done["open_questions"].tables["questions"] if one.kind == "named_only"]
    asked = render(catalogue("questions")["named_only"], question.facts)
    assert "The capture has its name alone, in the command line of rundll32.exe (1736)." in asked
    assert "サイズ" not in render(catalogue("questions", "ja")["named_only"], question.facts, "ja")
