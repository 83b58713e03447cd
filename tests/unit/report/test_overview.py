"""A run as a whole: the index and the table on the terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.procmon.report.index import index_html
from scripts.procmon.report.outcome import outcome
from scripts.procmon.report.overview import Overview, read_overview
from tests.captures.results import finding, info, material, stages, write_results


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run over a capture with findings, a clean one, a refused one and one whose conversion crashed."""
    results = tmp_path / "results"
    found = material(
        findings=[finding(1), finding(2, severity="low")],
        capture=info(capture="bad"),
        funnel=stages(900, 133),
    )
    write_results(results / "bad", found)
    write_results(results / "good", material(capture=info(capture="good")))
    refused = {"file": "x.CSV", "where": "row 7", "expected": "7 fields", "found": "3", "advice": None}
    write_results(results / "torn", material(capture=info(refused=refused)))
    (results / "crashed/logs").mkdir(parents=True)
    (results / "crashed/logs/convert_capture.log").write_text("Traceback")
    for name in ("bad", "good"):
        for file in ("report.html", "report.pdf"):
            report = tmp_path / "reports" / name / file
            report.parent.mkdir(parents=True, exist_ok=True)
            report.write_text("x")
    return tmp_path


def overview(run: Path) -> Overview:
    return read_overview(
        run / "results", ["bad", "crashed", "good", "torn"], rejected=[("inputs/a{b}.PML", "It holds braces.")],
        reports=run / "reports",
    )  # fmt: skip


def test_the_table_tells_events_what_is_left_findings_and_the_report(run: Path):
    text, _ = outcome(overview(run), inputs=Path("inputs"), reports=Path("reports"))
    line = next(line for line in text.splitlines() if line.startswith("bad"))
    assert line.split(None, 3)[:3] == ["bad", "30,000", "133"]
    assert "1 high, 1 low" in line
    assert line.endswith("reports/bad/report.html")
    assert "none" in next(line for line in text.splitlines() if line.startswith("good"))


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"events": 0}, "none (no events)"),
        ({"events": 1}, "none (one event)"),
        ({"filtered": {"value": True, "reason": "x"}}, "none (filtered)"),
        ({"rejected": {"count": 12, "rows": []}}, "none; damaged: 12 events lost"),
        (
            {"rejected": {"count": 1, "rows": [], "rest_lost": True}},
            "none; damaged: 1 event and all after it lost",
        ),
        ({"rejected": {"count": 0, "rows": [], "rest_lost": True}}, "none; damaged: its end lost"),
        ({"rejected": {"count": 1, "rows": []}, "lost_texts": 2}, "none; damaged: 1 event and 2 names lost"),
        ({"lost_hosts": True}, "none; damaged: names of hosts lost"),
    ],
)
def test_the_table_never_says_a_bare_none_of_what_could_not_be_seen(tmp_path: Path, told: dict, line: str):
    write_results(tmp_path / "results/one", material(capture=info(capture="one", **told)))
    text, code = outcome(
        read_overview(tmp_path / "results", ["one"]), inputs=Path("inputs"), reports=Path("reports")
    )
    assert line in text
    assert code == 0


def test_a_filtered_capture_is_called_so_also_where_something_was_found(tmp_path: Path):
    filtered = info(capture="one", filtered={"value": True, "reason": "x"})
    write_results(tmp_path / "results/one", material(findings=[finding(severity="high")], capture=filtered))
    seen = read_overview(tmp_path / "results", ["one"])
    assert "1 high; filtered" in outcome(seen, inputs=Path("inputs"), reports=Path("reports"))[0]


def test_a_failed_inputs_name_that_is_no_utf_8_is_written_with_replacement_characters(run: Path):
    file = os.fsdecode(b"inputs/\xff\xfe.CSV")
    seen = read_overview(run / "results", ["good"], rejected=[(file, f"{file} can't be named.")])
    text, code = outcome(seen, inputs=Path("inputs"), reports=Path("reports"))
    assert code == 1
    for written in (text, index_html(seen)):
        assert "inputs/\ufffd\ufffd.CSV" in written
        assert written.encode("utf-8")


def test_failed_inputs_are_told_with_their_reason_and_make_exit_code_1(run: Path):
    text, code = outcome(overview(run), inputs=Path("inputs"), reports=Path("reports"))
    assert code == 1
    assert "inputs/a{b}.PML: It holds braces." in text
    assert "torn: x.CSV, row 7: expected 7 fields, found 3" in text
    assert "crashed: failed: see" in text
    assert "convert_capture.log" in text


