"""A report on two captures, as plain data: what is new in the later one, what is gone, what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.procmon.report.logo import Logo, read_logo
from scripts.procmon.report.material import Settings
from scripts.procmon.report.moments import Moments
from scripts.procmon.report.prose import shorten
from scripts.procmon.report.table import Column, Kind, Medium, Table
from scripts.procmon.report.words import Words
from scripts.procmon.text import LANGUAGES, catalogue, code, render

#: The kinds of things and how they can differ, in the order in which they are told.
KINDS = ("processes", "files", "keys", "drivers", "peers")
WAYS = ("new", "gone", "changed")

#: Rows of one table; the rest is counted and lies beside the report.
MOST: dict[Medium, int] = {"html": 500, "pdf": 25}
_VALUES = 3  #: in a cell
_LONGEST = 120  #: characters of one of them

#: The facts that a table of new or gone things has beside their names, with the width of each column in percent.
_FACTS: dict[str, Sequence[tuple[str, Kind, int]]] = {
    "processes": (("command_line", "path", 32), ("parent", "path", 14), ("company", "text", 14)),
    "files": (("process", "path", 22), ("operation", "text", 24), ("events", "number", 8)),
    "keys": (
        ("data", "path", 22),
        ("process", "path", 16),
        ("operation", "text", 14),
        ("events", "number", 8),
    ),
    "drivers": (("company", "text", 26), ("version", "text", 24)),
    "peers": (("process", "path", 24), ("operation", "text", 24), ("events", "number", 8)),
}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two captures: its facts as (label, value, kind)."""

    name: str
    role: str
    facts: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Section:
    """All that is told of one kind of things."""

    key: str
    title: str
    said: Sequence[str]
    tables: Sequence[Table]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the templates set; without sections where one of the captures could not be read."""

    medium: Medium
    words: Words
    settings: Settings
    name: str
    title: str
    kind: str
    said: Sequence[str]
    sides: Sequence[Side]
    sections: Sequence[Section] = ()
    beside: Sequence[str] = ()
    beside_title: str = ""
    logo: Logo | None = None
    anchors: int = 0
    linked: frozenset[int] = frozenset()  #: no event has a row here


def make_comparison(document: Mapping[str, Any], settings: Settings, *, medium: Medium) -> Comparison:
    """The report on what comparison.json says."""
    return _Maker(document, settings, medium).comparison()


def summary(document: Mapping[str, Any], language: str) -> str:
    """One sentence on the comparison, for the page over all captures."""
    return _Maker(document, Settings(language=language), "html").summary()


class _Maker:
    def __init__(self, document: Mapping[str, Any], settings: Settings, medium: Medium) -> None:
        self.document, self.settings, self.medium = document, settings, medium
        self.words = Words(settings.language)
        self.names = {which: str(document[which]["capture"]) for which in ("before", "after")}
        self.tables: Mapping[str, Mapping[str, Any]] | None = document["tables"]

    def comparison(self) -> Comparison:
        name = str(self.document["name"])
        return Comparison(
            medium=self.medium,
            words=self.words,
            settings=self.settings,
            name=name,
            title=self.settings.title or name,
            kind=self._word("kind"),
            logo=read_logo(self.settings.logo),
            said=[self.summary(), *([self._say("method")] if self.tables else []), *self._filtered()],
            sides=[self._side(which) for which in ("before", "after")],
            sections=[self._section(kind) for kind in KINDS] if self.tables else (),
            beside=[self._say("beside.json"), self._say("beside.csv")] if self.tables else (),
            beside_title=self.words["method.beside"],
        )

    def summary(self) -> str:
        refused = [one for one in ("before", "after") if self.document[one]["refused"]]
        if self.tables is None:
            told = self.document[refused[0]]
            reason = self._reason(told)
            return self._say("refused", capture=told["capture"], reason=reason)
        counts = {
            way: [
                self.words.forms.plural(n, *self._word(f"kinds.{kind}.forms"))
                for kind in KINDS
                if not self._unseen(kind) and (n := int(self.tables[kind][way]["count"]))
            ]
            for way in WAYS
        }
        unseen = [
            self._say("blind", capture=self.names[which], kind=kind)
            for kind in KINDS
            for which in self._unseen(kind)
        ]
        return " ".join([self._say("summary", **counts), *unseen, *self._turned_round()])

    def _unseen(self, kind: str) -> list[str]:
        """The sides that hold no events of a kind: what one can't show is neither compared nor counted."""
        return list((self.tables or {})[kind]["blind"])

    def _turned_round(self) -> list[str]:
        """That the capture called the first began later, where the times of both can be set side by side."""
        before, after = self.document["before"], self.document["after"]
        known = all(one["dated"] and one["first_time"] for one in (before, after))
        if not known or bool(before["zone"]) != bool(after["zone"]):
            return []
        return [self._say("turned_round")] if before["first_time"] > after["first_time"] else []

    def _reason(self, told: Mapping[str, Any]) -> str:
        refusal = told.get("refusal")
        if self.words.language == LANGUAGES[0] or not refusal or not refusal["expected"]:
            return str(told["refused"])
        return f"{self.words.refused(refusal)}{self.words['stop']}"

    def _filtered(self) -> list[str]:
        return [
            self._say("filtered", capture=self.names[which])
            for which in ("before", "after")
            if self.tables and self.document[which]["filtered"]
        ]

    def _side(self, which: str) -> Side:
        info, words = self.document[which], self.words
        moments = Moments(
            dates=info["dated"],
            hours=info.get("hour_known", True),
            zone="UTC" if info["zone"] else "",
            language=self.settings.language,
        )
        covers = moments.covers(info["first_time"], info["last_time"])
        unknown = str(words["cover.unknown"])
        rows = (
            ("host", str(info["host"] or unknown), "name"),
            ("system", str(info["os"] or unknown), "text"),
            ("covers", covers or unknown, "text"),
            ("events", words.forms.number(info["events"]), "text"),
        )
        facts = [(str(words[f"cover.{key}"]), value, how) for key, value, how in rows]
        return Side(name=self.names[which], role=self._word(which), facts=facts)

    def _section(self, kind: str) -> Section:
        told = (self.tables or {})[kind]
        title = self._word(f"kinds.{kind}.title")
        if unseen := self._unseen(kind):
            blind = [self._say("blind", capture=self.names[which], kind=kind) for which in unseen]
            return Section(key=kind, title=title, said=[*blind, self._say("held")], tables=())
        said = self._say(f"kinds.{kind}.both", n=int(told["both"]), changed=int(told["changed"]["count"]))
        tables = [self._table(kind, way, told[way]) for way in WAYS]
        return Section(
            key=kind, title=title, said=[said, *self._left_out(kind, told["left_out"])], tables=tables
        )

    def _left_out(self, kind: str, counts: Mapping[str, int]) -> list[str]:
        """That one capture lists things which the other can't show."""
        others = {"before": "after", "after": "before"}
        return [
            self._say(
                f"kinds.{kind}.left_out", n=n, capture=self.names[which], other=self.names[others[which]]
            )
            for which, n in counts.items()
            if n
        ]

    def _table(self, kind: str, way: str, listed: Mapping[str, Any]) -> Table:
        count, rows = int(listed["count"]), listed["rows"]
        key = f"kinds.{kind}.{way}"
        if count:
            said = self._say(key, n=count, names=[code(row["name"]) for row in rows])
        else:
            said = self._say(f"{key}_none")
        most = MOST[self.medium]
        cells = [cells for row in rows[:most] for cells in self._cells(kind, way, row)][:most]
        shape: Sequence[tuple[str, Kind, int]] = (
            (("what", "text", 14), ("before", "path", 26), ("after", "path", 26))
            if way == "changed"
            else _FACTS[kind]
        )
        rest = 100 - sum(width for _, _, width in shape)
        heads = self._word("columns")
        columns = [
            Column(key=name, head=heads[name], kind=how, width=width)
            for name, how, width in (("name", "path", rest), *shape)
        ]
        left = count - len({row[0] for row in cells})
        return Table(
            key=f"{kind}-{way}",
            title=self._word(f"ways.{way}"),
            said=[said],
            columns=columns,
            rows=cells,
            more=self._say("more", n=left, file=f"evidence/{kind}.csv") if left > 0 else "",
        )

    def _cells(self, kind: str, way: str, row: Mapping[str, Any]) -> list[list[Any]]:
        if way == "changed":
            whats = self._word("columns")
            return [
                [row["name"], whats[one["what"]], self._values(one["before"]), self._values(one["after"])]
                for one in row["changes"]
            ]
        facts = row["facts"]
        return [
            [
                row["name"],
                *(
                    row["events"] if fact == "events" else self._values(facts.get(fact, ()))
                    for fact, _, _ in _FACTS[kind]
                ),
            ]
        ]

    def _values(self, values: Sequence[str]) -> str:
        return (
            self.words.forms.listing(
                [shorten(value, _LONGEST, self.words.language) for value in values], most=_VALUES
            )
            if values
            else ""
        )

    def _word(self, dotted: str) -> Any:
        return _at(self.words.language, dotted)

    def _say(self, dotted: str, /, **facts: Any) -> str:
        names = {which: self.names[which] for which in ("before", "after")}
        return render(str(self._word(dotted)), {**names, **facts}, self.words.language)


def _at(language: str, dotted: str) -> Any:
    at: Any = catalogue("comparison", language)
    for part in dotted.split("."):
        at = at[part]
    return at
