"""Registry values that were set and that no finding and no other table tells of, each with its everyday reason if any."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import RegistryValueRow
from scripts.procmon.findings.evidence.names import who
from scripts.procmon.findings.evidence.records import Record, of_operations
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.registry.program_notes import program_noted
from scripts.procmon.findings.registry.registry_paths import matches, normal
from scripts.procmon.knowledge import knowledge


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``registry_values``: one row for a value and the process that set it, however often it did."""
    if not capture.info["can_show"]["registry_events"]["value"]:
        return Analysis(name="registry_values", outcome="could not be checked", reason="no_registry_events")
    told = _told(earlier)
    sets = [one for one in of_operations(capture, {"RegSetValue"}) if one.succeeded]
    groups: dict[tuple[str, int], list[Record]] = {}
    for record in sets:
        if record.event not in told:
            groups.setdefault((normal(record.path), record.process), []).append(record)
    rows = [_row(capture, same) for same in groups.values()]
    return Analysis(
        name="registry_values",
        outcome="found" if rows else "not found",
        examined=len(sets),
        tables={"registry_values": rows},
    )


def _told(earlier: Mapping[str, Analysis]) -> set[int]:
    """The events that findings cite, or that tables of services, drivers and automatic starts tell of."""
    told = {event for done in earlier.values() for finding in done.findings for event in finding.evidence}
    for table in ("services", "autostarts"):
        told.update(event for row in rows_of(earlier, table) for event in row.events)
    told.update(event for row in rows_of(earlier, "drivers") for event in row.registry_events)
    return told


def _row(capture: Capture, same: list[Record]) -> RegistryValueRow:
    last = same[-1]
    return RegistryValueRow(
        path=last.path,
        data=last.fields.get("Data"),
        process=last.process,
        who=who(capture, last.process),
        time=same[0].moment,
        events=[record.event for record in same],
        ordinary=_reason(last.path),
        noted=program_noted(last),
    )


@lru_cache(maxsize=1 << 16)
def _reason(path: str) -> str | None:
    for known in knowledge("registry_values"):
        if any(matches(text, path) for text in known["paths"]):
            return str(known["reason"])
    return None
