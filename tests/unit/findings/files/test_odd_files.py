"""Empty marks, borrowed names, files from the network, streams, and many files given one ending."""

from __future__ import annotations

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.files import copies, deletions, dropped_files, mass_renames, odd_files
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, marked, opened, renamed, wrote
from tests.captures.events import Row, capture

TEMP = r"C:\Users\a\AppData\Local\Temp"
STRAY = {"malware.exe (300)": {"image_path": r"C:\Users\a\Downloads\malware.exe", "company": None}}


def found(*rows: Row, image: str | None = None, analysis: str = "odd_files") -> list[Finding]:
    people = {"malware.exe (300)": {"image_path": image}} if image else STRAY
    built = capture(*rows, processes=people)
    done = {"process_tree": process_tree.analyse(built, {}), "copies": copies.analyse(built, {})}
    done["deletions"] = deletions.analyse(built, done)
    done["dropped_files"] = dropped_files.analyse(built, done)
    module = {"odd_files": odd_files, "mass_renames": mass_renames}[analysis]
    return list(module.analyse(built, done).findings)


MARK = rf"{TEMP}\GData.txt"
OTHER = wrote(rf"{TEMP}\other.dat", 0, 1)


def test_an_empty_file_after_a_wait_is_a_mark() -> None:
    rows = [OTHER, opened(MARK, result="NAME NOT FOUND", at=1.0), created(MARK, at=21.0)]
    (finding,) = found(*rows)
    assert (finding.kind, finding.severity) == ("empty_file_made", "low")
    assert (finding.facts["waited"], finding.facts["asked"]) == (20.0, [1])


def test_an_empty_file_is_no_mark_if_it_is_written_deleted_or_made_by_an_installed_program() -> None:
    assert not found(OTHER, created(MARK), wrote(MARK, 0, 1))
    assert not found(OTHER, created(MARK), marked(MARK))
    assert not found(OTHER, created(MARK), image=r"C:\Program Files\x\x.exe")


def test_where_the_capture_holds_no_writes_nothing_is_called_empty() -> None:
    assert not found(created(MARK))


def test_a_folder_in_the_root_with_a_security_makers_name_is_found() -> None:
    (finding,) = found(created(r"C:\G DATA Security Software", options="Directory"))
    assert (finding.kind, finding.severity) == ("security_name_borrowed", "medium")
    assert not found(created(r"C:\Program Files\G DATA", options="Directory"))
    assert not found(created(r"C:\Projects", options="Directory"))


def received(length: int, **more: float) -> Row:
    return Row("TCP Receive", "pc:1030 -> 203.0.113.5:443", f"Length: {length}", **more)  # type: ignore[arg-type]


def test_what_is_written_right_after_an_answer_comes_from_the_network() -> None:
    path = rf"{TEMP}\a.zip"
    rows = [
        received(400, at=0.5),
        received(641, at=1.0),
        created(path, at=1.001),
        wrote(path, 0, 305, at=1.002),
    ]
    (finding,) = found(*rows)
    assert (finding.kind, finding.severity) == ("file_from_network", "low")
    assert (finding.facts["received"], finding.facts["bytes"], finding.facts["peer"]) == (
        1041,
        305,
        "203.0.113.5:443",
    )
    assert finding.evidence == [1, 2, 3]
    assert finding.facts["created_before"] is None
    assert "a new file with the ending of an archive" in tell(finding.kind, finding.facts)["title"]


def test_a_file_that_was_there_before_anything_came_is_not_called_new_at_its_writing() -> None:
    path = rf"{TEMP}\a.zip"
    rows = [created(path, at=0.1), received(641, at=1.0), wrote(path, 0, 305, at=1.002)]
    (finding,) = found(*rows)
    told = tell(finding.kind, finding.facts)["statement"]
    assert "a file that it had created before anything came from there (event 0)" in told


def test_a_receive_that_waits_or_copies_is_not_counted_twice() -> None:
    path = rf"{TEMP}\a.zip"
    copy = Row("TCP TCPCopy", "pc:1030 -> 203.0.113.5:443", "Length: 641", at=0.999)
    assert not found(copy, created(path, at=1.0), wrote(path, 0, 305, at=1.001))
    assert not found(received(9, at=0.0), created(path, at=5.0), wrote(path, 0, 305, at=5.1))


