"""Command lines by which something is made to start by itself, or a way into other computers is kept open."""

from __future__ import annotations

import pytest

from scripts.procmon.findings.programs.command_lines import telling

ATTACKS = {
    r'wmic /NAMESPACE:"\\root\subscription" PATH CommandLineEventConsumer CREATE Name="x", ExecutablePath="C:\x.exe"': (
        "wmi-subscription",
        "high",
    ),
    r'WMIC.exe /namespace:\\root\subscription path __EventFilter create Name="f", EventNameSpace="root\cimv2"': (
        "wmi-subscription",
        "high",
    ),
    r"powershell Set-WmiInstance -Namespace root/subscription -Class ActiveScriptEventConsumer -Arguments $a": (
        "wmi-subscription",
        "high",
    ),
    r"powershell -c New-CimInstance -Namespace root/subscription -ClassName __FilterToConsumerBinding -Property $p": (
        "wmi-subscription",
        "high",
    ),
    r"mofcomp.exe C:\Users\Public\x.mof": ("mof-compiled", "medium"),
    r'"C:\Windows\System32\wbem\mofcomp.exe" -N:root\subscription C:\Users\a\AppData\Roaming\x.mof': (
        "mof-compiled",
        "medium",
    ),
    r"schtasks /create /tn Upd /xml C:\Users\Public\u.xml": ("task-from-file", "medium"),
    r"schtasks.exe /Create /XML C:\ProgramData\t.xml /TN Upd /F": ("task-from-file", "medium"),
    "netsh interface portproxy add v4tov4 listenport=8080 connectaddress=10.0.0.5 connectport=3389": (
        "port-proxy",
        "medium",
    ),
}


@pytest.mark.parametrize(("line", "expected"), ATTACKS.items())
def test_a_command_that_makes_something_come_back_is_told(line: str, expected: tuple[str, str]) -> None:
    known = telling(line)
    assert known is not None
    assert (known["id"], known["severity"]) == expected


ORDINARY = [
    r"wmic /namespace:\\root\subscription path __EventFilter get name",
    r"powershell Get-WmiObject -Namespace root\subscription -Class __FilterToConsumerBinding",
    r"powershell Get-CimInstance -Namespace root/subscription -ClassName CommandLineEventConsumer",
    "wmic process call create notepad.exe",
    r'mofcomp.exe "C:\Program Files (x86)\Microsoft SQL Server\140\Shared\sqlmgmproviderxpsp2up.mof"',
    r"mofcomp C:\Windows\System32\wbem\cimwin32.mof",
    r"mofcomp C:\Users\a\AppData\Local\Temp\is-1.tmp\provider.mof",
    r'schtasks /create /tn "Vendor Update" /xml "C:\Program Files\Vendor\update.xml"',
    r"schtasks /create /tn Vendor /xml C:\Users\a\AppData\Local\Temp\nsq1.tmp\task.xml",
    "netsh interface portproxy add v4tov4 listenport=3000 connectaddress=172.29.160.1 connectport=3000",
    "netsh interface portproxy add v4tov4 listenport=80 connectaddress=127.0.0.1 connectport=8080",
    "netsh interface portproxy show all",
    "netsh interface portproxy delete v4tov4 listenport=8080",
]


@pytest.mark.parametrize("line", ORDINARY)
def test_its_ordinary_twin_is_not(line: str) -> None:
    assert telling(line) is None
