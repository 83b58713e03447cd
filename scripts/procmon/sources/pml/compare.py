"""A PML beside Process Monitor's own CSV export of the same events, cell by cell."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from scripts.procmon.contracts import events, processes
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.pml.compare_times import day_ticks, read_times, shown_times, ticks_of_day
from scripts.procmon.sources.pml.differences import difference
from scripts.procmon.sources.pml.reader import open_pml

#: Columns of an export that a PML holds as text, and where they stand.
_EVENT_COLUMNS = {
    "Operation": events.OPERATION,
    "Path": events.PATH,
    "Result": events.RESULT,
    "Detail": events.DETAIL,
    "Event Class": events.EVENT_CLASS,
    "Category": events.CATEGORY,
    "TID": events.TID,
    "Duration": events.DURATION,
}
_PROCESS_COLUMNS = {
    "Process Name": processes.PROCESS_NAME,
    "PID": processes.PID,
    "Parent PID": processes.PARENT_PID,
    "Image Path": processes.IMAGE_PATH,
    "Command Line": processes.COMMAND_LINE,
    "User": processes.USER,
    "Company": processes.COMPANY,
    "Description": processes.DESCRIPTION,
    "Version": processes.VERSION,
    "Session": processes.SESSION,
    "Authentication ID": processes.AUTHENTICATION_ID,
    "Integrity": processes.INTEGRITY,
    "Architecture": processes.ARCHITECTURE,
    "Virtualized": processes.VIRTUALIZED,
}
#: Columns that tell which event a row of a partial export is.
_KEYS = ("PID", "Operation", "Path", "Result", "TID", "Duration")
_TIME_OF_DAY = "Time of Day"
_QUARTER = 15 * 60
_MOMENT = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M")


@dataclass
class Column:
    """How one column matches: rows compared, rows that differ, and of these the ones with a known reason."""

    name: str
    rows: int
    differing: int
    known: Counter[str] = field(default_factory=Counter)
    by_operation: Counter[str] = field(default_factory=Counter)
    known_by_operation: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def match(self) -> float:
        """The share of rows whose cells are equal, 0 to 1."""
        return 1 - self.differing / self.rows if self.rows else 1.0

    @property
    def explained(self) -> float:
        """The same with documented differences counted as a match."""
        return 1 - (self.differing - self.known.total()) / self.rows if self.rows else 1.0


@dataclass
class Comparison:
    """What came out: rows of the export and of the PML, rows of the export that no event answers to, the columns."""

    exported: int
    events: int
    unmatched: int
    shift: timedelta | None
    operations: Counter[str]
    columns: list[Column]

    def lines(self) -> Iterator[str]:
        """The report: a line a column, under it the differences with their reasons or operations; a line an operation."""
        yield f"{self.exported:,} rows in the export, {self.unmatched:,} of them without an event"
        yield f"{self.events:,} events in the PML"
        if self.shift is not None:
            yield f"The export's clock is {self.shift.total_seconds() / 3600:+g} hours from UTC."
        for column in self.columns:
            yield f"{column.name:18} {column.match:9.3%}  {column.differing:,} of {column.rows:,} differ"
            for reason, count in column.known.most_common():
                yield f"{'':20}{count:,} documented: {reason}"
            for operation, count in column.by_operation.most_common():
                yield f"{'':20}{count:,} of {self.operations[operation]:,} {operation}"
            for operation, ours, theirs in column.examples[:6]:
                yield f"{'':22}{operation}\n{'':24}here   {ours[:300]!r}\n{'':24}export {theirs[:300]!r}"
        yield f"{'Operation':42}{'rows':>9} {'cells equal':>12} {'documented':>11} {'not':>7}"
        for operation, rows in self.operations.most_common():
            known = sum(column.known_by_operation[operation] for column in self.columns)
            other = sum(column.by_operation[operation] for column in self.columns)
            share = 1 - (known + other) / (rows * len(self.columns)) if self.columns else 1.0
            yield f"{operation:42}{rows:9,} {share:12.3%} {known:11,} {other:7,}"


def compare(capture: Path, export: Path) -> Comparison:
    """The columns of ``export`` (CSV, plain or .gz, in any order, whole or filtered) beside the events of ``capture``.

    Dates in English exports are compared in the zone of the machine that exported. Raises CaptureError for a PML or a
    CSV that can't be read.
    """
    theirs = _exported(export)
    ours = _decoded(capture)
    shift = _shift(ours, theirs)
    rows = _partners(ours, theirs, shift or timedelta())
    found = rows >= 0
    total, began = len(ours), ours["time"].iloc[0]
    theirs, ours = theirs[found].reset_index(drop=True), ours.take(rows[found]).reset_index(drop=True)
    columns = [
        _column(name, ours, theirs, shift or timedelta()) for name in theirs.columns if name in ours.columns
    ]
    for name, ticks in shown_times(ours["time"], ours["lasted"], began=began, shift=shift).items():
        if name in theirs:
            columns.append(_time_column(name, ours, ticks, theirs[name]))
    return Comparison(
        exported=found.size,
        events=total,
        unmatched=int((~found).sum()),
        shift=shift,
        operations=Counter(ours["Operation"].tolist()),
        columns=columns,
    )


def _exported(export: Path) -> pd.DataFrame:
    try:
        opened = gzip.open if export.suffix.lower() == ".gz" else open
        with opened(export, "rt", encoding="utf-8-sig", newline="") as text:
            names = next(csv.reader(text), [])
        table = pa.csv.read_csv(
            export,
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError, csv.Error) as error:
        raise CaptureError(
            str(export), expected="a CSV export of Process Monitor", found=str(error)
        ) from error
    if "Operation" not in names:
        raise CaptureError(str(export), expected="a column Operation", found=", ".join(names)[:200])
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _decoded(capture: Path) -> pd.DataFrame:
    reader = open_pml([capture])
    frames = [batch.events.to_pandas() for batch in reader.batches()]
    actors = reader.tables().processes.to_pandas()
    if not frames:
        raise CaptureError(str(capture), expected="events to compare", found="none")
    shown = pd.DataFrame(
        {name: _joined(frames, column) for name, column in _EVENT_COLUMNS.items()}
        | {"time": pd.concat([frame[events.TIME] for frame in frames], ignore_index=True)}
    )
    shown["lasted"] = shown["Duration"].astype("Int64") // 100
    shown["Sequence"] = "n/a"
    shown["Duration"] = _text(shown["Duration"] // 100).map(_seconds)
    shown["TID"] = _text(shown["TID"])
    owner = np.concatenate([frame[events.PROCESS].to_numpy() for frame in frames])
    for name, column in _PROCESS_COLUMNS.items():
        shown[name] = _text(actors[column]).to_numpy()[owner]
    return shown


def _joined(frames: list[pd.DataFrame], column: str) -> pd.Series[Any]:
    some = [frame[column] for frame in frames]
    if isinstance(some[0].dtype, pd.CategoricalDtype):
        some = [part.astype(object).fillna("") for part in some]
    return pd.concat(some, ignore_index=True)


def _text(values: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_numeric_dtype(values):
        values = values.astype("Int64")
    return values.astype("string").fillna("").astype(object)


def _seconds(ticks: str) -> str:
    return f"{ticks[:-7] or '0'}.{ticks[-7:].zfill(7)}" if ticks else ""


def _shift(ours: pd.DataFrame, theirs: pd.DataFrame) -> timedelta | None:
    """How far the clock of the export is ahead of UTC; None where no row tells."""
    if _TIME_OF_DAY not in theirs or theirs.empty:
        return None
    fraction = 10_000_000 * _QUARTER
    known = dict(
        zip((day_ticks(ours["time"]) % fraction).tolist(), day_ticks(ours["time"]).tolist(), strict=True)
    )
    votes: Counter[int] = Counter()
    for ticks in ticks_of_day(theirs[_TIME_OF_DAY].head(1000)).dropna().tolist():
        if ticks % fraction in known:
            votes[(ticks - known[ticks % fraction]) // 10_000_000 % 86_400] += 1
    if not votes:
        return None
    ahead = votes.most_common(1)[0][0]
    return timedelta(seconds=ahead - 86_400 if ahead > 14 * 3600 else ahead)


def _partners(
    ours: pd.DataFrame, theirs: pd.DataFrame, shift: timedelta
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The event of every row of the export; -1 where there is none."""
    if len(ours) == len(theirs):
        return np.arange(len(ours))
    keys = [name for name in _KEYS if name in theirs]
    if "Duration" in keys and theirs["Duration"].str.contains(",", regex=False).any():
        theirs = theirs.assign(Duration=theirs["Duration"].str.replace(",", "."))
    left, right = theirs[keys].copy(), ours[keys].copy()
    if _TIME_OF_DAY in theirs:
        left["ticks"] = ticks_of_day(theirs[_TIME_OF_DAY])
        local = day_ticks(ours["time"] + shift)
        right["ticks"] = local.astype("Int64")
    keys = list(left.columns)
    for frame in (left, right):
        frame["n"] = frame.groupby(keys, dropna=False).cumcount()
    right["row"] = np.arange(len(right))
    merged = left.merge(right, how="left", on=[*keys, "n"])["row"]
    return merged.fillna(-1).to_numpy(np.int64)


