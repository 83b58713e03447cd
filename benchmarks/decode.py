"""Events a second, beside other readers, in one run and in turns: python -m benchmarks.decode [CAPTURE.PML]

Captures are grown from the demo capture, or from the one that is named.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.export import export
from benchmarks.grow import grow
from benchmarks.peers import PEERS

_ROOT = Path(__file__).parents[1]
_DEMO = _ROOT / "inputs" / "stuxnet-reconstruction.PML.gz"
#: Slow readers are given the first events only.
_MOST_EVENTS = 200_000


def main(arguments: list[str] | None = None) -> int:
    """0; a table for every share of mutation is printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("capture", type=Path, nargs="?", default=_DEMO, help="a PML, plain or .gz")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--mutation", type=float, nargs="+", default=[0.25, 1.0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2, help="how many cores a reader may use")
    parser.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS))
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        source = _plain(given.capture, Path(folder))
        for share in given.mutation:
            grown = Path(folder) / "grown.PML"
            events = grow(source, grown, events=given.events, mutation=share)
            if any(PEERS[name].suffix == ".CSV" for name in given.only):
                export(grown, grown.with_suffix(".CSV"))
            print(
                f"\n{events:,} events, {grown.stat().st_size / 1e6:,.0f} MB, {share:.0%} changed in each copy"
            )
            _print_table(_measured(given, grown))
    return 0


def _plain(capture: Path, folder: Path) -> Path:
    if capture.suffix.lower() != ".gz":
        return capture
    with gzip.open(capture) as packed, (folder / "source.PML").open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return folder / "source.PML"


def _measured(given: argparse.Namespace, grown: Path) -> dict[str, list[dict[str, Any]]]:
    """What each reader needed, round by round; the readers take turns, so that a busy machine is busy for all."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in given.only}
    for _ in range(given.rounds):
        for name, some in runs.items():
            found = _run(name, grown.with_suffix(PEERS[name].suffix), given.cores)
            if found:
                some.append(found)
    return runs


def _run(name: str, file: Path, cores: int) -> dict[str, Any] | None:
    def keep_to_cores() -> None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.peers", name, str(file), str(_MOST_EVENTS)],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=keep_to_cores if hasattr(os, "sched_setaffinity") else None,
    )
    found: dict[str, Any] | None = json.loads(done.stdout)
    return found


def _print_table(runs: dict[str, list[dict[str, Any]]]) -> None:
    rates = {name: [run["events"] / run["seconds"] for run in some] for name, some in runs.items()}
    slowest = rates.get("procmon_parser")
    print(f"{'':56} {'events/s, median (best)':>23}  {'×':>5}  {'CPU s / 10⁶':>11}  {'peak MB':>7}")
    for name, some in rates.items():
        if not some:
            print(f"{PEERS[name].what:56} not installed")
            continue
        times = f"{median(some) / median(slowest):5.1f}" if slowest else ""
        peak = max(run["peak"] for run in runs[name]) >> 20
        cpu = min(run["cpu"] / run["events"] * 1e6 for run in runs[name])
        rate = f"{median(some):,.0f} ({max(some):,.0f})"
        print(f"{PEERS[name].what:56} {rate:>23}  {times:>5}  {cpu:11.2f}  {peak:7,}")


if __name__ == "__main__":
    sys.exit(main())
