"""The life of a file in one row; programs that were dropped and files that were hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.files import copies, deletions, dropped_files, maker_signs
from scripts.procmon.findings.paths.file_kinds import has_double_ending, kind_of, ordinary_reason, stream_of
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, loaded, marked, opened, renamed, wrote
from tests.captures.events import Row, capture
from tests.unit.findings.files.test_deletions import accusation

PROGRAM = r"C:\Users\a\AppData\Local\Temp\new.exe"
PAYLOAD = r"C:\RECYCLER\S-1-5-18\$fab\n"


def analysed(built: Capture, *, accused: str | None = None) -> Analysis:
    done = {"process_tree": process_tree.analyse(built, {}), "copies": copies.analyse(built, {})}
    done["deletions"] = deletions.analyse(built, done)
    if accused:
        done["masquerade"] = accusation(accused)
    return dropped_files.analyse(built, done)


def only_row(*rows: Row) -> FileRow:
    (row,) = analysed(capture(*rows)).tables["files"]
    return row


def test_a_file_is_one_row_however_often_it_is_written_and_by_whom() -> None:
    row = only_row(created(PROGRAM), wrote(PROGRAM, 0, 100), wrote(PROGRAM.upper(), 100, 28, who="b.exe (7)"))
    assert (row.how, row.what, row.bytes_written, row.size) == ("created", "executable", 128, 128)
    assert row.writers == ["malware.exe (300)", "b.exe (7)"]
    assert row.events == [0, 1, 2]


def test_bytes_that_the_memory_manager_writes_again_are_not_added() -> None:
    row = only_row(created(PROGRAM), wrote(PROGRAM, -1, 5120), wrote(PROGRAM, 0, 8192, flags="Paging I/O"))
    assert (row.bytes_written, row.size) == (5120, 5120)


def test_an_existing_file_that_is_written_is_not_created() -> None:
    assert only_row(wrote(PROGRAM, 0, 10)).how == "written"


@pytest.mark.parametrize(
    ("after", "fate"),
    [
        ([marked(PROGRAM)], "deleted"),
        ([renamed(PROGRAM, r"C:\x.exe")], "renamed"),
        ([marked(PROGRAM, result="CANNOT DELETE")], "still there"),
        ([marked(PROGRAM), created(PROGRAM)], "still there"),
    ],
)
def test_the_fate_is_what_happened_last(after: list[Row], fate: str) -> None:
    assert only_row(created(PROGRAM), *after).fate == fate


def test_a_file_opened_to_be_deleted_on_close_goes_even_if_it_is_written_later() -> None:
    row = only_row(created(PROGRAM, options="Non-Directory File, Delete On Close"), wrote(PROGRAM, 0, 9))
    assert row.fate == "deleted on close"


def test_a_programs_own_temporary_file_that_it_deletes_is_ordinary_but_not_a_temporary_program() -> None:
    data = r"C:\Windows\Temp\nsi4.tmp"
    assert only_row(created(data), marked(data)).ordinary == "own_temporary"
    assert only_row(created(PROGRAM), marked(PROGRAM)).ordinary is None


def test_a_file_that_gets_a_programs_name_later_is_a_program() -> None:
    assert only_row(created(r"C:\a.part"), renamed(r"C:\a.part", r"C:\a.exe")).what == "executable"


def test_a_file_that_system_loads_is_a_driver_whatever_its_name() -> None:
    rows = analysed(capture(created(r"C:\Windows\x.dat"), loaded(r"C:\Windows\x.dat"))).tables["files"]
    assert [row.what for row in rows] == ["driver"]


def test_a_dropped_program_alone_is_a_low_finding_and_a_set_up_programs_only_information() -> None:
    (finding,) = analysed(capture(created(PROGRAM))).findings
    assert (finding.kind, finding.severity) == ("programs_dropped", "low")
    (finding,) = analysed(capture(created(r"C:\Program Files\x\x.exe"))).findings
    assert finding.severity == "info"


def test_a_program_by_a_false_process_that_ran_in_an_odd_place_is_high() -> None:
    path = r"C:\RECYCLER\x.exe"
    built = capture(created(path), loaded(path, who="x.exe (8)"))
    (finding,) = analysed(built, accused="malware.exe (300)").findings
    assert finding.severity == "high"
    assert finding.evidence == [0, 1]


def test_writing_into_an_installed_program_from_a_users_folder_is_medium() -> None:
    row = wrote(r"C:\Program Files\x\x.exe", 512, 512)
    stray = {"malware.exe (300)": {"image_path": r"C:\Users\a\Downloads\malware.exe"}}
    linker = {"malware.exe (300)": {"image_path": r"C:\Program Files\vs\link.exe"}}
    for people, severity in ((stray, "medium"), (linker, "low")):
        (finding,) = analysed(capture(row, processes=people)).findings
        assert (finding.kind, finding.severity) == ("programs_changed", severity)


def test_a_program_written_whole_in_a_capture_without_openings_may_be_new_and_ran_where_the_installer_got_it() -> (
    None
):
    path, line = r"C:\Users\a\AppData\Local\Temp\Tool\Setup.msi", "PID: 9, Command line: msiexec.exe /i "
    rows = [
        wrote(path, 0, 4_096),
        Row("Process Create", r"C:\Windows\System32\msiexec.exe", line + f'"{path}"'),
    ]
    (finding,) = analysed(capture(*rows)).findings
    assert (finding.kind, finding.severity) == ("programs_written", "low")
    assert [one["path"] for one in finding.facts["used"]] == [path]
    assert tell(finding.kind, finding.facts)["title"].endswith(" wrote 1 program, and it ran")
    (known,) = analysed(capture(opened(path, who="other.exe (9)"), *rows)).findings
    assert known.kind == "programs_changed"


def test_programs_of_several_makers_written_into_are_high_and_those_of_one_maker_are_not() -> None:
    stray = {"malware.exe (300)": {"image_path": r"C:\Users\a\Downloads\malware.exe"}}
    several = [wrote(rf"C:\Program Files\App{number}\app.exe", 200_704, 77_824) for number in range(3)]
    one = [wrote(rf"C:\Program Files\App\part{number}.exe", 200_704, 77_824) for number in range(9)]
    for rows, severity in ((several, "high"), (one, "medium")):
        (finding,) = analysed(capture(*rows, processes=stray)).findings
        assert (finding.kind, finding.severity) == ("programs_changed", severity)


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        (r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE", "medium"),
        (r"C:\Windows\System32\wscript.exe", "medium"),
        (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", "low"),
        (r"C:\Program Files\Vendor\player.exe", "low"),
    ],
)
def test_a_program_that_comes_out_of_a_document_or_a_script_and_runs_is_medium(
    image: str, severity: str
) -> None:
    path = r"C:\Users\a\AppData\Local\Temp\x.exe"
    who = f"{image.rpartition(chr(92))[2]} (7)"
    built = capture(
        created(path, who=who), loaded(path, who="x.exe (8)"), processes={who: {"image_path": image}}
    )
    done = {"process_tree": process_tree.analyse(built, {})}
    (finding,) = dropped_files.analyse(built, done).findings
    assert (finding.kind, finding.severity) == ("programs_dropped", severity)


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        (r"C:\Program Files\Internet Explorer\iexplore.exe", "high"),
        (r"C:\Program Files\Vendor\linker.exe", "low"),
    ],
)
def test_a_browser_that_writes_into_programs_everywhere_is_high(image: str, severity: str) -> None:
    who = f"{image.rpartition(chr(92))[2]} (7)"
    rows = [wrote(rf"D:\app{number}\a.exe", 95_000, 115_000, who=who) for number in range(4)]
    (finding,) = analysed(capture(*rows, processes={who: {"image_path": image}})).findings
    assert (finding.kind, finding.severity) == ("programs_changed", severity)


def test_the_profile_of_the_system_account_is_no_odd_place() -> None:
    path = r"C:\Windows\System32\config\systemprofile\AppData\Local\Temp\x.exe"
    (finding,) = analysed(capture(created(path))).findings
    assert finding.severity == "info"
    assert not finding.facts["odd_places"]


def test_a_file_that_explorer_maps_for_its_icon_has_not_run() -> None:
    built = capture(created(PROGRAM), loaded(PROGRAM, who="Explorer.EXE (1)"))
    (finding,) = analysed(built).findings
    assert not finding.facts["used"]


def test_hidden_system_files_in_the_recycle_bin_are_found() -> None:
    built = capture(
        created(PAYLOAD, attributes="HS"),
        wrote(PAYLOAD, 0, 28672),
        created(PAYLOAD.removesuffix("n") + "L", attributes="HS", options="Directory"),
        modules={"services.exe (680)": [(PAYLOAD, 0x45670000, 0x9000)]},
        processes={"services.exe (680)": {}},
    )
    (finding,) = analysed(built).findings
    assert (finding.kind, finding.severity) == ("files_hidden", "high")
    assert (finding.facts["data_files"], finding.facts["folders"]) == (1, 1)
    (used,) = finding.facts["used"]
    assert (used["path"], used["by"]) == (PAYLOAD, ["services.exe (680)"])
    assert (used["loaded"], used["started"]) == (True, False)


def test_a_write_of_whole_pages_that_is_longer_than_the_file_is_explained() -> None:
    paging = "Non-cached, Paging I/O, Synchronous Paging I/O"
    rows = [created(PAYLOAD, attributes="HS"), wrote(PAYLOAD, 0, 5120), wrote(PAYLOAD, 0, 8192, flags=paging)]
    (finding,) = analysed(capture(*rows)).findings
    assert finding.facts["rounded_up"] == [{"path": PAYLOAD, "length": 8192, "events": [2]}]
    assert (
        "in writes of up to 8,192 bytes (event 2): it writes whole pages"
        in tell(finding.kind, finding.facts)["statement"]
    )


def test_the_browsers_cache_may_hide_its_files() -> None:
    path = r"C:\Documents and Settings\NetworkService\Local Settings\Temporary Internet Files\Content.IE5\index.dat"
    analysis = analysed(capture(created(path, attributes="HS", who="svchost.exe (1032)")))
    assert [row.ordinary for row in analysis.tables["files"]] == ["browser_cache"]
    assert not analysis.findings


@pytest.mark.parametrize(
    ("path", "by", "reason"),
    [
        (r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Recent\a.lnk", "Explorer.EXE", "recent_items"),
        (r"C:\Windows\SoftwareDistribution\Download\0e69\Metadata\wcp.dll", "svchost.exe", "windows_update"),
        (r"C:\WINDOWS\system32\config\system.LOG", "services.exe", "registry_hive"),
        (r"C:\$Mft", "System", "file_system_metadata"),
        (r"C:\Windows\Prefetch\A.EXE-1234.pf", "svchost.exe", "prefetch"),
        (r"C:\Users\a\AppData\Local\Temp\42atieyo.qsl.psm1", "powershell.exe", "powershell_probe"),
        (r"C:\Windows\System32\drivers\PROCMON24.SYS", "Procmon64.exe", "process_monitor"),
    ],
)
def test_everyday_files_are_known(path: str, by: str, reason: str) -> None:
    assert ordinary_reason(path, process_name=by, what=kind_of(path)) == reason


@pytest.mark.parametrize(
    ("path", "by"),
    [
        (r"C:\Windows\SoftwareDistribution\x.exe", "malware.exe"),
        (r"C:\Users\a\AppData\Local\Microsoft\Windows\INetCache\x.exe", "malware.exe"),
        (r"C:\Windows\System32\drivers\PROCMON24.SYS", "malware.exe"),
        (r"C:\RECYCLER\S-1-5-18\n", "explorer.exe"),
        (r"C:\RECYCLER\S-1-5-21-1-2-3-500\$fab\n", "explorer.exe"),
    ],
)
def test_a_place_alone_excuses_no_program(path: str, by: str) -> None:
    assert ordinary_reason(path, process_name=by, what=kind_of(path)) is None


def test_names_tell_kinds_double_endings_and_streams() -> None:
    assert kind_of(r"C:\a.SYS") == "driver"
    assert kind_of(r"C:\a\b") == "data"
    assert kind_of(r"C:\pagefile.sys") == "data"
    assert has_double_ending(r"C:\invoice.pdf.exe")
    assert not has_double_ending(r"C:\setup.v2.exe")
    assert stream_of(r"C:\a.txt:hidden:$DATA") == "hidden"
    assert stream_of(r"C:\a.txt") is None


BIN = r"C:\$Recycle.Bin\S-1-5-21-1-2-3-1001"


def test_the_note_of_where_a_binned_program_came_from_is_no_program() -> None:
    note = only_row(
        created(rf"{BIN}\$IA1B2C3.exe", who="explorer.exe (8)"),
        wrote(rf"{BIN}\$IA1B2C3.exe", 0, 100, who="explorer.exe (8)"),
    )
    assert (note.what, note.ordinary) == ("data", "recycle_bin")


def test_a_program_that_is_made_in_the_recycle_bin_is_told_whatever_its_name() -> None:
    path = rf"{BIN}\$RA1B2C3.exe"
    built = capture(created(path), wrote(path, 0, 9000))
    assert [one.severity for one in analysed(built).findings if one.kind == "programs_dropped"] == ["medium"]
    note = rf"{BIN}\$IA1B2C3.exe"
    ran = [row.what for row in analysed(capture(created(note), loaded(note))).tables["files"]]
    assert ran == ["driver"]


def test_a_program_that_is_deleted_into_the_recycle_bin_is_no_program_made_there() -> None:
    path = r"C:\Users\a\Documents\x.exe"
    row = only_row(created(path), renamed(path, rf"{BIN}\$RA1B2C3.exe"))
    assert row.path == path


@pytest.mark.parametrize(
    ("image", "ordinary"),
    [
        (r"C:\Windows\WinSxS\x\TiWorker.exe", "windows_update"),
        (r"C:\Users\a\Downloads\TiWorker.exe", None),
        (None, "windows_update"),
    ],
)
def test_the_name_of_a_part_of_windows_is_believed_in_its_place(
    image: str | None, ordinary: str | None
) -> None:
    path, who = r"C:\Windows\System32\new.dll", "TiWorker.exe (8)"
    people = {who: {"image_path": image}} if image else {}
    (row,) = analysed(capture(created(path, who=who), processes=people)).tables["files"]
    assert row.ordinary == ordinary


def test_where_replication_and_the_index_keep_their_state_is_windows_at_work() -> None:
    path = r"E:\System Volume Information\IndexerVolumeGuid"
    assert only_row(created(path, attributes="HS", who="explorer.exe (8)")).ordinary == "restore_points"
    assert only_row(created(path, attributes="HS")).ordinary is None


def test_a_new_file_that_nobody_wrote_to_is_empty_where_writes_are_recorded() -> None:
    mark = r"C:\Users\a\AppData\Local\Temp\mark.txt"
    sizes = {
        row.path: row.size for row in analysed(capture(created(mark), wrote(PROGRAM, 0, 9))).tables["files"]
    }
    assert sizes[mark] == 0
    assert only_row(created(mark)).size is None
    end = Row("SetEndOfFileInformationFile", mark, "EndOfFile: 512")
    rows = analysed(capture(created(mark), end, wrote(PROGRAM, 0, 9))).tables["files"]
    assert {row.path: row.size for row in rows}[mark] is None


def test_what_is_known_of_all_processes_is_looked_up_once_however_many_made_a_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []
    for name in ("images", "suspects", "module_users", "setup_programs", "tree"):
        real = getattr(maker_signs, name)

        def counted(*given: object, name: str = name, real: Callable[..., object] = real) -> object:
            looked.append(name)
            return real(*given)

        monkeypatch.setattr(maker_signs, name, counted)
    makers = [created(rf"C:\Users\a\Desktop\{n}.exe", who=f"maker.exe ({4 * n})") for n in range(1, 41)]
    found = [f for f in analysed(capture(*makers)).findings if f.kind == "programs_dropped"]
    assert len(found) == 40
    assert set(Counter(looked).values()) == {1}


def test_what_ran_only_before_the_file_was_made_was_an_older_one() -> None:
    start = Row("Process Create", PROGRAM, f"PID: 8, Command line: {PROGRAM}", who="explorer.exe (4)")
    made, used = [created(PROGRAM), wrote(PROGRAM, 0, 100)], []
    for rows in ([start, *made], [*made, start]):
        (finding,) = [f for f in analysed(capture(*rows)).findings if f.kind == "programs_dropped"]
        used.append([one["path"] for one in finding.facts["used"]])
    assert used == [[], [PROGRAM]]
