"""A name is no act: a tool that lies on a computer is noted, and nothing is said of what it did."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.processes.named_tools import tool_called
from scripts.procmon.text.telling import tell
from tests.captures.deeds import opened
from tests.captures.events import Row, capture


def found(*rows: Row) -> list[Finding]:
    return list(run(capture(*rows))["named_tools"].findings)


def test_a_tool_on_the_desktop_is_present_and_no_more() -> None:
    folder = r"C:\Users\a\Desktop\KMSpico-setup"
    (finding,) = found(
        opened(folder, who="Explorer.EXE (5)"), opened(folder + ".zip", who="Explorer.EXE (5)")
    )
    assert (finding.kind, finding.severity, finding.facts["count"]) == ("tool_present", "info", 2)
    assert "No process of the capture bears the name" in tell(finding.kind, finding.facts)["statement"]


def test_a_value_whose_name_is_a_shortcut_is_a_trace_of_it() -> None:
    value = r"HKCU\Software\Microsoft\Explorer\StartPage\NewShortcuts\C:\Programs\KMSpico\AutoPico.lnk"
    (finding,) = found(Row("RegSetValue", value, "Type: REG_DWORD, Length: 4, Data: 1"))
    assert (finding.facts["tool"], finding.subjects["files"]) == ("kmspico", [])


def test_a_tool_that_was_looked_for_in_vain_is_not_there() -> None:
    assert found(opened(r"C:\Tools\mimikatz.exe", result="NAME NOT FOUND")) == []


def test_names_that_only_begin_alike_are_others() -> None:
    assert found(opened(r"C:\a\adfinder.exe"), opened(r"C:\a\KmsRequests"), opened(r"C:\a\gmerge.dll")) == []


@pytest.mark.parametrize(
    ("program", "line", "told"),
    [
        ("Akagi64.exe", r'"C:\Users\Public\Akagi64.exe" 45 C:\Windows\System32\cmd.exe', ("UACMe", "45")),
        ("Akagi32.exe", "Akagi32.exe 23", ("UACMe", "23")),
        ("Akagi64.exe", "Akagi64.exe", ("UACMe", None)),
        ("Akagi64.exe", None, ("UACMe", None)),
        ("mimikatz.exe", "mimikatz.exe 45", None),
        ("other.exe", "other.exe 45", None),
    ],
)
def test_a_public_tool_is_called_by_its_own_name_and_its_number_told(
    program: str, line: str | None, told: tuple[str, str | None] | None
) -> None:
    assert tool_called(program, line) == told


def test_a_tool_for_control_from_afar_is_noted_whoever_uses_it() -> None:
    """An agreed installation by telephone shows the same as one that somebody was talked into."""
    (finding,) = found(
        opened(r"C:\Users\a\AppData\Local\Temp\ScreenConnect\25.1\ScreenConnect.ClientSetup.msi")
    )
    assert (finding.severity, finding.facts["tool"]) == ("info", "screenconnect")
    assert "see and control this computer from afar" in tell(finding.kind, finding.facts)["statement"]
