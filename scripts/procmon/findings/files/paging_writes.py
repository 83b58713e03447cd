"""Writes by which Windows' memory manager puts a file's pages on the disk: whole pages, so more than the file holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.records import of_operations


def rounded_up(capture: Capture, rows: Sequence[FileRow]) -> list[dict[str, Any]]:
    """ "path", "length" and "events" of the files of which such writes are longer than the file."""
    sizes = {event: row for row in rows if row.size for event in row.events}
    found: dict[str, dict[str, Any]] = {}
    for record in of_operations(capture, {"WriteFile"}) if sizes else ():
        row, length = sizes.get(record.event), record.fields.get("Length", "").replace(",", "")
        if row is None or not length.isdecimal() or "Paging I/O" not in record.detail:
            continue
        if int(length) > (row.size or 0):
            one = found.setdefault(row.path, {"path": row.path, "length": 0, "events": []})
            one["length"] = max(one["length"], int(length))
            one["events"].append(record.event)
    return list(found.values())
