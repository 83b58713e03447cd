"""Registry values that no finding tells of are listed once, those of every day with their reason."""

from __future__ import annotations

from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.contracts.tables import RegistryValueRow
from scripts.procmon.findings.registry import registry_values
from tests.captures.events import Row, capture

ZONES = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap\ProxyBypass"
BAM = r"HKLM\System\CurrentControlSet\Services\bam\State\UserSettings\S-1-5-21-1\\Device\a.exe"
OWN = r"HKCU\Software\Maker\Setting"
DATA = "Type: REG_DWORD, Length: 4, Data: 1"


def table(*rows: Row, earlier: dict[str, Analysis] | None = None) -> list[RegistryValueRow]:
    return list(registry_values.analyse(capture(*rows), earlier or {}).tables["registry_values"])


def test_a_value_is_told_once_for_a_process_however_often_it_is_set() -> None:
    (row,) = table(Row("RegSetValue", OWN, DATA), Row("RegSetValue", OWN, DATA.replace("1", "2")))
    assert (row.events, row.data, row.ordinary) == ([0, 1], "2", None)


def test_what_windows_sets_every_day_has_its_reason() -> None:
    rows = table(Row("RegSetValue", ZONES, DATA), Row("RegSetValue", BAM, DATA))
    assert [row.ordinary for row in rows] == ["internet_zones", "programs_noted"]


def test_a_note_of_a_program_that_ran_says_which_one_for_whom_and_when() -> None:
    user = r"HKLM\System\CurrentControlSet\Services\bam\State\UserSettings\S-1-5-21-7-8-9-1001"
    shown = "Type: REG_BINARY, Length: 24, Data: 00 80 3E D5 DE B1 9D 01 00 00 00 00 00 00 00 00"
    (row,) = table(Row("RegSetValue", user + r"\\Device\HarddiskVolume1\tool.exe", shown))
    assert row.noted == {
        "account": "S-1-5-21-7-8-9-1001",
        "program": r"\Device\HarddiskVolume1\tool.exe",
        "ran": "1970-01-01T00:00:00.000000000Z",
    }


def test_a_note_without_a_time_that_can_be_read_says_none() -> None:
    (row,) = table(Row("RegSetValue", BAM, "Type: REG_BINARY, Length: 24"))
    assert row.noted is not None
    assert row.noted["ran"] is None


def test_another_setting_of_the_zones_is_not_excused() -> None:
    (row,) = table(Row("RegSetValue", ZONES.replace("ProxyBypass", "Domains\\bad.example\\*"), DATA))
    assert row.ordinary is None


def test_what_a_finding_cites_is_not_told_again() -> None:
    cited = Finding(
        kind="x", severity="high", confidence="certain", facts={}, evidence=[0], reproduce=[], subjects={}
    )
    done = {"x": Analysis(name="x", outcome="found", findings=[cited])}
    assert table(Row("RegSetValue", OWN, DATA), earlier=done) == []


def test_a_refused_value_was_not_set() -> None:
    assert table(Row("RegSetValue", OWN, DATA, result="ACCESS DENIED")) == []


def test_the_first_start_of_a_service_of_windows_is_ordinary_and_that_of_another_is_not() -> None:
    entry = r"HKLM\System\CurrentControlSet\Enum\Root\LEGACY_HTTPFILTER\0000\Class"
    rows = table(
        Row("RegSetValue", entry, DATA), Row("RegSetValue", entry.replace("HTTPFILTER", "ROOTKIT"), DATA)
    )
    assert [row.ordinary for row in rows] == ["services_started", None]
