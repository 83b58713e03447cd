"""Security and policy settings that a program set to weaker values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pandas as pd

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import SEVERITIES, Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.names import name_of, process_name, who
from scripts.procmon.findings.evidence.records import Record, of_operations
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.file_kinds import PROGRAMS, is_stray
from scripts.procmon.findings.paths.file_kinds import kind_of as kind_of_file
from scripts.procmon.findings.paths.places import in_its_place, kind_of, plain_path
from scripts.procmon.findings.programs.askers import at_work, may_have_asked
from scripts.procmon.findings.programs.commands import is_interpreter
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.findings.programs.lineage import ancestors
from scripts.procmon.findings.programs.setup_programs import setup_programs
from scripts.procmon.findings.registry.registry_index import RegistryIndex
from scripts.procmon.findings.registry.registry_paths import normal
from scripts.procmon.findings.rights.browser_settings import about, severity_of, together
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


DELETIONS = ("RegDeleteKey", "RegDeleteValue")
_DEFENDER = "msmpeng.exe"
_EXCLUSION = "defender-exclusion"
_REGISTRY = "T1112"
#: Programs that ask Windows Defender for what a script says, and its own window.
_SCRIPTS = {"powershell.exe", "powershell_ise.exe", "pwsh.exe", "wmic.exe", "mpcmdrun.exe"}
_WINDOW = {"sechealthui.exe", "securityhealthhost.exe", "systemsettings.exe"}
_ASKED_WITHIN = pd.Timedelta(seconds=5)

#: A write and the setting that it weakens.
Weakened = tuple[Record, Mapping[str, Any]]


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "weakened_settings", one for each process that set weaker values, all its settings together."""
    if not capture.info["can_show"]["registry_events"]["value"]:
        return Analysis(name="weakened_settings", outcome="could not be checked", reason="no_registry_events")
    told = of_operations(capture, {"RegSetValue", *DELETIONS})
    places = images(earlier)
    set_up = setup_programs(capture)
    setup = bool(set_up)
    by_process: dict[int, list[Weakened]] = {}
    for record in told:
        program, image = process_name(capture, record.process).lower(), places.get(record.process)
        if record.operation == "RegSetValue":
            setting = _setting(record, program if in_its_place(image) else "", stray=is_stray(image))
        else:
            setting = (
                None if setup or not (program in knowledge("by_hand") or is_stray(image)) else _loss(record)
            )
        if setting is not None:
            by_process.setdefault(record.process, []).append((record, setting))
    rows = {row.process: row for row in tree(earlier)}
    doers = Doers(rows.values())
    findings = []
    for process, mine in by_process.items():
        in_place = in_its_place(places.get(process))
        own = in_place and process_name(capture, process).lower() == _DEFENDER
        askers = _askers(capture, mine, places) if own else []
        # The protection switches itself off and on with what else is set up, and has the last word on itself.
        kept = [one for one in mine if not own or askers or one[1]["id"] != "defender"]
        kept = [one for one, told in zip(kept, together([one for _, one in kept]), strict=True) if told]
        if kept:
            policy = process in rows and _brings_policy(rows[process], rows)
            person = who(capture, process)
            done = [one for record, one in kept if record.succeeded]
            bundle = severity_of(done, doers.of(process), registers=person in set_up)
            findings.append(
                _finding(person, kept, policy=policy, in_place=in_place, askers=askers, bundle=bundle)
            )
    return Analysis(
        name="weakened_settings",
        outcome="found" if findings else "not found",
        examined=len(told),
        findings=findings,
    )


def _setting(record: Record, program: str, *, stray: bool) -> Mapping[str, Any] | None:
    """The setting that a record weakens; ``program`` is "" where the name is not to be believed.

    ``stray``: it lies where users may write, so that what it has left out is not a product's folder.
    """
    if program in _TOOLS:
        return None
    for number in _index().find(record.path):
        setting: dict[str, Any] = knowledge("security_settings")[number]
        weak = re.search(setting["weak"], record.fields.get("Data", ""), re.IGNORECASE)
        if weak and program not in setting.get("by_others_than", ()):
            narrow = setting["id"] == _EXCLUSION and not stray and not is_wide(record.path)
            return {**setting, "severity": "low"} if narrow else setting
    return None


def _loss(record: Record) -> Mapping[str, Any] | None:
    """The setting that a deletion weakens."""
    numbers = _index("deleted").find(record.path)
    return dict(knowledge("security_settings")[numbers[0]]) if numbers else None


@cache
def _index(which: str = "values") -> RegistryIndex:
    return RegistryIndex(
        (text, number)
        for number, one in enumerate(knowledge("security_settings"))
        for text in one.get(which, ())
    )


