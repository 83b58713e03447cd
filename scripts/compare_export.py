"""A PML beside Process Monitor's own CSV export of the same events: how many cells of each column match.

python -m scripts.compare_export CAPTURE.PML[.gz] EXPORT.CSV[.gz]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.archives import unpacked
from scripts.procmon.sources.pml.compare import compare


def main(arguments: list[str] | None = None) -> int:
    """0 if every cell matches or differs for a documented reason, 1 if not, 2 if a file can't be read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("capture", type=Path, help="a PML, plain, .gz or .zip")
    parser.add_argument(
        "export", type=Path, help="Process Monitor's CSV of it, plain or .gz, whole or filtered"
    )
    given = parser.parse_args(arguments)
    try:
        with unpacked(given.capture, str(given.capture)) as capture:
            found = compare(capture.path, given.export)
    except CaptureError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(found.lines()))
    return 0 if found.unmatched == 0 and all(column.explained == 1 for column in found.columns) else 1


if __name__ == "__main__":
    sys.exit(main())
