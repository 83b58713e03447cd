"""What an analysis needs to have seen before "not found" may be said: one rule for all, with the missing thing named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.evidence.blank_paths import shows_paths
from scripts.procmon.findings.evidence.select import one_of
from scripts.procmon.findings.files.file_acts import (
    OPEN,
    SET_BASIC,
    SET_DISPOSITION,
    SET_RENAME,
    SET_SECURITY,
)

LOAD = "Load Image"
#: Every program that sets, makes or deletes anything in the registry does so by one of these.
REGISTRY_CHANGES = frozenset(
    {"RegSetValue", "RegCreateKey", "RegDeleteKey", "RegDeleteValue", "RegRenameKey"}
)

#: Analyses that list, weigh or ask on the ground of others: they look for nothing by themselves.
OVERVIEWS = frozenset(
    {
        "process_tree",
        "registry_values",
        "capture_limits",
        "removal",
        "open_questions",
        "indicators",
        "activity",
    }
)
#: Analyses that can look at a capture without paths.
PATHLESS = frozenset({"injected_code", "masquerade", "elevation", "command_lines", "odd_children", "waits"})


@dataclass(frozen=True)
class Need:
    """At least one event of ``operations`` (or what ``otherwise`` accepts in its stead); else ``reason`` holds."""

    reason: str
    operations: Collection[str]
    otherwise: Callable[[Capture], bool] = lambda capture: False  # noqa: ARG005
    #: Only where a filter is known to have been at work: many whole captures have no such event.
    if_filtered: bool = False


NEEDS: Mapping[str, Need] = {
    "self_deletion": Need("no_openings", OPEN | SET_DISPOSITION),
    "event_logs": Need("no_openings", OPEN | SET_DISPOSITION),
    "mass_renames": Need("no_openings", OPEN | SET_DISPOSITION | SET_RENAME),
    "timestamps": Need("no_times_set", SET_BASIC, if_filtered=True),
    "raw_disk": Need("no_openings", OPEN),
    "credential_stores": Need("no_openings", OPEN),
    "file_changes": Need("no_openings", OPEN | SET_BASIC | SET_SECURITY),
    "odd_files": Need("no_openings", OPEN),
    "services": Need("no_registry_changes", REGISTRY_CHANGES),
    "registry_deletions": Need("no_registry_changes", REGISTRY_CHANGES),
    "persistence": Need("no_registry_changes", REGISTRY_CHANGES),
    "weakened_settings": Need("no_registry_changes", REGISTRY_CHANGES),
    "registry_values": Need("no_registry_changes", REGISTRY_CHANGES),
    "drivers": Need("no_driver_events", REGISTRY_CHANGES | OPEN | {LOAD}),
    "odd_modules": Need("no_loads", {LOAD}, lambda capture: bool(len(capture.modules))),
}
#: Limits that together leave an analysis nothing to look at, and the reason to give then.
BLIND: Mapping[str, tuple[frozenset[str], str]] = {
    "elevation": (frozenset({"no_integrity", "no_parents"}), "no_integrity_no_parents"),
}


def judged(capture: Capture, analysis: Analysis) -> Analysis:
    """``analysis`` as it is, or "could not be checked" where it says "not found" of what it can't have seen.

    A log that Process Monitor is known to have kept whole holds what happened: there an operation that is missing did
    not take place.
    """
    if analysis.outcome != "not found" or (analysis.name in OVERVIEWS and analysis.name not in NEEDS):
        return analysis
    reason = _unseen(capture, analysis)
    if reason is None:
        return analysis
    return replace(analysis, outcome="could not be checked", reason=reason, limits=[], examined=0)


def _unseen(capture: Capture, analysis: Analysis) -> str | None:
    events = capture.events
    if not len(events):
        return "no_events"
    if not events[e.OPERATION].notna().any():
        return "no_operations"
    if analysis.name not in PATHLESS and not shows_paths(capture):
        return "no_paths"
    filtered = capture.info.get("filtered", {}).get("value")
    if filtered is False:
        return None
    if len(events) == 1:
        return "one_event"
    limits, reason = BLIND.get(analysis.name, (frozenset(), ""))
    if limits and limits <= set(analysis.limits):
        return reason
    need = NEEDS.get(analysis.name)
    if need is None or (need.if_filtered and not filtered):
        return None
    if one_of(events[e.OPERATION], need.operations).any() or need.otherwise(capture):
        return None
    return need.reason