def _column(name: str, ours: pd.DataFrame, theirs: pd.DataFrame, shift: timedelta) -> Column:
    mine = ours[name]
    if name == "Detail" and shift:
        mine = mine.map({text: _shifted(text, shift) for text in mine.unique()})
    differs = (mine.to_numpy() != theirs[name].to_numpy()).nonzero()[0]
    column = Column(name, len(mine), len(differs))
    for operation, our, their in _cells(ours, mine, theirs[name], differs):
        reason = difference(name, operation, our, their)
        if reason:
            column.known[reason] += 1
            column.known_by_operation[operation] += 1
            continue
        column.by_operation[operation] += 1
        if column.by_operation[operation] <= 2:
            column.examples.append((operation, our, their))
    return column


def _time_column(name: str, ours: pd.DataFrame, ticks: pd.Series[Any], theirs: pd.Series[Any]) -> Column:
    """Moments are compared to the tick, however the locale writes them."""
    told = read_times(name, theirs)
    differs = (ticks.fillna(-1).to_numpy(np.int64) != told.fillna(-1).to_numpy(np.int64)).nonzero()[0]
    column = Column(name, len(ticks), len(differs))
    for row in differs.tolist():
        operation = str(ours["Operation"].iloc[row])
        column.by_operation[operation] += 1
        if column.by_operation[operation] <= 2:
            column.examples.append((operation, f"{ticks.iloc[row]} ticks", str(theirs.iloc[row])))
    return column


def _cells(
    ours: pd.DataFrame, mine: pd.Series[Any], their: pd.Series[Any], rows: Any
) -> Iterator[tuple[str, str, str]]:
    return zip(ours["Operation"].iloc[rows], mine.iloc[rows], their.iloc[rows], strict=True)


def _shifted(text: str, shift: timedelta) -> str:
    return _MOMENT.sub(lambda found: _in_zone(found[0], shift), text) if "/" in text else text


def _in_zone(text: str, shift: timedelta) -> str:
    moment = datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p") + shift
    hour = (moment.hour + 11) % 12 + 1
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S} {'PM' if moment.hour >= 12 else 'AM'}"