def file(who: str, path: str, event: int) -> FileRow:
    return FileRow(
        path=path,
        how="created",
        what="script",
        process=0,
        who=who,
        time="2024-03-05T10:00:01",
        events=[event - 1, event],
        bytes_written=9,
    )


def test_thousands_of_files_of_a_process_that_received_something_take_no_time_each() -> None:
    paths = [rf"{TEMP}\{number}.js" for number in range(3000)]
    rows = [row for path in paths for row in (created(path, at=1.0), wrote(path, 0, 9, at=1.0))]
    built = capture(received(9, at=0.9), *rows, processes=STRAY)
    made = [
        file("malware.exe (300)", path, event) for event, path in zip(range(2, 6001, 2), paths, strict=True)
    ]
    # A scan of all events for every file took more than ten seconds.
    (finding,) = odd_files._from_the_network(built, made, {}, everyone=made)
    assert len(finding.facts["others"]) == 2999


def test_what_is_longer_than_all_that_was_received_comes_from_elsewhere() -> None:
    path = rf"{TEMP}\a.zip"
    assert not found(received(706, at=0.9), created(path, at=1.0), wrote(path, 0, 28672, at=1.001))


def test_a_downloaded_program_alone_is_low_since_updaters_do_the_same() -> None:
    path = rf"{TEMP}\a.exe"
    severities = [
        finding.severity
        for finding in found(received(9, at=0.0), created(path, at=0.1), wrote(path, 0, 9, at=0.2))
        if finding.kind == "file_from_network"
    ]
    assert severities == ["low"]


def test_streams_are_found_but_not_those_of_downloads() -> None:
    assert [finding.kind for finding in found(created(r"C:\a.txt:run.exe"))] == ["stream_made"]
    assert not found(created(r"C:\a.txt:Zone.Identifier"))
    assert not found(created(r"C:\a.txt:Zone.Identifier:$DATA"))


DOCUMENTS = [
    rf"C:\Users\a\Documents\{number % 4}\{number}.{('docx', 'xlsx', 'jpg')[number % 3]}"
    for number in range(12)
]


def test_many_documents_with_one_new_ending_and_a_note_are_high() -> None:
    rows = [renamed(path, f"{path}.locked") for path in DOCUMENTS]
    (finding,) = found(*rows, analysis="mass_renames")
    assert (finding.kind, finding.severity, finding.facts["count"]) == ("files_rewritten", "medium", 12)
    notes = [created(rf"C:\Users\a\Documents\{number}\READ ME.txt") for number in range(4)]
    (finding,) = found(*rows, *notes, analysis="mass_renames")
    assert (finding.severity, finding.facts["note"], finding.facts["notes"]) == ("high", "READ ME.txt", 4)


def test_documents_replaced_by_longer_names_count_like_renamed_ones() -> None:
    rows = [row for path in DOCUMENTS for row in (created(f"{path}.locked"), marked(path))]
    assert [finding.facts["count"] for finding in found(*rows, analysis="mass_renames")] == [12]


def test_backups_editors_and_few_files_are_not_counted() -> None:
    assert not found(*(renamed(path, f"{path}.bak") for path in DOCUMENTS), analysis="mass_renames")
    assert not found(*(renamed(path, f"{path}.locked") for path in DOCUMENTS[:9]), analysis="mass_renames")
    own = [row for path in DOCUMENTS for row in (created(path), renamed(path, f"{path}.locked"))]
    assert not found(*own, analysis="mass_renames")


MANY_DOCUMENTS = [rf"C:\Users\a\Documents\{n % 4}\{n}.{('docx', 'xlsx', 'jpg')[n % 3]}" for n in range(24)]


def test_documents_written_over_where_they_lie_beside_a_note_are_high() -> None:
    rows = [wrote(path, 0, 4096) for path in MANY_DOCUMENTS]
    notes = [created(rf"C:\Users\a\Documents\{number}\READ ME.txt") for number in range(4)]
    (finding,) = found(*rows, *notes, analysis="mass_renames")
    assert (finding.kind, finding.severity, finding.facts["count"]) == ("files_overwritten", "high", 24)
    assert (finding.facts["note"], finding.facts["kinds"]) == ("READ ME.txt", ["docx", "jpg", "xlsx"])


