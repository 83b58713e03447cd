"""One driver told once: set-up programs lay its file into several folders on the way to its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from ntpath import basename

from scripts.procmon.contracts.findings import SEVERITIES, Finding


def told_once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with those on mere copies of a driver's file (never registered, never loaded, low) taken into the
    finding on the file of that name that came furthest; its fact ``beside`` holds the other paths.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(basename(str(finding.facts["file"] or finding.facts["name"])).lower(), []).append(
            finding
        )
    return list(chain.from_iterable(map(_merged, groups.values())))


def _merged(same: list[Finding]) -> list[Finding]:
    main = max(same, key=_reached)
    copies = [one for one in same if one is not main and _is_mere_copy(one)]
    others = [one for one in same if one is not main and one not in copies]
    subjects = {
        kind: list(dict.fromkeys(chain.from_iterable(one.subjects.get(kind, ()) for one in (main, *copies))))
        for kind in main.subjects
    }
    together = replace(
        main,
        facts={**main.facts, "beside": [one.facts["file"] for one in copies]},
        evidence=sorted({event for one in (main, *copies) for event in one.evidence}),
        reproduce=list(dict.fromkeys(chain.from_iterable(one.reproduce for one in (main, *copies)))),
        subjects=subjects,
    )
    return [together, *(replace(one, facts={**one.facts, "beside": []}) for one in others)]


def _reached(finding: Finding) -> tuple[int, bool, bool, bool]:
    facts = finding.facts
    in_place = "\\system32\\drivers\\" in str(facts["file"] or "").lower()
    return -SEVERITIES.index(finding.severity), bool(facts["loaded"]), bool(facts["registered"]), in_place


def _is_mere_copy(finding: Finding) -> bool:
    facts = finding.facts
    return (
        finding.severity == "low" and not facts["registered"] and not facts["loaded"] and bool(facts["file"])
    )
