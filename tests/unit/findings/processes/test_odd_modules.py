"""Modules and programs from places where none belong."""

from __future__ import annotations

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.processes import odd_modules
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture

PAYLOAD = r"C:\RECYCLER\S-1-5-18\$fab\n"
SERVICES = "services.exe (680)"
IMAGE = r"C:\WINDOWS\system32\services.exe"


def judge(*rows: Row, who: str = SERVICES, image: str = IMAGE, module: str = PAYLOAD) -> Analysis:
    built = capture(
        *rows,
        modules={who: [(image, 0x1000000, 0x20000), (module, 0x45670000, 0x8000)]},
        processes={who: {"image_path": image}},
    )
    return odd_modules.analyse(built, {"process_tree": process_tree.analyse(built, {})})


def test_what_ran_through_the_module_is_its_evidence() -> None:
    write = Row("RegSetValue", r"HKLM\System\X\Y", "Type: REG_SZ, Length: 2, Data: a", who=SERVICES)
    other = Row(
        "RegSetValue",
        r"HKLM\System\X\Z",
        "Type: REG_SZ, Length: 2, Data: a",
        who=SERVICES,
        stack=(0x1000100,),
    )
    through = Row(write.operation, write.path, write.detail, who=SERVICES, stack=(0x7C900000, 0x45671234))
    (finding,) = judge(other, through).findings
    assert (finding.severity, list(finding.evidence), finding.facts["ran"]) == ("high", [1], 1)
    (finding,) = judge(Row("WriteFile", PAYLOAD, "Offset: 0, Length: 9", who="a.exe (5)"), through).findings
    told = tell(finding.kind, finding.facts)["statement"]
    assert "1 operation passed through this module" in told
    assert "1 more event of this finding is about the file itself." in told


def test_the_list_of_modules_alone_tells_it_too() -> None:
    (finding,) = judge(Row("RegOpenKey", "HKLM", who=SERVICES)).findings
    assert finding.facts["table_only"]
    assert list(finding.evidence) == []


def test_explorer_that_draws_icons_of_deleted_programs_is_nothing() -> None:
    image = r"C:\Windows\Explorer.EXE"
    found = judge(
        Row("RegOpenKey", "HKLM", who="Explorer.EXE (1)"),
        who="Explorer.EXE (1)",
        image=image,
        module=r"C:\$Recycle.Bin\S-1-5-21-1-2-3-1001\$R1.exe",
    )
    assert not found.findings


def test_a_file_that_explorer_runs_though_it_is_not_called_a_program_is_told() -> None:
    who, image = "Explorer.EXE (1)", r"C:\Windows\Explorer.EXE"
    row = Row("RegOpenKey", "HKLM", who=who)
    (finding,) = judge(row, who=who, image=image, module=r"E:\~WTR4141.tmp").findings
    assert (finding.kind, finding.facts["place"]) == ("odd_module", "the root of the disk")
    assert not judge(row, who=who, image=image, module=r"E:\setup.exe").findings
    assert not judge(row, who=who, image=image, module=r"C:\Windows\System32\x.tmp").findings


def test_a_set_up_programs_part_in_its_temporary_folder_is_nothing_but_in_services_it_is() -> None:
    temp = r"C:\Users\a\AppData\Local\Temp\ns1.tmp\System.dll"
    row = Row("RegOpenKey", "HKLM", who="setup.exe (9)")
    assert not judge(row, who="setup.exe (9)", image=r"C:\Users\a\Downloads\setup.exe", module=temp).findings
    assert judge(Row("RegOpenKey", "HKLM", who=SERVICES), module=temp).findings


def test_a_program_that_runs_from_the_recycle_bin_is_told() -> None:
    row = Row("RegOpenKey", "HKLM", who="x.exe (9)")
    found = judge(row, who="x.exe (9)", image=r"C:\RECYCLER\x.exe", module=r"C:\Windows\System32\ntdll.dll")
    assert [finding.kind for finding in found.findings] == ["odd_program"]


def logged(offset: int, stack: tuple[int, ...] = ()) -> Row:
    path = r"C:\WINDOWS\system32\config\SysEvent.Evt"
    return Row("WriteFile", path, f"Offset: {offset:,}, Length: 40", who=SERVICES, stack=stack)


def test_entries_of_event_logs_by_a_process_with_foreign_code_are_told_and_not_held_against_it() -> None:
    (finding,) = judge(logged(159_028), logged(159_280), logged(159_280)).findings
    assert finding.facts["logs"] == {"files": ["SysEvent.Evt"], "writes": 3, "appended": True}
    said = tell(finding.kind, finding.facts)["statement"]
    assert "wrote 3 times to the event logs `SysEvent.Evt`: up to Windows Server 2003" in said
    assert "each goes on where the ones before had ended" in said


def test_a_log_that_is_written_from_its_beginning_is_not_said_to_be_continued() -> None:
    (finding,) = judge(logged(159_028), logged(0)).findings
    assert "goes on" not in tell(finding.kind, finding.facts)["statement"]


def test_a_log_written_by_the_foreign_code_itself_is_not_excused() -> None:
    (finding,) = judge(logged(159_028, stack=(0x45671234,))).findings
    assert finding.facts["logs"] is None
    assert (finding.facts["ran"], finding.severity) == (1, "high")


def test_what_runs_from_a_stream_of_a_file_or_folder_is_told_wherever_that_lies() -> None:
    row = Row("RegOpenKey", "HKLM", who="rundll32.exe (5)")
    hosted = {"who": "rundll32.exe (5)", "image": r"C:\Windows\System32\rundll32.exe"}
    (finding,) = judge(row, **hosted, module=r"C:\Windows\Temp:evil.dll").findings
    assert (finding.kind, finding.severity) == ("odd_module", "medium")
    assert not judge(row, **hosted, module=r"C:\Program Files\Vendor\page.dll").findings

    program, clean = "readme.txt:p.exe (6)", r"C:\Windows\System32\ntdll.dll"
    stream = r"C:\Users\a\Documents\readme.txt:p.exe"
    row = Row("RegOpenKey", "HKLM", who=program)
    (finding,) = judge(row, who=program, image=stream, module=clean).findings
    assert (finding.kind, finding.facts["place"]) == ("odd_program", "a hidden stream of a file or folder")
    assert "a hidden stream" in tell(finding.kind, finding.facts)["title"]
