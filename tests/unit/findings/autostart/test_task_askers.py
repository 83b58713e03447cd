"""Tasks and PowerShell profiles: who may have asked the scheduler, and who writes what PowerShell runs first."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings import analyses
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, loaded
from tests.captures.events import Row, capture

SCHEDULER = "svchost.exe (1000)"
STRAY = "m.exe (300)"
TASK = r"C:\Windows\System32\Tasks\Upd"
PLACES = {
    SCHEDULER: r"C:\Windows\System32\svchost.exe",
    STRAY: r"C:\Users\a\AppData\Local\Temp\m.exe",
    "slack.exe (7)": r"C:\Users\a\AppData\Local\slack\slack.exe",
    "agent.exe (8)": r"C:\Program Files\Agent\agent.exe",
    "setup.exe (9)": r"C:\Users\a\Downloads\setup.exe",
    "schtasks.exe (10)": r"C:\Windows\System32\schtasks.exe",
    "Code.exe (11)": r"C:\Users\a\AppData\Local\Programs\Microsoft VS Code\Code.exe",
    "python.exe (12)": r"C:\Users\a\anaconda3\python.exe",
    "cmd.exe (13)": r"C:\Windows\System32\cmd.exe",
    "WINWORD.EXE (20)": r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
    "EXCEL.EXE (21)": r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE",
    "msiexec.exe (22)": r"C:\Windows\System32\msiexec.exe",
    "TiWorker.exe (16)": r"C:\Windows\WinSxS\x\TiWorker.exe",
    "notepad.exe (14)": r"C:\Windows\System32\notepad.exe",
    "powershell.exe (15)": r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
}
UNINSTALL = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\X\DisplayName"


def told(*rows: Row) -> list[Finding]:
    people = {row.who for row in rows}
    built = capture(*rows, processes={who: {"image_path": PLACES[who]} for who in people})
    found = analyses.run(built)["persistence"].findings
    return [finding for finding in found if finding.kind == "autostart_file"]


def at_work(who: str, at: float) -> Row:
    return Row("RegOpenKey", "HKLM", who=who, at=at)


def task(at: float = 5.0) -> Row:
    return created(TASK, who=SCHEDULER, at=at)


def client(who: str, at: float) -> Row:
    return loaded(r"C:\Windows\System32\taskschd.dll", who=who, at=at)


def test_a_loose_program_at_work_just_before_a_task_is_made_may_have_asked() -> None:
    (finding,) = told(at_work(STRAY, 4.5), task())
    assert (finding.severity, finding.confidence, finding.facts["askers"]) == ("medium", "possible", [STRAY])
    for language in ("en", "ja"):
        assert STRAY in tell(finding.kind, finding.facts, language)["statement"]


def test_one_that_has_the_schedulers_library_loaded_is_likely() -> None:
    (finding,) = told(client(STRAY, 1), at_work(STRAY, 3), task())
    assert (finding.severity, finding.confidence) == ("medium", "likely")


ORDINARY = {
    "long before": (at_work(STRAY, 1),),
    "a program that is set up for one user": (at_work("slack.exe (7)", 4.9),),
    "an installed program": (at_work("agent.exe (8)", 4.9),),
    "an installed program spoke with the scheduler": (
        client("agent.exe (8)", 4.8),
        at_work(STRAY, 4.9),
    ),
    "the tool for tasks, whose command line tells": (at_work("schtasks.exe (10)", 4.8), at_work(STRAY, 4.9)),
    "a set-up program": (
        Row("RegSetValue", UNINSTALL, "Type: REG_SZ, Data: X", who="setup.exe (9)", at=4.6),
        at_work("setup.exe (9)", 4.9),
    ),
    "a set-up program that puts programs in their place": (
        created(r"C:\Program Files\X\x.exe", who="setup.exe (9)", at=4.6),
        at_work("setup.exe (9)", 4.9),
    ),
}


@pytest.mark.parametrize("rows", ORDINARY.values(), ids=ORDINARY)
def test_a_task_that_something_else_explains_stays_low(rows: tuple[Row, ...]) -> None:
    (finding,) = told(*rows, task())
    assert (finding.severity, finding.facts["askers"]) == ("low", [])


OWN_TASK = r"C:\Windows\System32\Tasks\Microsoft\Windows\Maintenance\WinSATx"
READS_TEXT = r'powershell -c "iex (gc C:\Users\Public\n.txt -raw)"'


def told_of_script(line: str, path: str, *rows: Row, parent: str | None = None) -> list[Finding]:
    """The findings on a task made just after PowerShell was at work."""
    script = "powershell.exe (15)"
    made = (at_work(script, 4.9), created(path, who=SCHEDULER, at=5.0), *rows)
    people = {row.who for row in made} | ({parent} if parent else set())
    processes: dict[str, dict[str, str]] = {who: {"image_path": PLACES[who]} for who in people}
    processes[script] |= {"command_line": line} | ({"parent": parent} if parent else {})
    found = analyses.run(capture(*made, processes=processes))["persistence"].findings
    return [finding for finding in found if finding.kind == "autostart_file"]


@pytest.mark.parametrize("path", [TASK, OWN_TASK])
def test_a_script_whose_arguments_give_it_away_may_have_asked(path: str) -> None:
    (finding,) = told_of_script(READS_TEXT, path)
    assert (finding.severity, finding.confidence) == ("medium", "possible")
    assert (finding.facts["interpreters"], finding.facts["of_windows"]) == (
        ["powershell.exe (15)"],
        path == OWN_TASK,
    )
    for language in ("en", "ja"):
        assert "powershell.exe (15)" in tell(finding.kind, finding.facts, language)["statement"]


def test_a_loose_program_may_have_had_a_task_made_among_windows_own() -> None:
    (finding,) = told(at_work(STRAY, 4.9), created(OWN_TASK, who=SCHEDULER, at=5.0))
    assert (finding.severity, finding.facts["askers"]) == ("medium", [STRAY])


def test_an_installed_program_s_script_and_a_plain_one_are_not_taken_for_askers() -> None:
    assert [one.severity for one in told_of_script("powershell -File D:\\x.ps1", TASK)] == ["low"]
    assert [one.severity for one in told_of_script(READS_TEXT, TASK, parent="agent.exe (8)")] == ["low"]


def test_windows_makes_tasks_of_its_own() -> None:
    orders = r"C:\Windows\System32\Tasks\Microsoft\Windows\UpdateOrchestrator\Schedule Work"
    servicing = Row("RegOpenKey", "HKLM", who="TiWorker.exe (16)", at=1.0)
    assert told(created(OWN_TASK, who=SCHEDULER, at=5.0)) == []
    assert told(at_work(STRAY, 4.9), created(orders, who=SCHEDULER, at=5.0)) == []
    assert told(servicing, at_work(STRAY, 4.9), created(OWN_TASK, who=SCHEDULER, at=5.0)) == []
    assert told_of_script("powershell -File D:\\x.ps1", OWN_TASK) == []
    assert told_of_script(READS_TEXT, OWN_TASK, parent="agent.exe (8)") == []


PROFILE = r"C:\Users\a\Documents\WindowsPowerShell\Microsoft.PowerShell_profile.ps1"


@pytest.mark.parametrize(
    ("who", "path", "severity"),
    [
        ("cmd.exe (13)", PROFILE, "medium"),
        (STRAY, PROFILE, "medium"),
        ("cmd.exe (13)", r"C:\Windows\System32\WindowsPowerShell\v1.0\profile.ps1", "medium"),
        ("notepad.exe (14)", PROFILE, "low"),
        ("Code.exe (11)", r"C:\Users\a\Documents\PowerShell\Microsoft.VSCode_profile.ps1", "low"),
        ("python.exe (12)", r"C:\Users\a\OneDrive\Documents\WindowsPowerShell\profile.ps1", "low"),
        ("powershell.exe (15)", PROFILE, "low"),
    ],
)
def test_a_profile_of_powershells_weighs_by_who_wrote_it(who: str, path: str, severity: str) -> None:
    (finding,) = told(created(path, who=who))
    assert finding.severity == severity
    assert [one.id for one in finding.attack] == ["T1546.013"]


NORMAL = r"C:\Users\a\AppData\Roaming\Microsoft\Templates\Normal.dotm"
XLSTART = r"C:\Users\a\AppData\Roaming\Microsoft\Excel\XLSTART"


@pytest.mark.parametrize(
    ("who", "path", "technique"),
    [
        ("powershell.exe (15)", NORMAL, "T1137.001"),
        ("cmd.exe (13)", rf"{XLSTART}\x.xlam", "T1137"),
        (STRAY, r"C:\Program Files\Microsoft Office\root\Office16\STARTUP\x.wll", "T1137"),
        ("cmd.exe (13)", r"C:\Users\a\AppData\Roaming\Microsoft\Outlook\VbaProject.OTM", "T1137"),
    ],
)
def test_what_office_opens_first_is_medium_where_a_script_or_a_loose_program_wrote_it(
    who: str, path: str, technique: str
) -> None:
    (finding,) = told(created(path, who=who))
    assert (finding.severity, [one.id for one in finding.attack]) == ("medium", [technique])
    assert tell(finding.kind, finding.facts, "ja")["title"]


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("WINWORD.EXE (20)", NORMAL),
        ("EXCEL.EXE (21)", rf"{XLSTART}\PERSONAL.XLSB"),
        ("msiexec.exe (22)", r"C:\Program Files\Microsoft Office\root\Office16\STARTUP\PDFMaker.dotm"),
        ("agent.exe (8)", rf"{XLSTART}\x.xlam"),
    ],
)
def test_office_itself_and_installed_programs_write_there_every_day(who: str, path: str) -> None:
    assert told(created(path, who=who)) == []


def test_a_script_of_that_name_elsewhere_is_no_profile() -> None:
    assert told(created(r"C:\work\scripts\profile.ps1", who="cmd.exe (13)")) == []


STARTUP = r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\Update.lnk"
SETUP = Row("RegSetValue", UNINSTALL, "Type: REG_SZ, Data: X", who="setup.exe (9)")


def test_a_shortcut_that_a_script_puts_into_the_startup_folder_is_medium() -> None:
    (finding,) = told(created(STARTUP, who="powershell.exe (15)"))
    assert finding.severity == "medium"
    assert [one.severity for one in told(SETUP, created(STARTUP, who="powershell.exe (15)"))] == ["low"]
    assert [one.severity for one in told(created(STARTUP, who="agent.exe (8)"))] == ["low"]


def test_a_task_is_looked_up_in_the_scheduler_not_deleted_as_a_file() -> None:
    rows = (at_work(STRAY, 4.5), task())
    built = capture(*rows, processes={row.who: {"image_path": PLACES[row.who]} for row in rows})
    steps = [(row.step, row.target) for row in analyses.run(built)["removal"].tables["removal"]]
    assert ("check", TASK) in steps
    assert ("delete file", TASK) not in steps


def test_a_file_that_word_opens_is_looked_through_not_deleted() -> None:
    row = created(NORMAL, who="powershell.exe (15)")
    built = capture(row, processes={row.who: {"image_path": PLACES[row.who]}})
    steps = [(row.step, row.target) for row in analyses.run(built)["removal"].tables["removal"]]
    assert ("check", NORMAL) in steps
    assert ("delete file", NORMAL) not in steps
