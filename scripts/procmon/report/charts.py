"""The pictures as plain numbers: where each bar, tick and mark of an SVG stands. Templates only write them down.

All lengths are SVG user units; every picture is WIDTH wide, so that one style of text fits all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from scripts.procmon.report.events import who
from scripts.procmon.report.moments import Moments, parse
from scripts.procmon.report.prose import bare

if TYPE_CHECKING:
    import pyarrow as pa

WIDTH = 720
_LABEL = 168  # room for names at the left of the timeline
_BINS = 184  # ticks of one row of the timeline
_MOST_SPOTS = 50_000  # events that the timeline is drawn from
_MARK = 15  # room that one finding's mark takes
_TWIG = 22  # room that one process of the tree takes


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A finding's number on a picture."""

    number: int
    severity: str
    title: str
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One stage of the funnel."""

    label: str
    value: int
    y: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One process on the timeline; ``ticks`` are (x, height), ``life`` is (x, width)."""

    label: str
    full: str
    y: float
    height: float
    life: tuple[float, float]
    ticks: Sequence[tuple[float, float]]
    marks: Sequence[Mark]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    lanes: Sequence[Lane]
    axis: Sequence[tuple[float, str]]
    height: float
    more: int  #: processes that are not drawn


@dataclass(frozen=True, kw_only=True)
class Twig:
    """One process of the tree; ``elbow`` is the y where the line from its parent begins, None for a root."""

    label: str
    full: str
    life: str
    depth: int
    x: float
    y: float
    elbow: float | None
    started: bool
    ended: bool
    marks: Sequence[Mark]


@dataclass(frozen=True, kw_only=True)
class Tree:
    twigs: Sequence[Twig]
    height: float
    more: int


@dataclass(frozen=True, kw_only=True)
class Link:
    """One box of a chain: a short text over a shorter one."""

    x: float
    text: str
    below: str
    full: str


@dataclass(frozen=True, kw_only=True)
class Chain:
    y: float
    links: Sequence[Link]


