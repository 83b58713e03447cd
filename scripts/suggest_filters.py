"""Suggest rules for what is left at the last stage: results/{capture}/ → suggestions.json.

python -m scripts.suggest_filters RESULTS_FOLDER
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq

from scripts.procmon.contracts.capture import (
    EVENTS_FILE,
    FINDINGS_FILE,
    FUNNEL_FILE,
    PROCESSES_FILE,
    STAGES_FILE,
    SUGGESTIONS_FILE,
    read_table,
)
from scripts.procmon.filters.columns import EventsFile
from scripts.procmon.filters.suggest import suggest


def main(arguments: list[str] | None = None) -> int:
    """0; what can't be read of results/ is an error of the step before."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="results/CAPTURE, staged and summarised")
    folder = parser.parse_args(arguments).results
    stages = pq.read_table(folder / STAGES_FILE)
    funnel, findings = (
        json.loads((folder / name).read_text(encoding="utf-8", errors="surrogatepass"))
        for name in (FUNNEL_FILE, FINDINGS_FILE)
    )
    told = suggest(
        EventsFile(folder / EVENTS_FILE),
        read_table(folder / PROCESSES_FILE),
        stages["stage"].to_numpy(),
        len(funnel["stages"]),
        findings["findings"],
        also=stages["baseline"].to_numpy() if "baseline" in stages.column_names else None,
        lacks=funnel.get("baseline", {}).get("lacks", ()),
    )
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    (folder / SUGGESTIONS_FILE).write_text(text, encoding="utf-8", errors="surrogatepass")
    return 0


if __name__ == "__main__":
    sys.exit(main())
