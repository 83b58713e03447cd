"""Write the reports on two captures, HTML or PDF, one a language; beside the HTML comparison.json and its lists as CSV.

python -m scripts.render_comparison html|pdf COMPARISON_FOLDER REPORTS_FOLDER [--settings JSON] [--report JSON]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scripts.procmon.contracts.files import COMPARISON_FILE
from scripts.procmon.report.comparison import make_comparison
from scripts.procmon.report.comparison_evidence import write_lists
from scripts.procmon.report.html import write_comparison_html
from scripts.procmon.report.material import Settings, report_stems
from scripts.procmon.report.pdf import PangoMissingError, write_comparison_pdf

_WRITERS = {"html": write_comparison_html, "pdf": write_comparison_pdf}


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 with the line that installs it where the system lacks Pango."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("medium", choices=("html", "pdf"))
    parser.add_argument("results", type=Path, help="results/compare/COMPARISON")
    parser.add_argument("reports", type=Path, help="reports/compare/COMPARISON, to write to")
    parser.add_argument("--settings", type=json.loads, default={}, help="config.yaml's words on it, as JSON")
    parser.add_argument("--report", type=json.loads, default={}, help="config.yaml's report, as JSON")
    given = parser.parse_args(arguments)
    text = (given.results / COMPARISON_FILE).read_text(encoding="utf-8", errors="surrogatepass")
    document = json.loads(text)
    given.reports.mkdir(parents=True, exist_ok=True)
    if given.medium == "html":
        write_lists(document, text, given.reports)
    try:
        for language, stem in report_stems(given.report).items():
            settings = Settings.of(given.report, given.settings, language=language)
            told = make_comparison(document, settings, medium=given.medium)
            _WRITERS[given.medium](told, given.reports / f"{stem}.{given.medium}")
    except PangoMissingError as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
