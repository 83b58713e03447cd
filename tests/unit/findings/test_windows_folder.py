"""Windows lies where the capture's own header says, whatever the folder is called."""

from __future__ import annotations

import pytest

from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.paths.file_kinds import ordinary_reason
from scripts.procmon.findings.paths.places import below_windows, in_its_place, kind_of, windows_at
from tests.captures.deeds import created
from tests.captures.events import Row, capture

ROOT = r"E:\Win10"


def test_the_folder_of_the_header_is_windows_and_another_is_not() -> None:
    with windows_at(ROOT):
        assert below_windows(r"E:\win10\System32\lsass.exe") == r"system32\lsass.exe"
        assert kind_of(r"E:\Win10\System32\x.dll") == ("own", None)
        assert kind_of(r"E:\Win10\Fonts\x.exe")[0] == "odd"
        assert (
            ordinary_reason(r"E:\Win10\Prefetch\A.EXE-1.pf", process_name="svchost.exe", what="data")
            == "prefetch"
        )
    assert below_windows(r"E:\Win10\System32\lsass.exe") is None
    assert kind_of(r"E:\Win10\System32\x.dll")[0] == "other"


@pytest.mark.parametrize("root", ["", None, "E:", "E:\\", "\\", r"C:\a\b\c\d\e", "nonsense"])
def test_a_hostile_header_makes_no_disk_windows(root: str | None) -> None:
    with windows_at(root):
        assert kind_of(r"E:\Users\a\x.exe")[0] == "other"
        assert below_windows(r"C:\Windows\System32\lsass.exe") == r"system32\lsass.exe"


def test_winnt_is_the_old_name_of_windows() -> None:
    assert kind_of(r"C:\WINNT\System32\x.dll") == ("own", None)
    assert in_its_place(r"D:\WINNT\system32\services.exe")


def test_a_system_process_below_the_root_of_the_capture_bears_its_own_name() -> None:
    def found(root: str) -> list[str]:
        built = capture(
            created(r"C:\Users\a\Documents\a.txt", who="lsass.exe (600)"),
            Row("Process Start", detail="Parent PID: 4", who="lsass.exe (600)"),
            info={"system_root": root},
            processes={"lsass.exe (600)": {"image_path": r"E:\Odd Name\System32\lsass.exe"}},
        )
        return [finding.kind for finding in run(built)["masquerade"].findings if finding.severity == "high"]

    assert found(r"E:\Odd Name") == []
