"""Programs that delete their own file."""

from __future__ import annotations

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.files import self_deletion
from scripts.procmon.findings.programs import process_tree
from tests.captures.events import Row, capture

SAMPLE = r"C:\Users\a\Desktop\sample.exe"


def judge(*rows: Row, image: str = SAMPLE, command_line: str = "cmd.exe") -> Analysis:
    built = capture(
        *rows,
        processes={
            "sample.exe (10)": {"image_path": image},
            "cmd.exe (20)": {"parent": "sample.exe (10)", "command_line": command_line},
            "other.exe (30)": {},
        },
    )
    return self_deletion.analyse(built, {"process_tree": process_tree.analyse(built, {})})


def gone(who: str, path: str = SAMPLE, result: str = "SUCCESS") -> Row:
    return Row("SetDispositionInformationFile", path, "Delete: True", who=who, result=result)


def test_through_a_child_that_never_opened_the_file() -> None:
    opened = Row("CreateFile", SAMPLE, "Desired Access: Read Attributes, Delete", who="sample.exe (10)")
    (finding,) = judge(opened, gone("cmd.exe (20)")).findings
    assert (finding.facts["itself"], finding.facts["named"], finding.facts["deleter_opened"]) == (
        False,
        False,
        False,
    )
    assert list(finding.evidence) == [0, 1]


def test_by_itself_and_by_a_command_that_names_it() -> None:
    assert judge(gone("sample.exe (10)")).findings[0].facts["itself"]
    named = judge(gone("cmd.exe (20)"), command_line=f'cmd.exe /c del "{SAMPLE}"')
    assert named.findings[0].facts["named"]


def test_a_set_up_programs_copy_in_a_temporary_folder_is_low() -> None:
    copy = r"C:\Users\a\AppData\Local\Temp\is-1.tmp\setup.exe"
    (finding,) = judge(gone("sample.exe (10)", copy), image=copy).findings
    assert finding.severity == "low"


def test_another_program_that_deletes_a_file_is_not_self_deletion() -> None:
    assert not judge(gone("other.exe (30)")).findings
    assert not judge(gone("sample.exe (10)", r"C:\Users\a\Desktop\other.txt")).findings
    assert not judge(gone("sample.exe (10)", result="ACCESS DENIED")).findings


def test_through_a_program_of_windows_that_has_no_business_with_the_file() -> None:
    line = f'cmd.exe /c del "{SAMPLE}"'
    for parent, told in (
        (r"C:\Windows\SysWOW64\cmmon32.exe", [("cmmon32.exe (15)", "medium")]),
        (r"C:\Windows\explorer.exe", []),
    ):
        above = f"{parent.rpartition(chr(92))[2]} (15)"
        built = capture(
            Row("Process Start", who="sample.exe (10)"),
            gone("cmd.exe (20)"),
            processes={
                "sample.exe (10)": {"image_path": SAMPLE},
                above: {"image_path": parent},
                "cmd.exe (20)": {"parent": above, "command_line": line},
            },
        )
        found = self_deletion.analyse(built, {"process_tree": process_tree.analyse(built, {})}).findings
        assert [(one.facts["lent"], one.severity) for one in found] == told
