"""Files with passwords: who reads them as a matter of course, and who is lent for it."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.processes import credential_stores
from scripts.procmon.findings.programs import process_tree
from tests.captures.deeds import opened
from tests.captures.events import Row, capture

SYSTEM32 = r"C:\Windows\System32"
SHELL = rf"{SYSTEM32}\cmd.exe"
NTDS = r"\Device\HarddiskVolumeShadowCopy1\Windows\NTDS\ntds.dit"
LOGINS = r"C:\Users\a\AppData\Local\Google\Chrome\User Data\Default\Login Data"


def read(path: str, who: str) -> Row:
    return Row("ReadFile", path, "Offset: 0, Length: 4,096", who=who)


def reading(*paths: str, image: str, parent: str = r"C:\Windows\explorer.exe") -> list[Finding]:
    name, above = image.rpartition("\\")[2], parent.rpartition("\\")[2]
    who = f"{name} (7)"
    built = capture(
        *(row for path in paths for row in (opened(path, who=who), read(path, who))),
        processes={
            f"{above} (6)": {"image_path": parent},
            who: {"image_path": image, "parent": f"{above} (6)"},
        },
    )
    earlier = {"process_tree": process_tree.analyse(built, {})}
    return list(credential_stores.analyse(built, earlier).findings)


@pytest.mark.parametrize(
    ("path", "image", "severity"),
    [
        (NTDS, SHELL, "high"),
        (rf"{SYSTEM32}\config\SAM", rf"{SYSTEM32}\WindowsPowerShell\v1.0\powershell.exe", "high"),
        (LOGINS, rf"{SYSTEM32}\WindowsPowerShell\v1.0\powershell.exe", "medium"),
        (LOGINS, r"C:\Windows\Microsoft.NET\Framework\v4.0.30319\RegSvcs.exe", "medium"),
        (LOGINS, r"C:\Users\a\Downloads\x.exe", "medium"),
        (LOGINS, r"C:\Program Files\Other Browser\browse.exe", "low"),
        (NTDS, r"C:\Program Files\Backup\agent.exe", "low"),
    ],
)
def test_a_reader_weighs_by_its_place_and_by_whether_it_does_what_it_is_given(
    path: str, image: str, severity: str
) -> None:
    assert [finding.severity for finding in reading(path, image=image)] == [severity]


def test_a_script_of_an_installed_program_and_a_copy_of_everything_are_low() -> None:
    agent = r"C:\Program Files\Backup\agent.exe"
    assert [finding.severity for finding in reading(NTDS, image=SHELL, parent=agent)] == ["low"]
    everything = [rf"C:\Users\a\Documents\{number}.docx" for number in range(300)]
    assert [finding.severity for finding in reading(*everything, LOGINS, image=SHELL)] == ["low"]


def test_the_owner_reads_without_a_word() -> None:
    assert reading(NTDS, image=rf"{SYSTEM32}\lsass.exe") == []


@pytest.mark.parametrize("name", ["chrome.exe", "7z.exe", "robocopy.exe"])
def test_a_name_is_not_believed_where_nothing_is_set_up(name: str) -> None:
    loose = (r"C:\ProgramData", r"C:\Temp", r"C:", r"C:\PerfLogs")
    for folder in loose:
        assert [one.severity for one in reading(LOGINS, image=rf"{folder}\{name}")] == ["medium"]
    for folder in (r"C:\Program Files\x", r"D:\Portable\x", r"C:\ProgramData\packages\x"):
        assert reading(LOGINS, image=rf"{folder}\{name}") == []
