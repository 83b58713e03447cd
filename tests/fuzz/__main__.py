"""Damaged captures by the hundred thousand, on one core.

python -m tests.fuzz FORMAT [--mutations N] [--from NUMBER]

A file that breaks the reader is kept and named, with the number that makes it again. It is an error as well if the peak
of memory grows: a damaged number must not ask for memory.
"""

from __future__ import annotations

import argparse
import faulthandler
import resource
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.check import SLOWEST, decodes_or_refuses
from tests.fuzz.formats import FORMATS, Format
from tests.fuzz.mutations import mutation

#: How much a file of 10 KB may add to the memory in use once the reader is warm.
_MOST_MEMORY = 64 << 20
_WARM = 500


def main(arguments: list[str] | None = None) -> int:
    """0 if every file was decoded or refused as it should be, 1 if not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("format", choices=sorted(FORMATS))
    parser.add_argument("--mutations", type=int, default=200_000)
    parser.add_argument("--from", dest="first", type=int, default=0, help="the number of the first mutation")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        return _run(FORMATS[given.format], given, Path(folder))


def _run(form: Format, given: argparse.Namespace, folder: Path) -> int:
    file = folder / f"damaged.{given.format}"
    seeds = form.seeds()
    decoded, broken, began, warm = 0, 0, time.monotonic(), 0
    for number in range(given.first, given.first + given.mutations):
        file.write_bytes(mutation(seeds, number, form.ways))
        faulthandler.dump_traceback_later(6 * SLOWEST, exit=True)
        try:
            decoded += decodes_or_refuses(form, file)
        except Exception as error:
            broken += 1
            kept = file.rename(Path(tempfile.gettempdir()) / f"broken-{number}.{given.format}")
            print(f"mutation {number}: {type(error).__name__}: {error}; kept as {kept}", flush=True)
        done = number - given.first + 1
        if done == min(_WARM, given.mutations):
            warm = _memory()
        if done % 10_000 == 0:
            print(_told(done, decoded, broken, began, warm), flush=True)
    faulthandler.cancel_dump_traceback_later()
    print(_told(given.mutations, decoded, broken, began, warm))
    return 1 if broken or _memory() - warm > _MOST_MEMORY else 0


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _told(done: int, decoded: int, broken: int, began: float, warm: int) -> str:
    seconds = time.monotonic() - began
    return (
        f"{done:,} files in {seconds:,.0f} s: {decoded:,} decoded, {done - decoded - broken:,} refused, {broken:,} broke "
        f"the reader; {(_memory() - warm) >> 20:,} MiB more memory than when it was warm"
    )


if __name__ == "__main__":
    sys.exit(main())
