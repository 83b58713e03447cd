"""Steps of the clean-up for what every Windows has: it is put back, not taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.contracts.tables import AutostartRow, RemovalRow
from scripts.procmon.findings.registry_paths import parent_of
from scripts.procmon.findings.service_keys import SERVICES
from scripts.procmon.findings.traces import weighty
from scripts.procmon.knowledge import knowledge


def undone(row: AutostartRow, before: Mapping[str, Any] | None) -> RemovalRow:
    """The step for a value of automatic start: taken away with its key where the key names what runs, restored where
    every Windows has such a value, deleted otherwise. ``before`` is what stood there, as far as the capture tells.
    """
    place: Mapping[str, Any] = next((one for one in knowledge("autostarts") if one["id"] == row.place), {})
    facts = {"data": row.data or ""}
    if place.get("by_key"):
        return RemovalRow(step="delete key", target=parent_of(row.path), because="autostart", facts=facts)
    if place.get("shared"):
        facts["before"] = (before or {}).get("data") or ""
        return RemovalRow(step="restore value", target=row.path, because="shared", facts=facts)
    return RemovalRow(step="delete value", target=row.path, because="autostart", facts=facts)


#: Elements of the boot configuration with the words by which bcdedit puts them back (Microsoft, BCD reference).
_BOOT = {
    "16000048": "/set {} nointegritychecks off",
    "16000049": "/set {} testsigning off",
    "25000080": "/deletevalue {} safeboot",
    "16000009": "/set {} recoveryenabled yes",
}
_ELEMENT = re.compile(
    r"^HKLM\\BCD00000000\\Objects\\(\{[0-9a-f-]+\})\\Elements\\([0-9a-f]{8})\\Element$", re.IGNORECASE
)


def boot_command(path: str) -> str | None:
    """The command that puts back a setting of the boot configuration, which is not to be edited in the registry."""
    found = _ELEMENT.match(path)
    if found is None or found.group(2).lower() not in _BOOT:
        return None
    return "bcdedit " + _BOOT[found.group(2).lower()].format(found.group(1))


def is_task(row: AutostartRow) -> bool:
    """Whether a file is a task of Windows Vista or later, which the scheduler keeps in the registry as well."""
    return row.place == "task-file" and "\\system32\\tasks\\" in row.path.lower()


def is_start_file(row: AutostartRow) -> bool:
    """Whether a file is one that a program opens at each start: what is its user's own in it stays."""
    return any(row.place == one["id"] for one in knowledge("start_files"))


def put_back(earlier: Mapping[str, Analysis]) -> Iterator[RemovalRow]:
    """What is to be looked at after findings on files of Windows and on WMI's subscriptions."""
    for finding in weighty(earlier):
        if finding.kind == "service_made" and not finding.facts["new"]:
            yield from _service(finding)
        if finding.kind == "log_on_program_replaced":
            facts = {"path": finding.facts["path"], "aside": finding.facts["aside"] or ""}
            yield RemovalRow(
                step="check", target=finding.facts["path"], because="log_on_program", facts=facts
            )
        if finding.kind == "hosts_written":
            path = str(finding.facts["path"])
            yield RemovalRow(
                step="check", target=path, because="hosts_file", facts={"who": str(finding.facts["who"])}
            )
        wmi = finding.kind == "command_line" and finding.facts["id"] in ("wmi-subscription", "mof-compiled")
        if wmi or finding.kind in ("wmi_consumer_ran", "wmi_repository_written", "wmi_subscription"):
            yield RemovalRow(step="check", target="root\\subscription", because="wmi_subscription")


def _service(finding: Finding) -> Iterator[RemovalRow]:
    """The values by which a service that was there before got another program."""
    key = rf"{SERVICES}\{finding.facts['service']}"
    for name, path in (("ServiceDll", rf"{key}\Parameters\ServiceDll"), ("ImagePath", rf"{key}\ImagePath")):
        data = next(
            (data for known, data in finding.facts["values"].items() if known.lower() == name.lower()), None
        )
        if data is not None:
            before = finding.facts["before"] if name == "ServiceDll" else None
            facts = {"data": data, "before": before or ""}
            yield RemovalRow(step="restore value", target=path, because="shared", facts=facts)
