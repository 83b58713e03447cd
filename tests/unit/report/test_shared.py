"""What several captures have in common, and what was found in how many of them."""

from __future__ import annotations

from scripts.procmon.report.material import Material
from scripts.procmon.report.shared import kinds, own_exports, shared
from tests.captures.results import check, finding, material


def indicator(kind: str, value: str, *findings: str) -> dict[str, object]:
    return {"type": kind, "value": value, "why": "", "findings": list(findings), "events": [1]}


def capture(name: str, *rows: dict[str, object], findings: int = 1) -> Material:
    from dataclasses import replace

    made = material(
        findings=[finding(n) for n in range(1, findings + 1)],
        checks=[check("dropped_files", "found")],
        tables={"indicators": list(rows)},
    )
    return replace(made, name=name)


def test_a_dropped_name_is_shared_whatever_its_folder_and_its_letters():
    one = capture("a", indicator("file", "C:\\Temp\\Evil.exe", "F1"), indicator("address", "10.0.0.1"))
    two = capture(
        "b/c", indicator("file", "D:\\x\\evil.EXE", "F2"), indicator("address", "10.0.0.2"), findings=2
    )
    (found,) = shared([one, two])
    assert (found.type, found.value) == ("file", "Evil.exe")
    assert [(where.name, where.finding) for where in found.captures] == [("a", 1), ("b/c", 2)]


def test_a_name_that_one_capture_has_twice_is_not_shared():
    assert shared([capture("a", indicator("file", "C:\\a.exe"), indicator("file", "D:\\a.exe"))]) == []


def test_a_key_and_a_file_of_one_name_are_two_things():
    assert shared([capture("a", indicator("file", "x")), capture("b", indicator("registry", "x"))]) == []


def test_what_only_a_capture_and_its_own_export_share_is_left_out():
    both = [capture(name, indicator("file", "C:\\own.exe")) for name in ("d/x", "d/x.CSV", "d/x.xml")]
    assert own_exports(["d/x", "d/x.CSV", "y.CSV"]) == {"d/x.CSV": "d/x"}
    assert shared(both) == []
    (found,) = shared([*both, capture("y.CSV", indicator("file", "C:\\own.exe"))])
    assert len(found.captures) == 4


def test_what_most_captures_share_comes_first():
    three = [
        capture(name, indicator("service", "Both"), indicator("address", name[0]))
        for name in ("a", "ab", "c")
    ]
    assert [(one.value, len(one.captures)) for one in shared(three)] == [("Both", 3), ("a", 2)]


def test_findings_are_counted_by_check_over_all_captures():
    (kind,) = kinds([capture("a", findings=2), capture("b", findings=3)])
    assert kind.count == 5
    assert [(where.name, where.count) for where in kind.captures] == [("a", 2), ("b", 3)]
