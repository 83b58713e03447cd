"""Security and policy settings that a program set to weaker values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import SEVERITIES, Analysis, Finding, Severity, Technique
from scripts.procmon.findings.names import process_name, who
from scripts.procmon.findings.places import in_its_place
from scripts.procmon.findings.records import Record, of_operations
from scripts.procmon.findings.registry_paths import matches
from scripts.procmon.findings.reproduce import by_path
from scripts.procmon.findings.suspects import images
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


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "weakened_settings", one for each process that set weaker values, all its settings together."""
    if not capture.info["can_show"]["registry_events"]["value"]:
        return Analysis(name="weakened_settings", outcome="could not be checked", reason="no_registry_events")
    told = of_operations(capture, {"RegSetValue"})
    places = images(earlier)
    by_process: dict[int, list[tuple[Record, Mapping[str, Any]]]] = {}
    for record in told:
        program = process_name(capture, record.process).lower()
        setting = _setting(record, program if in_its_place(places.get(record.process)) else "")
        if setting is not None:
            by_process.setdefault(record.process, []).append((record, setting))
    findings = [
        _finding(who(capture, process), mine, in_place=in_its_place(places.get(process)))
        for process, mine in by_process.items()
    ]
    return Analysis(
        name="weakened_settings",
        outcome="found" if findings else "not found",
        examined=len(told),
        findings=findings,
    )


def _setting(record: Record, program: str) -> Mapping[str, Any] | None:
    """The setting that a record weakens; ``program`` is "" where the name is not to be believed."""
    if program in _TOOLS:
        return None
    for setting in knowledge("security_settings"):
        if any(matches(text, record.path) for text in setting["values"]):
            weak = re.search(setting["weak"], record.fields.get("Data", ""), re.IGNORECASE)
            return dict(setting) if weak and program not in setting.get("by_others_than", ()) else None
    return None


def _finding(person: str, mine: list[tuple[Record, Mapping[str, Any]]], *, in_place: bool) -> Finding:
    name = person.rpartition(" (")[0].lower()
    policy = in_place and name in _POLICY
    # The protection itself keeps what an administrator told it, by policy or in its own window.
    own = in_place and name == "msmpeng.exe" and all(one["id"] == "defender-exclusion" for _, one in mine)
    done = [(record, setting) for record, setting in mine if record.succeeded]
    order: list[Severity] = [
        severity for severity in SEVERITIES for _, one in mine if one["severity"] == severity
    ]
    severity: Severity = order[0] if done and not policy and not own else "low"
    return Finding(
        kind="weakened_settings",
        severity=severity,
        confidence="certain" if done else "likely",
        facts={
            "who": person,
            "settings": [
                {
                    "path": record.path,
                    "data": record.fields.get("Data", ""),
                    "what": setting["what"],
                    "clean": _clean(record.path, setting),
                }
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
        reproduce=by_path([record.path for record, _ in mine], operations=["RegSetValue"], whos=[person]),
        attack=[Technique("T1112", "high"), Technique("T1685", "medium" if severity == "high" else "low")],
        subjects={"processes": [person], "registry": list(dict.fromkeys(record.path for record, _ in mine))},
        key_events=_one_of_each(mine),
    )


def _clean(path: str, setting: Mapping[str, Any]) -> str | None:
    """What stands in this value on a clean machine; None where it does not exist there."""
    key, _, name = path.rpartition("\\")
    wanted = key.rpartition("\\")[2] if name == "(Default)" else name
    clean = {str(known).lower(): str(data) for known, data in setting.get("clean", {}).items()}
    # A policy is made by whoever sets it: none is there on a clean machine.
    return None if "\\policies\\microsoft\\" in path.lower() else clean.get(wanted.lower())


def _one_of_each(mine: list[tuple[Record, Mapping[str, Any]]]) -> list[int]:
    """The first event of each kind of setting."""
    first: dict[str, int] = {}
    for record, setting in mine:
        first.setdefault(setting["id"], record.event)
    return list(first.values())
