"""Many findings of one kind: the gravest are told one by one, the rest together, so that nobody can drown a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scripts.procmon.contracts.findings import SUBJECTS, Finding, Technique

#: So many findings of one kind are told one by one; nobody reads more.
MOST_ALIKE = 100
#: So many things the finding on all others names of each sort, and so many examples.
MOST_NAMED = 1_000
MOST_RULES = 12

#: A finding and the analysis that made it.
Found = tuple[Finding, str]


def told_together(found: Sequence[Found]) -> list[Found]:
    """``found``, gravest first, with all past the first ``MOST_ALIKE`` of a kind as one finding "more_alike".

    What it stands for is counted in it by severity; events and names of all are in it, as far as its limits reach.
    """
    kept: list[Found] = []
    rest: dict[str, list[Found]] = {}
    seen: Counter[str] = Counter()
    for finding, analysis in found:
        seen[finding.kind] += 1
        if seen[finding.kind] <= MOST_ALIKE:
            kept.append((finding, analysis))
        else:
            rest.setdefault(finding.kind, []).append((finding, analysis))
    return kept + [(_together([one for one, _ in same]), same[0][1]) for same in rest.values()]


def _together(same: Sequence[Finding]) -> Finding:
    first = same[0]
    severities = Counter(one.severity for one in same)
    people = {person for one in same for person in one.subjects.get("processes", ())}
    techniques: dict[str, Technique] = {one.id: one for finding in same for one in finding.attack}
    return Finding(
        kind="more_alike",
        severity=first.severity,
        confidence=first.confidence,
        facts={
            "kind": first.kind,
            "count": len(same),
            "told": MOST_ALIKE,
            "severities": dict(severities),
            "processes": len(people),
            "who": sorted(people)[:MOST_NAMED],
        },
        evidence=sorted({event for one in same for event in one.evidence}),
        reproduce=list(dict.fromkeys(rule for one in same[:MOST_RULES] for rule in one.reproduce))[
            :MOST_RULES
        ],
        attack=list(techniques.values()),
        subjects={
            group: names for group in SUBJECTS if (names := _first(_named(same, group), most=MOST_NAMED))
        },
    )


def _named(same: Iterable[Finding], group: str) -> Iterator[str]:
    for one in same:
        yield from one.subjects.get(group, ())


def _first(names: Iterable[str], *, most: int) -> list[str]:
    kept: dict[str, None] = {}
    for name in names:
        kept[name] = None
        if len(kept) == most:
            break
    return list(kept)