def is_wide(path: str) -> bool:
    """Whether what Windows Defender leaves out is where users may write, a whole disk, or any program of a kind.

    Products ask for their own folders to be left out, for speed.
    """
    kind, _, what = normal(path).partition("\\exclusions\\")[2].partition("\\")
    if kind == "extensions":
        return kind_of_file(f"x.{what.lstrip('.*')}") in PROGRAMS
    if kind == "processes":
        return is_interpreter(what) or kind_of(what)[0] in ("odd", "watch")
    place = rf"{what.rstrip('*').rstrip(chr(92))}\x"
    return (
        kind_of(place)[0] in ("odd", "watch") or re.match(r"[a-z]:\\(?:users|windows)\\", place) is not None
    )


def _askers(capture: Capture, mine: Sequence[Weakened], places: Mapping[int, str]) -> list[str]:
    """Who may have asked Windows Defender for this; [] where its own window or a set-up program was at work.

    Windows Defender switches itself off where another product is set up.
    """
    event = next((record.event for record, one in mine if one["severity"] != "low"), None)
    if event is None or setup_programs(capture):
        return []
    if any(process_name(capture, one).lower() in _WINDOW for one in at_work(capture, event, _ASKED_WITHIN)):
        return []
    found = may_have_asked(
        capture, event, within=_ASKED_WITHIN, images=places, tool=lambda name: name in _SCRIPTS
    )
    return [who(capture, one) for one in found]


def _brings_policy(row: ProcessRow, rows: Mapping[int, ProcessRow]) -> bool:
    """Whether a process was started, through others perhaps, by what carries out an organisation's policy."""
    return any(
        any(fnmatchcase(plain_path(one.image_path or "").lower(), place) for place in _bringers())
        for one in (row, *ancestors(row, rows))
    )


def _bringers() -> Sequence[str]:
    return list(knowledge("process_habits")["brings_policy"])


def _finding(
    person: str,
    mine: list[Weakened],
    *,
    policy: bool,
    in_place: bool,
    askers: list[str],
    bundle: Severity | None,
) -> Finding:
    name = name_of(person)
    policy = policy or (in_place and name in _POLICY)
    # The protection itself keeps what an administrator told it, by policy or in its own window.
    own = in_place and name == _DEFENDER and all(one["id"] in ("defender", _EXCLUSION) for _, one in mine)
    done = [(record, setting) for record, setting in mine if record.succeeded]
    # What was refused changed nothing: it is told apart, and neither weighed nor to be undone.
    told, refused = (done, [one for one in mine if not one[0].succeeded]) if done else (mine, [])
    order: list[Severity] = [
        severity for severity in SEVERITIES if severity in {bundle, *(one["severity"] for _, one in told)}
    ]
    severity: Severity = order[0] if done and not policy and not own else "low"
    if own and askers:
        severity = "medium"
    return Finding(
        kind="weakened_settings",
        severity=severity,
        confidence="possible" if own and askers else "certain" if done else "likely",
        facts={
            "who": person,
            "settings": [
                {
                    "path": record.path,
                    "data": record.fields.get("Data", ""),
                    "what": setting["what"],
                    "clean": _clean(record.path, setting),
                    "deleted": record.operation in DELETIONS,
                }
                for record, setting in told
            ],
            "what": list(dict.fromkeys(setting["what"] for _, setting in told)),
            "about": about([setting for _, setting in told]),
            "bundle": bundle in ("high", "medium") and not policy,
            "policy": policy,
            "own": own,
            "askers": askers if own else [],
            "done": len(done),
            "count": len(told),
            "time": told[0][0].moment,
            "events": [record.event for record, _ in told],
            "refused": [record.path for record, _ in refused],
            "refused_events": [record.event for record, _ in refused],
        },
        evidence=[record.event for record, _ in mine],
        reproduce=by_path(
            [record.path for record, _ in mine],
            operations=sorted({record.operation for record, _ in mine}),
            whos=[person],
        ),
        attack=[Technique(_REGISTRY, "high"), *_techniques(told, severity)],
        subjects={
            # The protection is no suspect, and who asked it is not certain enough to be one.
            "processes": [] if own else [person],
            "registry": list(dict.fromkeys(record.path for record, _ in told)),
        },
        key_events=_one_of_each(told),
    )


def _techniques(mine: Sequence[Weakened], severity: Severity) -> list[Technique]:
    named = dict.fromkeys(str(one.get("attack", "T1685")) for _, one in mine)
    return [Technique(one, "medium" if severity == "high" else "low") for one in named if one != _REGISTRY]


def _clean(path: str, setting: Mapping[str, Any]) -> str | None:
    """What stands in this value on a clean machine; None where it does not exist there."""
    key, _, name = path.rpartition("\\")
    wanted = key.rpartition("\\")[2] if name == "(Default)" else name
    clean = {str(known).lower(): str(data) for known, data in setting.get("clean", {}).items()}
    # A policy is made by whoever sets it: none is there on a clean machine.
    return None if "\\policies\\microsoft\\" in path.lower() else clean.get(wanted.lower())


def _one_of_each(mine: list[Weakened]) -> list[int]:
    """The first event of each kind of setting."""
    first: dict[str, int] = {}
    for record, setting in mine:
        first.setdefault(setting["id"], record.event)
    return list(first.values())
