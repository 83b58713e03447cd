"""Programs of a PML beside those of an export: paired by image, by name where one side lacks the image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.captures.events import Row
from tests.unit.comparison.test_comparison import WRITE, names, rendered, results, told

SVC, TEMP = r"C:\Windows\svc.exe", r"C:\Temp\svc.exe"


def programs(tmp_path: Path, before: dict[str, str | None], after: dict[str, str | None]) -> dict[str, Any]:
    """Each process with its image, None for none, and an event."""
    sides = []
    for name, side in (("before", before), ("after", after)):
        rows = [Row("CloseFile", r"C:\x", who=who) for who in side]
        sides.append(
            results(
                tmp_path / name, *rows, processes={who: {"image_path": image} for who, image in side.items()}
            )
        )
    return told(*sides)


def test_a_program_without_an_image_on_one_side_is_known_by_its_name_and_the_others_by_image(
    tmp_path: Path,
) -> None:
    document = programs(
        tmp_path,
        {"Explorer.EXE (1)": None, "tool.exe (2)": r"C:\tool.exe"},
        {"explorer.exe (7)": r"C:\WINDOWS\Explorer.EXE", "tool.exe (8)": r"C:\Temp\tool.exe"},
    )
    found = names(document, "processes")
    assert found == {"new": [r"C:\Temp\tool.exe"], "gone": [r"C:\tool.exe"], "changed": []}
    assert document["tables"]["processes"]["both"] == 1


def test_the_same_image_stays_the_same_beside_one_whose_image_is_not_told(tmp_path: Path) -> None:
    document = programs(tmp_path, {"svc.exe (1)": SVC, "svc.exe (2)": None}, {"svc.exe (7)": SVC})
    assert names(document, "processes") == {"new": [], "gone": [], "changed": []}
    assert document["tables"]["processes"]["both"] == 1


def test_an_image_from_another_folder_is_new_although_its_own_side_has_the_name_without_an_image(
    tmp_path: Path,
) -> None:
    after = {"svc.exe (7)": SVC, "svc.exe (8)": TEMP, "svc.exe (9)": None}
    assert names(programs(tmp_path, {"svc.exe (1)": SVC}, after), "processes")["new"] == [TEMP]


def test_where_the_other_side_may_have_run_it_from_there_an_image_is_not_told_as_new(tmp_path: Path) -> None:
    document = programs(tmp_path, {"svc.exe (1)": None}, {"svc.exe (7)": SVC, "svc.exe (8)": TEMP})
    assert names(document, "processes") == {"new": [], "gone": [], "changed": []}


def test_a_name_that_the_other_side_has_not_at_all_is_new_without_an_image(tmp_path: Path) -> None:
    document = programs(tmp_path, {"a.exe (1)": None}, {"a.exe (2)": None, "b.exe (3)": None})
    assert names(document, "processes")["new"] == ["b.exe"]


def listing(tmp_path: Path) -> tuple[Path, Path]:
    """A capture that lists processes and modules, and an export that does not, of the same events."""
    row = Row("WriteFile", r"C:\a.txt", who="a.exe (1)", **WRITE)
    load = Row("Load Image", r"C:\Windows\drivers\loaded.sys", who="System (4)")
    pml = results(
        tmp_path / "log",
        row,
        load,
        processes={
            "a.exe (1)": {"image_path": r"C:\a.exe", "command_line": "a.exe"},
            "a.exe (3)": {"image_path": r"C:\a.exe", "command_line": "a.exe /again"},
            "idle.exe (2)": {"image_path": r"C:\idle.exe"},
        },
        modules={"System (4)": [(r"C:\Windows\drivers\held.sys", 4096, 10)]},
    )
    export = results(
        tmp_path / "export",
        row,
        load,
        processes={"a.exe (1)": {"command_line": "a.exe"}},
        can_show={"process_table": False, "modules": False},
    )
    return pml, export


def test_what_only_a_process_table_or_a_list_of_modules_tells_is_neither_new_nor_gone(tmp_path: Path) -> None:
    pml, export = listing(tmp_path)
    for before, after, which in ((pml, export, "before"), (export, pml, "after")):
        document = told(before, after)
        for kind in ("processes", "drivers"):
            assert names(document, kind) == {"new": [], "gone": [], "changed": []}, kind
            assert document["tables"][kind]["left_out"] == {"before": 0, "after": 0, which: 1}


def test_that_an_export_can_not_show_them_is_said_once(tmp_path: Path) -> None:
    page = rendered(tmp_path, *listing(tmp_path))
    assert page.count("1 more program is in the process table of") == 1
    assert page.count("1 more image is in the kernel by the modules that") == 1
    assert "idle.exe" not in page


def test_an_idle_program_is_new_where_both_captures_list_all_processes(tmp_path: Path) -> None:
    before = results(tmp_path / "before")
    after = results(tmp_path / "after", processes={"idle.exe (2)": {"image_path": r"C:\idle.exe"}})
    document = told(before, after)
    assert names(document, "processes")["new"] == [r"C:\idle.exe"]
    assert document["tables"]["processes"]["left_out"] == {"before": 0, "after": 0}


def test_a_program_that_started_is_new_also_beside_an_export_without_a_process_table(tmp_path: Path) -> None:
    before = results(tmp_path / "before", can_show={"process_table": False})
    after = results(tmp_path / "after", Row("CloseFile", r"C:\x", who="new.exe (5)"))
    assert names(told(before, after), "processes")["new"] == ["new.exe"]
