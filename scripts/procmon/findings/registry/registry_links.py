"""Registry keys that were made symbolic links to others, and where they lead as the events after it show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Technique
from scripts.procmon.findings.evidence.names import who
from scripts.procmon.findings.evidence.records import SUCCESS, Record, of_operations, records
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.registry.registry_paths import normal, parent_of

#: An open that is led on is answered with REPARSE; the next events of the same process are on the target.
REPARSE = "REPARSE"
WITHIN = 4

#: Links that Windows makes for itself: the user's classes, the current control set and hardware profile.
_WINDOWS_LINK = re.compile(
    r"^(?:hkcu\\software\\classes|hklm\\system\\currentcontrolset"
    r"|hklm\\system\\[^\\]+\\hardware profiles\\current|\\registry\\a)\\"
)


def links_made(capture: Capture) -> dict[str, list[Record]]:
    """The writes that made a key a link, by the key's one spelling; Windows' own links left out."""
    events = capture.events
    made = one_of(events[e.OPERATION], {"RegSetValue"}) & one_of(events[e.RESULT], {SUCCESS})
    made &= where(events[e.PATH], lambda path: path.lower().endswith("\\symboliclinkvalue"))
    links: dict[str, list[Record]] = {}
    for record in records(capture, made):
        key = normal(parent_of(record.path))
        if "REG_LINK" in record.detail and not _WINDOWS_LINK.match(key + "\\"):
            links.setdefault(key, []).append(record)
    return links


def led_to(capture: Capture, key: str, made: Sequence[Record]) -> list[str]:
    """The keys on which the same process landed right after it opened the link (answer REPARSE)."""
    return list(dict.fromkeys(target for target, _, _ in landings(capture, key, made)))


def landings(capture: Capture, key: str, made: Sequence[Record]) -> list[tuple[str, int, int]]:
    """Where opening the link led: (key, event answered with REPARSE, next event of the process, on that key)."""
    events, wanted = capture.events, normal(key)
    on_link = where(events[e.PATH], lambda path: normal(path) == wanted)
    led = on_link & one_of(events[e.RESULT], {REPARSE})
    processes = {record.process for record in made}
    found: list[tuple[str, int, int]] = []
    for position in np.flatnonzero(led)[:50]:
        process = int(events[e.PROCESS].iloc[int(position)])
        if process not in processes:
            continue
        window = replace(capture, events=events.iloc[position + 1 : position + 1 + WITHIN])
        for after in records(window, np.ones(len(window.events), dtype=bool)):
            if after.process == process and after.path and normal(after.path) != wanted:
                target = after.path if "Key" in after.operation else parent_of(after.path)
                found.append((target, int(events[e.EVENT].iloc[int(position)]), after.event))
                break
    return found


def link_findings(capture: Capture) -> list[Finding]:
    """Findings "registry_link", one for each key that became a link."""
    links = links_made(capture)
    gone: dict[str, list[Record]] = {}
    for record in of_operations(capture, {"RegDeleteValue", "RegDeleteKey"}) if links else ():
        if record.succeeded:
            gone.setdefault(normal(record.path), []).append(record)
    return [_finding(capture, same, gone) for same in links.values()]


def _finding(capture: Capture, same: list[Record], deleted: Mapping[str, list[Record]]) -> Finding:
    people = list(dict.fromkeys(who(capture, record.process) for record in same))
    key = parent_of(same[0].path)
    gone = [record for path in (key, same[0].path) for record in deleted.get(normal(path), ())]
    gone.sort(key=lambda record: record.event)
    removed = [record.event for record in gone]
    lived = [span for record in same if (span := _lived(record, gone)) is not None]
    led = landings(capture, key, same)
    shown = [event for _, *pair in led for event in pair]
    return Finding(
        kind="registry_link",
        severity="medium",
        confidence="certain",
        facts={
            "who": people,
            "key": key,
            "times": len(same),
            "length": same[0].fields.get("Length"),
            "targets": list(dict.fromkeys(target for target, _, _ in led)),
            "led": list(led[0][1:]) if led else [],
            "removed": len(removed) > 0,
            "lived": [min(lived), max(lived)] if lived and len(lived) == len(same) else [],
            "events": [record.event for record in same],
        },
        evidence=sorted({*(record.event for record in same), *removed, *shown}),
        key_events=[same[0].event, *shown[:2], *removed[:2]],
        reproduce=by_path([key, same[0].path]),
        attack=[Technique("T1112", "high")],
        subjects={"processes": people, "registry": [same[0].path]},
    )


def _lived(made: Record, gone: Sequence[Record]) -> float | None:
    """How long the link was there, in seconds, until it or its key was deleted; None where it stayed."""
    after = next((record for record in gone if record.event > made.event), None)
    return after.seconds_after(made) if after else None