def clip(text: str, most: int) -> str:
    """``text`` visible and cut to ``most`` characters."""
    shown = bare(text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def funnel(stages: Sequence[Mapping[str, Any]], whole: str) -> list[Bar]:
    """A bar for the whole capture and one for each stage, drawn to scale."""
    if not stages:
        return []
    counts = [(whole, int(stages[0]["events_in"]))]
    counts += [(str(stage["name"]), int(stage["events_out"])) for stage in stages]
    most = max(value for _, value in counts) or 1
    room = 300
    return [
        Bar(label=clip(name, 56), value=value, y=index * 34, width=round(room * value / most, 1))
        for index, (name, value) in enumerate(counts)
    ]


def timeline(
    events: pa.Table | None,
    processes: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    *,
    moments: Moments,
    span: tuple[str | None, str | None],
    most: int = 14,
) -> Timeline | None:
    """A lane a process, those with findings first, then those with most events; None where no time is known."""
    start, end = parse(span[0]), parse(span[1])
    if events is None or not events.num_rows or start is None or end is None or end <= start:
        return None
    length = (end - start).total_seconds()
    room = WIDTH - _LABEL - 8

    def x_of(seconds: float) -> float:
        return round(_LABEL + room * min(max(seconds / length, 0.0), 1.0), 1)

    by_who = {row["who"]: row for row in processes}
    spots = _spots(_thinned(events), _epoch_ns(start))
    marks = _first_marks(findings, spots)
    order = sorted(spots, key=lambda name: (name not in marks, -len(spots[name])))
    drawn = sorted(order[:most], key=lambda name: min((s for s, _ in spots[name]), default=0.0))
    lanes, y = [], 6.0
    for name in drawn:
        placed, rows = _place(marks.get(name, ()), x_of, y, moments.language)
        height = 18.0 + _MARK * rows
        row = by_who.get(name, {})
        first, last = parse(row.get("start")), parse(row.get("end"))
        left = x_of((first - start).total_seconds()) if first else float(_LABEL)
        right = x_of((last - start).total_seconds()) if last else x_of(length)
        counted = Counter(round(x_of(seconds) - _LABEL) * _BINS // room for seconds, _ in spots[name])
        tallest = max(counted.values())
        ticks = [
            (round(_LABEL + bin_ * room / _BINS, 1), round(4 + 8 * (n / tallest) ** 0.5, 1))
            for bin_, n in sorted(counted.items())
        ]
        lanes.append(
            Lane(label=clip(name, 26), full=bare(name, moments.language), y=y, height=height,
                 life=(left, round(max(right - left, 1.5), 1)), ticks=ticks, marks=placed)
        )  # fmt: skip
        y += height + 6
    axis = [(x_of(length * part / 4), moments.clock(_at(start, length * part / 4))) for part in range(5)]
    return Timeline(lanes=lanes, axis=axis, height=y, more=len(order) - len(drawn))


def tree(
    processes: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    *,
    moments: Moments,
    most: int = 60,
) -> Tree | None:
    """Processes that started here or have a finding, with all their ancestors, under their parents."""
    if not processes:
        return None
    rows = {row["process"]: row for row in processes}
    told: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for finding in findings:
        for name in finding["subjects"].get("processes", ()):
            told[name].append(finding)
    drawn = _under_parents(_worth_drawing(rows, told, most), rows)
    twigs = [
        _twig(rows[process], told.get(rows[process]["who"], ()), place=place, depth=depth, parent=parent, moments=moments)
        for place, (process, depth, parent) in enumerate(drawn)
    ]  # fmt: skip
    return Tree(twigs=twigs, height=10.0 + _TWIG * len(twigs), more=len(rows) - len(twigs))


def _worth_drawing(
    rows: Mapping[int, Mapping[str, Any]], told: Mapping[str, Sequence[Mapping[str, Any]]], most: int
) -> set[int]:
    """Processes with a finding, then those that started here, or else the busiest; each with its ancestors."""
    wanted = [process for process, row in rows.items() if row["who"] in told]
    wanted += [process for process, row in rows.items() if row["started_here"] and row["who"] not in told]
    if not wanted:
        wanted = sorted(rows, key=lambda process: -rows[process]["events"])[:12]
    keep: set[int] = set()
    for process in wanted:
        if len(keep) >= most:
            break
        keep |= set(_ancestors(process, rows))
    return keep


def _under_parents(
    keep: set[int], rows: Mapping[int, Mapping[str, Any]]
) -> list[tuple[int, int, int | None]]:
    """(process, its depth, the place of its parent in this list) in the order in which a tree is read."""
    children: dict[Any, list[int]] = defaultdict(list)
    for process in sorted(keep, key=lambda process: (rows[process]["start"] or "", process)):
        parent = rows[process]["parent"]
        children[parent if parent in keep and parent != process else None].append(process)
    read: dict[int, tuple[int, int, int | None]] = {}
    stack: list[tuple[int, int, int | None]] = [(process, 0, None) for process in reversed(children[None])]
    while stack:
        process, depth, parent = stack.pop()
        if process in read:  # a number used again can make a ring
            continue
        stack += [(child, depth + 1, len(read)) for child in reversed(children[process])]
        read[process] = (process, depth, parent)
    return list(read.values())


def _twig(
    row: Mapping[str, Any], told: Sequence[Mapping[str, Any]], *, place: int, depth: int, parent: int | None,
    moments: Moments,
) -> Twig:  # fmt: skip
    y, inset = _twig_y(place), min(depth, 14)
    end = moments.clock(row["end"]) if row["ended_here"] else "" if row.get("end_known", True) else "?"
    start = moments.clock(row["start"]) if row["started_here"] else ""
    marks = [_mark(finding, WIDTH - 236 + 17 * i, y, moments.language) for i, finding in enumerate(told[:13])]
    return Twig(
        label=clip(row["who"], 44 - 2 * inset),
        full=bare(row["command_line"] or row["who"], moments.language),
        life=f"{start} – {end}" if start or end else "",
        depth=depth,
        x=10.0 + 20 * inset,
        y=y,
        elbow=None if parent is None else _twig_y(parent),
        started=row["started_here"],
        ended=row["ended_here"],
        marks=marks,
    )


def _twig_y(place: int) -> float:
    return 14.0 + _TWIG * place


def _mark(finding: Mapping[str, Any], x: float, y: float, language: str) -> Mark:
    title = bare(finding["title"], language)
    return Mark(number=finding["number"], severity=finding["severity"], title=title, x=x, y=y)


def chains(
    drivers: Sequence[Mapping[str, Any]],
    copies: Sequence[Mapping[str, Any]],
    *,
    words: Mapping[str, str],
    starts: Mapping[str, str],
    load_times: Mapping[int, str],
    language: str = "en",
    most: int = 10,
) -> list[Chain]:
    """Temporary file → file → service → loaded, a row a driver; then the other copies."""
    made: list[list[tuple[str, str, str]]] = []
    used: set[str] = set()
    for row in drivers:
        if not (row["dropped"] or row["copied_from"]):
            continue
        boxes = [_file_box(row["copied_from"])] if row["copied_from"] else []
        boxes.append(_file_box(row["file"] or row["service"] or ""))
        used.add(str(row["file"]).lower())
        if row["registered"]:
            how = starts.get(row["starts"] or "", "")
            boxes.append(
                (str(row["service"]), words["starts"].format(how=how) if how else "", str(row["service"]))
            )
        if row["loaded"]:
            first = next((load_times[e] for e in row["load_events"] if e in load_times), "")
            boxes.append((words["loaded"], first[:8], words["loaded"]))
        made.append(boxes)
    others = (row for row in copies if str(row["target"]).lower() not in used)
    made += [[_file_box(row["source"]), _file_box(row["target"])] for row in others]
    made = [boxes for boxes in made if len(boxes) > 1]
    return [
        Chain(
            y=index * 52.0,
            links=[
                Link(x=i * 184.0, text=clip(text, 22), below=clip(below, 27), full=bare(full, language))
                for i, (text, below, full) in enumerate(boxes)
            ],
        )
        for index, boxes in enumerate(made[:most])
    ]


def _file_box(path: str) -> tuple[str, str, str]:
    folder, _, name = path.rpartition("\\")
    return name, folder if len(folder) <= 27 else f"…{folder[-26:]}", path


def _ancestors(process: int, rows: Mapping[int, Mapping[str, Any]]) -> list[int]:
    line: list[int] = []
    at: int | None = process
    while at is not None and at in rows and at not in line:
        line.append(at)
        at = rows[at]["parent"]
    return line


def _epoch_ns(moment: datetime) -> int:
    since = moment - datetime(1970, 1, 1)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


def _at(start: datetime, seconds: float) -> str:
    return (start + timedelta(seconds=seconds)).isoformat()


def _thinned(events: pa.Table) -> pa.Table:
    """Of very many events the cited ones and every n-th of the others: a tick stands for its neighbours as well."""
    step = -(-events.num_rows // _MOST_SPOTS)
    if step <= 1:
        return events
    import numpy as np
    import pyarrow.compute as pc

    cited = pc.fill_null(pc.greater(pc.list_value_length(events["findings"]), 0), False)
    keep = np.asarray(cited, dtype=bool)
    keep[::step] = True
    return events.filter(keep)


def _spots(events: pa.Table, zero: int) -> dict[str, list[tuple[float, int]]]:
    """Seconds from the start and event number of every shown event, by process."""
    import pyarrow as pa
    import pyarrow.compute as pc

    times = pc.cast(events["time"], pa.timestamp("ns", tz=events["time"].type.tz))
    ns = pc.cast(times, pa.int64()).to_pylist()
    names, pids = events["process_name"].to_pylist(), events["pid"].to_pylist()
    spots: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for number, name, pid, at in zip(events["event"].to_pylist(), names, pids, ns, strict=True):
        if at is not None:
            spots[who(name, pid)].append(((at - zero) / 1e9, number))
    return spots


def _first_marks(
    findings: Sequence[Mapping[str, Any]], spots: Mapping[str, Sequence[tuple[float, int]]]
) -> dict[str, list[tuple[float, Mapping[str, Any]]]]:
    """Each finding at its first shown event, on the process that did it."""
    where = {number: (name, at) for name, found in spots.items() for at, number in found}
    marks: dict[str, list[tuple[float, Mapping[str, Any]]]] = defaultdict(list)
    for finding in findings:
        for number in finding["evidence"]:
            if number in where:
                name, at = where[number]
                marks[name].append((at, finding))
                break
    return marks


def _place(marks: Any, x_of: Any, y: float, language: str) -> tuple[list[Mark], int]:
    """Marks side by side where they fit, else on a further row above; and how many rows that takes."""
    placed: list[Mark] = []
    ends: list[float] = []
    for at, finding in sorted(marks, key=lambda pair: pair[0]):
        x = min(max(x_of(at), _LABEL + 7), WIDTH - 9)
        row = next((i for i, end in enumerate(ends) if x - 7 >= end), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = x + 8
        placed.append(_mark(finding, x, y + 8 + row * _MARK, language))
    return placed, len(ends)
