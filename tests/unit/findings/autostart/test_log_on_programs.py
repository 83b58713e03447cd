"""Programs of the log-on screen: replaced by anybody but Windows itself, and put back afterwards."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.findings import analyses
from scripts.procmon.text.telling import tell
from tests.captures.deeds import copied, created, renamed, wrote
from tests.captures.events import Row, capture

SYSTEM32 = r"C:\Windows\System32"
CMD = "cmd.exe (300)"


def done(*rows: Row, places: dict[str, str] | None = None) -> dict[str, Analysis]:
    return analyses.run(
        capture(*rows, processes={who: {"image_path": image} for who, image in (places or {}).items()})
    )


def told(*rows: Row, places: dict[str, str] | None = None) -> list[Finding]:
    found = done(*rows, places=places)["persistence"].findings
    return [finding for finding in found if finding.kind == "log_on_program_replaced"]


@pytest.mark.parametrize("name", ["sethc.exe", "Utilman.exe", "osk.exe", "Magnify.exe", "AtBroker.exe"])
def test_a_command_prompt_in_the_place_of_a_program_of_the_log_on_screen_is_high(name: str) -> None:
    rows = copied(rf"{SYSTEM32}\cmd.exe", rf"{SYSTEM32}\{name}", 65536, 65536, 100, who=CMD)
    (finding,) = told(*rows)
    assert (finding.severity, finding.facts["source"]) == ("high", rf"{SYSTEM32}\cmd.exe")
    assert [one.id for one in finding.attack] == ["T1546.008"]
    for language in ("en", "ja"):
        assert "cmd.exe" in tell(finding.kind, finding.facts, language)["statement"]


def test_a_file_that_is_renamed_there_counts_as_one_that_is_written() -> None:
    (finding,) = told(renamed(r"C:\Users\Public\x.exe", rf"{SYSTEM32}\sethc.exe", who=CMD))
    assert (finding.severity, finding.facts["source"]) == ("high", r"C:\Users\Public\x.exe")


def test_windows_on_another_disk_is_watched_as_well() -> None:
    (finding,) = told(created(r"D:\Windows\System32\utilman.exe", who=CMD))
    assert finding.severity == "high"


def test_a_program_that_is_only_renamed_away_is_medium() -> None:
    (finding,) = told(renamed(rf"{SYSTEM32}\sethc.exe", rf"{SYSTEM32}\sethc.bak", who=CMD))
    assert (finding.severity, finding.facts["aside"]) == ("medium", rf"{SYSTEM32}\sethc.bak")


def linked(path: str, to: str, **more: str) -> Row:
    return Row("SetLinkInformationFile", path, f"ReplaceIfExists: True, FileName: {to}", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("prefix", ["", "\\??\\"])
def test_a_second_name_for_a_command_prompt_in_its_place_is_high(prefix: str) -> None:
    (finding,) = told(linked(rf"{SYSTEM32}\cmd.exe", rf"{prefix}{SYSTEM32}\sethc.exe", who=CMD))
    assert (finding.severity, finding.facts["source"]) == ("high", rf"{SYSTEM32}\cmd.exe")
    assert finding.facts["path"] == rf"{SYSTEM32}\sethc.exe"
    for language in ("en", "ja"):
        assert "cmd.exe" in tell(finding.kind, finding.facts, language)["statement"]


def test_a_link_that_failed_replaced_nothing() -> None:
    assert (
        told(linked(rf"{SYSTEM32}\cmd.exe", rf"{SYSTEM32}\sethc.exe", who=CMD, result="ACCESS DENIED")) == []
    )


ORDINARY = {
    "servicing links it to its store": (
        linked(r"C:\Windows\WinSxS\amd64_x\sethc.exe", rf"{SYSTEM32}\sethc.exe", who="TiWorker.exe (9)"),
    ),
    "a repair by hand links its own file from the store": (
        linked(r"C:\Windows\WinSxS\amd64_x\sethc.exe", rf"{SYSTEM32}\sethc.exe", who=CMD),
    ),
    "a link elsewhere": (linked(rf"{SYSTEM32}\sethc.exe", r"C:\Users\a\sethc.exe", who=CMD),),
    "servicing writes it": (created(rf"{SYSTEM32}\sethc.exe", who="TiWorker.exe (9)"),),
    "servicing renames it there": (
        renamed(rf"{SYSTEM32}\sethc.exe", r"C:\Windows\WinSxS\Temp\1", who="poqexec.exe (9)"),
        renamed(r"C:\Windows\WinSxS\Temp\2", rf"{SYSTEM32}\sethc.exe", who="poqexec.exe (9)"),
    ),
    "a new Windows is laid out": (
        created(r"C:\$WINDOWS.~BT\NewOS\Windows\System32\sethc.exe", who="SetupHost.exe (9)"),
    ),
    "a copy elsewhere": (created(r"C:\Users\a\Desktop\sethc.exe", who=CMD),),
    "another program in System32": (created(rf"{SYSTEM32}\tool.exe", who=CMD),),
}


@pytest.mark.parametrize("rows", ORDINARY.values(), ids=ORDINARY)
def test_windows_own_work_on_these_files_is_no_finding(rows: tuple[Row, ...]) -> None:
    assert told(*rows) == []


def test_servicing_is_believed_in_its_place_alone() -> None:
    row = created(rf"{SYSTEM32}\osk.exe", who="poqexec.exe (9)")
    assert told(row, places={"poqexec.exe (9)": r"C:\Windows\System32\poqexec.exe"}) == []
    (finding,) = told(row, places={"poqexec.exe (9)": r"C:\Users\a\Downloads\poqexec.exe"})
    assert finding.severity == "high"


def test_a_whole_windows_that_is_copied_is_low() -> None:
    names = ["sethc.exe", *(f"lib{number}.dll" for number in range(25))]
    rows = [wrote(rf"D:\Windows\System32\{name}", 0, 100, who="robocopy.exe (9)") for name in names]
    (finding,) = told(*rows)
    assert (finding.severity, finding.facts["others"]) == ("low", 25)


def test_what_was_replaced_is_put_back_and_neither_deleted_nor_searched_for() -> None:
    found = done(*copied(rf"{SYSTEM32}\cmd.exe", rf"{SYSTEM32}\sethc.exe", 65536, 65536, 100, who=CMD))
    steps = [(row.step, row.target, row.because) for row in found["removal"].tables["removal"]]
    assert steps == [("check", rf"{SYSTEM32}\sethc.exe", "log_on_program")]
    assert all(rf"{SYSTEM32}\sethc.exe" != row.value for row in found["indicators"].tables["indicators"])
