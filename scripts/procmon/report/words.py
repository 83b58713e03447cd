"""The fixed words of the report in one language, looked up by dotted name, facts put in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scripts.procmon.text import catalogue, number, render


@dataclass(frozen=True)
class Words:
    """The catalogue ``report`` and, for keys of findings, the catalogues that findings share with it."""

    language: str = "en"

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
        return render(sentence, facts or {}, self.language) if isinstance(sentence, str) else plain(key)

    def considered(self, key: str) -> str:
        """An explanation of a registry deletion as a name: "made again afterwards"."""
        return str(catalogue("considered", self.language).get(key, plain(key)))

    def severities(self, severities: Iterable[str]) -> str:
        """ "2 high, 3 medium"; "" for none."""
        found = list(severities)
        counted = ((forms, found.count(key)) for key, forms in self["severities"].items())
        return ", ".join(counted_form(forms, n) for forms, n in counted if n)


def counted_form(forms: list[str], n: int) -> str:
    """The singular or the plural of ``forms`` with the number in it."""
    return forms[0] if n == 1 else forms[1].format(n=number(n))


def plain(key: str) -> str:
    """A key as words: "made_here" → "made here"."""
    return key.replace("_", " ")
