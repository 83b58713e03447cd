"""Write the PDF reports of a summarised capture, one a language.

python -m scripts.render_pdf RESULTS_FOLDER REPORTS_FOLDER [--settings JSON] [--report JSON]
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from pathlib import Path

from scripts.procmon.report.material import Settings, read_material, report_stems
from scripts.procmon.report.pdf import PangoMissingError, write_pdf


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 with the line that installs it where the system lacks Pango."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="results/CAPTURE")
    parser.add_argument("reports", type=Path, help="reports/CAPTURE, to write to")
    parser.add_argument("--settings", type=json.loads, default={}, help="config.yaml's words on it, as JSON")
    parser.add_argument("--report", type=json.loads, default={}, help="config.yaml's report, as JSON")
    given = parser.parse_args(arguments)
    material = read_material(given.results)
    given.reports.mkdir(parents=True, exist_ok=True)
    try:
        for language, stem in report_stems(given.report).items():
            settings = Settings.of(given.report, given.settings, language=language)
            write_pdf(material, settings, given.reports / f"{stem}.pdf")
    except PangoMissingError as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    # Python would look through all that layout made once more before it ends.
    gc.freeze()
    sys.exit(code)
