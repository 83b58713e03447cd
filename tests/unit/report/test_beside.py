"""Files of other tools beside the capture: told in the part on limits and in the provenance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import report_html
from scripts.procmon.report.material import Settings, read_material
from scripts.procmon.sources.sidecars import read_sidecars
from tests.captures.results import material, write_results
from tests.captures.sidecars import mmp, region
from tests.unit.report.test_html import HOSTILE, Page


def sidecar(**changes: Any) -> dict[str, Any]:
    return {
        "name": "one.300.mmp", "kind": "VMMap", "format": "XML", "size": 2048, "sha256": "cd" * 32, "rows": 40,
        "rejected": 0, "cut": False, "pid": 300, "process_name": None, "pid_known_by": "file name", "refused": None,
    } | changes  # fmt: skip


def text(*sidecars: dict[str, Any]) -> str:
    made = replace(material(), sidecars=sidecars)
    return Page(report_html(make_report(made, Settings.of({}, {}), medium="html"))).text


def test_a_snapshot_is_told_with_its_process_its_size_and_its_hash() -> None:
    told = text(sidecar())
    assert "one.300.mmp is VMMap's picture of the memory of process 300: 40 regions." in told
    assert "public description of the format" in told
    assert "cd" * 32 in told


def test_a_snapshot_of_nobody_says_how_to_name_it() -> None:
    assert "Put the process's number into the file's name" in text(sidecar(pid=None, pid_known_by=None))


def test_an_export_of_autoruns_says_what_was_left_out() -> None:
    told = text(sidecar(name="one.arn.csv", kind="Autoruns", pid=None, rows=1, rejected=2, cut=True))
    assert "one.arn.csv is an export of Autoruns: 1 entry." in told
    assert "2 rows of one.arn.csv could not be read" in told
    assert "one.arn.csv breaks off" in told


def test_a_sidecar_that_can_not_be_read_says_why_and_keeps_its_hash() -> None:
    refused = {
        "file": "one.300.mmp",
        "where": None,
        "expected": "regions of memory",
        "found": "none",
        "advice": None,
    }
    told = text(sidecar(refused=refused | {"message": "x"}, format=None))
    assert "could not be read: expected regions of memory, found none." in told
    assert "cd" * 32 in told


def test_what_a_sidecar_says_is_only_text() -> None:
    page = Page(
        report_html(
            make_report(
                replace(material(), sidecars=[sidecar(name=HOSTILE, process_name=HOSTILE)]),
                Settings.of({}, {}),
                medium="html",
            )
        )
    )
    assert not [tag for tag, attributes in page.tags if "onerror" in attributes or tag == "img"]
    assert "alert(1)" not in page.raw["script"]


def test_results_with_sidecars_are_read_and_results_without_are_too(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "results", material())
    assert read_material(folder).sidecars == ()
    file = tmp_path / "one.300.mmp"
    file.write_text(mmp([region(0x10000, 0x1000)]), encoding="utf-8")
    read_sidecars([file], folder, name="one")
    (read,) = read_material(folder).sidecars
    assert (read["name"], read["rows"], read["pid"]) == ("one.300.mmp", 1, 300)
