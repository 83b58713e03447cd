"""Write the page over all captures.

python -m scripts.render_index [REPORTS_INDEX] [--settings FILE] [--after-failure]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from scripts.procmon.cases import read_case
from scripts.procmon.contracts.files import COMPARISON_FILE, COMPARISONS
from scripts.procmon.report.index import index_html
from scripts.procmon.report.material import read_json, report_stems
from scripts.procmon.report.overview import read_overview
from scripts.procmon.settings import CONFIG_FILE, read_settings
from scripts.procmon.sources.inputs import find_captures


def main(arguments: list[str] | None = None) -> int:
    """0; captures that failed are listed on the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("index", type=Path, nargs="?", help="the file to write, if not reports/index.html")
    parser.add_argument("--settings", type=Path, default=CONFIG_FILE, help="config.yaml, or what a run kept")
    parser.add_argument("--after-failure", action="store_true", help="tell which reports were not made")
    given = parser.parse_args(arguments)
    settings = read_settings(given.settings)
    inputs, results, reports = (Path(settings["folders"][name]) for name in ("inputs", "results", "reports"))
    found = find_captures(inputs)
    rejected = [(str(one.path), one.reason) for one in found.rejected]
    overview = read_overview(
        results,
        found.captures,
        rejected=rejected,
        # While a run goes on, other reports than those that fail are not there yet.
        reports=reports if given.after_failure else None,
        stems=report_stems(settings["report"]).values(),
    )
    captures = {name: read_case(settings, name, inputs).of("report") for name in found.captures}
    page = index_html(
        overview, report=settings["report"], captures=captures, compare=_compared(settings, results)
    )
    index = given.index or reports / "index.html"
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_text(page, encoding="utf-8")
    return 0


def _compared(settings: dict[str, Any], results: Path) -> list[tuple[dict[str, Any], Any]]:
    """The comparisons that were made, each with what it found."""
    files = [
        (one, results / COMPARISONS / one["name"] / COMPARISON_FILE) for one in settings.get("compare") or ()
    ]
    return [(one, read_json(file)) for one, file in files if file.is_file()]


if __name__ == "__main__":
    sys.exit(main())
