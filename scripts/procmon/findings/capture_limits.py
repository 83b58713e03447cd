"""What the capture itself can't tell, whatever is looked for: filtered, out of order, without whole classes of events."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.evidence.records import order_is_trusted

#: What is missed when the capture can't show it, with the key of the sentence that says so.
MISSED = {
    "file_events": "no_file_events",
    "registry_events": "no_registry_events",
    "process_events": "no_process_events",
    "network_events": "no_network_events",
    "reads": "no_reads",
    "dates": "no_dates",
    "stacks": "no_stacks_at_all",
    "modules": "no_modules_at_all",
}


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:  # noqa: ARG001
    """The limits that hold for all analyses; "found" where there is one."""
    if not len(capture.events):
        return Analysis(name="capture_limits", outcome="could not be checked", reason="no_events")
    can = capture.info["can_show"]
    limits = [key for what, key in MISSED.items() if not can[what]["value"]]
    if capture.info.get("filtered", {}).get("value"):
        limits.insert(0, "filtered")
    if not order_is_trusted(capture):
        limits.insert(0, "order_untrusted")
    if capture.events[e.RESULT].nunique() == 1 and "SUCCESS" not in capture.events[e.RESULT].unique():
        limits.append("no_success")
    if capture.events[e.PROCESS].nunique() == 1:
        limits.append("one_process")
    return Analysis(
        name="capture_limits",
        outcome="found" if limits else "not found",
        limits=limits,
        examined=len(capture.events),
    )
