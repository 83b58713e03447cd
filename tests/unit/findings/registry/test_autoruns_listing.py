"""Whether an export of Autoruns confirms what the capture shows being registered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, loaded, service_key, service_value
from tests.captures.events import Row, capture
from tests.captures.sidecars import autoruns

RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
WINLOGON = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Winlogon\Shell"
SERVICES = r"HKLM\System\CurrentControlSet\Services"
BAD = r"C:\Users\a\AppData\Roaming\bad.exe"
DRIVER = r"C:\Windows\System32\drivers\bad.sys"


def value(path: str, data: str) -> Row:
    return Row("RegSetValue", path, f"Type: REG_SZ, Length: 80, Data: {data}")


def found(kind: str, *rows: Row, beside: pd.DataFrame) -> Finding:
    built = replace(capture(*rows), autoruns=beside)
    (finding,) = [one for done in run(built).values() for one in done.findings if one.kind == kind]
    return finding


def statement(kind: str, *rows: Row, beside: pd.DataFrame) -> str:
    finding = found(kind, *rows, beside=beside)
    return tell(finding.kind, finding.facts)["statement"]


def entry(location: str, name: str, image: str | None = None, **more: Any) -> dict[str, Any]:
    return {"location": location, "entry": name, "image_path": image, **more}


OTHER = entry(r"HKLM\System\CurrentControlSet\Services", "atapi", r"c:\windows\system32\drivers\atapi.sys")


def test_a_run_value_that_is_listed_is_in_force_with_its_signer() -> None:
    listed = entry(RUN.replace("Software", "SOFTWARE"), "Bad", BAD.lower(), signer="(Verified) Contoso Ltd.")
    told = statement("autostart", value(rf"{RUN}\bad", BAD), beside=autoruns(OTHER, listed))
    assert "lists it as `Bad`, enabled" in told
    assert "signer: (Verified) Contoso Ltd." in told
    assert "what was registered is in force" in told


def test_an_entry_that_was_switched_off_is_not_in_force() -> None:
    listed = entry(RUN, "bad", BAD, enabled=False)
    told = statement("autostart", value(rf"{RUN}\bad", BAD), beside=autoruns(listed))
    assert "switched off" in told
    assert "is in force" not in told


def test_what_is_not_listed_is_said_with_what_else_stands_there() -> None:
    told = statement("autostart", value(rf"{RUN}\bad", BAD), beside=autoruns(entry(RUN, "OneDrive")))
    assert rf"does not list `{RUN}\bad`, though it lists 1 entry of that place" in told
    told = statement("autostart", value(rf"{RUN}\bad", BAD), beside=autoruns(OTHER))
    assert rf"does not list `{RUN}\bad`, nor anything else of that place" in told


def test_an_entry_whose_file_is_gone_or_another_is_told_so() -> None:
    gone = entry(RUN, "bad", f"File not found: {BAD}")
    assert "has nothing to start" in statement("autostart", value(rf"{RUN}\bad", BAD), beside=autoruns(gone))
    other = entry(RUN, "bad", r"c:\users\a\appdata\roaming\other.exe")
    told = statement("autostart", value(rf"{RUN}\bad", BAD), beside=autoruns(other))
    assert "another program than the one that was registered" in told


def test_a_user_by_number_and_the_32_bit_view_are_the_same_place() -> None:
    path = r"HKU\S-1-5-21-1-2-3-1001\Software\Wow6432Node\Microsoft\Windows\CurrentVersion\Run\bad"
    told = statement("autostart", value(path, BAD), beside=autoruns(entry(RUN, "bad", BAD)))
    assert "what was registered is in force" in told


def test_where_the_place_is_a_value_entries_are_told_apart_by_their_file() -> None:
    row = value(WINLOGON, rf"explorer.exe, {BAD}")
    own = entry(WINLOGON, "explorer.exe", r"c:\windows\explorer.exe")
    assert "is in force" in statement("autostart", row, beside=autoruns(own, entry(WINLOGON, BAD, BAD)))
    assert "though it lists 1 entry" in statement("autostart", row, beside=autoruns(own))


@pytest.mark.parametrize("listed", [True, False])
def test_a_driver_is_confirmed_or_denied_by_its_services_name(listed: bool) -> None:
    rows = [
        created(DRIVER),
        service_key("Bad"),
        service_value("Bad", "Type", 1),
        service_value("Bad", "Start", 1),
        service_value("Bad", "ImagePath", r"\??\C:\Windows\System32\drivers\bad.sys"),
        loaded(DRIVER),
    ]
    there = [entry(SERVICES, "bad", DRIVER.lower(), category="Drivers")] if listed else []
    told = statement("driver_installed", *rows, beside=autoruns(OTHER, *there))
    assert ("what was registered is in force" in told) == listed
    assert (rf"does not list `{SERVICES}\Bad`" in told) == (not listed)


def test_a_service_is_confirmed_by_its_name() -> None:
    rows = [
        service_key("Bad"),
        service_value("Bad", "Type", 16),
        service_value("Bad", "Start", 2),
        service_value("Bad", "ImagePath", BAD),
    ]
    told = statement("service_made", *rows, beside=autoruns(entry(SERVICES, "Bad", BAD)))
    assert "what was registered is in force" in told


def test_a_file_in_the_startup_folder_is_confirmed_by_its_folder() -> None:
    folder = r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup"
    told = statement(
        "autostart_file", created(rf"{folder}\bad.exe"), beside=autoruns(entry(folder, "bad.exe"))
    )
    assert "lists it as `bad.exe`" in told


def test_places_that_autoruns_does_not_show_are_neither_confirmed_nor_denied() -> None:
    finding = found("autostart", value(r"HKCU\Environment\windir", f"{BAD} "), beside=autoruns(OTHER))
    assert finding.facts["autoruns"] is None


def test_without_an_export_nothing_is_said() -> None:
    finding = found("autostart", value(rf"{RUN}\bad", BAD), beside=autoruns())
    assert finding.facts["autoruns"] is None
    assert "Autoruns" not in tell(finding.kind, finding.facts)["statement"]
