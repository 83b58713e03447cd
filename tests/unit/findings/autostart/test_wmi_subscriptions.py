"""Subscriptions that a program may have asked WMI for, and what WMI started by arguments that give themselves away."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings import analyses
from scripts.procmon.text.telling import tell
from tests.captures.deeds import loaded, wrote
from tests.captures.events import Row, capture

SERVICE = "svchost.exe (900)"
NAMESPACES = r"HKLM\SOFTWARE\Microsoft\WBEM\CIMOM\List of event-active namespaces"
PROVIDER = r"HKLM\SOFTWARE\Microsoft\Wbem\ESS\//./root/CIMV2\Win32ClockProvider"
STORE = r"C:\Windows\System32\wbem\Repository\OBJECTS.DATA"
SYSTEM32 = r"C:\Windows\System32"
PLACES = {
    SERVICE: (rf"{SYSTEM32}\svchost.exe", "svchost.exe -k netsvcs -s Winmgmt"),
    "wscript.exe (1)": (rf"{SYSTEM32}\wscript.exe", r'wscript.exe "C:\Users\a\Downloads\order.js"'),
    "cscript.exe (2)": (rf"{SYSTEM32}\cscript.exe", r"cscript.exe D:\Admin\inventory.vbs"),
    "m.exe (3)": (r"C:\Users\a\AppData\Local\Temp\m.exe", "m.exe"),
    "agent.exe (4)": (r"C:\Program Files\Agent\agent.exe", "agent.exe"),
    "taskhostw.exe (5)": (rf"{SYSTEM32}\taskhostw.exe", "taskhostw.exe"),
}


def told(*rows: Row) -> list[Finding]:
    people = {row.who for row in rows}
    processes = {
        who: {"image_path": image, "command_line": line}
        for who, (image, line) in PLACES.items()
        if who in people
    }
    found = analyses.run(capture(*rows, processes=processes))["persistence"].findings
    return [finding for finding in found if finding.kind == "wmi_subscription"]


def spoke(who: str, at: float = 1.0, library: str = "wbemdisp.dll") -> Row:
    return loaded(rf"{SYSTEM32}\wbem\{library}", who=who, at=at)


def noted(path: str = NAMESPACES, at: float = 2.0, who: str = SERVICE) -> Row:
    return Row("RegSetValue", path, "Type: REG_MULTI_SZ, Length: 60, Data: //./root/cimv2", who=who, at=at)


@pytest.mark.parametrize("who", ["wscript.exe (1)", "m.exe (3)"])
@pytest.mark.parametrize("path", [NAMESPACES, PROVIDER])
def test_a_script_from_the_downloads_or_a_loose_program_may_have_made_a_subscription(
    who: str, path: str
) -> None:
    (finding,) = told(spoke(who), noted(path), wrote(STORE, 0, 8192, who=SERVICE, at=2.5))
    assert (finding.severity, finding.confidence, finding.facts["stored"]) == ("medium", "possible", 1)
    assert [one.id for one in finding.attack] == ["T1546.003"]
    for language in ("en", "ja"):
        assert who in tell(finding.kind, finding.facts, language)["statement"]


def test_a_script_of_a_folder_of_its_own_is_low() -> None:
    assert [one.severity for one in told(spoke("cscript.exe (2)"), noted())] == ["low"]


ORDINARY = {
    "an installed agent": (spoke("agent.exe (4)"), noted()),
    "a program of Windows": (spoke("taskhostw.exe (5)", library="fastprox.dll"), noted()),
    "a script that only asks": (spoke("wscript.exe (1)"), wrote(STORE, 0, 8192, who=SERVICE, at=2.0)),
    "WMI's service alone": (noted(),),
    "long before": (spoke("m.exe (3)"), noted(at=60.0)),
    "afterwards": (noted(), spoke("m.exe (3)", at=3.0)),
    "without WMI's libraries": (Row("RegOpenKey", "HKLM", who="m.exe (3)", at=1.0), noted()),
    "another value": (spoke("m.exe (3)"), noted(r"HKLM\SOFTWARE\Microsoft\WBEM\CIMOM\Logging")),
}


@pytest.mark.parametrize("rows", ORDINARY.values(), ids=ORDINARY)
def test_what_wmi_notes_every_day_is_no_finding(rows: tuple[Row, ...]) -> None:
    assert told(*rows) == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        (r'powershell -c "iex (gc C:\Users\Public\n.txt -raw)"', "medium"),
        (r"powershell -File D:\Agent\inventory.ps1", "low"),
    ],
)
def test_what_wmi_started_weighs_by_arguments_that_give_themselves_away(line: str, severity: str) -> None:
    host, child = "WmiPrvSE.exe (20)", "powershell.exe (21)"
    built = capture(
        Row("RegOpenKey", "HKLM", who=host),
        Row("Process Start", detail="Parent PID: 20", who=child),
        processes={
            host: {"image_path": rf"{SYSTEM32}\wbem\WmiPrvSE.exe"},
            child: {
                "image_path": rf"{SYSTEM32}\WindowsPowerShell\v1.0\powershell.exe",
                "command_line": line,
                "parent": host,
            },
        },
    )
    found = [one for one in analyses.run(built)["persistence"].findings if one.kind == "wmi_started"]
    assert [one.severity for one in found] == [severity]
