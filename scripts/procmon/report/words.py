"""The fixed words of the report in one language, looked up by dotted name, facts put in; its ways to write numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.procmon.text import catalogue, render
from scripts.procmon.text.forms import Forms, forms
from scripts.procmon.text.phrases import facts_in_language, in_language


@dataclass(frozen=True)
class Words:
    """The catalogue ``report`` and, for keys of findings, the catalogues that findings share with it."""

    language: str = "en"

    @property
    def forms(self) -> Forms:
        """Numbers, lists, lengths of time as this language writes them."""
        return forms(self.language)

    def __getitem__(self, dotted: str) -> Any:
        """What stands at ``dotted``, such as "words.fate"; KeyError names the missing part."""
        at: Any = catalogue("report", self.language)
        for part in dotted.split("."):
            at = at[part]
        return at

    def say(self, dotted: str, /, **facts: Any) -> str:
        """The sentence at ``dotted`` with the facts in it."""
        return render(self[dotted], facts, self.language)

    def word(self, group: str, key: Any) -> str:
        """One word of a group ("fate", "still there"); the key itself where the catalogue has no word for it."""
        return str(self[f"words.{group}"].get(key, key or ""))

    def shared(self, name: str, key: str, facts: Any = None) -> str:
        """A sentence of another catalogue (``ordinary``, ``removal`` …); the key in plain words if it has none."""
        sentence = catalogue(name, self.language).get(key)
        if not isinstance(sentence, str):
            return plain(key)
        return render(sentence, facts_in_language(facts or {}, self.language), self.language)

    def considered(self, key: str) -> str:
        """An explanation of a registry deletion as a name: "made again afterwards"."""
        return str(catalogue("considered", self.language).get(key, plain(key)))

    def severities(self, severities: Iterable[str]) -> str:
        """ "2 high, 3 medium"; "" for none."""
        found = list(severities)
        counted = ((key, found.count(key)) for key in self["severities"])
        return self.joined(self.counted(f"severities.{key}", n) for key, n in counted if n)

    def counted(self, dotted: str, n: int) -> str:
        """The singular or the plural that stands at ``dotted``, with the number in it."""
        one, many = self[dotted]
        return str(one if n == 1 else many).format(n=self.forms.number(n))

    def refused(self, refusal: Mapping[str, Any]) -> str:
        """Why a file could not be read: place, what was expected, what was found."""
        told = in_language(refusal, self.language, known="capture")
        place = self.joined(str(told[key]) for key in ("file", "where") if told.get(key))
        return self.say("refused.reason", place=place, expected=told.get("expected"), found=told.get("found"))

    def joined(self, parts: Iterable[str]) -> str:
        """ "a, b, c": what stands side by side, without "and"."""
        return str(self["comma"]).join(parts)


def plain(key: str) -> str:
    """A key as words: "made_here" → "made here"."""
    return key.replace("_", " ")