def test_a_program_that_only_saves_documents_is_none_of_these() -> None:
    rows = [wrote(path, 0, 4096) for path in MANY_DOCUMENTS]
    notes = [created(rf"C:\Users\a\Documents\{number}\READ ME.txt") for number in range(4)]
    assert not found(*rows, analysis="mass_renames")
    assert not found(*rows[:19], *notes, analysis="mass_renames")
    assert not found(*(created(path) for path in MANY_DOCUMENTS), *notes, analysis="mass_renames")


def test_a_program_that_is_set_up_is_low_unless_the_capture_shows_it_being_made() -> None:
    rows = [wrote(path, 0, 4096) for path in MANY_DOCUMENTS]
    notes = [created(rf"C:\Users\a\Documents\{number}\READ TO UNLOCK.txt") for number in range(4)]
    for image in (
        r"C:\Program Files\Sync\malware.exe",
        r"C:\Users\a\AppData\Local\Microsoft\OneDrive\malware.exe",
    ):
        (finding,) = found(*rows, *notes, image=image, analysis="mass_renames")
        assert (finding.severity, finding.facts["installed"]) == ("low", True)
        own = (created(image), wrote(image, 0, 9))
        (finding,) = found(*own, *rows, *notes, image=image, analysis="mass_renames")
        assert (finding.severity, finding.facts["installed"]) == ("high", False)
    (finding,) = found(*rows, *notes, image=r"C:\Windows\System32\malware.exe", analysis="mass_renames")
    assert finding.severity == "high"
    renames = [renamed(path, f"{path}.locked") for path in DOCUMENTS]
    (finding,) = found(*renames, image=r"C:\Program Files\Sync\malware.exe", analysis="mass_renames")
    assert finding.severity == "low"


def test_ordinary_names_and_files_in_other_folders_are_no_notes() -> None:
    rows = [wrote(path, 0, 4096) for path in MANY_DOCUMENTS]
    for name in ("README.txt", "folder.txt", "LICENSE.txt", "readme.de.html"):
        usual = [created(rf"C:\Users\a\Documents\{number}\{name}") for number in range(4)]
        assert not found(*rows, *usual, analysis="mass_renames")
    elsewhere = [created(rf"C:\Users\a\Other\{number}\UNLOCK.txt") for number in range(4)]
    assert not found(*rows, *elsewhere, analysis="mass_renames")
    telling = [created(rf"C:\Users\a\Documents\{number}\README-DECRYPT.txt") for number in range(4)]
    assert [finding.severity for finding in found(*rows, *telling, analysis="mass_renames")] == ["high"]


def test_the_file_of_host_names_weighs_by_who_writes_it() -> None:
    rows = (opened(rf"{TEMP}\x"), wrote(r"C:\Windows\System32\drivers\etc\hosts", 0, 100))
    (finding,) = found(*rows)
    assert (finding.kind, finding.severity) == ("hosts_written", "medium")
    (finding,) = found(*rows, image=r"C:\Program Files\Vendor\service.exe")
    assert finding.severity == "low"
    assert not found(rows[0], wrote(r"C:\Windows\System32\drivers\etc\services", 0, 100))


def read(path: str) -> Row:
    return Row("ReadFile", path, "Offset: 0, Length: 4,096")


def test_documents_read_and_written_where_they_lie_are_medium_without_a_note_and_high_with_a_demand() -> None:
    rows = [row for path in MANY_DOCUMENTS for row in (opened(path), read(path), wrote(path, 0, 4096))]
    (finding,) = found(*rows, analysis="mass_renames")
    assert (finding.kind, finding.severity, finding.facts["read"]) == ("files_overwritten", "medium", 24)
    (finding,) = found(*rows, created(r"C:\Users\a\Desktop\HOW_TO_DECRYPT.txt"), analysis="mass_renames")
    assert (finding.severity, finding.facts["note"]) == ("high", "HOW_TO_DECRYPT.txt")


