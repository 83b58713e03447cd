"""A case file beside a capture, by ./run: it wins, and only what depends on a changed key is made again."""

import pytest

from tests.workflow.conftest import Project

pytestmark = pytest.mark.slow


def times(project: Project) -> dict[str, int]:
    results, reports = project.results / "case", project.reports / "case"
    files = {
        "convert": results / "events.parquet",
        "stage": results / "funnel.json",
        "render": reports / "report.html",
    }
    return {step: file.stat().st_mtime_ns for step, file in files.items()}


def test_a_case_file_reruns_what_depends_on_it(project: Project):
    project.put("case.CSV")
    case = project.put("case.case.yaml", "title: The first title\n")
    assert project.run().returncode == 0
    assert "The first title" in (project.reports / "case" / "report.html").read_text(encoding="utf-8")
    before = times(project)

    case.write_text("title: The second title\nmarking: TLP:RED\n", encoding="utf-8")
    assert project.run().returncode == 0
    page = (project.reports / "case" / "report.html").read_text(encoding="utf-8")
    assert "The second title" in page
    assert "TLP:RED" in page
    titled = times(project)
    assert {step for step in before if titled[step] > before[step]} == {"render"}

    stages = (
        "stages:\n  - name: Mine\n    add: [writes]\n  - name: Aside\n    from: Mine\n    remove: [writes]\n"
    )
    case.write_text(case.read_text(encoding="utf-8") + stages, encoding="utf-8")
    assert project.run().returncode == 0
    staged = times(project)
    assert {step for step in before if staged[step] > titled[step]} == {"stage", "render"}
    evidence = project.reports / "case" / "evidence"
    assert {file.name for file in evidence.glob("*.PM?")} == {
        "stage-1.PMF",
        "stage-1.PMC",
        "branch-1.PMF",
        "branch-1.PMC",
    }


def test_a_case_file_that_can_not_be_used_is_told_before_anything_runs(project: Project):
    project.put("case.CSV")
    project.put("case.case.yaml", "stages:\n  - name: Mine\n    add: [writs]\n")

    outcome = project.run()

    assert outcome.returncode == 1
    said = outcome.stdout + outcome.stderr
    assert "case.case.yaml, line 3" in said
    assert "did you mean 'writes'" in said
    assert not (project.results / "case").exists()
