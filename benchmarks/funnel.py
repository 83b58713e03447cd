"""The default funnel beside the same rules in other tools, in one run and in turns: python -m benchmarks.funnel

A capture is grown from the demo capture and converted, which is not timed. Each way then reads it and counts the events
that every stage leaves; counts that depart from this project's are marked. procmon-reader reads the PML itself, the
others the tables.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from scripts.procmon.filters.resolve import Stage, resolve_stages
from scripts.procmon.settings import read_settings

if TYPE_CHECKING:
    import pandas as pd

_ROOT = Path(__file__).parents[1]
_DEMO = _ROOT / "inputs" / "stuxnet-reconstruction.PML.gz"

#: Process Monitor's words in procmon-reader's.
_OPERATORS = {"is": "==", "is not": "!=", "begins with": "starts_with", "ends with": "ends_with"}


def this_project(folder: Path, stages: list[Stage]) -> list[int]:
    """The funnel with all that it tells of rules and of what they hid."""
    from scripts.procmon.contracts.capture import read_table
    from scripts.procmon.filters.columns import EventsFile
    from scripts.procmon.filters.stages import stage_events

    processes = read_table(folder / "processes.parquet")
    _, funnel = stage_events(EventsFile(folder / "events.parquet"), processes, stages)
    return [stage["events_out"] for stage in funnel["stages"]]


def pandas_strings(folder: Path, stages: list[Stage]) -> list[int]:
    """Each rule on the texts of all events, as one would write it by hand; counts only."""
    import pandas as pd

    names = {"Operation": "operation", "Path": "path", "Result": "result", "Detail": "detail"}
    names |= {"Event Class": "event_class", "Category": "category"}
    events = pd.read_parquet(folder / "events.parquet", columns=[*names.values(), "process"])
    processes = pd.read_parquet(folder / "processes.parquet")
    columns = {name: events[column].astype("str").fillna("").str.lower() for name, column in names.items()}
    who = processes["process_name"].str.lower().take(events["process"].to_numpy())
    columns["Process Name"] = who.reset_index(drop=True)
    return [_left(stage, columns) for stage in stages]


def _left(stage: Stage, columns: dict[str, pd.Series[Any]]) -> int:
    hidden, included = False, {}
    for rule in (named.rule for named in stage.rules):
        texts, value = columns[rule.column], rule.value.lower()
        matched = {
            "is": lambda texts=texts, value=value: texts == value,
            "begins with": lambda texts=texts, value=value: texts.str.startswith(value),
            "ends with": lambda texts=texts, value=value: texts.str.endswith(value),
            "contains": lambda texts=texts, value=value: texts.str.contains(value, regex=False),
        }[rule.relation]()
        if rule.action == "Exclude":
            hidden = hidden | matched
        else:
            included[rule.column] = included.get(rule.column, False) | matched
    keep = ~hidden
    for matched in included.values():
        keep = keep & matched
    return int(keep.sum())


def procmon_reader(folder: Path, stages: list[Stage]) -> list[int]:
    """Its own filter engine on the PML; counts only."""
    from procmon_reader import ProcmonReader

    counts = []
    for stage in stages:
        reader = ProcmonReader(str(folder / "grown.PML"))
        filters = [
            [
                rule.column.lower().replace(" ", "_"),
                _OPERATORS.get(rule.relation, rule.relation),
                rule.value,
                rule.action.lower(),
            ]
            for rule in (named.rule for named in stage.rules)
        ]
        reader.apply_filters(filters=filters, select_fields=["tid"])
        counts.append(len(reader))
    return counts


WAYS: dict[str, tuple[str, Callable[[Path, list[Stage]], list[int]], str]] = {
    "this_project": ("this project, with its account of every rule", this_project, "pyarrow"),
    "pandas_strings": ("pandas string operations, counts only", pandas_strings, "pandas"),
    "procmon_reader": ("procmon-reader on the PML, counts only", procmon_reader, "procmon_reader"),
}


def main(arguments: list[str] | None = None) -> int:
    """0; a table is printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--mutation", type=float, default=0.25, help="share of events changed in each copy")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.way:
        return _time(given.way, given.folder)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        _prepare(Path(folder), given.events, given.mutation)
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in given.only}
        for _ in range(given.rounds):
            for name, some in runs.items():
                if found := _run(name, Path(folder), given.cores):
                    some.append(found)
    _print_table(runs)
    return 0


def _prepare(folder: Path, events: int, mutation: float) -> None:
    from benchmarks.grow import grow
    from scripts.procmon.sources.convert import convert

    with gzip.open(_DEMO) as packed, (folder / "source.PML").open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    grown = folder / "grown.PML"
    count = grow(folder / "source.PML", grown, events=events, mutation=mutation)
    convert([grown], folder, name="capture", settings={})
    print(f"{count:,} events, {mutation:.0%} changed in each copy")


def _run(name: str, folder: Path, cores: int) -> dict[str, Any] | None:
    def keep_to_cores() -> None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.funnel", "--way", name, "--folder", str(folder)],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=keep_to_cores if hasattr(os, "sched_setaffinity") else None,
    )
    found: dict[str, Any] | None = json.loads(done.stdout)
    return found


def _time(name: str, folder: Path) -> int:
    _, run, package = WAYS[name]
    if find_spec(package) is None:
        print("null")
        return 0
    stages = resolve_stages(read_settings()["stages"])
    began = time.perf_counter()
    counts = run(folder, stages)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"seconds": seconds, "peak": peak, "counts": counts}))
    return 0


def _print_table(runs: dict[str, list[dict[str, Any]]]) -> None:
    print(f"{'':48} {'seconds, median (best)':>22}  {'peak MB':>7}  events left at each stage")
    wanted = next((some[0]["counts"] for some in runs.values() if some), [])
    for name, some in runs.items():
        if not some:
            print(f"{WAYS[name][0]:48} not installed")
            continue
        times = [run["seconds"] for run in some]
        peak = max(run["peak"] for run in some) >> 20
        departs = "" if some[0]["counts"] == wanted else " (departs)"
        counts = ", ".join(f"{count:,}" for count in some[0]["counts"])
        print(
            f"{WAYS[name][0]:48} {f'{median(times):.2f} ({min(times):.2f})':>22}  {peak:7,}  {counts}{departs}"
        )


if __name__ == "__main__":
    sys.exit(main())
