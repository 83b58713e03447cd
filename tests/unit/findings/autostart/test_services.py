"""Service keys: what counts as made, changed, disabled and deleted."""

from __future__ import annotations

import pandas as pd
import pytest

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.autostart import services
from scripts.procmon.findings.files import dropped_files
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.deeds import SERVICES, created, service_key, service_value
from tests.captures.events import Row, capture
from tests.unit.findings.files.test_deletions import accusation

SCM = "services.exe (680)"


def analysed(built: Capture, *, accused: str | None = None) -> Analysis:
    done = {
        "process_tree": process_tree.analyse(built, {}),
        "dropped_files": dropped_files.analyse(built, {}),
    }
    if accused:
        done["masquerade"] = accusation(accused)
    return services.analyse(built, done)


def changes(*rows: Row) -> list[tuple[str, str]]:
    return [(row.service, row.change) for row in analysed(capture(*rows)).tables["services"]]


def test_opening_a_service_key_changes_nothing() -> None:
    detail = "Desired Access: Read, Disposition: REG_OPENED_EXISTING_KEY"
    assert changes(Row("RegCreateKey", rf"{SERVICES}\Tcpip\Parameters", detail)) == []
    assert changes(Row("RegCreateKey", rf"{SERVICES}\Tcpip", detail)) == []
    handle = Row("RegSetInfoKey", rf"{SERVICES}\Tcpip", "KeySetInformationClass: KeySetHandleTagsInformation")
    assert changes(handle) == []


def test_bookkeeping_below_a_service_is_no_change_of_it() -> None:
    bam = Row(
        "RegSetValue", rf"{SERVICES}\bam\State\UserSettings\S-1-5-21\x.exe", "Type: REG_BINARY, Length: 24"
    )
    epoch = Row("RegSetValue", rf"{SERVICES}\SharedAccess\Epoch\Epoch", "Type: REG_DWORD, Length: 4, Data: 7")
    assert changes(bam, epoch) == []


def test_a_failed_change_is_none() -> None:
    value = service_value("x", "Start", 4)
    assert changes(Row(value.operation, value.path, value.detail, result="ACCESS DENIED")) == []


def test_a_new_key_with_a_program_is_a_service_made() -> None:
    rows = [
        service_key("x"),
        service_value("x", "Type", 16),
        service_value("x", "Start", 2),
        service_value("x", "ImagePath", r"C:\x\x.exe"),
    ]
    assert changes(*rows) == [("x", "created")]
    (finding,) = analysed(capture(*rows)).findings
    assert (finding.kind, finding.severity) == ("service_made", "low")


def test_where_the_capture_does_not_say_whether_a_key_is_new_its_settings_do() -> None:
    key = Row("RegCreateKey", rf"{SERVICES}\x", "Desired Access: All Access")
    program = [service_value("x", "Type", 16), service_value("x", "ImagePath", r"C:\x\x.exe")]
    assert changes(key, *program) == [("x", "created")]
    assert changes(key, service_value("x", "Start", 3)) == [("x", "changed")]


def test_a_service_whose_program_was_dropped_by_a_false_process_is_high() -> None:
    path = r"C:\Windows\Fonts\x.exe"
    rows = [created(path), service_key("x"), service_value("x", "ImagePath", path)]
    assert [finding.severity for finding in analysed(capture(*rows)).findings] == ["medium"]
    findings = analysed(capture(*rows), accused="malware.exe (300)").findings
    assert [finding.severity for finding in findings] == ["high"]


