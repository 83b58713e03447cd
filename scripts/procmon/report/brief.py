"""Page 1: what happened, how sure this is, what it means, what to do now, from what this capture holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import UndefinedError

from scripts.procmon.contracts.findings import SEVERITIES
from scripts.procmon.report import calm, plainly, remedy
from scripts.procmon.report.material import Material
from scripts.procmon.report.moments import Moments, seconds_between
from scripts.procmon.report.story import MOST_IN_PROSE, Item, all_above, as_list, in_order, origin, set_alike
from scripts.procmon.report.to_do import Action, to_do
from scripts.procmon.report.words import Words
from scripts.procmon.text import catalogue, code, people, render
from scripts.procmon.text.named import named

#: More sentences than these no manager reads; the rest is named and stands in part 3.
MOST_SENTENCES = 11

Facts = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The four paragraphs, as sentences with back-ticked names, and all of it in one line for the index.

    Where much happened ``happened`` only opens, ``items`` tell it and ``closing`` ends it.
    """

    happened: Sequence[str]
    sure: Sequence[tuple[str, str]]
    means: Sequence[str]
    do: Sequence[Action]
    headline: str
    items: Sequence[Item] = ()
    closing: Sequence[str] = ()


def make_brief(material: Material, moments: Moments, language: str = "en") -> Brief:
    """The brief of a capture that was read."""
    teller = _Teller(material, moments, language)
    opening, items, closing = teller.happened()
    again = teller.sentences["again"]
    opening, items, closing = set_alike(opening, items, closing)
    return Brief(
        happened=opening if items else plainly.without_repeats([*opening, *closing], again),
        items=[Item(head=item.head, said=plainly.without_repeats(item.said, again)) for item in items],
        closing=closing if items else (),
        sure=teller.sure(),
        means=plainly.set_alike(teller.means()),
        do=to_do(teller),
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
        self.told: list[Facts] = []
        self.long = len({finding["kind"] for finding in self.telling}) > MOST_IN_PROSE
        self.empty = not material.info.get("events") and not material.findings
        self.blocked = [c for c in material.looked if c["outcome"] == "could not be checked"]

    def say(self, key: str, /, **facts: Any) -> str:
        sentence: Any = self.sentences
        for part in key.split("."):
            sentence = sentence[part]
        return render(sentence, facts, self.language)

    # -- what happened

    def happened(self) -> tuple[list[str], list[Item], list[str]]:
        """How it begins, the list of it where it is long, how it ends."""
        if self.empty:
            return [self.say("empty", host=self.material.info.get("host"))], [], []
        items: list[Item] = []
        if self.telling:
            by_kind = self._weightiest(self._by_kind("happened"))
            began = origin(self.material, self.telling, self.say)
            if self.long:
                lead, items = as_list(by_kind, self._happened, span=self._lasted(), language=self.language)
                told = [*lead[:1], *began[0], *began[1], *lead[1:]]
            else:
                story = [said for kind, same in by_kind.items() if (said := self._happened(kind, same))]
                # Who started it comes first; as whom it ran says more once it is known what ran.
                told = [*began[0], *story[:1], *began[1], *story[1:]]
                told = [*[self._opened(first) for first in told[:1]], *told[1:]]
        else:
            told = self._nothing_found()
        return [self.spelled(sentence) for sentence in told], items, self._closing()

    def _happened(self, kind: str, findings: Sequence[Facts]) -> str:
        return self.spelled(self._told("happened", kind, findings))

    def _closing(self) -> list[str]:
        """What else there is, and what the capture does not hold."""
        said = []
        if self.telling and (rest := [f for f in self.material.findings if f not in self.told]):
            nouns = self._nouns([f for f in rest if f["kind"] in self.sentences["nouns"]])
            said.append(self.spelled(self.say("rest", n=len(rest), **nouns)))
        if self.material.damaged:
            broken, hosts = self.material.breaks_off, self.material.lost_hosts
            events, names = self.material.lost
            said.append(self.say("damaged", events=events, names=names, rest=broken, hosts=hosts))
        if self.material.filtered:
            said.append(self.say("filtered"))
        elif self.material.missing:
            said.append(self.say("missing", n=self.material.missing))
        return said

    def _opened(self, sentence: str) -> str:
        """What was done, with how long it took."""
        span = self._lasted()
        who = {named(str(row["process_name"])) for row in self.material.table("processes")}
        who |= {plainly.without_pid(n) for f in self.telling for n in f["subjects"].get("processes", ())}
        first = sentence if sentence.startswith(tuple(who - {""})) else plainly.within(sentence)
        return self.say("opening", span=span, first=first) if span else sentence

    def _lasted(self) -> float | None:
        """Seconds; none of what is a moment rather than a span."""
        span = seconds_between(*self.material.span)
        return span if span and span >= 0.05 else None

    def _nothing_found(self) -> list[str]:
        """The brief of a clean capture: what was done, what was looked for, what was only noted."""
        looked = [check for check in self.material.looked if check["outcome"] != "could not be checked"]
        words = self.sentences["clean"]["looked_for"]
        things = [words[check["analysis"]] for check in looked if check["analysis"] in words]
        done = calm.done(self.material, self.say, self.words)
        nothing = self.say("clean.nothing", why=calm.unanswered(self.material, self.say))
        said = [nothing, *[self._opened(first) for first in done[:1]], *done[1:]]
        said.append(self.say("clean.checked", n=len(looked), things=things))
        if self.material.findings:
            titles = [finding["title"] for finding in self.material.findings]
            said.append(self.say("clean.noted", n=len(titles), titles=titles))
        return said

    def spelled(self, text: str) -> str:
        return plainly.spelled(text, self.sentences.get("numbers", ()))

    # -- how sure

    def sure(self) -> list[tuple[str, str]]:
        if self.empty:
            return []
        labels = self.sentences["sure"]
        said: list[tuple[str, str]] = []
        several = {f["confidence"] for f in self.telling}
        for confidence in ("certain", "likely", "possible"):
            same = [finding for finding in self.telling if finding["confidence"] == confidence]
            if same and self.long and confidence == "certain":
                said.append((labels[confidence], all_above(len(several) > 1, self.language)))
            elif same:
                said.append((labels[confidence], self.say(f"sure.told.{confidence}", **self._nouns(same))))
        unknown = [
            self.words.shared("questions", q["kind"], {**q["facts"], "brief": True})
            for q in self.material.table("questions")
        ]
        if unknown:
            asked = [plainly.question(text) for text in unknown]  # without its reasons, which part 6 has
            more = [self.words.say("brief.more_questions", n=len(asked) - 3)] if len(asked) > 3 else []
            told = plainly.brisk(self.words["gap"].join([*asked[:3], *more]))
            said.append((labels["unknown"], self.spelled(told)))
        if self.blocked:
            told = self.say(
                "sure.blocked_why",
                titles=[plainly.within(c["title"]) for c in self.blocked],
                reasons=self._reasons(),
                of=len(self.material.looked),
            )
            said.append((labels["blocked"], told))
        elif not self.telling:
            said.append((labels["certain"], self.say("sure.all_checked", n=len(self.material.looked))))
        if not self.telling and not self.material.whole and not self.material.filtered:
            said.append((labels["unknown"], self.say("sure.filter_unknown", n=self.material.missing)))
        return said

    def _reasons(self) -> list[str]:
        return plainly.once(str(check["reason"]) for check in self.blocked if check.get("reason"))

    def _nouns(self, findings: Iterable[Facts]) -> dict[str, Any]:
        by_kind: dict[str, list[Facts]] = {}
        for finding in findings:
            by_kind.setdefault(finding["kind"], []).append(finding)
        nouns = [self._noun(kind, same) for kind, same in by_kind.items()]
        # A thing that holds a list itself is set off by more than a comma.
        who = [self._facts(same)["who"] for same in by_kind.values()]
        lists = any(sum(name in noun for name in names) > 1 for noun, names in zip(nouns, who, strict=True))
        listed = any(one["facts"].get("loads") == [] for one in by_kind.get("odd_module", ()))  # by no event
        return {"nouns": nouns, "lists": lists and len(nouns) > 1, "listed": listed}

    def _noun(self, kind: str, findings: Sequence[Facts]) -> str:
        """A kind as a thing; one that the catalogue does not know by the numbers of its findings."""
        noun = self.sentences["nouns"].get(kind)
        try:
            return render(noun, self._facts(findings), self.language) if noun else self._numbered(findings)
        except UndefinedError:
            return self._numbered(findings)

    def _numbered(self, findings: Sequence[Facts]) -> str:
        ids = [finding["id"] for finding in self.material.findings]
        return self.say("sure.finding", numbers=[ids.index(finding["id"]) + 1 for finding in findings])

    # -- what it means

    def means(self) -> list[str]:
        if self.empty:
            return [self.say("means.empty")]
        if not self.telling:
            return [
                self.say(f"means.{calm.verdict(self.material)}", why=calm.unanswered(self.material, self.say))
            ]
        said, returning = self._story("means"), remedy.returning(self.material)
        if returning.any:
            said.insert(0, plainly.brisk(self.say("means.returns", **vars(returning))))
        elif self.graveness() in ("high", "medium"):
            outcomes = {check["analysis"]: check["outcome"] for check in self.material.checks}
            blocked = (None, "could not be checked")
            could = all(outcomes.get(name) not in blocked for name in ("persistence", "services"))
            said.append(self.say("means.no_return" if could else "means.return_unknown"))
        if self.telling[0]["kind"] not in self.sentences["means"] and not returning.any:
            said.insert(0, self.telling[0]["meaning"])
        if lost := remedy.lost_protection(self.material):
            said.append(self.say("means.protection_off", **lost))
        if programs := remedy.programs_left(self.material):
            said.append(plainly.brisk(self.say("means.remains", names=programs)))
        return [self.spelled(sentence) for sentence in said]

    # -- in one line

    def headline(self) -> str:
        if self.material.refused:
            return self.say("headline.refused")
        if self.empty:
            return self.say("headline.empty")
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
        if self.material.info.get("events") == 1:
            return self.say("headline.one_event")
        clean = calm.verdict(self.material)
        if self.material.damaged and clean != "clean_unanswered":
            return self.say("headline.clean_damaged", rest=self.material.breaks_off)
        key = clean if clean in ("clean", "clean_unanswered") else "clean_partly"
        return self.say(f"headline.{key}", n=len(self.blocked))

    # -- the findings that are worth a manager's time

    def _telling(self) -> list[Facts]:
        """Findings of high and medium severity; where there are none, those of low."""
        findings = self.material.findings
        grave = [finding for finding in findings if finding["severity"] in ("high", "medium")]
        return grave or [finding for finding in findings if finding["severity"] == "low"]

    def graveness(self) -> str:
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
        """A sentence a kind, in the order of the catalogue."""
        by_kind = self._by_kind(part)
        return [sentence for kind, same in by_kind.items() if (sentence := self._told(part, kind, same))]

    def _weightiest(self, by_kind: dict[str, list[Facts]]) -> dict[str, Sequence[Facts]]:
        """As many kinds as a manager reads, the gravest, as they happened; counts the findings in them.

        A finding of a kind without a sentence is told by its title.
        """
        for finding in self.telling:
            if finding["kind"] not in self.sentences["happened"]:
                by_kind.setdefault(finding["kind"], []).append(finding)
        ranks = sorted(by_kind, key=lambda kind: SEVERITIES.index(by_kind[kind][0]["severity"]))
        kept = set(ranks[:MOST_SENTENCES])
        self.told = [finding for kind, same in by_kind.items() if kind in kept for finding in same]
        return in_order({kind: same for kind, same in by_kind.items() if kind in kept})

    def _told(self, part: str, kind: str, findings: Sequence[Facts]) -> str:
        sentence = self.sentences[part].get(kind)
        if sentence is None:
            return self._titles(findings)
        try:
            said = render(sentence, self._facts(findings), self.language)
        except UndefinedError:  # the kind has other facts than its sentence asks for: its title always holds
            return self._titles(findings) if part == "happened" else ""
        return plainly.brisk(said)

    def _titles(self, findings: Sequence[Facts]) -> str:
        stop = self.words["stop"]
        return str(self.words["gap"].join(plainly.sentence(finding["title"], stop) for finding in findings))

    def _facts(self, findings: Sequence[Facts]) -> dict[str, Any]:
        """What a sentence on several findings of one kind may use."""
        subjects = {
            name: plainly.once(
                code(value) for finding in findings for value in finding["subjects"].get(name, ())
            )
            for name in ("processes", "files", "registry", "services", "peers")
        }
        told = [plainly.told(finding["facts"], self.moments) for finding in findings]
        # From the facts as they are: without process numbers "a.exe and b.exe" can't be told apart.
        who = (name for finding in findings for name in people(finding["facts"].get("who")))
        return {
            **subjects,
            "n": len(findings),
            "one": told[0],
            "all": told,
            "who": plainly.once(plainly.without_pid(name) for name in who),
            "titles": [finding["title"] for finding in findings],
        }
