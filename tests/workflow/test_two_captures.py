"""A baseline and a comparison, by ./run: what is made, what depends on what, what stops nothing."""

import json

import pytest

from tests.workflow.conftest import ROWS, Project, csv_capture

pytestmark = pytest.mark.slow

EVIL = (
    "1:18:12.0000001 AM",
    "setup.exe",
    "812",
    "WriteFile",
    r"C:\Windows\evil.sys",
    "SUCCESS",
    "Offset: 0, Length: 4",
)


def funnel(project: Project, name: str) -> dict:
    return json.loads((project.results / name / "funnel.json").read_text(encoding="utf-8"))


def compare(project: Project, *pairs: tuple[str, str, str]) -> None:
    config = project.folder / "config" / "config.yaml"
    braces = {"note": "{{ x }} {y}"}  # no wildcards of Snakemake's
    listed = [dict(zip(("name", "before", "after"), pair, strict=True)) | braces for pair in pairs]
    text = config.read_text(encoding="utf-8")
    assert "compare: []" in text
    config.write_text(text.replace("compare: []", f"compare: {json.dumps(listed)}"), encoding="utf-8")


def test_a_baseline_is_a_stage_and_a_comparison_a_report(project: Project):
    project.put("clean.CSV")
    project.put("case.CSV", csv_capture((*ROWS, EVIL)))
    project.put("case.case.yaml", "baseline: clean\n")
    project.put("broken.CSV", "no capture")
    project.put("other.CSV")
    project.put("other.case.yaml", "baseline: broken\n")
    compare(project, ("pair", "clean", "case"), ("no pair", "broken", "case"))

    outcome = project.run()

    assert outcome.returncode == 1, outcome.stdout + outcome.stderr  # of broken.CSV
    told = funnel(project, "case")
    counted = {"capture": "clean", "refused": None, "events": 4, "also": 4}
    assert told["baseline"].items() >= counted.items()
    assert told["baseline"]["lacks"] == ["Process", "Network"]
    last = told["stages"][-1]
    assert (last["events_in"], last["events_out"]) == (3, 1)
    evidence = project.reports / "case" / "evidence"
    assert (evidence / f"stage-{last['number']}.txt").is_file()
    assert "one.dll" in (evidence / "baseline.csv").read_text(encoding="utf-8-sig")
    assert "named as the baseline of this one" in (project.reports / "case" / "report.html").read_text()

    assert "broken.CSV" in funnel(project, "other")["baseline"]["refused"]
    assert "could not be used" in (project.reports / "other" / "report.html").read_text()
    assert "baseline" not in funnel(project, "clean")

    page = (project.reports / "compare" / "pair" / "report.html").read_text(encoding="utf-8")
    assert "evil.sys" in page
    assert (project.reports / "compare" / "pair" / "report.pdf").read_bytes().startswith(b"%PDF-")
    broken = (project.reports / "compare" / "no pair" / "report.html").read_text(encoding="utf-8")
    assert "nothing was compared" in broken
    index = (project.reports / "index.html").read_text(encoding="utf-8")
    assert 'href="compare/pair/report.html"' in index
    assert 'href="compare/no%20pair/report.pdf"' in index

    assert project.run("--report", "run.html").returncode == 0
    told = (project.folder / "run.html").read_text(encoding="utf-8")
    assert "The page on the two captures of pair:" in told
    assert "All differences of no pair as JSON" in told
    assert '"comparison.json"' in told


def test_a_changed_baseline_restages_what_builds_on_it_and_nothing_else(project: Project):
    project.put("clean.CSV")
    project.put("case.CSV")
    project.put("case.case.yaml", "baseline: clean\n")
    project.put("other.CSV")
    assert project.run().returncode == 0
    files = {name: project.results / name / "funnel.json" for name in ("case", "other")}
    before = {name: file.stat().st_mtime_ns for name, file in files.items()}

    project.put("clean.CSV", csv_capture(ROWS[:1]))
    assert project.run().returncode == 0

    assert files["case"].stat().st_mtime_ns > before["case"]
    assert files["other"].stat().st_mtime_ns == before["other"]
    assert funnel(project, "case")["baseline"]["also"] == 1


def test_a_capture_that_is_not_there_is_told_before_anything_runs(project: Project):
    project.put("clean.CSV")
    project.put("case.CSV")
    project.put("case.case.yaml", "title: x\nbaseline: cleen\n")

    outcome = project.run()

    said = outcome.stdout + outcome.stderr
    assert outcome.returncode == 1
    assert "case.case.yaml, line 2, baseline: there is no capture 'cleen'" in said
    assert "did you mean 'clean'?" in said
    assert not (project.results / "case").exists()
