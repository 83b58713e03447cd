"""findings.json: what all analyses found, in one document that report and evidence are made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import ATTACK_VERSION, SEVERITIES, Analysis, Finding, Technique
from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.findings.default_filter import hidden_by_default
from scripts.procmon.findings.evidence.alike import told_together
from scripts.procmon.findings.evidence.names import when
from scripts.procmon.findings.evidence.shown_names import shown_names
from scripts.procmon.findings.evidence.suspects import suspects
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.needs import OVERVIEWS
from scripts.procmon.findings.paths.path_forms import ShortNames, short_names, spelled
from scripts.procmon.findings.programs.callers import Callers
from scripts.procmon.findings.removal.against import Against
from scripts.procmon.knowledge import knowledge
from scripts.procmon.text.cut import MOST_TEXT, cut
from scripts.procmon.text.hours import without_hours
from scripts.procmon.text.telling import check_sentence, tell

#: More events than this prove nothing more; ``evidence_count`` says how many there are.
MOST_EVIDENCE = 5_000
#: So many are shown first.
MOST_KEY_EVENTS = 8
#: So many processes are asked about: who else took part stands among the subjects.
MOST_PEOPLE = 20


def document(capture: Capture, done: Mapping[str, Analysis], language: str = "en") -> dict[str, Any]:
    """findings.json as plain JSON data; findings are numbered F1, F2, … by severity, then first event."""
    found = sorted(
        ((finding, name) for name, analysis in done.items() for finding in analysis.findings),
        key=lambda pair: _rank(pair[0]),
    )
    found = told_together(found)
    hidden = hidden_by_default(capture) if found else np.zeros(0, dtype=bool)
    callers = Callers(tree(done))
    ordered = sorted(found, key=lambda pair: _rank(pair[0]))
    names = shown_names(capture) if found else ShortNames()
    against = Against.of([finding for finding, _ in ordered], suspects(done), tree(done))
    findings = [
        _finding(
            capture,
            replace(
                finding,
                facts={**finding.facts, **against.facts(number, finding), **short_names_in(finding, names)},
            ),
            analysis=name,
            number=number,
            language=language,
            hidden=hidden,
            callers=callers,
        )
        for number, (finding, name) in enumerate(ordered, start=1)
    ]
    tables = _tables(done.values())
    by_kind = _by_kind(findings)
    for row in tables["indicators"]:
        row["findings"] = _sources(row, by_kind.get(row["why"], []))
    return {
        "capture": plain(capture.info),
        "findings": findings,
        "checks": [_check(analysis, language) for analysis in done.values()],
        "tables": tables,
        "attack_version": ATTACK_VERSION,
    }


def short_names_in(finding: Finding, names: ShortNames) -> dict[str, Any]:
    """The fact ``short_names``: what the short names in a finding's paths stand for; {} where it has none."""
    texts = [text for text in _texts(finding.facts) if "~" in text]
    with short_names(names):
        found = spelled(text[:MOST_TEXT] for text in texts[:MOST_PEOPLE])
    return {"short_names": found} if found else {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it: dataclasses as objects, NumPy's numbers as Python's, missing as None.

    Texts are cut at ``MOST_TEXT`` characters.
    """
    if isinstance(value, str):
        return cut(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, pd.Timestamp):
        return when(value)
    return None if value is pd.NA or value is pd.NaT else value


def _rank(finding: Finding) -> tuple[int, int, str]:
    return SEVERITIES.index(finding.severity), min(finding.evidence, default=0), finding.kind


def _finding(
    capture: Capture,
    finding: Finding,
    *,
    analysis: str,
    number: int,
    language: str,
    hidden: npt.NDArray[np.bool_],
    callers: Callers,
) -> dict[str, Any]:
    """One finding; ``hidden`` tells of each event whether Process Monitor's default filter hides it."""
    every = sorted({int(event) for event in finding.evidence})
    evidence = every[:MOST_EVIDENCE]
    facts = plain(finding.facts)
    told = tell(finding.kind, without_hours(facts, capture.info), language)
    return {
        "id": f"F{number}",
        "kind": finding.kind,
        "analysis": analysis,
        "title": told["title"],
        "severity": finding.severity,
        "confidence": finding.confidence,
        "confidence_reason": told["confidence_reason"],
        "statement": told["statement"],
        "evidence": evidence,
        "evidence_count": len(every),
        "key_events": _key_events(finding, every),
        "hidden_by_default": int(hidden[evidence].sum()),
        "first": _moment(capture, evidence[:1]),
        "last": _moment(capture, every[-1:]),
        "reproduce": plain(list(finding.reproduce)),
        "meaning": told["meaning"],
        "benign_explanation": told["benign_explanation"],
        "attack": [_technique(technique) for technique in finding.attack],
        "subjects": plain(finding.subjects),
        "behind": callers.behind(finding.subjects.get("processes", ())[:MOST_PEOPLE]),
        "facts": facts,
    }


def _key_events(finding: Finding, every: Sequence[int]) -> list[int]:
    """The events that prove it best; where the analysis names none, the first ones."""
    own = set(every)
    named = [int(event) for event in dict.fromkeys(finding.key_events) if int(event) in own]
    return (named or list(every))[:MOST_KEY_EVENTS]


@dataclasses.dataclass(frozen=True)
class _Source:
    """What an indicator may come from: a finding's id, the names of its subjects in lower case, its events."""

    id: str
    names: frozenset[str]
    events: frozenset[int]


def _by_kind(findings: Sequence[Mapping[str, Any]]) -> dict[str, list[_Source]]:
    by_kind: dict[str, list[_Source]] = {}
    for one in findings:
        names = frozenset(name.lower() for group in one["subjects"].values() for name in group)
        kind = one["facts"]["kind"] if one["kind"] == "more_alike" else one["kind"]
        by_kind.setdefault(kind, []).append(_Source(one["id"], names, frozenset(one["evidence"])))
    return by_kind


def _sources(indicator: Mapping[str, Any], same: Sequence[_Source]) -> list[str]:
    """The ids of the findings that an indicator comes from: of its kind, and about it or citing one of its events."""
    value = indicator["value"].lower()
    about = [one for one in same if value in one.names]
    citing = [] if about else [one for one in same if not one.events.isdisjoint(indicator["events"])]
    return [one.id for one in about or citing or same[:1]]


def _moment(capture: Capture, evidence: Sequence[int]) -> str | None:
    return when(capture.events[e.TIME].iloc[evidence[0]]) if evidence else None


def _technique(technique: Technique) -> dict[str, Any]:
    known = knowledge("attack")[technique.id]
    return {
        "id": technique.id,
        "name": known["name"],
        "tactics": list(known["tactics"]),
        "version": ATTACK_VERSION,
        "confidence": technique.confidence,
    }


def _check(analysis: Analysis, language: str) -> dict[str, Any]:
    def sentence(group: str, key: str) -> str:
        return check_sentence(group, key, language)

    return {
        "analysis": analysis.name,
        "kind": "overview" if analysis.name in OVERVIEWS else "check",
        "title": sentence("titles", analysis.name),
        "outcome": analysis.outcome,
        "reason": None if analysis.reason is None else sentence("reasons", analysis.reason),
        "limits": [sentence("limits", key) for key in analysis.limits],
        "reason_key": analysis.reason,
        "limit_keys": list(analysis.limits),
        "examined": int(analysis.examined),
    }


def _tables(done: Any) -> dict[str, list[Any]]:
    tables: dict[str, list[Any]] = {name: [] for name in TABLES}
    for analysis in done:
        for name, rows in analysis.tables.items():
            tables[name].extend(plain(list(rows)))
    return tables
