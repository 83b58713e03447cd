"""What to do now, as the brief tells it: leave the computer as it is, save, decide, undo, look elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scripts.procmon.report import calm, plainly, remedy
from scripts.procmon.report.material import Material
from scripts.procmon.report.words import Words

#: More steps than these that only clean a computer, which had better be installed anew, are left to part 5.
MOST_STEPS = 7


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to do; ``part`` names the part of the report that has the list, ``row`` where it stands in there."""

    text: str
    part: str | None = None
    row: int = 0


class Teller(Protocol):
    """Who tells the brief: what the capture holds, the findings worth telling, and the sentences for them."""

    material: Material
    sentences: dict[str, Any]
    words: Words
    telling: list[Mapping[str, Any]]
    empty: bool

    def say(self, key: str, /, **facts: Any) -> str: ...
    def spelled(self, text: str) -> str: ...
    def graveness(self) -> str: ...


def to_do(teller: Teller) -> list[Action]:
    """The actions in their order, at least one."""
    material, say = teller.material, teller.say
    if teller.empty:
        return [Action(text=say("do.empty"))]
    if not teller.telling:
        # Captured once more, the computer would not show the same: the file comes first.
        again = [Action(text=say("do.broken", rest=material.breaks_off))] if material.damaged else []
        clean = calm.verdict(material)
        if again and clean != "clean_unanswered":
            return again
        key = clean if clean in ("clean", "clean_unanswered") else "clean_filtered"
        return [*again, Action(text=say(f"do.{key}"))]
    grave = teller.graveness() == "high"
    actions = [Action(text=say("do.isolate"))] if grave else _asking(teller)
    actions = [*_asking_for_a_test(teller), *actions, *_clean_up(teller)]
    indicators = material.table("indicators")
    if not indicators and len(actions) == 1 and not grave:
        actions = _asking(teller, alone=True)  # no step follows
    if indicators:
        actions.append(_looking_elsewhere(teller, indicators))
    return actions or [Action(text=say("do.read", n=len(teller.telling)), part="findings")]


def _asking(teller: Teller, *, alone: bool = False) -> list[Action]:
    """Where it is not plainly an attack, who uses the computer knows best."""
    known = [
        finding.get("behind", finding["subjects"].get("processes", ()))[:1] for finding in teller.telling
    ]
    who = plainly.once(plainly.without_pid(name) for names in known for name in names)
    if who:
        return [Action(text=teller.say("do.ask", who=who, alone=alone))]
    named = any(finding["subjects"].get("processes") for finding in teller.telling)
    return [Action(text=teller.say("do.ask_unknown", alone=alone))] if named else []


def _asking_for_a_test(teller: Teller) -> list[Action]:
    tried = [finding["facts"] for finding in teller.telling if finding["kind"] == "uac_bypass"]
    if not tried:
        return []
    tool, *_ = tried[0].get("tool") or [None]
    return [Action(text=teller.say("do.ask_test", tool=tool, program=tried[0].get("name")))]


def _clean_up(teller: Teller) -> list[Action]:
    """What to save; whether to clean at all, where foreign code had more than can be seen; the steps."""
    steps = remedy.steps(teller.material)
    deleted = sum(step.files for step in steps if step.key == "delete file")
    told = []
    for step in steps:
        known = step.key if step.key in teller.sentences["do"]["steps"] else "other"
        title = plainly.within(teller.words.word("step", step.key))
        said = teller.say(f"do.steps.{known}", title=title, deleted=deleted, **vars(step))
        told.append(Action(text=teller.spelled(plainly.brisk(said)), part="restart", row=step.row))
    taken = remedy.taken_over(teller.material)
    if not (told and taken):
        return told
    first = sum(step.key == "save first" for step in steps)
    saving, cleaning = told[:first], told[first:]
    told_here = len(cleaning) <= MOST_STEPS
    if not told_here:
        cleaning = [Action(text=teller.say("do.clean_up"), part="restart", row=cleaning[0].row)]
    return [*saving, Action(text=teller.say("do.decide", n=len(cleaning) * told_here, **taken)), *cleaning]


def _looking_elsewhere(teller: Teller, indicators: Sequence[Mapping[str, Any]]) -> Action:
    kinds = Counter(str(row["type"]) for row in indicators)
    forms = teller.words["words.types"]
    counted = [teller.words.forms.plural(n, *forms.get(kind, (kind, kind))) for kind, n in kinds.items()]
    servers = remedy.name_servers(teller.telling)
    said = teller.say("do.look_elsewhere", counted=counted, addresses=kinds["address"], servers=servers)
    return Action(text=teller.spelled(said), part="indicators")
