"""One reader on one file, in a process of its own: python -m benchmarks.peers READER FILE MOST_EVENTS → JSON.

Imports are not timed. A reader that is not installed prints null.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

#: All that procmon-reader can tell of an event but its stack.
_FIELDS = (
    *(
        "event_class",
        "operation",
        "duration",
        "timestamp",
        "result",
        "tid",
        "process_name",
        "pid",
        "parent_pid",
    ),
    *("image_path", "command_line", "user", "company", "version", "description", "integrity", "session"),
    *("authentication_id", "virtualized", "is_64_bit", "path", "category", "detail"),
)


class _Clock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        began, used = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - began
        self.cpu += time.process_time() - used


def to_parquet(file: Path, most: int, clock: _Clock) -> int:  # noqa: ARG001
    from scripts.procmon.sources.convert import convert
    from scripts.procmon.sources.pml import reader  # noqa: F401 (else convert() would import it)

    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, clock.running():
        events: int = convert([file], Path(folder), name="capture", settings={})["events"]
    return events


def to_arrow(file: Path, most: int, clock: _Clock) -> int:  # noqa: ARG001
    from scripts.procmon.sources.pml.reader import open_pml

    with clock.running():
        return sum(len(batch.events) for batch in open_pml([file]).batches())


def procmon_parser(file: Path, most: int, clock: _Clock) -> int:
    from procmon_parser import ProcmonLogsReader

    with file.open("rb") as opened, clock.running():
        return sum(1 for _ in islice(ProcmonLogsReader(opened), most))


def procmon_reader(file: Path, most: int, clock: _Clock) -> int:
    from procmon_reader import ProcmonReader

    with clock.running():
        reader = ProcmonReader(str(file))
        reader.apply_filters(select_fields=list(_FIELDS))
        return sum(1 for _ in islice(reader, most))


def procmon_reader_frame(file: Path, most: int, clock: _Clock) -> int:
    import pandas as pd
    from procmon_reader import ProcmonReader

    with clock.running():
        reader = ProcmonReader(str(file))
        reader.apply_filters(select_fields=list(_FIELDS))
        return len(pd.DataFrame(list(islice(reader, most))))


def csv_by_pandas(file: Path, most: int, clock: _Clock) -> int:  # noqa: ARG001
    import pandas as pd

    with clock.running():
        return len(pd.read_csv(file, dtype=str, keep_default_na=False))


def csv_by_pyarrow(file: Path, most: int, clock: _Clock) -> int:  # noqa: ARG001
    from pyarrow import csv

    with clock.running():
        rows: int = csv.read_csv(file, parse_options=csv.ParseOptions(newlines_in_values=True)).num_rows
    return rows


def csv_by_polars(file: Path, most: int, clock: _Clock) -> int:  # noqa: ARG001
    import polars as pl

    with clock.running():
        return int(pl.read_csv(file, infer_schema=False).height)


@dataclass(frozen=True)
class Peer:
    """A way to read events; ``suffix`` of the files that it reads, the package that it needs."""

    what: str
    run: Callable[[Path, int, _Clock], int]
    package: str
    suffix: str = ".PML"
    is_slow: bool = False


PEERS = {
    "to_parquet": Peer("this project, to Parquet with Detail, stacks and SHA-256", to_parquet, "pyarrow"),
    "to_arrow": Peer("this project, to Arrow in memory", to_arrow, "pyarrow"),
    "procmon_parser": Peer("procmon-parser, iteration", procmon_parser, "procmon_parser", is_slow=True),
    "procmon_reader": Peer("procmon-reader, iteration", procmon_reader, "procmon_reader", is_slow=True),
    "procmon_reader_frame": Peer(
        "procmon-reader, to a pandas DataFrame", procmon_reader_frame, "procmon_reader", is_slow=True
    ),
    "csv_by_pandas": Peer("pandas, the CSV of the same events", csv_by_pandas, "pandas", ".CSV"),
    "csv_by_pyarrow": Peer("pyarrow, the CSV of the same events", csv_by_pyarrow, "pyarrow", ".CSV"),
    "csv_by_polars": Peer("Polars, the CSV of the same events", csv_by_polars, "polars", ".CSV"),
}


def main() -> None:
    """Prints {"events", "seconds", "cpu", "peak"} (CPU time in seconds, peak in bytes), or null."""
    name, file, most = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    peer, clock = PEERS[name], _Clock()
    if importlib.util.find_spec(peer.package) is None:
        print("null")
        return
    events = peer.run(file, most, clock)
    print(json.dumps({"events": events, "seconds": clock.seconds, "cpu": clock.cpu, "peak": _peak()}))


def _peak() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    # getrusage() tells the parent's peak as well, this one does not.
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) << 10


if __name__ == "__main__":
    main()
