"""Steps of the clean-up for what every Windows has: it is put back, not taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.contracts.tables import AutostartRow, RemovalRow
from scripts.procmon.findings.autostart.service_keys import SERVICES
from scripts.procmon.findings.removal.traces import weighty
from scripts.procmon.knowledge import knowledge


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
