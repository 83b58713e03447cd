"""Runs that fail or are stopped: what is told, and what the page over all captures says then."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.workflow.conftest import ROOT, Project

pytestmark = pytest.mark.slow

# python -m scripts.summarise_capture takes this one first; for a capture called "broken" it crashes or waits.
_SUMMARISE = """
import os, sys, time
if "broken" in sys.argv[1] and (how := os.environ.get("HOW")):
    if how == "wait":
        open("waiting", "w").close()
        time.sleep(120)
    raise RuntimeError("made to crash")
from scripts.procmon_summarise import main
sys.exit(main())
"""


@pytest.fixture
def crashing(project: Project) -> Project:
    """A checkout whose step summarise fails for the capture "broken", as the variable HOW says."""
    (project.folder / "scripts").unlink()
    scripts = project.folder / "scripts"
    scripts.mkdir()
    for file in (ROOT / "scripts").iterdir():
        if file.name != "__pycache__":
            (scripts / file.name).symlink_to(file)
    (scripts / "procmon_summarise.py").symlink_to(ROOT / "scripts" / "summarise_capture.py")
    (scripts / "summarise_capture.py").unlink()
    (scripts / "summarise_capture.py").write_text(_SUMMARISE, encoding="utf-8")
    return project


def index(project: Project) -> str:
    return (project.reports / "index.html").read_text(encoding="utf-8")


def test_a_step_that_crashes_leaves_an_index_of_what_is_there_and_names_its_log(
    crashing: Project, monkeypatch: pytest.MonkeyPatch
):
    gone = crashing.put("gone.CSV")
    assert crashing.run().returncode == 0
    gone.unlink()
    crashing.put("new.CSV")
    crashing.put("broken.CSV")
    monkeypatch.setenv("HOW", "crash")

    failed = crashing.run()

    assert failed.returncode == 1
    told = index(crashing)
    assert "new/report.html" in told
    assert "gone/report.html" not in told
    for text in (told, failed.stdout):
        assert "results/broken/logs/summarise_capture.log" in text

    (crashing.inputs / "broken.CSV").unlink()
    assert crashing.run().returncode == 0
    assert "broken" not in index(crashing)
    (crashing.inputs / "new.CSV").unlink()
    crashing.put("other.CSV")
    monkeypatch.delenv("HOW")
    assert crashing.run().returncode == 0
    assert "new/report.html" not in index(crashing)


def test_after_a_first_run_that_failed_a_capture_taken_out_leaves_the_index(
    crashing: Project, monkeypatch: pytest.MonkeyPatch
):
    crashing.put("good.CSV")
    crashing.put("broken.CSV")
    monkeypatch.setenv("HOW", "crash")
    assert crashing.run().returncode == 1
    assert "broken" in index(crashing)
    assert "good/report.html" in index(crashing)

    (crashing.inputs / "broken.CSV").unlink()

    assert crashing.run().returncode == 0
    assert "broken" not in index(crashing)
    assert "Nothing to be done" in crashing.run().stderr


def test_a_run_that_is_stopped_says_how_to_go_on(crashing: Project):
    crashing.put("broken.CSV")
    run = subprocess.Popen(
        ["./run", "--cores", "1"], cwd=crashing.folder, env=os.environ | {"HOW": "wait"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run in the background ignores it
    )  # fmt: skip
    for _ in range(600):
        if (crashing.folder / "waiting").exists():
            break
        time.sleep(0.1)

    os.killpg(run.pid, signal.SIGINT)  # as a terminal does for Ctrl-C
    _, said = run.communicate(timeout=60)

    assert run.returncode == 1
    assert said.rstrip().endswith("Stopped. Type ./run to go on: what is done stays.")


def test_a_dry_run_that_can_not_use_a_setting_ends_as_a_run_does(project: Project):
    config: Path = project.folder / "config" / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "\nstagess: []\n", encoding="utf-8")
    assert project.run("-n").returncode == 1
