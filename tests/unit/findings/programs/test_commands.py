"""Commands that Windows starts by itself are weighed by what they run."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.programs.commands import given, is_interpreter, place_given, tells
from tests.captures.deeds import service_key, service_value
from tests.captures.events import Row, capture

RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\x"
IFEO = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Image File Execution Options"
OWN = {"reg.exe (2)": {"image_path": r"C:\Windows\System32\reg.exe"}}


def entered(path: str, data: str) -> list[Finding]:
    row = Row("RegSetValue", path, f"Type: REG_SZ, Length: 80, Data: {data}", who="reg.exe (2)")
    done = run(capture(row, processes=OWN))
    return [finding for finding in done["persistence"].findings if finding.kind == "autostart"]


def made(image: str) -> Finding:
    rows = (service_key("x", who="reg.exe (2)"), service_value("x", "ImagePath", image, who="reg.exe (2)"))
    return run(capture(*rows, processes=OWN))["services"].findings[0]


@pytest.mark.parametrize(
    ("data", "severity"),
    [
        (r"C:\Windows\System32\rundll32.exe C:\Users\b\AppData\Local\Temp\x.dll,Run", "high"),
        ("powershell -w hidden -nop -enc SQBFAFgA", "high"),
        (r'"C:\Windows\System32\wscript.exe" "C:\Users\Public\a.vbs"', "medium"),
        (r"C:\Windows\System32\rundll32.exe C:\Windows\System32\x.dll,Run", "low"),
        (r"C:\Program Files\Vendor\agent.exe C:\Users\b\AppData\Local\Temp\x.log", "low"),
    ],
)
def test_an_interpreter_is_weighed_by_what_it_is_given(data: str, severity: str) -> None:
    (finding,) = entered(RUN, data)
    assert (finding.severity, finding.facts["data"]) == (severity, [data])


@pytest.mark.parametrize(
    ("program", "data", "severity"),
    [
        ("sethc.exe", r"C:\Windows\System32\cmd.exe", "high"),
        ("utilman.exe", r"C:\Program Files\Vendor\help.exe", "high"),
        ("taskmgr.exe", r'"C:\SYSINTERNALS\PROCEXP64.EXE"', "medium"),  # a name alone
        ("taskmgr.exe", r"C:\Users\b\x.exe", "medium"),
        ("myapp.exe", r"C:\Program Files\Debugging Tools\windbg.exe", "low"),
        ("myapp.exe", r"C:\Windows\System32\cmd.exe", "medium"),
    ],
)
def test_who_stands_in_for_a_program_and_for_which(program: str, data: str, severity: str) -> None:
    (finding,) = entered(rf"{IFEO}\{program}\Debugger", data)
    assert finding.severity == severity


def test_a_service_made_of_an_interpreter_is_weighed_by_its_command() -> None:
    assert made("%COMSPEC% /b /c start /b /min powershell -nop -w hidden -enc SQBFAFgA").severity == "high"
    assert made(r"C:\Windows\System32\cmd.exe /c C:\Program Files\Vendor\start.bat").severity == "medium"
    assert made(r"C:\Windows\System32\svchost.exe -k netsvcs").severity == "low"


def test_what_an_interpreter_is_given() -> None:
    assert given(r"rundll32.exe C:\Temp\x.dll,Run") == (r"C:\Temp\x.dll",)
    assert given(r"C:\Program Files\a.exe C:\Temp\x.dll") == ()
    assert is_interpreter("%COMSPEC% /c dir")
    assert not is_interpreter(r"C:\x\mycmd.exe /c dir")
    assert place_given(r"rundll32 C:\RECYCLER\x.dll,Run C:\Windows\a.dll")[0] == "odd"


def test_a_service_that_leaves_its_output_on_a_share_of_this_computer_tells_what_it_is_for() -> None:
    command = (
        r"%COMSPEC% /Q /c echo whoami ^> \\127.0.0.1\C$\__output 2^>^&1 > C:\Windows\x.bat & C:\Windows\x.bat"
    )
    assert (is_interpreter(command), tells(command)) == (True, "high")
    assert tells(r"%COMSPEC% /c dir \\127.0.0.1\share") is None
