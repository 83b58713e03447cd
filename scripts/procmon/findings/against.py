"""What speaks against a process besides the finding at hand: the numbers and kinds of the other findings on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.procmon.contracts.findings import Finding

#: More findings than these are not named in one sentence.
MOST_NAMED = 4


@dataclass(frozen=True)
class Against:
    """``told``: process → (number, kind) of the findings of at least medium severity on it; ``kinds`` of suspicion."""

    told: Mapping[str, Sequence[tuple[int, str]]]
    kinds: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, findings: Sequence[Finding], kinds: Mapping[str, Sequence[str]]) -> Against:
        """From ``findings`` in the order of their numbers, and what ``suspects`` says of processes."""
        told: dict[str, list[tuple[int, str]]] = {}
        for number, finding in enumerate(findings, start=1):
            if finding.severity in ("high", "medium"):
                for person in finding.subjects.get("processes", ()):
                    told.setdefault(person, []).append((number, finding.kind))
        return cls(told, kinds)

    def facts(self, number: int, finding: Finding) -> dict[str, Any]:
        """For a finding that accuses: "accused_of" (kinds) and "accused_in" (numbers of findings); else "also_in".

        What makes a process a suspect is named before what else was found on it; no finding names itself.
        """
        accused = finding.facts.get("accused") or "accused" in finding.facts.get("signs", ())
        if not accused and not finding.facts.get("kinds"):
            return self._others(number, finding)
        people = accused if isinstance(accused, list) else finding.subjects.get("processes", ())
        kinds = list(dict.fromkeys(kind for person in people for kind in self.kinds.get(person, ())))
        others = [one for person in people for one in self.told.get(person, ()) if one[0] != number]
        weighed = [one for one, kind in others if kind in kinds] or [one for one, _ in others]
        return {"accused_of": kinds, "accused_in": sorted(set(weighed))[:MOST_NAMED]}

    def _others(self, number: int, finding: Finding) -> dict[str, Any]:
        """For a finding that accuses nobody: the graver ones on its processes, as "also_in"; nothing without any."""
        people = finding.subjects.get("processes", ())
        others = {one for person in people for one, _ in self.told.get(person, ()) if one != number}
        return {"also_in": sorted(others)[:MOST_NAMED]} if others else {}
