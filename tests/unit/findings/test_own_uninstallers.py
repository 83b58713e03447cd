"""A protection that takes itself off is told, and not as an attack; whoever else takes it off is."""

from __future__ import annotations

from typing import Any

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from tests.captures.deeds import SERVICES, opened, service_value
from tests.captures.events import Row, capture

RUN = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run"
LIST = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
SCM = "services.exe (680)"
OWN = r"C:\Program Files\AVAST Software\Avast\setup\instup.exe"
LOOSE = r"C:\Users\a\AppData\Local\Temp\~nsu.tmp\Au_.exe"


def found(kind: str, *rows: Row, **people: str) -> Finding:
    named = {row.who for row in rows}
    known: dict[str, dict[str, Any]] = {
        who: {"image_path": people[key]} for who in named if (key := who.partition(".")[0]) in people
    }
    findings = [one for done in run(capture(*rows, processes=known)).values() for one in done.findings]
    (finding,) = [one for one in findings if one.kind == kind]
    return finding


def taken_off(value: str, who: str) -> Row:
    return Row("RegDeleteValue", rf"{RUN}\{value}", who=who)


def test_an_uninstaller_from_the_products_own_folder_is_low() -> None:
    finding = found("registry_deletion_security", taken_off("AvastUI.exe", "instup.exe (7)"), instup=OWN)
    assert (finding.severity, finding.facts["uninstaller"]) == ("low", "place")


def test_windows_installer_is_believed_in_its_place_only() -> None:
    value = taken_off("Malwarebytes", "msiexec.exe (7)")
    kind = "registry_deletion_security"
    assert found(kind, value, msiexec=r"C:\Windows\System32\msiexec.exe").severity == "low"
    assert found(kind, value, msiexec=r"C:\Users\a\Downloads\msiexec.exe").severity == "high"


def test_an_uninstaller_in_a_temporary_folder_is_known_by_its_entry_in_the_list() -> None:
    entry = Row("RegDeleteKey", rf"{LIST}\ZoneAlarm", who="Au_.exe (7)")
    finding = found("registry_deletion_security", entry, taken_off("ZoneAlarm", "Au_.exe (7)"), Au_=LOOSE)
    assert (finding.severity, finding.facts["uninstaller"]) == ("medium", "entry")


def test_anybody_else_who_takes_a_protection_off_is_high() -> None:
    finding = found("registry_deletion_security", taken_off("AvastUI.exe", "tool.exe (7)"), tool=LOOSE)
    assert (finding.severity, finding.facts["uninstaller"]) == ("high", None)


def gone(service: str, *, who: str = SCM) -> list[Row]:
    return [
        service_value(service, "Start", 4, who=who),
        service_value(service, "DeleteFlag", 1, who=who),
        Row("RegDeleteKey", rf"{SERVICES}\{service}", who=who),
    ]


def test_a_products_own_service_taken_off_on_its_own_behalf_is_low() -> None:
    at_work = opened(r"C:\ProgramData\x.ini", who="instup.exe (7)")
    finding = found("protection_removed", at_work, *gone("avast! antivirus"), instup=OWN)
    assert (finding.severity, finding.facts["own"]) == ("low", ["instup.exe (7)"])


def test_a_product_deletes_no_protection_of_windows() -> None:
    at_work = opened(r"C:\ProgramData\x.ini", who="instup.exe (7)")
    assert found("protection_removed", at_work, *gone("wscsvc"), instup=OWN).severity == "high"


def test_a_product_may_switch_windows_own_off() -> None:
    off = service_value("WinDefend", "Start", 4, who="instup.exe (7)")
    assert found("protection_removed", off, instup=OWN).severity == "low"


def test_a_products_service_taken_off_by_a_loose_program_is_high() -> None:
    at_work = opened(r"C:\ProgramData\x.ini", who="tool.exe (7)")
    assert found("protection_removed", at_work, *gone("avast! antivirus"), tool=LOOSE).severity == "high"
