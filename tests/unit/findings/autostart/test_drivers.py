"""A driver's story: from the file to the key to the kernel."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.autostart import drivers, services
from scripts.procmon.findings.autostart.driver_stories import driver_key
from scripts.procmon.findings.files import copies, deletions, dropped_files
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.deeds import copied, created, loaded, service_key, service_value
from tests.captures.events import Row, capture
from tests.unit.findings.files.test_deletions import accusation

FILE, SOURCE = r"C:\WINDOWS\system32\drivers\mrxcls.sys", r"C:\Users\a\AppData\Local\Temp\~DFD.tmp"
PUT = copied(SOURCE, FILE, 4096, 4096, 700)
KEY = [
    service_key("MRxCls"),
    service_value("MRxCls", "Type", 1),
    service_value("MRxCls", "Start", 1),
    service_value("MRxCls", "ImagePath", rf"\??\{FILE}"),
]
RUN = [loaded(FILE.replace("mrxcls", "Mrxcls"))]


def analysed(*rows: Row, accused: str | None = None) -> Analysis:
    image = {"image_path": r"C:\Users\a\Downloads\malware.exe"}
    built = capture(*rows, processes={"malware.exe (300)": image})
    done = {"process_tree": process_tree.analyse(built, {}), "copies": copies.analyse(built, {})}
    done["deletions"] = deletions.analyse(built, done)
    done["dropped_files"] = dropped_files.analyse(built, done)
    done["services"] = services.analyse(built, done)
    if accused:
        done["masquerade"] = accusation(accused)
    return drivers.analyse(built, done)


def test_file_key_and_loading_are_one_story() -> None:
    analysis = analysed(*PUT, *KEY, *RUN, accused="malware.exe (300)")
    (row,) = analysis.tables["drivers"]
    assert (row.service, row.dropped, row.registered, row.loaded, row.starts) == (
        "MRxCls",
        True,
        True,
        True,
        "system",
    )
    assert (row.copied_from, row.size) == (SOURCE, 8892)
    (finding,) = analysis.findings
    assert (finding.kind, finding.severity, finding.confidence) == ("driver_installed", "high", "certain")
    assert set(finding.evidence) == set(range(len(PUT) + len(KEY) + len(RUN)))


def test_a_driver_that_is_only_loaded_is_no_finding() -> None:
    analysis = analysed(*RUN)
    (row,) = analysis.tables["drivers"]
    assert (row.dropped, row.registered, row.loaded) == (False, False, True)
    assert not analysis.findings


@pytest.mark.parametrize(
    "path",
    [
        r"\SystemRoot\System32\drivers\mrxcls.sys",
        r"system32\DRIVERS\mrxcls.sys",
        r"\??\C:\Windows\system32\drivers\MRXCLS.SYS",
        r"%SystemRoot%\system32\drivers\mrxcls.sys",
    ],
)
def test_all_ways_to_write_a_drivers_path_meet(path: str) -> None:
    assert driver_key(path) == driver_key(FILE)


def test_a_driver_key_without_image_path_means_the_folder_of_drivers() -> None:
    (row,) = analysed(*PUT, service_key("mrxcls"), service_value("mrxcls", "Type", 1)).tables["drivers"]
    assert (row.dropped, row.registered) == (True, True)


def test_a_set_up_program_that_registers_for_removal_is_low() -> None:
    uninstall = Row(
        "RegSetValue",
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\X\UninstallString",
        "Type: REG_SZ, Length: 8, Data: x",
    )
    assert [finding.severity for finding in analysed(*PUT, *KEY, *RUN, uninstall).findings] == ["low"]
    assert [finding.severity for finding in analysed(*PUT, *KEY, *RUN).findings] == ["medium"]


def test_the_paging_file_is_no_driver() -> None:
    assert not analysed(created(r"C:\pagefile.sys", who="System (4)")).tables["drivers"]


def test_a_chain_of_copies_leads_to_the_first_source() -> None:
    first = r"C:\Users\a\AppData\Local\Temp\first.bin"
    analysis = analysed(*copied(first, SOURCE, 4096, 4096, 700), *PUT, *KEY)
    assert [copy["source"] for copy in analysis.findings[0].facts["copies"]] == [SOURCE, first]


BASE = 0xF8000000


def deeds(*rows: Row) -> dict[str, object]:
    (finding,) = analysed(*PUT, *KEY, *RUN, *rows).findings
    return dict(finding.facts["after"])


def test_what_a_driver_did_after_it_was_loaded_is_told_by_the_stacks() -> None:
    log, value = r"C:\Windows\inf\x.pnf", r"HKLM\System\CurrentControlSet\Services\x\Data"
    through = (0x80501000, BASE + 0x1200, 0x80502000)
    after = deeds(
        created(log, who="System (4)", stack=through),
        Row("RegSetValue", value, "Type: REG_DWORD, Length: 4, Data: 1", who="System (4)", stack=through),
        created(r"C:\other.log", who="System (4)", stack=(0x80501000, BASE + 0x2000)),
    )
    first = len(PUT) + len(KEY) + len(RUN)
    assert (after["told"], after["count"], after["first"]) == (True, 2, first)
    assert (after["wrote"], after["set"]) == ([log], [value])


def test_a_driver_that_nothing_passed_through_is_said_so() -> None:
    after = deeds(created(r"C:\a.log", who="System (4)", stack=(0x80501000,)))
    assert (after["told"], after["count"], after["first"]) == (True, 0, None)


DOWNLOADED = r"C:\Users\a\Downloads\setup.exe"


@pytest.mark.parametrize("image", [DOWNLOADED, r"C:\Users\a\AppData\Local\Temp\is-1.tmp\setup.tmp"])
def test_an_installer_that_enters_itself_among_the_programs_puts_its_driver_in_place(image: str) -> None:
    uninstall = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Gadget"
    who, scm = "setup.exe (5)", {"who": "services.exe (680)"}
    built = capture(
        *copied(SOURCE, FILE, 4096, 700, who=who),
        service_key("gadget", **scm),
        service_value("gadget", "Type", 1, **scm),
        service_value("gadget", "Start", 1, **scm),
        service_value("gadget", "ImagePath", rf"\??\{FILE}", **scm),
        loaded(FILE),
        Row("RegSetValue", rf"{uninstall}\DisplayName", "Type: REG_SZ, Length: 14, Data: Gadget", who=who),
        service_key("gadgetsvc", **scm),
        service_value("gadgetsvc", "Type", 16, **scm),
        service_value("gadgetsvc", "ImagePath", r"C:\Program Files\Gadget\svc.exe", **scm),
        processes={
            who: {"image_path": image},
            "services.exe (680)": {"image_path": r"C:\Windows\System32\services.exe"},
        },
    )
    found = {finding.kind: finding for done in run(built).values() for finding in done.findings}
    assert (found["driver_installed"].severity, found["driver_installed"].facts["setup"]) == ("low", True)
    assert (found["service_made"].severity, found["service_made"].facts["setup"]) == ("low", True)
    assert not [finding for finding in found.values() if finding.severity in ("high", "medium")]


@pytest.mark.parametrize(
    ("image", "file", "severity"),
    [
        (r"C:\Windows\System32\cmd.exe", r"C:\ProgramData\RTCore64.sys", "high"),
        (r"C:\Windows\System32\cmd.exe", r"C:\ProgramData\other.sys", "medium"),
        (r"C:\Windows\System32\cmd.exe", r"C:\Windows\System32\drivers\other.sys", "low"),
        (r"C:\Users\a\Downloads\malware.exe", r"C:\Users\a\AppData\Local\Temp\RTCore64.sys", "medium"),
        (r"C:\Users\a\Downloads\malware.exe", r"C:\Users\a\AppData\Local\Temp\cpuz_x64.sys", "low"),
        (r"C:\Program Files\Tuner\malware.exe", r"C:\Program Files\Tuner\RTCore64.sys", "low"),
    ],
)
def test_a_driver_weighs_by_who_brought_it_where_and_by_what_it_is_known_for(
    image: str, file: str, severity: str
) -> None:
    story = [
        created(file),
        service_key("RT"),
        service_value("RT", "Type", 1),
        service_value("RT", "Start", 3),
        service_value("RT", "ImagePath", rf"\??\{file}"),
        loaded(file),
    ]
    built = capture(*story, processes={"malware.exe (300)": {"image_path": image}})
    found = [one for one in run(built)["drivers"].findings if one.kind == "driver_installed"]
    assert [one.severity for one in found] == [severity]


STAGED = [
    r"C:\Windows\Temp\{1}\wintun.sys",
    r"C:\Windows\System32\DriverStore\Temp\{2}\wintun.sys",
    r"C:\Windows\System32\DriverStore\FileRepository\wintun.inf_amd64_1\wintun.sys",
]
IN_PLACE = r"C:\Windows\System32\drivers\wintun.sys"


def test_a_driver_that_passes_through_several_folders_is_told_once() -> None:
    key = [
        service_key("wintun"),
        service_value("wintun", "ImagePath", r"\SystemRoot\System32\drivers\wintun.sys"),
    ]
    analysis = analysed(*(created(path) for path in STAGED), created(IN_PLACE), *key, loaded(IN_PLACE))
    (finding,) = analysis.findings
    assert (finding.facts["file"], finding.facts["beside"]) == (IN_PLACE, STAGED)
    assert {0, 1, 2, 3} <= set(finding.evidence)
    assert len(analysis.tables["drivers"]) == 4
    for language in ("en", "ja"):
        statement = tell(finding.kind, finding.facts, language)["statement"]
        assert all(path in statement for path in STAGED)


def test_copies_that_none_of_was_registered_are_one_finding_too() -> None:
    (finding,) = analysed(*(created(path) for path in STAGED)).findings
    assert len(finding.facts["beside"]) == 2


def test_drivers_of_other_names_and_accused_copies_keep_their_own_findings() -> None:
    other = IN_PLACE.replace("wintun", "other")
    assert len(analysed(created(IN_PLACE), created(other)).findings) == 2
    guilty = analysed(created(STAGED[0]), created(IN_PLACE), accused="malware.exe (300)").findings
    assert [one.severity for one in guilty] == ["medium", "medium"]
