"""What other tools saw beside one capture → regions.parquet, autoruns.parquet and sidecars.json in results/{capture}.

python -m scripts.read_sidecars [SIDECAR ...] RESULTS_FOLDER [--name NAME]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.procmon.sources.sidecars import read_sidecars


def main(arguments: list[str] | None = None) -> int:
    """0, also for a sidecar that can't be read: that is a result, which sidecars.json and the report tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="VMMap's snapshots and Autoruns' exports")
    parser.add_argument("results", type=Path, help="the folder to write to")
    parser.add_argument("--name", help="the capture's name; else that of the folder")
    given = parser.parse_args(arguments)
    document = read_sidecars(given.files, given.results, name=given.name or given.results.name)
    for file in document["files"]:
        refused = file["refused"]
        print(refused["message"] if refused else f"{file['name']}: {file['kind']}, {file['rows']:,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
