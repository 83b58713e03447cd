"""Apply the stages to a converted capture: stages.parquet and funnel.json; each stage as PMF and PMC beside the report.

python -m scripts.stage_events RESULTS_FOLDER [--stages JSON] [--evidence FOLDER] [--baseline JSON]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from scripts.procmon.contracts.capture import (
    EVENTS_FILE,
    FUNNEL_FILE,
    INFO_FILE,
    PROCESSES_FILE,
    STAGES_FILE,
    read_table,
)
from scripts.procmon.errors import SettingsError
from scripts.procmon.filters.advanced_output import for_advanced_output, is_advanced
from scripts.procmon.filters.baseline import compare, groups
from scripts.procmon.filters.columns import EventsFile
from scripts.procmon.filters.exchange import MOST_ROWS, remarks, write_baseline_stage, write_stages
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.stages import stage_events
from scripts.procmon.settings import read_settings


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 where the stages can't be used."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="results/CAPTURE, where convert_capture wrote to")
    parser.add_argument(
        "--stages", type=json.loads, help="the stages as JSON; else those of config/config.yaml"
    )
    parser.add_argument("--evidence", type=Path, help="where to write each stage as PMF and PMC")
    parser.add_argument(
        "--baseline",
        type=json.loads,
        help='the capture of a clean run: {"capture": NAME, "results": FOLDER}, or its "reason" for being none',
    )
    given = parser.parse_args(arguments)
    try:
        stages = resolve_stages(given.stages or read_settings()["stages"])
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    info = _info(given.results / INFO_FILE)
    if advanced := is_advanced(info.get("operations", {})):
        stages = for_advanced_output(stages)
    if given.evidence:
        write_stages(stages, given.evidence)
    events, processes = EventsFile(given.results / EVENTS_FILE), read_table(given.results / PROCESSES_FILE)
    baseline, also = compare(given.baseline, events, processes, info=info) if given.baseline else ({}, None)
    table, funnel = stage_events(events, processes, stages, also=also)
    funnel |= {"remarks": remarks(stages, advanced=advanced), **baseline}
    if given.evidence and also:
        last = funnel["stages"][-1]
        gone = also.events & (table["stage"].to_numpy() == last["number"] - 1)
        write_baseline_stage(last, groups(events, processes, gone, MOST_ROWS), given.evidence)
    pq.write_table(table, given.results / STAGES_FILE)
    text = json.dumps(funnel, ensure_ascii=False, indent=1) + "\n"
    (given.results / FUNNEL_FILE).write_text(text, encoding="utf-8", errors="surrogatepass")
    return 0


def _info(file: Path) -> dict[str, Any]:
    """capture.json; {} without it."""
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return told


if __name__ == "__main__":
    sys.exit(main())
