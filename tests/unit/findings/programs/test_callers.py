"""Who is asked about: not Windows' own programs, which do what others want."""

from __future__ import annotations

from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.document import document
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.programs.callers import Callers, acts_for_others
from tests.captures.events import Row, capture

REG = r"C:\Windows\System32\reg.exe"
SETTING = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\System\EnableLUA"


def people(**parents: str | None) -> dict[str, dict[str, object]]:
    return {
        "reg.exe (3)": {"image_path": REG, "parent": "cmd.exe (2)"},
        "cmd.exe (2)": {"image_path": r"C:\Windows\System32\cmd.exe", **parents},
        "bad.exe (1)": {"image_path": r"C:\Users\b\Downloads\bad.exe"},
    }


def test_a_tool_of_windows_stands_for_who_started_it() -> None:
    built = capture(Row("RegOpenKey", "HKLM", who="reg.exe (3)"), processes=people(parent="bad.exe (1)"))
    assert Callers(tree(run(built))).behind(["reg.exe (3)"]) == ["bad.exe (1)"]


def test_nobody_is_named_where_only_windows_is_seen() -> None:
    row = Row("RegSetValue", SETTING, "Type: REG_DWORD, Length: 4, Data: 0", who="reg.exe (3)")
    built = capture(row, processes=people())
    (finding,) = document(built, run(built))["findings"]
    assert (finding["subjects"]["processes"], finding["behind"]) == (["reg.exe (3)"], [])


def test_browsers_and_brokers_act_for_others_and_other_programs_do_not() -> None:
    assert acts_for_others("services.exe", None)
    assert acts_for_others("chrome.exe", r"C:\Program Files\Google\Chrome\Application\chrome.exe")
    assert acts_for_others("any.exe", r"\Device\HarddiskVolume2\Windows\System32\any.exe")
    assert not acts_for_others("chrome.exe", r"C:\Users\b\Downloads\chrome.exe")
    assert not acts_for_others("svchost.exe", r"C:\Users\b\AppData\Roaming\svchost.exe")
    assert not acts_for_others("tool.exe", None)


def test_processes_that_are_each_others_parents_end_the_way_up() -> None:
    built = capture(
        Row("RegOpenKey", "HKLM", who="cmd.exe (1)"),
        processes={"cmd.exe (1)": {"parent": "cmd.exe (2)"}, "cmd.exe (2)": {"parent": "cmd.exe (1)"}},
    )
    assert Callers(tree(run(built))).behind(["cmd.exe (1)"]) == []
