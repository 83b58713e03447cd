"""One capture → results/{capture}/*.parquet and capture.json. By itself: python -m scripts.convert_capture CAPTURE OUT"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from scripts.procmon.sources.convert import convert


def from_rule(snakemake: Any) -> None:
    """As Snakemake runs it: the capture's files in; the tables and capture.json, all in one folder, out."""
    folder = Path(snakemake.output[0]).parent
    files = [Path(file) for file in snakemake.input]
    settings = getattr(snakemake.params, "settings", None) or {}
    info = convert(files, folder, name=snakemake.wildcards.capture, settings=settings)
    print(_outcome(info))


def main(arguments: list[str]) -> int:
    """Exit code 0, 1 for a capture that can't be read, 2 for wrong arguments."""
    if len(arguments) < 2:
        print("usage: python -m scripts.convert_capture CAPTURE [PART …] OUT", file=sys.stderr)
        return 2
    *files, out = map(Path, arguments)
    info = convert(files, out, name=files[0].name.split(".")[0], settings={})
    print(_outcome(info))
    return 1 if info["refused"] else 0


def _outcome(info: dict[str, Any]) -> str:
    return info["refused"]["message"] if info["refused"] else f"{info['capture']}: {info['events']:,} events"


if "snakemake" in globals():
    from_rule(globals()["snakemake"])
elif __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
