"""Compare two converted captures: what is new in the second, gone and changed: comparison.json.

python -m scripts.compare_captures BEFORE_FOLDER AFTER_FOLDER COMPARISON_FOLDER [--name NAME]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scripts.procmon.comparison.document import compared
from scripts.procmon.contracts.files import COMPARISON_FILE


def main(arguments: list[str] | None = None) -> int:
    """0, also where one of the captures was refused: that is a result, which the page tells."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path, help="results/CAPTURE of the earlier or clean one")
    parser.add_argument("after", type=Path, help="results/CAPTURE of the later one")
    parser.add_argument("results", type=Path, help="the folder to write to")
    parser.add_argument("--name", help="the comparison's name; else that of its folder")
    given = parser.parse_args(arguments)
    told = compared(given.name or given.results.name, given.before, given.after)
    given.results.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    (given.results / COMPARISON_FILE).write_text(text, encoding="utf-8", errors="surrogatepass")
    return 0


if __name__ == "__main__":
    sys.exit(main())
