"""A report as plain data: what the templates set, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.procmon.report import charts
from scripts.procmon.report.activity import Doing
from scripts.procmon.report.brief import Brief
from scripts.procmon.report.events import Event, Listed
from scripts.procmon.report.logo import Logo
from scripts.procmon.report.material import Settings
from scripts.procmon.report.table import Medium, Table
from scripts.procmon.report.words import Words


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How much of each kind a page lists; what is left out is counted and said."""

    rows: int  #: of a table
    findings: int  #: told in full
    titles: int  #: findings after those, told by their titles
    events: int
    evidence: int  #: events shown beside a finding
    rules: int  #: of a filter stage
    needed: int = 0  #: of a table that somebody works through, at least


@dataclass(frozen=True, kw_only=True)
class Found:
    """One finding as it is set; ``number`` counts from 1 in the order of the report."""

    number: int
    title: str
    severity: str
    confidence: str
    statement: str
    meaning: str
    benign: str
    confidence_reason: str
    rules: Sequence[str]
    listed: str = ""  #: where it is seen in Process Monitor, where no event is to be filtered for
    attack: Sequence[Mapping[str, Any]]
    evidence: Sequence[tuple[int, int]]
    events: int
    shown: Sequence[Event]
    hidden: str = ""  #: how much of it the stages hide
    mark: str = ""  #: whether the baseline has it as well, in a few words
    also: str = ""  #: the same in a sentence


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """A rule ready to paste, what it would hide, and the findings among that: (number, title)."""

    rule: str
    said: str
    hides: Sequence[tuple[int, str]]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One filter stage with the rules that took most away."""

    number: int
    name: str
    said: str
    rows: Sequence[Sequence[Any]]
    more: str
    hid: str = ""  #: what it may have hidden
    base: str = ""  #: of a branch: the stage that it starts from


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the templates set. ``refused`` alone is filled for a capture that could not be read."""

    medium: Medium
    words: Words
    settings: Settings
    name: str
    title: str
    parts: Mapping[str, int]
    facts: Sequence[tuple[str, str, str]]  #: (label, value, kind) of the cover
    files: Sequence[Mapping[str, Any]]
    logo: Logo | None = None
    made_with: str = ""  #: the versions that the report was made with
    asked: Sequence[tuple[str, str]] = ()  #: settings of the report that are set
    commands: Sequence[str] = ()  #: that make it again
    beside: Sequence[Mapping[str, Any]] = ()  #: files of other tools: name, kind, size, sha256
    refused: Mapping[str, str] | None = None
    brief: Brief | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    aspects: Sequence[tuple[str, bool, str]] = ()
    limits: Sequence[str] = ()
    checks: Sequence[Mapping[str, Any]] = ()
    checks_said: str = ""
    filtered: bool = False  #: before it was saved
    findings: Sequence[Found] = ()
    findings_said: str = ""
    findings_left: Sequence[Found] = ()  #: told by their titles
    findings_untold: int = 0
    changes: Sequence[Table] = ()
    restart: Sequence[Table] = ()
    restart_said: str = ""
    questions: Table | None = None
    indicators: Sequence[Table] = ()
    timeline: charts.Timeline | None = None
    tree: charts.Tree | None = None
    chains: Sequence[charts.Chain] = ()
    activity: Sequence[Doing] = ()
    activity_more: int = 0  #: kinds of operations that are not drawn
    funnel: Sequence[charts.Bar] = ()
    stages: Sequence[Stage] = ()
    branches: Sequence[Stage] = ()
    remarks: Sequence[str] = ()  #: on the filter sets
    suggestions: Sequence[Suggested] = ()
    baseline: str = ""  #: what was compared with the baseline, or why it was not
    method_said: str = ""
    events: Listed = field(default_factory=lambda: Listed(rows=(), total=0))
    events_said: str = ""
    events_more: str = ""
    glossary: Sequence[tuple[str, str]] = ()
    most_rules: int = 12  #: of a finding's filter that are written out
    linked: frozenset[int] = frozenset()  #: events that have a row to link to
    anchors: int = 0  #: findings 1 to this have a place to link to
    cited: Mapping[str, int] = field(default_factory=dict)  #: id of a finding → its number