def test_a_run_without_failures_has_exit_code_0(run: Path):
    good = read_overview(run / "results", ["bad", "good"], reports=run / "reports")
    assert outcome(good, inputs=Path("inputs"), reports=Path("reports"))[1] == 0


def test_a_failed_input_is_named_once(tmp_path: Path):
    for name in ("notes.txt", "torn"):
        refused = {"file": name, "where": None, "expected": "a capture", "found": "text"}
        write_results(tmp_path / name, material(capture=info(refused=refused)))
    made = read_overview(tmp_path, ["notes.txt", "torn", "gone"])
    text, _ = outcome(made, inputs=Path("inputs"), reports=Path("reports"))
    lines = text.splitlines()
    assert "  notes.txt: expected a capture, found text (reports/notes.txt/report.html)" in lines
    assert "  torn: expected a capture, found text (reports/torn/report.html)" in lines
    assert any(line.startswith("  gone: failed: see ") for line in lines)


def test_comparisons_further_languages_and_what_was_not_used_are_told(run: Path):
    reports = run / "reports"
    made = reports / "compare/one/report.html"
    made.parent.mkdir(parents=True)
    made.write_text("x")
    text, _ = outcome(
        overview(run), inputs=Path("inputs"), reports=reports, comparisons=["one", "two"],
        stems=["report", "report.ja"], remarks=["x.case.yaml: there is no capture 'x'"],
    )  # fmt: skip
    assert f"  {made}\n" in text
    assert f"{reports}/compare/two/report.html: not made" in text
    assert "report.ja.html" in text
    assert text.startswith("Warning:\n  x.case.yaml: there is no capture 'x'\n")
    assert text.count("Warning:") == 1


def test_settings_that_were_not_applied_are_a_warning(tmp_path: Path):
    write_results(tmp_path / "one", material(capture=info(unapplied=["time_zone", "date"])))
    text, code = outcome(read_overview(tmp_path, ["one"]), inputs=Path("inputs"), reports=Path("reports"))
    assert text.startswith("Warning:\n  one: not applied: time_zone, date; part 2 of its report says why\n")
    assert code == 0


def test_a_report_that_was_not_made_is_told(run: Path):
    (run / "reports/good/report.pdf").unlink()
    made = read_overview(run / "results", ["good"], reports=run / "reports")
    text, code = outcome(made, inputs=Path("inputs"), reports=Path("reports"))
    assert code == 1
    assert "good: report.pdf, see " in text


def test_the_log_that_is_named_is_the_last_that_tells_of_a_crash(run: Path):
    logs = run / "results/crashed/logs"
    for step, text in (
        ("render_pdf", "of an earlier run"),
        ("suggest_filters", "Traceback"),
        ("render_html", ""),
    ):
        (logs / f"{step}.log").write_text(text, encoding="utf-8")
    os.utime(logs / "render_pdf.log", (1_000_000_000, 1_000_000_000))
    os.utime(logs / "convert_capture.log", (1_000_000_000, 1_000_000_000))
    (crashed,) = (failure for failure in overview(run).failures if failure.name == "crashed")
    assert crashed.reason == f"failed: see {logs / 'suggest_filters.log'}"
    for step in ("suggest_filters", "convert_capture"):
        (logs / f"{step}.log").write_text("3 remarks", encoding="utf-8")
        os.utime(logs / f"{step}.log", (1_000_000_000, 1_000_000_000))
    (killed,) = (failure for failure in overview(run).failures if failure.name == "crashed")
    assert killed.reason == f"failed: see {logs / 'render_html.log'}"


def test_with_nothing_in_inputs_it_says_what_to_drop_there():
    text, code = outcome(Overview(), inputs=Path("drop"), reports=Path("reports"))
    assert code == 0
    assert "drop/" in text
    assert ".PML" in text


def test_a_name_with_control_characters_does_not_reach_the_terminal_raw():
    made = read_overview(Path("nowhere"), [], rejected=[("a\x1b[2J\ud83d.PML", "‮x")])
    text, _ = outcome(made, inputs=Path("inputs"), reports=Path("reports"))
    assert "\x1b" not in text
    assert "‮" not in text
    text.encode("utf-8")


def test_the_index_puts_the_gravest_first_and_lists_failures(run: Path):
    html = index_html(
        overview(run), captures={"bad": {"title": "A reconstruction", "note": "It never happened."}}
    )
    assert html.index("A reconstruction") < html.index(">good<")
    for part in (
        "It never happened.",
        "torn/report.html",
        "It holds braces.",
        "bad/report.pdf",
        "Nothing that needs",
    ):
        assert part in html


