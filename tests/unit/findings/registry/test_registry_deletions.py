"""Deleted keys and values: which are explained, and what is left."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import RegistryDeletionRow
from scripts.procmon.findings.registry import registry_deletions
from tests.captures.events import Row, capture

FAILOVER = r"HKLM\System\CurrentControlSet\Services\Network\FailoverConfig"
RECENT = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\RecentDocs\.txt\1"


def judge(*rows: Row) -> Analysis:
    return registry_deletions.analyse(capture(*rows), {})


def table(*rows: Row) -> list[RegistryDeletionRow]:
    return list(judge(*rows).tables["registry_deletions"])


@pytest.mark.parametrize("result", ["SUCCESS", "NAME NOT FOUND"])
def test_an_unknown_value_stays_unexplained_also_as_an_attempt(result: str) -> None:
    found = judge(Row("RegDeleteValue", FAILOVER, result=result))
    (row,) = found.tables["registry_deletions"]
    assert row.explanation is None
    assert {"made_by_itself", "set_again", "service_removal", "housekeeping"} <= set(row.considered)
    (finding,) = found.findings
    assert (finding.kind, list(finding.evidence)) == ("registry_deletion_unexplained", [0])
    assert finding.facts["done"] is (result == "SUCCESS")


def test_a_list_of_recent_files_that_is_refreshed_is_explained() -> None:
    (row,) = table(
        Row("RegDeleteValue", RECENT, who="Explorer.EXE (1320)"),
        Row("RegSetValue", RECENT, "Type: REG_BINARY, Length: 4, Data: 01 02", who="Explorer.EXE (1320)"),
    )
    assert (row.explanation, row.explanation_facts["by"]) == ("set_again", "Explorer.EXE (1320)")
    assert not judge(Row("RegDeleteValue", RECENT, who="Explorer.EXE (1320)")).findings


def test_what_a_program_made_itself_is_its_own_to_delete() -> None:
    key = r"HKCU\Software\Elsewhere"
    explained = table(
        Row("RegCreateKey", key, "Desired Access: All Access, Disposition: REG_CREATED_NEW_KEY"),
        Row("RegSetValue", key + r"\Link", "Type: REG_SZ, Length: 4, Data: x"),
        Row("RegDeleteValue", key + r"\Link"),
        Row("RegDeleteKey", key),
    )
    assert [row.explanation for row in explained] == ["made_by_itself"] * 2


def test_a_key_that_was_only_opened_was_not_made() -> None:
    opened = Row(
        "RegCreateKey", r"HKLM\System\X", "Desired Access: Read, Disposition: REG_OPENED_EXISTING_KEY"
    )
    (row,) = table(opened, Row("RegDeleteKey", r"HKLM\System\X"))
    assert row.explanation is None


def test_the_tree_of_a_removed_service_belongs_to_the_removal() -> None:
    service = r"HKLM\System\CurrentControlSet\Services\SharedAccess"
    rows = [
        Row("RegDeleteKey", r"HKLM\System\CurrentControlSet\Enum\Root\LEGACY_SHAREDACCESS\0000"),
        Row("RegDeleteKey", service + r"\Parameters"),
        Row("RegDeleteKey", service),
    ]
    marked = Row("RegSetValue", service + r"\DeleteFlag", "Type: REG_DWORD, Length: 4, Data: 1")
    assert {row.explanation for row in table(marked, *rows)} == {"service_removal"}


def test_a_retry_that_succeeds_is_one_row_with_its_success() -> None:
    path = r"HKLM\System\CurrentControlSet\Enum\Root\LEGACY_X\0000"
    (row,) = table(Row("RegDeleteKey", path, result="CANNOT DELETE"), Row("RegDeleteKey", path))
    assert (row.result, row.events) == ("SUCCESS", [0, 1])


@pytest.mark.parametrize(("result", "severity"), [("NAME NOT FOUND", "medium"), ("SUCCESS", "high")])
def test_an_attempt_on_a_protections_autostart_is_told_as_one(result: str, severity: str) -> None:
    path = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Windows Defender"
    (finding,) = judge(Row("RegDeleteValue", path, result=result)).findings
    assert (finding.kind, finding.severity) == ("registry_deletion_security", severity)


def test_a_capture_without_registry_events_can_not_be_checked() -> None:
    built = capture(Row("WriteFile", r"C:\x"), can_show={"registry_events": False})
    assert registry_deletions.analyse(built, {}).outcome == "could not be checked"


UNINSTALL = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\Foo"


def test_a_program_that_leaves_the_list_of_programs_takes_its_keys_and_its_start_with_it() -> None:
    rows = table(
        Row("RegDeleteValue", r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\Foo"),
        Row("RegDeleteKey", r"HKLM\Software\Foo"),
        Row("RegDeleteKey", UNINSTALL),
        Row("RegDeleteValue", r"HKLM\Software\Bar\x"),
        Row("RegDeleteValue", r"HKLM\System\CurrentControlSet\Control\Foo"),
        Row("RegDeleteKey", r"HKLM\Software\Foo\Other", who="another.exe (9)"),
    )
    assert [row.explanation for row in rows] == [
        "uninstalled",
        "uninstalled",
        "housekeeping",
        *[None] * 3,
    ]


def test_an_uninstallation_does_not_explain_the_loss_of_a_protection() -> None:
    path = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run\Windows Defender"
    rows = table(Row("RegDeleteKey", UNINSTALL.replace("Foo", "Defender")), Row("RegDeleteValue", path))
    assert rows[1].explanation == "security"


def test_each_run_of_a_program_is_told_to_have_made_what_it_deleted_itself() -> None:
    link = r"HKCU\Software\Elsewhere\Link"
    first, second = "tool.exe (10)", "tool.exe (20)"
    rows = [
        Row(operation, link, detail, who=run)
        for run in (first, second)
        for operation, detail in (("RegSetValue", "Type: REG_SZ, Length: 4, Data: x"), ("RegDeleteValue", ""))
    ]
    assert [row.explanation_facts["event"] for row in table(*rows)] == ["0", "2"]
    assert all("by" not in row.explanation_facts for row in table(*rows))


def test_what_another_run_had_made_names_that_run() -> None:
    link = r"HKCU\Software\Elsewhere\Link"
    (row,) = table(
        Row("RegSetValue", link, "Type: REG_SZ, Length: 4, Data: x", who="tool.exe (10)"),
        Row("RegDeleteValue", link, who="tool.exe (20)"),
    )
    assert row.explanation_facts["by"] == "tool.exe (10)"
