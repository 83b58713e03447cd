"""Services that were created, changed, disabled or deleted; those that protect the computer first."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.autostart.protection_removed import protection_removed
from scripts.procmon.findings.autostart.service_keys import service_keys
from scripts.procmon.findings.autostart.service_stories import story_of
from scripts.procmon.findings.autostart.services_made import services_made


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``services``; findings for protection that was switched off and for services that were made."""
    if not capture.info["can_show"]["registry_events"]["value"]:
        return Analysis(name="services", outcome="could not be checked", reason="no_registry_events")
    keys = service_keys(capture)
    stories = [story for name, key in keys.items() if (story := story_of(capture, name, key))]
    findings = [*protection_removed(capture, stories, earlier), *services_made(capture, stories, earlier)]
    return Analysis(
        name="services",
        outcome="found" if stories else "not found",
        examined=sum(len(key.records) for key in keys.values()),
        findings=findings,
        tables={"services": [story.row for story in stories]},
    )
