"""Ordinary programs that do what attacks do: what the capture itself shows clears them, their names never."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, loaded, marked, opened, read, renamed, wrote
from tests.captures.events import Row, capture

LOGIN = r"C:\Users\a\AppData\Local\Google\Chrome\User Data\Default\Login Data"
LOGINS = r"C:\Users\a\AppData\Roaming\Mozilla\Firefox\Profiles\a.default\logins.json"
SETUP = "setuphost.exe (300)"
SOURCES = r"C:\$WINDOWS.~BT\Sources\setuphost.exe"
NEW = [rf"C:\$WINDOWS.~BT\NewOS\Windows\System32\{name}.dll" for name in "abcdef"]
STARTUP = r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\old.exe"
RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"


def told(kind: str, *rows: Row, **images: str) -> list[Finding]:
    people = {row.who: {"image_path": images["image"]} for row in rows} if "image" in images else {}
    done = run(capture(*rows, processes=people))
    return [one for analysis in done.values() for one in analysis.findings if one.kind == kind]


def stolen(who: str, *paths: str) -> list[Row]:
    return [row for path in paths for row in (opened(path, who=who), read(path, 0, 100, who=who))]


@pytest.mark.parametrize(
    ("image", "new", "severity"),
    [
        (SOURCES, NEW, "low"),
        (SOURCES, NEW[:2], "high"),  # a decoy
        (r"C:\Users\a\Downloads\setuphost.exe", NEW, "high"),
    ],
)
def test_windows_setup_is_known_by_the_windows_that_it_lays_out(
    image: str, new: list[str], severity: str
) -> None:
    rows = [row for path in new for row in (created(path, who=SETUP), wrote(path, 0, 70_000, who=SETUP))]
    (finding,) = told("credentials_read", *rows, *stolen(SETUP, LOGIN, LOGINS), image=image)
    assert finding.severity == severity


LISTS = (
    r"C:\Users\a\AppData\Local\Google\Chrome\User Data\Default\History",
    r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Recent\a.lnk",
    r"C:\Windows\Prefetch\A.EXE-1.pf",
)


@pytest.mark.parametrize(
    ("lists", "talks", "severity"), [(LISTS, 0, "medium"), ((), 0, "high"), (LISTS, 1, "high")]
)
def test_a_cleaner_that_talks_to_nobody_is_medium(lists: tuple[str, ...], talks: int, severity: str) -> None:
    who = "clean.exe (5)"
    rows = [marked(path, who=who) for path in lists]
    rows.append(Row("RegDeleteValue", rf"{RUN}\old", "", who=who))
    rows += [Row("TCP Send", "pc:1030 -> 203.0.113.5:443", "Length: 12", who=who)] * talks
    found = told(
        "credentials_read", *stolen(who, LOGIN, LOGINS), *rows, image=r"E:\Portable\Clean\App\clean.exe"
    )
    assert [one.severity for one in found] == [severity]


@pytest.mark.parametrize(
    ("image", "count", "severity"),
    [
        (r"C:\Program Files\Backup\restore.exe", 24, "low"),
        (r"C:\Program Files\Backup\restore.exe", 3, "medium"),
        (r"C:\Users\a\Downloads\restore.exe", 24, "medium"),
    ],
)
def test_a_restore_by_an_installed_program_is_low(image: str, count: int, severity: str) -> None:
    who = "restore.exe (5)"
    ends = ("docx", "jpg", "json", "ini")
    paths = [rf"C:\Users\a\Documents\{n % 6}\{n}.{ends[n % 4]}" for n in range(count)]
    rows = [
        row for path in [*paths, STARTUP] for row in (created(path, who=who), wrote(path, 0, 99, who=who))
    ]
    found = told("autostart_file", *rows, image=image)
    assert [one.severity for one in found] == [severity]


@pytest.mark.parametrize(("keeps", "severities"), [(True, ["low"]), (False, ["medium"])])
def test_an_entry_that_is_put_aside_is_not_lost(keeps: bool, severities: list[str]) -> None:
    who = "autoruns64.exe (5)"
    kept = Row("RegSetValue", rf"{RUN}\AutorunsDisabled\x", "Type: REG_SZ, Length: 4, Data: x.exe", who=who)
    rows = [
        *([kept] if keeps else []),
        *(Row("RegDeleteValue", rf"{RUN}\{name}", "", who=who) for name in "xy"),
    ]
    image = r"C:\Tools\Sysinternals\autoruns64.exe"
    found = told("registry_deletion_unexplained", *rows, image=image)
    assert [one.severity for one in found] == severities
    assert found[0].facts["names"] == (["y"] if keeps else ["x", "y"])


@pytest.mark.parametrize(
    ("key", "starts"),
    [
        (rf"{RUN}\AutorunsDisabled", 0),
        (RUN, 1),
        (rf"{RUN}OnceEx\AutorunsDisabled", 1),  # a section of that name, which runs
        (r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Winlogon\Notify\AutorunsDisabled", 1),
    ],
)
def test_an_entry_that_was_switched_off_starts_nothing(key: str, starts: int) -> None:
    name = "DLLName" if "Notify" in key else "x"
    row = Row(
        "RegSetValue", rf"{key}\{name}", r"Type: REG_SZ, Length: 4, Data: C:\Tools\x.exe", who="a.exe (5)"
    )
    assert len(told("autostart", row)) == starts


@pytest.mark.parametrize(
    ("image", "attributes", "severity"),
    [
        (r"E:\PortableApps\Platform\menu.exe", "HS", "low"),
        (r"C:\Users\a\Downloads\menu.exe", "HS", "high"),
        (r"E:\menu.exe", "HS", "high"),
    ],
)
def test_a_menu_of_portable_programs_marks_its_own_drive(image: str, attributes: str, severity: str) -> None:
    who = "menu.exe (5)"
    mark, start = r"E:\autorun.inf", r"E:\Start.exe"
    rows = [
        created(mark, attributes=attributes, who=who),
        wrote(mark, 0, 300, who=who),
        created(start, who=who),
        wrote(start, 0, 70_000, who=who),
    ]
    (finding,) = told("drive_seeded", *rows, image=image)
    assert finding.severity == severity


@pytest.mark.parametrize(("image", "count", "severity"), [(SOURCES, 6, "low"), (SOURCES, 1, "high")])
def test_setup_may_switch_off_the_recovery_of_the_old_windows(image: str, count: int, severity: str) -> None:
    child = "bcdedit.exe (9)"
    people = {
        SETUP: {"image_path": image},
        child: {
            "image_path": r"C:\Windows\System32\bcdedit.exe",
            "command_line": "bcdedit /set {current} recoveryenabled no",
            "parent": SETUP,
        },
    }
    rows = [
        row for path in NEW[:count] for row in (created(path, who=SETUP), wrote(path, 0, 70_000, who=SETUP))
    ]
    made = capture(*rows, Row("Process Start", "", "Parent PID: 300", who=child), processes=people)
    found = [
        one for analysis in run(made).values() for one in analysis.findings if one.kind == "command_line"
    ]
    assert [one.severity for one in found] == [severity]


@pytest.mark.parametrize(("network", "severity"), [("192.168.1", "low"), ("203.0.113", "medium")])
def test_who_looks_for_others_in_the_same_house_is_low(network: str, severity: str) -> None:
    who = "game.exe (5)"
    rows = [Row("UDP Send", f"pc:1030 -> {network}.{n}:27015", "Length: 25", who=who) for n in range(10, 30)]
    found = told("unanswered_peers", *rows, image=r"D:\Games\Rally\game.exe")
    assert [one.severity for one in found] == [severity]


def checked_in(*, access: str, more: tuple[Row, ...] = ()) -> list[Row]:
    """Sixteen documents that get another ending, each opened for that with ``access``."""
    who, rows = "vault.exe (5)", []
    for number in range(16):
        path = rf"D:\Inbox\{number % 4}\{number}.{('docx', 'pdf')[number % 2]}"
        detail = (
            f"Desired Access: {access}, Disposition: Open, Options: Non-Directory File, OpenResult: Opened"
        )
        rows += [Row("CreateFile", path, detail, who=who), renamed(path, f"{path}.checkedin", who=who)]
    return [*rows, *more]


FIRST = r"D:\Inbox\0\0.docx.checkedin"


@pytest.mark.parametrize(
    ("access", "more", "severity"),
    [
        ("Delete, Synchronize", (), "low"),
        ("Generic Read/Write, Delete", (), "medium"),
        ("", (), "medium"),  # what they were opened for is not known
        # Another process, or a mapping, may change what they hold.
        ("Delete, Synchronize", (wrote(FIRST, 0, 99, who="other.exe (6)"),), "medium"),
        (
            "Delete, Synchronize",
            (Row("CreateFileMapping", FIRST, "SyncType: SyncTypeOther", who="b.exe (6)"),),
            "medium",
        ),
    ],
)
def test_files_that_were_only_renamed_hold_what_they_held(
    access: str, more: tuple[Row, ...], severity: str
) -> None:
    (finding,) = told("files_rewritten", *checked_in(access=access, more=more), image=r"D:\Apps\vault.exe")
    assert finding.severity == severity
    said, japanese = (tell(finding.kind, finding.facts, language) for language in ("en", "ja"))
    assert ("did not change with their names" in said["meaning"]) == (severity == "low")
    assert ("内容は変わっていない" in japanese["meaning"]) == (severity == "low")
    assert ("ransom" in said["meaning"]) == (severity != "low")


IME = r"HKLM\System\CurrentControlSet\Control\Keyboard Layouts\E0210804\Ime File"
TIP = r"HKLM\Software\Microsoft\CTF\TIP\{a}\LanguageProfile\0x411\{b}\IconFile"
LIBRARY = r"C:\Windows\System32\pinyin.dll"


@pytest.mark.parametrize(
    ("key", "data", "by", "severities"),
    [
        (IME, "pinyin.ime", "setup.exe (5)", ["low", "low"]),
        (TIP, LIBRARY, "setup.exe (5)", ["low", "low"]),
        (IME, "other.ime", "setup.exe (5)", ["medium", "medium"]),
        (IME, "pinyin.ime", "other.exe (6)", ["medium", "medium"]),
        (r"HKLM\Software\Any\x", LIBRARY, "setup.exe (5)", ["medium", "medium"]),
    ],
)
def test_an_input_method_is_loaded_by_every_program_of_windows(
    key: str, data: str, by: str, severities: list[str]
) -> None:
    who, explorer = "setup.exe (5)", "explorer.exe (7)"
    rows = [
        created(LIBRARY, who=who),
        wrote(LIBRARY, 0, 70_000, who=who),
        Row("RegSetValue", key, f"Type: REG_SZ, Length: 4, Data: {data}", who=by),
        loaded(LIBRARY, who=explorer),
    ]
    people = {
        who: {"image_path": r"C:\Users\a\Downloads\setup.exe"},
        explorer: {"image_path": r"C:\Windows\explorer.exe"},
    }
    done = run(capture(*rows, processes=people))
    found = {one.kind: one for analysis in done.values() for one in analysis.findings}
    planted, dropped = found["code_planted"], found["programs_dropped"]
    assert [planted.severity, dropped.severity] == severities
    low = severities == ["low", "low"]
    assert ("as an input method (event 2)" in tell(planted.kind, planted.facts)["benign_explanation"]) == low
    assert ("入力方式として登録した" in tell(planted.kind, planted.facts, "ja")["benign_explanation"]) == low


def test_what_runs_in_a_service_is_no_input_method() -> None:
    who, service = "setup.exe (5)", "svchost.exe (7)"
    entry = Row("RegSetValue", IME, "Type: REG_SZ, Length: 4, Data: pinyin.ime", who=who)
    people = {
        who: {"image_path": r"C:\Users\a\Downloads\setup.exe"},
        service: {"image_path": r"C:\Windows\System32\svchost.exe"},
    }
    done = run(
        capture(
            created(LIBRARY, who=who),
            wrote(LIBRARY, 0, 70_000, who=who),
            entry,
            loaded(LIBRARY, who=service),
            processes=people,
        )
    )
    (planted,) = (
        one for analysis in done.values() for one in analysis.findings if one.kind == "code_planted"
    )
    assert planted.severity == "medium"


SETUP_EXECUTE = r"HKLM\System\CurrentControlSet\Control\Session Manager\SetupExecute"


@pytest.mark.parametrize(
    ("data", "new", "severity"),
    [
        (r"C:\$WINDOWS.~BT\Sources\setupnative.exe", NEW, "low"),
        (r"C:\$WINDOWS.~BT\Sources\setupnative.exe", NEW[:2], "medium"),  # a decoy
        (r"C:\ProgramData\x.exe", NEW, "high"),
    ],
)
def test_windows_setup_has_its_own_next_step_run_before_windows(
    data: str, new: list[str], severity: str
) -> None:
    rows = [row for path in new for row in (created(path, who=SETUP), wrote(path, 0, 100, who=SETUP))]
    entered = Row("RegSetValue", SETUP_EXECUTE, f"Type: REG_MULTI_SZ, Length: 80, Data: {data}", who=SETUP)
    (finding,) = told("autostart", *rows, entered, image=SOURCES)
    assert finding.severity == severity
    assert ("windows_setup" in finding.facts["signs"]) == (severity == "low")
    assert tell(finding.kind, finding.facts, "ja")["benign_explanation"]


@pytest.mark.parametrize(
    ("script", "line", "severity"),
    [
        (r"C:\Windows\System32\gpscript.exe", "net localgroup Administrators CORP\\IT /add", "low"),
        (r"C:\Users\Public\gpscript.exe", "net localgroup Administrators CORP\\IT /add", "medium"),
        (r"C:\Windows\System32\gpscript.exe", "net stop windefend", "high"),
    ],
)
def test_accounts_are_made_by_scripts_of_the_group_policy(script: str, line: str, severity: str) -> None:
    policy, shell, tool = "gpscript.exe (5)", "cmd.exe (6)", "net.exe (7)"
    built = capture(
        Row("RegOpenKey", "HKLM", who=policy),
        Row("Process Start", detail="Parent PID: 5", who=shell),
        Row("Process Start", detail="Parent PID: 6", who=tool),
        processes={
            policy: {"image_path": script},
            shell: {"image_path": r"C:\Windows\System32\cmd.exe", "parent": policy},
            tool: {"image_path": r"C:\Windows\System32\net.exe", "parent": shell, "command_line": line},
        },
    )
    (finding,) = run(built)["command_lines"].findings
    assert finding.severity == severity
    assert ("group policy" in tell(finding.kind, finding.facts)["benign_explanation"]) == (severity == "low")
