"""Steps that undo what was set in the registry: automatic starts, weakened settings, keys that remain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import AutostartRow, RemovalRow
from scripts.procmon.findings.registry.registry_paths import normal, parent_of
from scripts.procmon.findings.removal.put_back import is_start_file, is_task
from scripts.procmon.findings.removal.traces import weighty
from scripts.procmon.knowledge import knowledge

#: Values that Windows itself needs, and what stands there on a clean machine.
_DEFAULTS = {
    "winlogon\\shell": "explorer.exe",
    "winlogon\\userinit": r"C:\Windows\system32\userinit.exe,",
    "windows\\appinit_dlls": "(empty)",
    "session manager\\bootexecute": "autocheck autochk *",
}


def undone_values(earlier: Mapping[str, Analysis], autostarts: Iterable[AutostartRow]) -> list[RemovalRow]:
    """The steps for these automatic starts, then for the settings and keys that weighty findings are about."""
    before = _before(earlier)
    return [
        *(_value(row, before.get(row.path.lower())) for row in autostarts),
        *_settings(earlier),
        *_leftover_keys(earlier),
    ]


def _before(earlier: Mapping[str, Analysis]) -> dict[str, Mapping[str, Any]]:
    """What the capture shows to have stood in a value before, by the value's path in lower case."""
    return {
        finding.facts["paths"][0].lower(): finding.facts["before"]
        for finding in weighty(earlier)
        if finding.kind in ("autostart", "com_hijack") and finding.facts["before"] is not None
    }


def _value(row: AutostartRow, before: Mapping[str, Any] | None) -> RemovalRow:
    """The step that undoes an automatic start; ``before`` is what stood there, as far as the capture tells."""
    path = normal(row.path)
    default = next((value for key, value in _DEFAULTS.items() if path.endswith(key)), None)
    if is_start_file(row):
        return RemovalRow(step="check", target=row.path, because="profile")
    if is_task(row):
        return RemovalRow(step="check", target=row.path, because="task")
    if row.place in ("startup-folder", "task-file"):
        return RemovalRow(step="delete file", target=row.path, because="autostart_file")
    if row.place == "winsock":
        key = row.path.partition("\\Catalog_Entries")[0]
        return RemovalRow(step="restore value", target=key, because="winsock", facts={"data": row.data or ""})
    if default is not None and "\\wow6432node\\" in row.path.lower():
        return RemovalRow(
            step="restore value", target=row.path, because="default_32_bit", facts={"data": row.data or ""}
        )
    if default is not None:
        return RemovalRow(
            step="restore value",
            target=row.path,
            because="default",
            facts={"data": row.data or "", "default": default},
        )
    if row.place == "com-server" and path.startswith("hkcu"):
        return RemovalRow(
            step="delete key",
            target=parent_of(parent_of(row.path)),
            because="com_user",
            facts={"data": row.data or ""},
        )
    if row.place == "com-server":
        # Windows puts HKCR together while it runs: seen from other media there is none.
        merged = "yes" if row.path.upper().startswith("HKCR\\") else ""
        facts, why = {"data": row.data or "", "hkcr": merged}, "com_machine"
        if before is not None:
            facts["before"] = before["data"] or ""
            why = "com_machine_before" if before["data"] else "com_machine_new"
        step: Literal["restore value", "delete value"] = (
            "delete value" if why == "com_machine_new" else "restore value"
        )
        return RemovalRow(step=step, target=row.path, because=why, facts=facts)
    return _undone(row, before)


def _undone(row: AutostartRow, before: Mapping[str, Any] | None) -> RemovalRow:
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


def _settings(earlier: Mapping[str, Analysis]) -> Iterator[RemovalRow]:
    for finding in weighty(earlier):
        if finding.kind == "weakened_settings":
            for one in finding.facts["settings"]:
                facts = {"data": one["data"], "what": one["what"]}
                if command := boot_command(one["path"]):
                    yield RemovalRow(
                        step="restore value",
                        target=one["path"],
                        because="boot_setting",
                        facts={**facts, "command": command},
                    )
                elif one["deleted"]:
                    yield RemovalRow(
                        step="restore value", target=one["path"], because="setting_deleted", facts=facts
                    )
                elif one["clean"] is None:
                    yield RemovalRow(step="delete value", target=one["path"], because="setting", facts=facts)
                elif one["clean"] != one["data"]:
                    yield RemovalRow(
                        step="restore value",
                        target=one["path"],
                        because="setting_clean",
                        facts={**facts, "clean": one["clean"]},
                    )


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


def _leftover_keys(earlier: Mapping[str, Analysis]) -> Iterator[RemovalRow]:
    for finding in weighty(earlier):
        if finding.kind == "uac_bypass" and finding.facts["key_remains"]:
            yield RemovalRow(
                step="delete key",
                target=finding.facts["key"],
                because="empty_key" if finding.facts["removed"] else "hijack_key",
                facts={
                    "existed": "yes" if finding.facts["key_existed"] else "",
                    "user": finding.facts["user"] or "",
                },
            )
