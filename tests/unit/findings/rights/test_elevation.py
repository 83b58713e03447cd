"""Rights gained: by asking, by evading, above the parent's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.autostart import persistence
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.findings.rights import elevation
from scripts.procmon.text import catalogue, render
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture

ASK = r'powershell.exe "Start-Process -FilePath \"C:\Users\a\Downloads\b.exe\" -Verb runAs"'
COMMAND = r"HKCU\Software\Classes\exefile\shell\open\command"


def judge(*rows: Row, processes: dict[str, dict[str, Any]] | None = None) -> Analysis:
    built = capture(*rows, processes=processes)
    done = {"process_tree": process_tree.analyse(built, {})}
    done["persistence"] = persistence.analyse(built, done)
    return elevation.analyse(built, done)


def access(who: str, granted: str) -> Row:
    return Row("RegOpenKey", "HKLM", f"Desired Access: Maximum Allowed, Granted Access: {granted}", who=who)


def test_missing_integrity_levels_limit_no_windows_that_never_had_them() -> None:
    built = capture(access("b.exe (10)", "Read"))
    done = {"process_tree": process_tree.analyse(built, {})}
    for system, limited in (
        ("Windows XP, Service Pack 2 (build 2600)", False),
        ("Windows 10", True),
        (None, True),
    ):
        told = replace(built, info={**built.info, "os": system})
        assert ("no_integrity" in elevation.analyse(told, done).limits) is limited


def relaunch(first: str = "Read", second: str = "All Access") -> Finding:
    (finding,) = judge(
        Row("Process Start", detail="Parent PID: 4, Command line: b.exe", who="b.exe (10)"),
        access("b.exe (10)", first),
        Row(
            "Process Create",
            r"C:\Windows\System32\powershell.exe",
            f"PID: 50, Command line: {ASK}",
            who="b.exe (10)",
        ),
        Row("Process Start", detail="Parent PID: 50, Command line: b.exe", who="b.exe (20)"),
        access("b.exe (20)", second),
    ).findings
    return finding


def test_a_program_that_starts_itself_again_through_powershell_with_run_as() -> None:
    finding = relaunch()
    assert (finding.kind, finding.confidence) == ("relaunch_elevated", "certain")
    assert (finding.facts["before"], finding.facts["after"]) == ("read", "all")
    assert finding.facts["through"] == "powershell.exe (50)"


def test_without_proof_of_rights_it_is_only_likely() -> None:
    assert relaunch(second="Read").confidence == "likely"


def test_a_browser_that_starts_copies_of_itself_is_nothing() -> None:
    found = judge(
        Row(
            "Process Create",
            r"C:\chrome.exe",
            "PID: 20, Command line: chrome --type=renderer",
            who="chrome.exe (10)",
        ),
        Row(
            "Process Start",
            detail="Parent PID: 10, Command line: chrome --type=renderer",
            who="chrome.exe (20)",
        ),
    )
    assert not found.findings


def test_a_hijacked_class_and_the_program_that_trusts_it_are_a_bypass() -> None:
    (finding,) = judge(
        Row(
            "RegCreateKey", COMMAND, "Desired Access: All Access, Disposition: REG_OPENED_EXISTING_KEY", at=0
        ),
        Row("RegSetValue", COMMAND + r"\(Default)", r"Type: REG_SZ, Length: 4, Data: C:\x\cmd.exe", at=0.1),
        Row("Process Create", r"C:\WINDOWS\system32\slui.exe", "PID: 77, Command line: slui.exe", at=0.5),
        Row("RegDeleteValue", COMMAND + r"\(Default)", at=5.8),
    ).findings
    assert (finding.kind, finding.severity) == ("uac_bypass", "high")
    assert finding.facts["started"] == ["slui.exe (77)"]
    assert finding.facts["armed"] == 5.7
    assert finding.facts["key_existed"]
    assert finding.facts["key_remains"]
    assert not finding.facts["seen_after"]


def test_the_same_class_set_without_such_a_program_is_no_bypass() -> None:
    found = judge(Row("RegSetValue", COMMAND + r"\(Default)", "Type: REG_SZ, Length: 4, Data: x.exe"))
    assert not found.findings


SETTINGS = r"HKCU\Software\Classes\ms-settings\shell\open\command"
HELPER = r"C:\Windows\System32\fodhelper.exe"
HIJACK = (
    Row("RegSetValue", SETTINGS + r"\DelegateExecute", "Type: REG_SZ, Length: 2, Data: "),
    Row("RegSetValue", SETTINGS + r"\(Default)", "Type: REG_SZ, Length: 16, Data: cmd.exe"),
    Row("Process Create", HELPER, "PID: 77, Command line: fodhelper"),
    Row("Process Start", detail="Parent PID: 300, Command line: fodhelper", who="fodhelper.exe (77)"),
)


def test_a_trusting_program_that_ends_without_a_child_is_no_success() -> None:
    (finding,) = judge(
        *HIJACK, Row("Process Exit", detail="Exit Status: 1", who="fodhelper.exe (77)")
    ).findings
    assert finding.facts["seen_after"] == []
    assert {SETTINGS + r"\(Default)", SETTINGS + r"\DelegateExecute"} == set(finding.subjects["registry"])
    told = tell("uac_bypass", finding.facts)
    assert "tried to evade" in told["title"]
    assert "ended with status 1" in told["meaning"]


def test_the_program_that_the_value_names_started_by_the_trusting_one_is_success() -> None:
    (finding,) = judge(
        *HIJACK,
        Row(
            "Process Create",
            r"C:\Windows\System32\cmd.exe",
            "PID: 78, Command line: cmd",
            who="fodhelper.exe (77)",
        ),
    ).findings
    assert finding.facts["seen_after"] == ["cmd.exe (78)"]
    assert " evaded " in tell("uac_bypass", finding.facts)["title"]


def started(integrity: str, parent_integrity: str, logon: str = "00000000:0001e0ac") -> list[Finding]:
    return list(
        judge(
            Row("Process Start", detail="Parent PID: 10, Command line: c", who="child.exe (20)"),
            processes={
                "parent.exe (10)": {"integrity": parent_integrity, "authentication_id": "00000000:0001e0ac"},
                "child.exe (20)": {
                    "integrity": integrity,
                    "authentication_id": logon,
                    "parent": "parent.exe (10)",
                },
            },
        ).findings
    )


def test_a_child_of_a_standard_user_that_runs_as_the_system_is_high() -> None:
    (finding,) = started("System", "Medium", "00000000:000003e7")
    assert (finding.kind, finding.severity) == ("rights_above_parent", "high")


def test_user_account_control_raises_rights_as_a_matter_of_course() -> None:
    assert [finding.severity for finding in started("High", "Medium")] == ["info"]


def test_equal_or_lower_rights_and_levels_in_another_language_are_nothing() -> None:
    assert not started("Medium", "Medium")
    assert not started("Low", "Medium")
    assert not started("Обязательный высокий", "Средний")


def ran(logon: str, writer: str = "Medium") -> list[str]:
    path = r"C:\Users\a\AppData\Local\Temp\~DF1.tmp"
    built = capture(
        Row(
            "CreateFile",
            path,
            "Desired Access: Generic Write, Disposition: Create, OpenResult: Created",
            who="w.exe (10)",
        ),
        Row("WriteFile", path, "Offset: 0, Length: 4,096", who="w.exe (10)"),
        Row(
            "Process Start",
            detail=f"Parent PID: 900, Command line: rundll32.exe {path},Run",
            who="rundll32.exe (20)",
        ),
        processes={
            "w.exe (10)": {"integrity": writer, "authentication_id": "00000000:0001e0ac"},
            "rundll32.exe (20)": {"integrity": "System", "authentication_id": logon},
        },
    )
    return [finding.kind for finding in run(built)["elevation"].findings]


def test_a_users_file_that_the_system_runs_is_told_though_no_parent_shows_it() -> None:
    assert ran("00000000:000003e7") == ["user_file_as_system"]
    assert not ran("00000000:0001e0ac")
    assert not ran("00000000:000003e7", writer="System")


def test_what_was_refused_to_the_user_and_granted_to_the_system_is_shown() -> None:
    path, key = r"C:\Users\a\AppData\Local\Temp\~DF1.tmp", r"HKLM\System\CurrentControlSet\Services"
    built = capture(
        Row("RegOpenKey", key, "Desired Access: All Access", "ACCESS DENIED", who="w.exe (10)"),
        Row("RegOpenKey", r"HKLM\Software", "Desired Access: All Access", "ACCESS DENIED", who="w.exe (10)"),
        Row("WriteFile", path, "Offset: 0, Length: 4,096", who="w.exe (10)"),
        Row("Process Start", detail=f"Command line: rundll32.exe {path},Run", who="rundll32.exe (20)"),
        Row("RegOpenKey", key, "Desired Access: All Access", who="rundll32.exe (20)"),
        Row("RegOpenKey", r"HKLM\Software", "Desired Access: Read", who="rundll32.exe (20)"),
        processes={
            "w.exe (10)": {"integrity": "Medium", "authentication_id": "00000000:0001e0ac"},
            "rundll32.exe (20)": {"integrity": "System", "authentication_id": "00000000:000003e7"},
        },
    )
    (finding,) = run(built)["elevation"].findings
    (granted,) = finding.facts["granted"]
    assert (granted["path"], granted["refused"], granted["granted"]) == (key, 0, 4)
    assert {0, 4} <= set(finding.evidence)


def impersonating(who: str, image: str, logon: str | None = None) -> list[str]:
    row = Row(
        "CreateFile", r"C:\RECYCLER\x", r"Desired Access: Read, Impersonating: NT AUTHORITY\SYSTEM", who=who
    )
    found = judge(row, processes={who: {"image_path": image, "authentication_id": logon}})
    return [finding.kind for finding in found.findings]


def test_a_users_program_that_acts_as_the_system_is_told_and_windows_own_is_not() -> None:
    assert impersonating("sample.exe (9)", r"C:\Users\a\Desktop\sample.exe") == ["acts_as_system"]
    assert not impersonating("wmiprvse.exe (9)", r"C:\Windows\System32\wbem\wmiprvse.exe")
    assert not impersonating("agent.exe (9)", r"D:\agent\agent.exe", "00000000:000003e7")


def test_a_path_that_the_system_was_refused_is_not_told_as_opened() -> None:
    def opened(path: str, result: str) -> Row:
        detail = r"Desired Access: Read, Impersonating: NT AUTHORITY\SYSTEM"
        return Row("CreateFile", path, detail, result, who="sample.exe (9)")

    image = {"sample.exe (9)": {"image_path": r"C:\Users\a\Desktop\sample.exe"}}
    rows = [opened(r"C:\RECYCLER", "NAME COLLISION"), opened(r"C:\RECYCLER\x", "SUCCESS")]
    (finding,) = judge(*rows, processes=image).findings
    said = tell(finding.kind, finding.facts)["statement"]
    assert "opened 1 path while impersonating" in said
    assert said.startswith("From event 1 ")  # the one that was refused is no start of what it did
    assert r"tried, without success, 1 more: `C:\RECYCLER` (NAME COLLISION)." in said
    (finding,) = judge(rows[0], processes=image).findings
    assert (
        tell(finding.kind, finding.facts)["title"]
        == "sample.exe (9) tried to open files as the system itself"
    )


def test_what_was_made_as_the_system_is_told_as_made() -> None:
    def made(path: str, options: str, result: str = "Created") -> Row:
        detail = f"Desired Access: Read Data/List Directory, Disposition: OpenIf, Options: {options}"
        detail += rf", Impersonating: NT AUTHORITY\SYSTEM, OpenResult: {result}"
        return Row("CreateFile", path, detail, who="sample.exe (9)")

    image = {"sample.exe (9)": {"image_path": r"C:\Users\a\Desktop\sample.exe"}}
    rows = [
        made(r"C:\RECYCLER\x", "Directory, Synchronous IO Non-Alert"),
        made(r"C:\RECYCLER\x\n", "Synchronous IO Non-Alert, Non-Directory File"),
        made(r"C:\RECYCLER\y", "Directory", "Opened"),
    ]
    (finding,) = judge(*rows, processes=image).findings
    told = tell(finding.kind, finding.facts)
    assert "made 1 folder, 1 file and opened 1 path while impersonating" in told["statement"]
    assert told["title"] == "sample.exe (9) made files and folders as the system itself"
    told = tell(finding.kind, finding.facts, language="ja")
    assert "フォルダー 1 個とファイル 1 個を作成し、1 個のパスを開いた" in told["statement"]


def attempts(*data: str, besides: Row | None = None) -> Finding:
    rows = [besides] if besides else []
    for number, one in enumerate(data):
        who, at = f"tool.exe ({10 + number})", 10.0 * number
        value = COMMAND + r"\(Default)"
        opened = "Desired Access: All Access, Disposition: REG_OPENED_EXISTING_KEY"
        rows += [
            Row("RegCreateKey", COMMAND, opened, at=at, who=who),
            access(who, "Read"),
            Row("RegSetValue", value, f"Type: REG_SZ, Length: 4, Data: {one}", at=at + 0.1, who=who),
            Row(
                "Process Create",
                r"C:\WINDOWS\system32\slui.exe",
                f"PID: {70 + number}, Command line: slui.exe",
                at=at + 0.8,
                who=who,
            ),
            Row("RegDeleteValue", value, at=at + 5.6 + number / 5, who=who),
        ]
    images = {f"tool.exe ({10 + number})": {"image_path": r"C:\tool.exe"} for number in range(len(data))}
    (finding,) = judge(*rows, processes=images).findings
    return finding


def test_what_one_process_starts_belongs_to_its_last_attempt_before_it() -> None:
    rows = []
    for number in range(3):
        rows += [
            Row("RegSetValue", SETTINGS + r"\(Default)", f"Type: REG_SZ, Length: 16, Data: {number}.exe"),
            Row("Process Create", HELPER, f"PID: {70 + number}, Command line: fodhelper"),
            Row("RegDeleteValue", SETTINGS + r"\(Default)"),
        ]
    (finding,) = judge(*rows).findings
    assert [run["started"] for run in finding.facts["runs"]] == [
        [f"fodhelper.exe ({70 + number})"] for number in range(3)
    ]
    assert "then started fodhelper.exe 3 times" in tell("uac_bypass", finding.facts)["statement"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_attempt_with_an_empty_value_is_told_as_such(language: str) -> None:
    def rows(data: str, pid: int) -> list[Row]:
        return [
            Row("RegSetValue", SETTINGS + r"\(Default)", f"Type: REG_SZ, Length: 2, Data: {data}"),
            Row("Process Create", HELPER, f"PID: {pid}, Command line: fodhelper"),
        ]

    for attempt in ((*rows("", 70), *rows("x.exe", 71)), rows("", 70)):
        (finding,) = judge(*attempt).findings
        told = tell("uac_bypass", finding.facts, language)["statement"]
        assert ("empty" if language == "en" else "空の値") in told
        assert "None" not in told
        assert " none" not in told


def test_attempts_are_counted_as_the_capture_shows_them_and_that_one_came_before_is_said_to_be_possible() -> (
    None
):
    told = tell("uac_bypass", attempts("a.exe", "b.exe").facts)
    assert told["title"].endswith("through slui.exe, 2 times")
    assert "An attempt before the capture began may have made it" in told["statement"]
    assert "each of the 2 processes was given Read only (events 1 and 6)" in told["statement"]


def test_the_account_is_named_by_its_number_where_windows_noted_the_program_for_it() -> None:
    noted = r"HKLM\System\CurrentControlSet\Services\bam\State\UserSettings\S-1-5-21-7-1001\\Device\HarddiskVolume1"
    shown = "Type: REG_BINARY, Length: 24, Data: 00"
    for program, account in (("tool.exe", "S-1-5-21-7-1001"), ("other.exe", None)):
        note = Row("RegSetValue", f"{noted}\\{program}", shown, who="tool.exe (10)")
        finding = attempts("a.exe", besides=note)
        assert finding.facts["sid"] == account
        assert ("(S-1-5-21-7-1001)" in tell("uac_bypass", finding.facts)["meaning"]) is (account is not None)


def test_what_an_evasion_left_and_what_could_have_run_is_told_as_far_as_it_is_known() -> None:
    finding = attempts(r"C:\Windows\System32\cmd.exe", r"C:\Windows\System32\cmd.exec")
    said = tell(finding.kind, finding.facts)
    assert "deleted the value again, 5.5 to 5.7 seconds after it had been set." in said["statement"]
    assert r"(most likely `C:\Windows\System32\cmd.exe` mistyped)" in said["statement"]
    assert "What the value held before, if anything, is not in the capture" in said["statement"]
    (meanwhile,) = (
        line for line in said["statement"].split("\n") if line.startswith("While the value was set")
    )
    assert "would have started in its place, without administrator rights" in meanwhile
    assert r"(in the attempts with `C:\Windows\System32\cmd.exec` nothing at all)" in meanwhile
    assert "was replaced" not in said["meaning"]
    assert "belongs to the Administrators" in said["meaning"]


def test_an_ending_alone_is_taken_for_a_slip_only_where_another_attempt_shows_it() -> None:
    assert attempts(r"C:\a\tool.foo").facts["meant"] is None
    assert attempts(r"C:\a\tool.foo", r"C:\b\other.exe").facts["meant"] is None


def test_a_value_there_for_seconds_is_not_looked_for_elsewhere_what_remains_and_the_links_name_are() -> None:
    link = r"HKCU\Software\Elsewhere"
    done = run(
        capture(
            Row("RegCreateKey", COMMAND, "Desired Access: All Access, Disposition: REG_OPENED_EXISTING_KEY"),
            Row("RegSetValue", link + r"\SymbolicLinkValue", "Type: REG_LINK, Length: 210"),
            Row("RegOpenKey", link, "Desired Access: All Access", result="REPARSE"),
            Row("RegOpenKey", COMMAND, "Desired Access: All Access"),
            Row("RegSetValue", COMMAND + r"\(Default)", r"Type: REG_SZ, Length: 4, Data: C:\x\cmd.exe"),
            Row("Process Create", r"C:\WINDOWS\system32\slui.exe", "PID: 77, Command line: slui.exe"),
            Row("RegDeleteValue", link + r"\SymbolicLinkValue"),
            Row("RegDeleteKey", link),
            Row("RegDeleteValue", COMMAND + r"\(Default)"),
        )
    )
    rows = [row.value for row in done["indicators"].tables["indicators"] if row.type == "registry"]
    assert sorted(rows) == sorted([COMMAND, link])
    (row,) = [row for row in done["removal"].tables["removal"] if row.because == "elevated"]
    (key,) = [row for row in done["removal"].tables["removal"] if row.because == "empty_key"]
    told = render(catalogue("removal")["empty_key"], {**key.facts, "user": r"PC\\ann"})
    assert told.startswith(r"HKCU is that of PC\\ann. ")
    assert "event ID 4688" in render(catalogue("removal")["elevated"], row.facts)
    assert "only where the auditing of process creation" in render(
        catalogue("removal")["elevated"], row.facts
    )


def test_a_program_below_a_folder_that_passes_for_that_of_windows_has_rights_that_nobody_gave() -> None:
    user, admin = {"integrity": "Medium"}, {"integrity": "High", "parent": "a.exe (4)"}
    for folder, severity in ((r"C:\Windows \System32", "high"), (r"C:\Windows\System32", "info")):
        built = capture(
            Row("Process Start", "", "Parent PID: 4", who="winSAT.exe (8)"),
            processes={"a.exe (4)": user, "winSAT.exe (8)": {**admin, "image_path": rf"{folder}\winSAT.exe"}},
        )
        (finding,) = [one for one in run(built)["elevation"].findings if one.kind == "rights_above_parent"]
        assert finding.severity == severity
        told = tell(finding.kind, finding.facts)["statement"]
        assert ("passes for that of the Windows folder" in told) == (severity == "high")
