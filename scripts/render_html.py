"""Write the HTML reports of a summarised capture, one a language; beside them findings.json and the shown events as CSV.

python -m scripts.render_html RESULTS_FOLDER REPORTS_FOLDER [--settings JSON] [--report JSON]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scripts.procmon.report.context import make_report
from scripts.procmon.report.evidence import write_evidence
from scripts.procmon.report.html import report_html
from scripts.procmon.report.material import Settings, read_material, report_stems


def main(arguments: list[str] | None = None) -> int:
    """0; what can't be read of results/ is an error of the step before."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="results/CAPTURE")
    parser.add_argument("reports", type=Path, help="reports/CAPTURE, to write to")
    parser.add_argument("--settings", type=json.loads, default={}, help="config.yaml's words on it, as JSON")
    parser.add_argument("--report", type=json.loads, default={}, help="config.yaml's report, as JSON")
    given = parser.parse_args(arguments)
    material = read_material(given.results)
    given.reports.mkdir(parents=True, exist_ok=True)
    for language, stem in report_stems(given.report).items():
        settings = Settings.of(given.report, given.settings, language=language)
        page = report_html(make_report(material, settings, medium="html"))
        (given.reports / f"{stem}.html").write_text(page, encoding="utf-8")
    write_evidence(given.results, given.reports)
    return 0


if __name__ == "__main__":
    sys.exit(main())