def test_protection_that_is_disabled_and_deleted_is_one_high_finding() -> None:
    rows = [
        service_value("SharedAccess", "Start", 4, who=SCM),
        service_value("SharedAccess", "DeleteFlag", 1, who=SCM),
        Row("RegDeleteKey", rf"{SERVICES}\SharedAccess\Parameters", who=SCM),
        Row("RegDeleteKey", rf"{SERVICES}\SharedAccess", who=SCM),
        service_value("wscsvc", "Start", 4, who=SCM),
        Row("RegCreateKey", rf"{SERVICES}\SharedAccess", "Desired Access: Notify", who="svchost.exe (1032)"),
    ]
    (finding,) = analysed(capture(*rows)).findings
    assert (finding.kind, finding.severity) == ("protection_removed", "high")
    first, second = finding.facts["services"]
    assert (first["name"], first["disabled"], first["deleted"], first["recreated"]) == (
        "SharedAccess",
        True,
        True,
        False,
    )
    assert (second["name"], second["disabled"], second["deleted"]) == ("wscsvc", True, False)
    assert (first["recreated_by"], first["recreated_events"]) == (["svchost.exe (1032)"], [5])
    assert finding.evidence == [0, 1, 2, 3, 4, 5]


def test_who_was_at_work_when_the_service_manager_was_asked_is_named() -> None:
    sample = r"C:\Documents and Settings\a\Desktop\sample.exe"
    built = capture(
        created(r"C:\x", who="sample.exe (2520)"),
        service_value("wscsvc", "Start", 4, who=SCM),
        processes={"sample.exe (2520)": {"image_path": sample}},
    )
    assert analysed(built).findings[0].facts["askers"] == ["sample.exe (2520)"]


def test_another_service_that_is_disabled_is_no_finding() -> None:
    built = capture(service_value("Spooler", "Start", 4, who=SCM))
    assert [row.change for row in analysed(built).tables["services"]] == ["disabled"]
    assert not analysed(built).findings


def test_process_monitors_own_driver_is_ordinary() -> None:
    built = capture(
        service_key("PROCMON24", who="Procmon64.exe (9)"),
        service_value("PROCMON24", "Type", 1, who="Procmon64.exe (9)"),
    )
    assert [row.ordinary for row in analysed(built).tables["services"]] == ["process_monitor"]


def test_a_program_that_works_for_a_lost_protection_and_ended_is_named() -> None:
    def ended(at: str) -> list[dict[str, str]]:
        alg = {"image_path": r"C:\WINDOWS\System32\alg.exe", "end": pd.Timestamp(at)}
        row = service_value("SharedAccess", "Start", 4, who=SCM)
        later = Row("RegOpenKey", "HKLM", who=SCM)
        (finding,) = analysed(capture(row, later, processes={"alg.exe (500)": alg})).findings
        said = tell(finding.kind, finding.facts)["statement"]
        assert ("alg.exe (500), which works for `SharedAccess`, ended at" in said) == bool(
            finding.facts["ended"]
        )
        return list(finding.facts["ended"])

    (one,) = ended("2011-03-30T10:00:00.005Z")
    assert (one["who"], one["service"]) == ("alg.exe (500)", "SharedAccess")
    assert ended("2011-03-30T09:00:00Z") == []


@pytest.mark.parametrize(
    ("name", "image", "ordinary"),
    [
        ("GoogleUpdater12", r"C:\Program Files (x86)\Google\Update\u.exe", "installer"),
        ("GoogleUpdater12", r"C:\ProgramData\x\u.exe", None),
        ("GoogleUpdater12", r"C:\Windows\System32\cmd.exe /c x", None),
        ("CDPUserSvc_1a2b3c", r"%SystemRoot%\system32\svchost.exe -k UnistackSvcGroup", "bookkeeping"),
        ("Helper_1a2b3c", r"C:\Users\a\AppData\Roaming\x\x.exe", None),
        ("PerfHost", r"%SystemRoot%\SysWow64\perfhost.exe", "bookkeeping"),
    ],
)
def test_the_name_of_an_everyday_service_excuses_no_program_from_elsewhere(
    name: str, image: str, ordinary: str | None
) -> None:
    built = capture(
        service_key(name, who=SCM),
        service_value(name, "Type", 16, who=SCM),
        service_value(name, "ImagePath", image, who=SCM),
    )
    assert [row.ordinary for row in analysed(built).tables["services"]] == [ordinary]
