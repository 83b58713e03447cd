"""The whole way by ./run, on small captures that the tests write."""

import json
import os
import subprocess

import pytest
from markupsafe import escape

from tests.workflow.conftest import ROOT, Project, csv_capture

pytestmark = pytest.mark.slow


def test_a_capture_becomes_a_report_and_a_second_run_has_nothing_to_do(project: Project):
    project.put("case-42/Logfile.CSV")

    first = project.run()

    assert first.returncode == 0, first.stdout + first.stderr
    report = project.reports / "case-42" / "Logfile"
    assert (report / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "one.dll" in (report / "report.html").read_text(encoding="utf-8")
    assert "case-42/Logfile" in (project.reports / "index.html").read_text(encoding="utf-8")
    assert json.loads((report / "findings.json").read_text(encoding="utf-8"))["capture"]["events"] == 4
    assert "case-42/Logfile" in first.stdout

    made = (report / "report.html").stat().st_mtime_ns
    second = project.run()
    assert second.returncode == 0
    assert "Nothing to be done" in second.stderr
    assert (report / "report.html").stat().st_mtime_ns == made
    assert "case-42/Logfile" in second.stdout


def test_settings_of_the_command_line_hold_for_the_index_and_the_table_as_well(project: Project):
    project.put("one.CSV")

    told = project.run(
        "--config", "folders={results: work, reports: out}", "report={marking: TLP:RED, title: 😀}"
    )

    assert told.returncode == 0, told.stdout + told.stderr
    assert "out/one/report.html" in told.stdout
    index = (project.folder / "out" / "index.html").read_text(encoding="utf-8")
    assert 'href="one/report.html"' in index
    assert "TLP:RED" in index
    assert not project.results.exists()
    assert not project.reports.exists()


def test_one_bad_capture_stops_no_other_and_is_told_with_its_reason(project: Project):
    project.put("good.CSV")
    project.put("bad.PML", "PML_ this is not one")
    project.put("good.xml")
    project.put("x.CSV")
    project.put("x.csv.gz")

    outcome = project.run()

    assert outcome.returncode == 1
    assert (project.reports / "good" / "report.html").is_file()
    assert (project.reports / "good.CSV" / "report.html").is_file()
    assert "bad.PML" in outcome.stdout
    for name in ("x.CSV", "x.csv.gz"):
        assert name in outcome.stdout
    index = (project.reports / "index.html").read_text(encoding="utf-8")
    assert "bad.PML" in index
    assert "x.csv.gz" in index
    assert "could not be read" in (project.reports / "bad" / "report.html").read_text(encoding="utf-8")


def test_an_empty_inputs_folder_is_told_what_to_drop_there(project: Project):
    outcome = project.run()

    assert outcome.returncode == 0
    assert "inputs" in outcome.stdout
    assert "PML" in outcome.stdout


def test_a_capture_exchanged_for_an_older_file_is_read_again(project: Project):
    file = project.put("case.CSV")
    project.run()
    older = csv_capture().replace("one.dll", "two.dll")
    project.put("case.CSV", older)
    os.utime(file, (1_000_000_000, 1_000_000_000))

    project.run()

    assert "two.dll" in (project.reports / "case" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ['a b\'s "c".CSV', "$(touch ran);.CSV", "-n.CSV", "ファイル/日本.CSV", "ü&amp;.CSV"]
)
def test_an_awkward_file_name_is_only_a_name(project: Project, name: str):
    project.put(name)

    outcome = project.run()

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert (project.reports / name.removesuffix(".CSV") / "report.pdf").is_file()
    assert not list(project.folder.rglob("ran"))
    index = (project.reports / "index.html").read_text(encoding="utf-8")
    assert escape(name.removesuffix(".CSV")) in index


def test_names_that_the_dag_can_not_carry_are_turned_away_one_by_one(project: Project):
    project.put("{braces}.CSV")
    project.put("<angle brackets>.CSV")
    project.put("good.CSV")

    outcome = project.run()

    assert outcome.returncode == 1
    assert "{braces}" in outcome.stdout
    assert "<angle brackets>" in outcome.stdout
    assert (project.reports / "good" / "report.html").is_file()


def test_a_setting_that_can_not_be_used_is_the_last_word_of_a_run(project: Project):
    project.put("case.CSV")
    config = project.folder / "config" / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "\nstagess: []\n", encoding="utf-8")

    outcome = project.run()

    assert outcome.returncode == 1
    before, _, last = outcome.stderr.partition("Nothing was run")
    assert "unknown key 'stagess'; did you mean 'stages'?" in last
    assert "Snakefile" not in before + last
    assert outcome.stdout == ""


def test_an_unknown_setting_is_refused_with_its_name_and_the_nearest_right_one(project: Project):
    config = project.folder / "config" / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "\nstagess: []\n", encoding="utf-8")

    outcome = project.run()

    assert outcome.returncode == 1
    assert "stagess" in outcome.stdout + outcome.stderr
    assert "did you mean" in (outcome.stdout + outcome.stderr).lower()


def test_a_changed_stage_restages_but_does_not_convert_again(project: Project):
    project.put("case.CSV")
    project.run()
    converted = (project.results / "case" / "events.parquet").stat().st_mtime_ns
    staged = (project.results / "case" / "funnel.json").stat().st_mtime_ns
    config = project.folder / "config" / "config.yaml"
    text = config.read_text(encoding="utf-8")
    assert "- name: " in text
    config.write_text(text.replace("- name: ", "- name: Changed. ", 1), encoding="utf-8")

    outcome = project.run()

    assert outcome.returncode == 0, outcome.stderr
    assert (project.results / "case" / "events.parquet").stat().st_mtime_ns == converted
    assert (project.results / "case" / "funnel.json").stat().st_mtime_ns > staged


def test_what_a_job_says_lands_in_its_log(project: Project):
    project.put("bad.PML", "PML_ this is not one")

    project.run()

    log = (project.results / "bad" / "logs" / "convert_capture.log").read_text(encoding="utf-8")
    assert "bad.PML" in log


def test_snakemakes_own_report_shows_the_results_by_capture_with_captions(project: Project):
    project.put("case/one.CSV")
    assert project.run().returncode == 0
    done = project.run("--report", "run.html")
    assert done.returncode == 0, done.stderr
    told = (project.folder / "run.html").read_text(encoding="utf-8")
    assert "case/one" in told
    for name in ("report.html", "report.pdf", "findings.json", "events.csv", "stage-1.PMF", "index.html"):
        assert f'"{name}"' in told
    assert "turns captures of Sysinternals Process Monitor" in told
    assert "The written report on case/one" in told


def test_snakemake_finds_nothing_to_lint():
    lint = subprocess.run(
        ["snakemake", "--lint"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr
