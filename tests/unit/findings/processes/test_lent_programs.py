"""Programs of Windows that were started empty and then did what they never do themselves."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.processes.lent_programs import lent_programs
from scripts.procmon.findings.programs import process_tree
from tests.captures.deeds import created, read
from tests.captures.events import Row, capture

SYSTEM32 = r"C:\Windows\System32"
NET = r"C:\Windows\Microsoft.NET\Framework\v4.0.30319"
STRAY, INSTALLED = r"C:\Users\a\Downloads\invoice.exe", r"C:\Program Files\Tool\tool.exe"
LOGINS = r"C:\Users\a\AppData\Local\Google\Chrome\User Data\Default\Login Data"


def sent(peer: str) -> Row:
    return Row("TCP Send", f"pc.local:50001 -> {peer}", "Length: 500", who="shell (8)")


def severities(*rows: Row, **more: str) -> list[str]:
    return [finding.severity for finding in found(*rows, **more)]


def found(
    *rows: Row, parent: str = STRAY, image: str = rf"{NET}\RegSvcs.exe", line: str | None = None
) -> list[Finding]:
    built = capture(
        Row("Process Start", who="shell (8)"),
        *rows,
        processes={
            "parent (7)": {"image_path": parent, p.PROCESS_NAME: parent.rpartition("\\")[2]},
            "shell (8)": {
                "image_path": image,
                p.PROCESS_NAME: image.rpartition("\\")[2],
                "parent": "parent (7)",
                p.COMMAND_LINE: f'"{image}"' if line is None else line,
            },
        },
    )
    done = {"process_tree": process_tree.analyse(built, {})}
    return list(lent_programs(built, tree(done)))


@pytest.mark.parametrize(
    "deed",
    [
        sent("203.0.113.5:587"),
        sent("mail.example.com:587"),
        read(LOGINS, 0, 4096, who="shell (8)"),
        created(r"C:\Users\a\AppData\Roaming\x.exe", who="shell (8)"),
    ],
)
def test_an_empty_shell_at_work_for_a_stray_program_is_high(deed: Row) -> None:
    assert severities(deed) == ["high"]


def test_for_a_script_it_is_medium() -> None:
    shell = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
    assert severities(sent("203.0.113.5:587"), parent=shell) == ["medium"]


def test_installed_parents_work_to_do_private_peers_and_no_deed_are_none() -> None:
    deed = sent("203.0.113.5:443")
    assert not severities()
    assert not severities(deed, parent=INSTALLED)
    assert not severities(deed, line=rf'"{NET}\RegSvcs.exe" C:\Users\a\Downloads\server.dll')
    assert not severities(sent("192.168.1.7:445"))
    assert not severities(sent("fileserver:445"))
    assert not severities(deed, image=r"C:\Windows\System32\curl.exe")
    assert not severities(deed, image=r"C:\Users\a\RegSvcs.exe")
    assert not severities(deed, line="")


def test_a_program_that_never_talks_is_told_whatever_started_it() -> None:
    console = r"C:\Windows\System32\conhost.exe"
    line = rf"{console} 0xffffffff -ForceV1"
    assert severities(sent("203.0.113.5:3333"), image=console, line=line, parent=INSTALLED) == ["medium"]
    assert severities(sent("203.0.113.5:3333"), image=console, line=line) == ["high"]
    assert not severities(sent("127.0.0.1:3333"), image=console, line=line)
    assert not severities(created(r"C:\Users\a\x.exe", who="shell (8)"), image=console, line=line)


def test_what_is_always_told_what_to_run_is_told_where_it_was_started_empty() -> None:
    runner = rf"{SYSTEM32}\rundll32.exe"
    services = rf"{SYSTEM32}\services.exe"
    assert severities(sent("203.0.113.5:443"), image=runner, parent=services) == ["high"]
    assert not severities(
        sent("203.0.113.5:443"), image=runner, parent=services, line=f"{runner} shell32.dll,Control_RunDLL"
    )


def test_a_parent_of_windows_is_not_accused_of_it() -> None:
    shell = rf"{SYSTEM32}\cmd.exe"
    for parent, people in ((STRAY, ["RegSvcs.exe (8)", "invoice.exe (7)"]), (shell, ["RegSvcs.exe (8)"])):
        (finding,) = found(sent("203.0.113.5:587"), parent=parent)
        assert finding.subjects["processes"] == people


def test_an_interpreter_that_runs_a_loose_file_counts_as_that_file() -> None:
    runner = r"C:\Windows\System32\rundll32.exe"
    built = capture(
        Row("Process Start", who="shell (8)"),
        sent("203.0.113.5:443"),
        processes={
            "rundll32.exe (7)": {
                "image_path": runner,
                p.COMMAND_LINE: rf"{runner} C:\Users\a\AppData\Local\Temp\x.dat,Go",
            },
            "shell (8)": {
                "image_path": r"C:\Windows\SysWOW64\wermgr.exe",
                p.PROCESS_NAME: "wermgr.exe",
                "parent": "rundll32.exe (7)",
                p.COMMAND_LINE: r"C:\Windows\SysWOW64\wermgr.exe",
            },
        },
    )
    rows = tree({"process_tree": process_tree.analyse(built, {})})
    assert [finding.severity for finding in lent_programs(built, rows)] == ["high"]
