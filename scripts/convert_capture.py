"""One capture → the tables and capture.json in results/{capture}.

python -m scripts.convert_capture CAPTURE [PART ...] RESULTS_FOLDER [--name NAME] [--settings JSON]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scripts.procmon.sources.convert import convert
from scripts.procmon.sources.inputs import capture_name


def main(arguments: list[str] | None = None) -> int:
    """0, also for a capture that can't be read: that is a result, which capture.json and the report tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, help="the capture, or its parts in order")
    parser.add_argument("results", type=Path, help="the folder to write to")
    parser.add_argument("--name", help="the capture's name; else that of the file")
    parser.add_argument("--settings", type=json.loads, default={}, help="config.yaml's words on it, as JSON")
    given = parser.parse_args(arguments)
    if missing := [str(file) for file in given.files if not file.is_file()]:
        parser.error(f"there is no file {', '.join(missing)}")
    name = given.name or capture_name(given.files[0].name)
    info = convert(given.files, given.results, name=name, settings=given.settings)
    print(info["refused"]["message"] if info["refused"] else f"{name}: {info['events']:,} events")
    return 0


if __name__ == "__main__":
    sys.exit(main())
