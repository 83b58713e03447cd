"""Security and policy settings that a program set to weaker values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import SEVERITIES, Analysis, Finding, Severity, Technique
from scripts.procmon.findings.names import who
from scripts.procmon.findings.records import Record, of_operations
from scripts.procmon.findings.registry_paths import matches
from scripts.procmon.findings.reproduce import by_path
from scripts.procmon.knowledge import knowledge

#: Windows' own tools for these settings; a user at work in them weakens nothing behind his own back.
_TOOLS = {"systemsettings.exe", "mmc.exe", "secpol.msc", "gpupdate.exe", "useraccountcontrolsettings.exe"}
#: These set what the group policy of an organisation says.
_POLICY = {
    "svchost.exe",
    "services.exe",
    "lsass.exe",
    "gpscript.exe",
    "omadmclient.exe",
    "deviceenroller.exe",
}


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:  # noqa: ARG001
    """Findings "weakened_settings", one for each process that set weaker values, all its settings together."""
    if not capture.info["can_show"]["registry_events"]["value"]:
        return Analysis(name="weakened_settings", outcome="could not be checked", reason="no_registry_events")
    told = of_operations(capture, {"RegSetValue"})
    by_process: dict[int, list[tuple[Record, Mapping[str, Any]]]] = {}
    for record in told:
        program = str(capture.processes.loc[record.process, p.PROCESS_NAME]).lower()
        setting = _setting(record, program)
        if setting is not None:
            by_process.setdefault(record.process, []).append((record, setting))
    findings = [_finding(who(capture, process), mine) for process, mine in by_process.items()]
    return Analysis(
        name="weakened_settings",
        outcome="found" if findings else "not found",
        examined=len(told),
        findings=findings,
    )


def _setting(record: Record, program: str) -> Mapping[str, Any] | None:
    if program in _TOOLS:
        return None
    for setting in knowledge("security_settings"):
        if any(matches(text, record.path) for text in setting["values"]):
            weak = re.search(setting["weak"], record.fields.get("Data", ""), re.IGNORECASE)
            return dict(setting) if weak and program not in setting.get("by_others_than", ()) else None
    return None


def _finding(person: str, mine: list[tuple[Record, Mapping[str, Any]]]) -> Finding:
    policy = person.rpartition(" (")[0].lower() in _POLICY
    done = [(record, setting) for record, setting in mine if record.succeeded]
    order: list[Severity] = [
        severity for severity in SEVERITIES for _, one in mine if one["severity"] == severity
    ]
    severity: Severity = order[0] if done and not policy else "low"
    return Finding(
        kind="weakened_settings",
        severity=severity,
        confidence="certain" if done else "likely",
        facts={
            "who": person,
            "settings": [
                {"path": record.path, "data": record.fields.get("Data", ""), "what": setting["what"]}
                for record, setting in mine
            ],
            "what": list(dict.fromkeys(setting["what"] for _, setting in mine)),
            "policy": policy,
            "done": len(done),
            "count": len(mine),
            "time": mine[0][0].moment,
            "events": [record.event for record, _ in mine],
        },
        evidence=[record.event for record, _ in mine],
        reproduce=by_path([record.path for record, _ in mine], operations=["RegSetValue"]),
        attack=[Technique("T1112", "high"), Technique("T1685", "medium" if severity == "high" else "low")],
        subjects={"processes": [person], "registry": list(dict.fromkeys(record.path for record, _ in mine))},
    )
