"""What a table of findings.json is once it is ready to be set, and what says how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from scripts.procmon.report.moments import Moments
from scripts.procmon.report.words import Words

Medium = Literal["html", "pdf"]
Kind = Literal["path", "text", "prose", "number", "events", "findings"]
TableRow = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its head, how its cells are set, and its share of the width in percent."""

    key: str
    head: str
    kind: Kind
    width: int


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table ready to be set. ``said`` is what stands above it; cells stand in the order of ``columns``."""

    key: str
    title: str
    said: Sequence[str]
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Any]] = ()
    more: str = ""  #: how many rows are not listed, and where they are
    asked: bool = True  #: False where it could not be checked


@dataclass(frozen=True, kw_only=True)
class Maker:
    """What making a table needs besides its rows."""

    words: Words
    moments: Moments
    most: int  #: rows listed at most
    medium: Medium = "html"
    #: what findings are about, in small letters: such rows come first
    subjects: frozenset[str] = frozenset()
    #: whether the capture is known to have been filtered before it was saved
    filtered: bool = False
    #: who a process is, by its row number
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How one table of contracts.tables is shown."""

    check: str  #: the analysis that fills it
    columns: Sequence[tuple[str, Kind, int]]
    cells: Callable[[TableRow, Maker], Sequence[Any]]
    facts: Callable[[Sequence[TableRow], Maker], Mapping[str, Any]] = lambda _rows, _maker: {}
    subject: str = "path"  #: the field that findings name
    #: whether a finding is about a row, where another question than for its subject tells
    told: Callable[[TableRow, Maker], bool] | None = None
    order: Callable[[TableRow], Any] = lambda row: row.get("time") or ""
    #: rows of which a page shows a few only, since their sum stands in the sentence above
    minor: Callable[[TableRow], bool] = lambda _row: False
    keep: Callable[[TableRow], bool] = lambda _row: True
    #: what stands above the table besides, of all its rows, everyday ones too
    besides: Callable[[Sequence[TableRow], Maker], Sequence[str]] = lambda _rows, _maker: ()
    #: whether a row has all its events, so that rows and events can be told apart in numbers
    all_events: bool = False
