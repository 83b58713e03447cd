"""What speaks against a process besides the finding at hand: the numbers and kinds of the other findings on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.procmon.contracts.findings import CONFIDENCES, SEVERITIES, Finding
from scripts.procmon.contracts.tables import ProcessRow

#: More findings than these are not named in one sentence.
MOST_NAMED = 4


@dataclass(frozen=True)
class Against:
    """``told``: process → (number, kind) of the findings of at least medium severity on it; ``kinds`` of suspicion."""

    told: Mapping[str, Sequence[tuple[int, str]]]
    kinds: Mapping[str, Sequence[str]]
    #: the processes that run from each file, by its path in lower case
    runs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: how strong each finding is, by its number: severity, then confidence; the strongest is the lowest
    ranks: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        findings: Sequence[Finding],
        kinds: Mapping[str, Sequence[str]],
        people: Iterable[ProcessRow] = (),
    ) -> Against:
        """From ``findings`` in the order of their numbers, what ``suspects`` says of processes, and all processes."""
        told: dict[str, list[tuple[int, str]]] = {}
        ranks: dict[int, tuple[int, int]] = {}
        for number, finding in enumerate(findings, start=1):
            ranks[number] = SEVERITIES.index(finding.severity), CONFIDENCES.index(finding.confidence)
            if finding.severity in ("high", "medium"):
                for person in finding.subjects.get("processes", ()):
                    told.setdefault(person, []).append((number, finding.kind))
        runs: dict[str, list[str]] = {}
        for row in people:
            runs.setdefault((row.image_path or "").lower(), []).append(row.who)
        return cls(told, kinds, runs, ranks)

    def facts(self, number: int, finding: Finding) -> dict[str, Any]:
        """For a finding that accuses: "accused_of" (kinds), "accused_in" (their numbers) and "strongest" (the numbers of
        the strongest findings on the process, whatever their kind); else "also_in", "ran_in".

        What makes a process a suspect is named before what else was found on it; no finding names itself.
        """
        accused = finding.facts.get("accused") or "accused" in finding.facts.get("signs", ())
        if not accused and not finding.facts.get("kinds"):
            return self._others(number, finding)
        people = accused if isinstance(accused, list) else finding.subjects.get("processes", ())
        kinds = list(dict.fromkeys(kind for person in people for kind in self.kinds.get(person, ())))
        others = [one for person in people for one in self.told.get(person, ()) if one[0] != number]
        weighed = [one for one, kind in others if kind in kinds] or [one for one, _ in others]
        numbers = {one for one, _ in others}
        best = min((self.ranks[one] for one in numbers), default=None)
        return {
            "accused_of": kinds,
            "accused_in": sorted(set(weighed))[:MOST_NAMED],
            "strongest": sorted(one for one in numbers if self.ranks[one] == best)[:MOST_NAMED],
        }

    def _others(self, number: int, finding: Finding) -> dict[str, Any]:
        """For a finding that accuses nobody: the graver ones on its processes ("also_in"), on what runs from its files
        ("ran_in"); nothing without any.
        """
        people = finding.subjects.get("processes", ())
        files = (path.lower() for path in finding.subjects.get("files", ()))
        runs = [one for path in files for one in self.runs.get(path, ()) if one not in people]
        told = {"also_in": self._numbers(people, number), "ran_in": self._numbers(runs, number)}
        return {key: numbers for key, numbers in told.items() if numbers}

    def _numbers(self, people: Iterable[str], number: int) -> list[int]:
        others = {one for person in people for one, _ in self.told.get(person, ()) if one != number}
        return sorted(sorted(others, key=lambda one: (self.ranks[one], one))[:MOST_NAMED])
