"""A copy is told by reads and writes that agree, and its confidence by how well they do."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given, settings

from scripts.procmon.contracts.tables import CopyRow
from scripts.procmon.findings.files import copies
from scripts.procmon.findings.programs import process_tree
from tests.captures.deeds import copied, created, read, wrote
from tests.captures.events import Row, capture

SOURCE, TARGET = r"C:\Temp\~DFD.tmp", r"C:\Windows\System32\drivers\mrxcls.sys"
BLOCKS = (4096, 4096, 2048)


def found(*rows: Row) -> list[CopyRow]:
    return list(copies.analyse(capture(*rows), {}).tables.get("copies", ()))


def test_blocks_that_are_read_and_written_alike_are_a_certain_copy() -> None:
    (row,) = found(*copied(SOURCE, TARGET, *BLOCKS))
    assert (row.source, row.target, row.confidence) == (SOURCE, TARGET, "certain")
    assert (row.bytes_copied, row.reads, row.writes) == (sum(BLOCKS), 3, 3)
    assert row.events == list(range(1, 7))


@settings(max_examples=25)
@given(st.lists(st.integers(1, 1 << 20), min_size=2, max_size=12))
def test_every_block_size_is_matched(lengths: list[int]) -> None:
    (row,) = found(*copied(SOURCE, TARGET, *lengths))
    assert (row.confidence, row.bytes_copied, row.writes) == ("certain", sum(lengths), len(lengths))


def test_the_memory_managers_repetition_is_not_counted() -> None:
    paging = "Non-cached, Paging I/O"
    rows = copied(SOURCE, TARGET, *BLOCKS)
    rows.insert(1, read(SOURCE, 0, 16384, flags=paging))
    (row,) = found(*rows, wrote(TARGET, 0, 12288, flags=paging))
    assert (row.reads, row.writes, row.bytes_copied) == (3, 3, sum(BLOCKS))


def test_one_block_of_an_unusual_length_is_a_likely_copy_and_a_buffer_only_a_possible_one() -> None:
    assert [row.confidence for row in found(*copied(SOURCE, TARGET, 26616))] == ["likely"]
    assert [row.confidence for row in found(*copied(SOURCE, TARGET, 8192))] == ["possible"]


def test_a_stack_that_names_the_copying_function_makes_it_certain() -> None:
    rows = [
        Row(
            row.operation,
            row.path,
            row.detail,
            stack=(1, 2),
            locations=("ntdll.dll!NtWriteFile + 0xc", "CopyFileExW + 0x7"),
        )
        for row in copied(SOURCE, TARGET, 8192)
    ]
    (row,) = found(*rows)
    assert (row.api, row.confidence) == ("CopyFileExW", "certain")


def test_other_lengths_other_offsets_and_other_processes_are_no_copy() -> None:
    assert found(created(TARGET), read(SOURCE, 0, 4000), wrote(TARGET, 0, 4001), wrote(TARGET, 4001, 9)) == []
    assert found(created(TARGET), read(SOURCE, 512, 4000), wrote(TARGET, 0, 4000)) == []
    assert found(created(TARGET), read(SOURCE, 0, 4000, who="other.exe (9)"), wrote(TARGET, 0, 4000)) == []


def test_what_is_read_after_it_was_written_is_not_the_source() -> None:
    assert found(created(TARGET), wrote(TARGET, 0, 4000), read(SOURCE, 0, 4000)) == []


def test_a_file_that_was_there_before_is_not_told_to_be_a_copy() -> None:
    assert found(read(SOURCE, 0, 4000), wrote(TARGET, 0, 4000)) == []


def test_writes_from_several_files_are_no_copy_of_one() -> None:
    rows = [created(TARGET)]
    for number in range(4):
        rows += [read(rf"C:\part{number}", number * 100, 100), wrote(TARGET, number * 100, 100)]
    assert found(*rows) == []


def test_a_whole_file_read_at_once_and_written_in_pieces_is_a_possible_copy() -> None:
    rows = [read(SOURCE, 0, 26617), created(TARGET), wrote(TARGET, 0, 20000), wrote(TARGET, 20000, 6617)]
    (row,) = found(*rows)
    assert (row.source, row.confidence) == (SOURCE, "possible")


def test_without_reads_in_the_capture_nothing_can_be_said() -> None:
    analysis = copies.analyse(capture(created(TARGET), can_show={"reads": False}), {})
    assert (analysis.outcome, analysis.reason) == ("could not be checked", "no_reads")


def test_a_program_that_copies_itself_to_an_unusual_place_is_found() -> None:
    image = r"C:\Users\a\Downloads\invoice.exe"
    for target, severity in (
        (r"C:\RECYCLER\x.exe", "medium"),
        (r"C:\Users\a\AppData\Local\Temp\is-1\invoice.exe", "low"),
    ):
        built = capture(
            *copied(image, target, *BLOCKS), processes={"malware.exe (300)": {"image_path": image}}
        )
        done = {"process_tree": process_tree.analyse(built, {})}
        (finding,) = copies.analyse(built, done).findings
        assert (finding.kind, finding.severity) == ("program_copied_itself", severity)


def self_copied(*targets: str) -> list[tuple[str, str]]:
    image = r"C:\Users\a\Downloads\malware.exe"
    rows = [row for target in targets for row in copied(image, target, *BLOCKS)]
    built = capture(*rows, processes={"malware.exe (300)": {"image_path": image}})
    done = {"process_tree": process_tree.analyse(built, {})}
    return [(one.kind, one.severity) for one in copies.analyse(built, done).findings]


def test_a_program_that_copies_itself_into_many_folders_is_told_once_and_high() -> None:
    folders = [rf"E:\{name}\{name}.exe" for name in ("Music", "Pictures", "Work", "Games", "Letters")]
    assert self_copied(*folders) == [("program_spread", "high")]
    assert self_copied(*folders[:4]) == [("program_copied_itself", "medium")] * 4
    assert self_copied(*(rf"C:\Tools\{number}.exe" for number in range(9)))[0][0] == "program_copied_itself"