def test_pictures_alone_one_folder_and_installed_programs_are_no_sweep() -> None:
    rows = [row for path in MANY_DOCUMENTS for row in (opened(path), read(path), wrote(path, 0, 4096))]
    assert not found(*rows, image=r"C:\Program Files\Antivirus\malware.exe", analysis="mass_renames")
    assert not found(*rows, image=r"C:\Windows\System32\malware.exe", analysis="mass_renames")
    photos = [rf"C:\Users\a\Pictures\{n % 4}\{n}.{('jpg', 'png')[n % 2]}" for n in range(40)]
    sorted_photos = [row for path in photos for row in (opened(path), read(path), wrote(path, 0, 4096))]
    assert not found(*sorted_photos, analysis="mass_renames")
    films = [path.replace(".png", ".mp4") for path in photos]
    tagged = [row for path in films for row in (opened(path), read(path), wrote(path, 0, 4096))]
    assert not found(*tagged, analysis="mass_renames")
    one = [path.replace("\\1\\", "\\0\\").replace("\\2\\", "\\0\\") for path in MANY_DOCUMENTS]
    here = [row for path in one for row in (opened(path), read(path), wrote(path, 0, 4096))]
    assert not found(*here, analysis="mass_renames")


def test_a_new_ending_for_each_file_is_told_unless_the_endings_are_numbers() -> None:
    rows = [renamed(path, f"{path}.{n * 977:04x}") for n, path in enumerate(MANY_DOCUMENTS, start=30)]
    (finding,) = found(*rows, analysis="mass_renames")
    assert (finding.kind, finding.severity, finding.facts["endings"]) == ("files_rewritten", "medium", 24)
    numbers = [renamed(path, f"{path}.{n:03}") for n, path in enumerate(MANY_DOCUMENTS)]
    assert not found(*numbers, analysis="mass_renames")


def test_host_names_written_by_an_interpreter_weigh_by_who_started_it() -> None:
    shell = {"image_path": r"C:\Windows\System32\cmd.exe"}
    writes = wrote(r"C:\Windows\System32\drivers\etc\hosts", 0, 100, who="cmd.exe (9)")
    severities = []
    for image in (r"C:\Windows\explorer.exe", r"C:\Program Files\Docker\docker.exe", rf"{TEMP}\a.exe"):
        name = image.rpartition("\\")[2]
        built = capture(
            opened(rf"{TEMP}\x", who="cmd.exe (9)"),
            writes,
            processes={
                f"{name} (8)": {"image_path": image},
                "cmd.exe (9)": {**shell, "parent": f"{name} (8)"},
            },
        )
        done = {"process_tree": process_tree.analyse(built, {}), "copies": copies.analyse(built, {})}
        done["deletions"] = deletions.analyse(built, done)
        done["dropped_files"] = dropped_files.analyse(built, done)
        severities += [one.severity for one in odd_files.analyse(built, done).findings]
    assert severities == ["medium", "low", "medium"]


def test_a_mark_and_an_address_between_old_name_and_new_ending_count_as_well() -> None:
    rows = [
        row for path in DOCUMENTS for row in (created(f"{path}.id-4C1B.[x@example.com].locked"), marked(path))
    ]
    assert [finding.facts["count"] for finding in found(*rows, analysis="mass_renames")] == [12]


def test_a_folder_made_beside_what_came_from_the_network_is_told_with_it() -> None:
    path, folder = rf"{TEMP}\a.zip", r"C:\G DATA Security Software"
    rows = [
        created(MARK, at=0.1),
        received(641, at=1.0),
        created(path, at=1.001),
        wrote(path, 0, 305, at=1.002),
        created(folder, options="Directory", at=1.01),
        Row("ReadFile", path, "Offset: 0, Length: 305", at=1.02),
    ]
    told = {one.kind: tell(one.kind, one.facts)["statement"] for one in found(*rows)}
    assert (
        f"0.008 seconds before that it wrote 305 bytes to `{path}` (event 3), which it read again"
        " 0.01 seconds after it had made the folder (event 5)" in told["security_name_borrowed"]
    )
    assert f"It also made `{MARK}`, which begins with the same name." in told["security_name_borrowed"]
    assert f"made the folder `{folder}` (event 4), which may have been meant" in told["file_from_network"]
    late = [*rows[:4], created(folder, options="Directory", at=9.0)]
    told = {one.kind: tell(one.kind, one.facts)["statement"] for one in found(*late)}
    assert "a.zip" not in told["security_name_borrowed"]
    assert folder not in told["file_from_network"]