@pytest.mark.parametrize(
    ("general", "own", "told"),
    [
        ("TLP:AMBER", "TLP:RED", "TLP:RED"),
        ("TLP:RED", "TLP:GREEN", "TLP:RED"),
        ("", "TLP:AMBER+STRICT", "TLP:AMBER+STRICT"),
        ("TLP:GREEN", "", "TLP:GREEN"),
    ],
)
@pytest.mark.parametrize("name", ["bad", "torn"])
def test_the_index_bears_the_strictest_marking_of_all_that_it_lists(
    run: Path, general: str, own: str, told: str, name: str
):
    html = index_html(overview(run), report={"marking": general}, captures={name: {"marking": own}})
    assert re.findall(r'class="marking [^"]*">([^<]*)<', html) == [told]


@pytest.mark.parametrize(
    ("told", "marks"),
    [
        ({"filtered": {"value": True, "reason": "x"}}, ["was filtered"]),
        ({"lost_texts": 2}, ["file damaged"]),
        ({"rejected": {"count": 1, "rows": [], "rest_lost": True}}, ["file breaks off"]),
        ({"lost_hosts": True, "filtered": {"value": True, "reason": "x"}}, ["file damaged", "was filtered"]),
        ({}, []),
    ],
)
@pytest.mark.parametrize("findings", [[], [finding(1)]])
def test_the_index_says_of_which_capture_something_is_missing(
    tmp_path: Path, told: dict, marks: list[str], findings: list
):
    write_results(tmp_path / "one", material(capture=info(capture="one", **told), findings=findings))
    html = index_html(read_overview(tmp_path, ["one"]))
    assert re.findall(r'class="mark">([^<]*)<', html) == marks


def test_the_index_after_a_failure_links_no_report_that_is_not_there_and_names_the_log(run: Path):
    (run / "reports/good/report.html").unlink()
    logs = run / "results/good/logs"
    logs.mkdir(parents=True)
    (logs / "render_html.log").write_text("Traceback")
    html = index_html(overview(run))
    assert "good/report.html" not in html
    assert "good/report.pdf" in html
    assert "Not made: report.html. Why is told in" in html
    assert "results/good/logs/render_html.log" in html
    assert html.count("Not made") == 1


def test_the_index_names_captures_harmlessly(tmp_path: Path):
    name = '<script>x</script>"&%#?'
    write_results(tmp_path / "r" / name.replace("/", "_"), material())
    html = index_html(read_overview(tmp_path / "r", [name.replace("/", "_")]))
    assert html.count("<script>") == 1
    assert 'href="%3Cscript%3Ex%3C_script%3E%22%26%25%23%3F/report.html"' in html


def test_the_first_line_of_the_index_counts_what_failed(run: Path):
    seen = overview(run)
    first = index_html(seen).partition('class="said">')[2].partition("</p>")[0]
    assert first.startswith(f"{len(seen.entries)} captures; ")
    assert f"{len(seen.failures)} inputs could not be reported on" in first
    only = index_html(Overview(failures=seen.failures[:1])).partition('class="said">')[2].partition("</p>")[0]
    assert only == "1 input could not be reported on, listed at the end."
    assert "could not" not in index_html(Overview(entries=seen.entries)).partition("</section>")[0]


def test_the_index_says_which_captures_have_their_own_export_beside_them(tmp_path: Path):
    row = {"type": "file", "value": "C:\\own.exe", "why": "", "findings": [], "events": [1]}
    for name in ("x", "x.CSV", "y"):
        rows = [row, {**row, "value": "C:\\pair.exe"}] if name != "y" else [row]
        write_results(tmp_path / name, material(tables={"indicators": rows}))
    html = index_html(read_overview(tmp_path, ["x", "x.CSV", "y"]))
    assert "What only a capture and its own export share is left out (<code><bdi>x</bdi></code>)." in html
    assert "own.exe" in html
    assert "pair.exe" not in html


def test_an_index_over_nothing_says_so():
    assert "No capture has been reported on yet" in index_html(Overview())


def test_the_outcome_is_printed_without_loading_pandas_or_the_report(run: Path):
    code = (
        "import sys; from scripts.print_outcome import main\n"
        f"main({{'folders': {{'inputs': {str(run / 'i')!r}, 'results': '.', 'reports': '.'}}}})\n"
        "heavy = {'pandas', 'pyarrow', 'jinja2', 'weasyprint', 'jsonschema'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_findings_of_a_refused_capture_are_not_looked_for(tmp_path: Path):
    (tmp_path / "x").mkdir()
    refused = {"file": "x", "where": None, "expected": "a", "found": "b"}
    (tmp_path / "x/capture.json").write_text(json.dumps({"refused": refused}))
    made = read_overview(tmp_path, ["x"])
    assert [failure.reason for failure in made.failures] == ["x: expected a, found b"]
