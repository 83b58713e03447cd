"""What an analysis returns: findings with evidence, tables of what changed, and whether it could look at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["high", "medium", "low", "info"]
Confidence = Literal["certain", "likely", "possible"]
Outcome = Literal["found", "not found", "could not be checked"]

SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info")
CONFIDENCES: tuple[Confidence, ...] = ("certain", "likely", "possible")

#: The version of MITRE ATT&CK that all ids refer to.
ATTACK_VERSION = "19"


@dataclass(frozen=True)
class Rule:
    """One rule of a Process Monitor filter, in its own words."""

    column: str
    relation: str
    value: str
    action: Literal["Include", "Exclude"] = "Include"


@dataclass(frozen=True)
class Technique:
    """An ATT&CK technique and how sure the mapping is; its name and tactics stand in config/knowledge/attack.yaml."""

    id: str
    confidence: Literal["high", "medium", "low"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a reader must know, with its evidence.

    The prose (title, statement, meaning, benign_explanation, confidence_reason) is made by ``procmon.text``
    from ``kind`` and ``facts``, in any language; ``facts`` holds plain JSON data only. ``evidence`` are event numbers
    in order, never empty unless the evidence is a table (then ``facts`` says so). ``reproduce`` is the filter that
    shows the evidence in Process Monitor. ``subjects`` names what it is about: keys of ``SUBJECTS``.
    ``sort`` orders findings of one severity: the time of the first event, in ns.
    ``key_events`` are the few of ``evidence`` that prove it best, to be shown first, in their own order (the write, the
    value, the load); none where all are alike, then the first ones do (findings.json fills them in).
    """

    kind: str
    severity: Severity
    confidence: Confidence
    facts: Mapping[str, Any]
    evidence: Sequence[int]
    reproduce: Sequence[Rule]
    attack: Sequence[Technique] = ()
    subjects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    key_events: Sequence[int] = ()


#: What a finding can be about. processes: "lsass.exe (300)"; the others as Process Monitor shows them.
SUBJECTS = ("processes", "files", "registry", "services", "peers")


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What one analysis has to say about one capture.

    ``outcome`` "could not be checked" needs ``reason`` (a key of the text catalogue ``checks``) and may be given in part:
    ``limits`` names what the analysis could not see although it looked. ``examined`` counts the events it weighed.
    ``tables`` maps names of ``contracts.tables`` to rows (dataclass instances).
    """

    name: str
    outcome: Outcome
    reason: str | None = None
    limits: Sequence[str] = ()
    examined: int = 0
    findings: Sequence[Finding] = ()
    tables: Mapping[str, Sequence[Any]] = field(default_factory=dict)
