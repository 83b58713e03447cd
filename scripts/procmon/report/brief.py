"""Page 1: what happened, how sure this is, what it means, what to do now, from what this capture holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from scripts.procmon.report.material import Material
from scripts.procmon.report.moments import Moments, seconds_between
from scripts.procmon.report.words import Words, plain
from scripts.procmon.text import catalogue, code, render

#: More sentences than these no manager reads; the rest is counted and stands in part 3.
MOST_SENTENCES = 7

#: A back-ticked name, or a number up to twelve that counts things.
_SMALL_NUMBER = re.compile(
    r"`[^`]*`|(?<![\w.,:(])(?P<number>[1-9]|1[0-2])(?= [a-z])(?! (?:second|minute|hour|day|byte))"
)

Facts = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to do; ``part`` names the part of the report that has the list."""

    text: str
    part: str | None = None


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The four paragraphs, as sentences with back-ticked names, and all of it in one line for the index."""

    happened: Sequence[str]
    sure: Sequence[tuple[str, str]]
    means: Sequence[str]
    do: Sequence[Action]
    headline: str


def make_brief(material: Material, moments: Moments, language: str = "en") -> Brief:
    """The brief of a capture that was read."""
    teller = _Teller(material, moments, language)
    return Brief(
        happened=teller.happened(),
        sure=teller.sure(),
        means=teller.means(),
        do=teller.do(),
        headline=teller.headline(),
    )


def make_headline(material: Material, language: str = "en") -> str:
    """All of the report in one line."""
    return _Teller(material, Moments(language=language), language).headline()


class _Teller:
    """The sentences of text/{language}/brief.yaml with the facts of one capture."""

    def __init__(self, material: Material, moments: Moments, language: str) -> None:
        self.material, self.moments, self.language = material, moments, language
        self.sentences = catalogue("brief", language)
        self.words = Words(language)
        self.telling = self._telling()
        self.blocked = [c for c in material.checks if c["outcome"] == "could not be checked"]

    def say(self, key: str, /, **facts: Any) -> str:
        sentence: Any = self.sentences
        for part in key.split("."):
            sentence = sentence[part]
        return render(sentence, facts, self.language)

    # -- what happened

    def happened(self) -> list[str]:
        info = self.material.info
        said = [
            self.say(
                "opening",
                span=seconds_between(*self.material.span),
                host=info.get("host"),
                day=self.moments.day(self.material.span[0]),
                events=info.get("events", 0),
            )
        ]
        if not self.telling:
            return said + [self._spelled(sentence) for sentence in self._nothing_found()]
        story = [self._spelled(sentence) for sentence in self._story("happened")]
        said += story[:MOST_SENTENCES]
        told = {finding["kind"] for finding in self.telling}
        rest = sum(1 for finding in self.material.findings if finding["kind"] not in told)
        if rest or len(story) > MOST_SENTENCES:
            said.append(self.say("rest", n=rest, untold=max(0, len(story) - MOST_SENTENCES)))
        if self.material.filtered:
            said.append(self.say("filtered"))
        return said

    def _nothing_found(self) -> list[str]:
        """The brief of a clean capture: what was checked, what was ordinary, what was only noted."""
        looked = [check for check in self.material.checks if check["outcome"] != "could not be checked"]
        said = [self.say("clean.checked", n=len(looked), titles=[_lower(c["title"]) for c in looked])]
        counts = {
            name: self._everyday(name) for name in ("files", "deletions", "registry_deletions", "peers")
        }
        counts["started"] = sum(1 for row in self.material.table("processes") if row["started_here"])
        if any(counts.values()):
            said.append(self.say("clean.ordinary", parts=self._counted(counts)))
        if self.material.findings:
            titles = [finding["title"] for finding in self.material.findings]
            said.append(self.say("clean.noted", n=len(titles), titles=titles))
        if self.material.filtered:
            said.append(self.say("filtered"))
        return said

    def _everyday(self, table: str) -> int:
        return len(self.material.table(table))

    def _counted(self, counts: Mapping[str, int]) -> list[str]:
        return [self.say(f"clean.counts.{name}", n=n) for name, n in counts.items() if n]

    def _spelled(self, text: str) -> str:
        """Small numbers as words, as prose has them; not in names, and not before units."""
        numbers: list[str] = self.sentences.get("numbers", [])

        def word(match: re.Match[str]) -> str:
            if match["number"] is None:
                return match.group()
            spelled = numbers[int(match["number"])]
            begins = match.start() == 0 or text[: match.start()].endswith(". ")
            return spelled.capitalize() if begins else spelled

        return _SMALL_NUMBER.sub(word, text) if numbers else text

    # -- how sure

    def sure(self) -> list[tuple[str, str]]:
        labels = self.sentences["sure"]
        said = []
        for confidence in ("certain", "likely", "possible"):
            same = [finding for finding in self.telling if finding["confidence"] == confidence]
            if same:
                said.append(
                    (labels[confidence], self.say(f"sure.told.{confidence}", nouns=self._nouns(same)))
                )
        unknown = [self.words.shared("questions", q["kind"], q["facts"]) for q in self._questions()[:3]]
        if unknown:
            said.append((labels["unknown"], " ".join(unknown)))
        if self.blocked:
            told = self.say(
                "sure.blocked_why", titles=[_lower(c["title"]) for c in self.blocked], reasons=self._reasons()
            )
            said.append((labels["blocked"], told))
        elif not self.telling:
            said.append((labels["certain"], self.say("sure.all_checked", n=len(self.material.checks))))
        return said

    def _questions(self) -> Sequence[Facts]:
        return self.material.table("questions")

    def _reasons(self) -> list[str]:
        return list(dict.fromkeys(str(check["reason"]) for check in self.blocked if check.get("reason")))

    def _nouns(self, findings: Iterable[Facts]) -> list[str]:
        by_kind: dict[str, list[Facts]] = {}
        for finding in findings:
            by_kind.setdefault(finding["kind"], []).append(finding)
        return [
            render(self.sentences["nouns"][kind], self._facts(same), self.language)
            if kind in self.sentences["nouns"]
            else plain(kind)
            for kind, same in by_kind.items()
        ]

    # -- what it means

    def means(self) -> list[str]:
        returning = self._returning()
        if not self.telling:
            key = "means.clean_partly" if self.blocked or self.material.filtered else "means.clean"
            return [self.say(key)]
        said = self._story("means")
        if returning:
            said.insert(
                0, self.say("means.returns", names=[code(name) for name in returning], n=len(returning))
            )
        elif self._graveness() == "high":
            outcomes = {check["analysis"]: check["outcome"] for check in self.material.checks}
            blocked = (None, "could not be checked")
            could = all(outcomes.get(name) not in blocked for name in ("persistence", "services"))
            said.append(self.say("means.no_return" if could else "means.return_unknown"))
        if off := [row["service"] for row in self.material.table("services") if _switched_off(row)]:
            said.append(
                self.say("means.protection_off", names=[code(name) for name in _once(off)], n=len(_once(off)))
            )
        return said or [finding["meaning"] for finding in self.telling[:2]]

    def _returning(self) -> list[str]:
        """What Windows starts again by itself: drivers, services and autostart entries that are still there."""
        by_itself = ("boot", "system", "automatic")
        drivers = [
            r["service"]
            for r in self.material.table("drivers")
            if r["dropped"] and r["registered"] and r["starts"] in by_itself
        ]
        services = [
            r["service"]
            for r in self.material.table("services")
            if r["change"] == "created" and r["starts"] in by_itself and not r.get("ordinary")
        ]
        entries = [
            r["path"]
            for r in self.material.table("autostarts")
            if r["still_there"] and not r["attempt"] and r["change"] == "set" and not r.get("ordinary")
        ]
        return _once(name for name in [*drivers, *services, *entries] if name)

    # -- what to do

    def do(self) -> list[Action]:
        if not self.telling:
            key = "do.clean_filtered" if self.blocked or self.material.filtered else "do.clean"
            return [Action(text=self.say(key))]
        actions = [Action(text=self.say("do.isolate"))] if self._graveness() == "high" else []
        for step, rows in groupby(self.material.table("removal"), key=lambda row: row["step"]):
            targets = _once(row["target"] for row in rows)
            names = [code(target) for target in targets] if len(targets) <= 3 else []
            said = self.say(f"do.steps.{step}", n=len(targets), names=names)
            actions.append(Action(text=said, part="restart"))
        if indicators := self.material.table("indicators"):
            actions.append(Action(text=self.say("do.look_elsewhere", n=len(indicators)), part="indicators"))
        if not actions:
            actions.append(Action(text=self.say("do.read", n=len(self.telling)), part="findings"))
        return actions

    # -- in one line

    def headline(self) -> str:
        if self.material.refused:
            return self.say("headline.refused")
        if self.telling:
            first = next(iter(self._by_kind("headline.kinds").items()), None)
            grave = [f for f in self.telling if f["severity"] == self.telling[0]["severity"]]
            if first and first[1][0]["severity"] == grave[0]["severity"]:
                said = render(
                    self.sentences["headline"]["kinds"][first[0]], self._facts(first[1]), self.language
                )
                told = len(first[1])
            else:
                said, told = grave[0]["title"], 1
            more = len(self.material.findings) - told
            return said if not more else self.say("headline.more", said=said, n=more)
        key = "clean_partly" if self.blocked or self.material.filtered else "clean"
        return self.say(f"headline.{key}", n=len(self.blocked))

    # -- the findings that are worth a manager's time

    def _telling(self) -> list[Facts]:
        """Findings of high and medium severity; where there are none, those of low."""
        findings = self.material.findings
        grave = [finding for finding in findings if finding["severity"] in ("high", "medium")]
        return grave or [finding for finding in findings if finding["severity"] == "low"]

    def _graveness(self) -> str:
        return str(self.telling[0]["severity"]) if self.telling else "none"

    def _by_kind(self, part: str) -> dict[str, list[Facts]]:
        """The telling findings by kind, in the order in which ``part`` of the catalogue names the kinds."""
        sentences: Any = self.sentences
        for key in part.split("."):
            sentences = sentences[key]
        found: dict[str, list[Facts]] = {}
        for kind in sentences:
            if same := [finding for finding in self.telling if finding["kind"] == kind]:
                found[kind] = same
        return found

    def _story(self, part: str) -> list[str]:
        """A sentence a kind; a finding of a kind without one is told by its title (in ``happened`` only)."""
        by_kind = self._by_kind(part)
        said = [
            render(self.sentences[part][kind], self._facts(findings), self.language)
            for kind, findings in by_kind.items()
        ]
        if part == "happened":
            said += [_sentence(f["title"]) for f in self.telling if f["kind"] not in by_kind]
        return [sentence for sentence in said if sentence]

    def _facts(self, findings: Sequence[Facts]) -> dict[str, Any]:
        """What a sentence on several findings of one kind may use."""
        subjects = {
            name: _once(code(value) for finding in findings for value in finding["subjects"].get(name, ()))
            for name in ("processes", "files", "registry", "services", "peers")
        }
        told = [self._plainly(finding["facts"]) for finding in findings]
        return {
            **subjects,
            "n": len(findings),
            "one": told[0],
            "all": told,
            "who": _once(name for facts in told for name in _list(facts.get("who"))),
            "titles": [finding["title"] for finding in findings],
        }

    def _plainly(self, facts: Facts) -> dict[str, Any]:
        """Facts as a manager is told them: programs without their numbers, days written out."""
        plainly = dict(facts)
        for key in ("who", "writers", "first", "through", "deleter", "parent"):
            if isinstance(facts.get(key), str):
                plainly[key] = _without_pid(facts[key])
            elif facts.get(key):
                plainly[key] = _once(map(_without_pid, facts[key]))
        if isinstance(facts.get("days"), list):
            plainly["days"] = [self.moments.long_day(day) or day for day in facts["days"]]
        return plainly


def _switched_off(row: Facts) -> bool:
    return bool(row["security"]) and row["change"] in ("disabled", "deleted") and not row.get("ordinary")


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _without_pid(who: str) -> str:
    """ "lsass.exe (300)" → "lsass.exe"."""
    name, bracket, number = who.rpartition(" (")
    return name if bracket and number[:-1].isdigit() else who


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _lower(title: str) -> str:
    """A title as part of a sentence: its first letter small, unless the word is an abbreviation or a name."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _sentence(text: str) -> str:
    """``text`` with a capital, unless it begins with a name, and a full stop."""
    text = text.strip()
    if not text:
        return text
    begins = text if "." in text.split()[0] else f"{text[0].upper()}{text[1:]}"
    return begins if text[-1] in ".?!" else f"{begins}."
