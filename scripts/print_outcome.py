"""Print what a run made of each capture, and which inputs failed and why; exit code 1 if any did.

python -m scripts.print_outcome [SETTINGS_FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from scripts.procmon.report.material import report_stems
from scripts.procmon.report.outcome import outcome
from scripts.procmon.report.overview import read_overview
from scripts.procmon.sources.inputs import capture_name, find_captures
from scripts.procmon.unclaimed import unclaimed


def main(settings: dict[str, Any]) -> int:
    """1 if an input failed or a report was not made, else 0."""
    inputs, results, reports = (Path(settings["folders"][name]) for name in ("inputs", "results", "reports"))
    found = find_captures(inputs)
    rejected = [(str(one.path), one.reason) for one in found.rejected]
    stems = list(report_stems(settings.get("report", {})).values())
    overview = read_overview(results, found.captures, rejected=rejected, reports=reports, stems=stems)
    comparisons = [str(one["name"]) for one in settings.get("compare") or ()]
    turned_away = [capture_name(one.path.relative_to(inputs).as_posix()) for one in found.rejected]
    remarks = unclaimed(settings, inputs, found.captures, turned_away=turned_away)
    text, code = outcome(
        overview, inputs=inputs, reports=reports, comparisons=comparisons, stems=stems, remarks=remarks
    )
    print(text)
    return code


def _settings(arguments: list[str]) -> dict[str, Any]:
    """Those that the run kept; config.yaml's where it did not come so far."""
    kept = [file for file in map(Path, arguments) if file.is_file()]
    file = kept[0] if kept else Path("config/config.yaml")
    # Snakemake has checked them already; checking again would take longer than all the rest.
    settings: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return settings


if __name__ == "__main__":
    sys.exit(main(_settings(sys.argv[1:])))
