"""Compute the findings of a converted and staged capture: findings.json and shown_events.parquet.

python -m scripts.summarise_capture RESULTS_FOLDER
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq

from scripts.procmon.contracts.capture import (
    FINDINGS_FILE,
    FUNNEL_FILE,
    SHOWN_EVENTS_FILE,
    STAGES_FILE,
    read_capture,
    read_table,
)
from scripts.procmon.findings import summarise
from scripts.procmon.findings.shown import shown_table


def main(arguments: list[str] | None = None) -> int:
    """0; what can't be checked is a result, which findings.json tells."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="results/CAPTURE, where the steps before wrote to")
    folder = parser.parse_args(arguments).results
    stages = json.loads((folder / FUNNEL_FILE).read_text(encoding="utf-8"))["stages"]
    document, shown = summarise(
        read_capture(folder), read_table(folder / STAGES_FILE), last_stage=len(stages)
    )
    pq.write_table(shown_table(shown), folder / SHOWN_EVENTS_FILE)
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    # A name from a capture may hold half a surrogate pair, which is no character and is written escaped.
    (folder / FINDINGS_FILE).write_text(text, encoding="utf-8", errors="backslashreplace")
    severities = [finding["severity"] for finding in document["findings"]]
    print(", ".join(f"{severities.count(one)} {one}" for one in dict.fromkeys(severities)) or "no findings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
