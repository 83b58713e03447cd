"""What stood in a registry value before it was set, where the capture shows somebody asking for it."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.registry.registry_paths import normal, parent_of

NEW_KEY = "REG_CREATED_NEW_KEY"
QUERY, SET, CREATE, GONE = "RegQueryValue", "RegSetValue", "RegCreateKey", "RegDeleteValue"


def before(capture: Capture, setting: Record) -> dict[str, Any] | None:
    """``{"data", "event"}`` of the last event that tells; data None for a value that was not there. None: not told.

    Told by a query of the value or an earlier setting of it, by its deletion, or by the making of its key.
    """
    found: dict[str, Any] | None = None
    for record in _told(capture, setting):
        if record.event >= setting.event:
            break
        if record.operation == CREATE:
            found = {"data": None, "event": record.event}
        elif record.operation in (QUERY, SET) and record.succeeded and "Data" in record.fields:
            found = {"data": record.fields["Data"], "event": record.event}
        elif record.operation == GONE or record.result == "NAME NOT FOUND":
            found = {"data": None, "event": record.event}
    return found


def _told(capture: Capture, setting: Record) -> list[Record]:
    value = normal(setting.path)
    keys = {value}
    key = parent_of(value)
    while key.count("\\") > 1:
        keys.add(key)
        key = parent_of(key)
    by_path = _telling(capture)
    found = [
        record
        for path in keys
        for record in by_path.get(path, ())
        if path == value or record.operation == CREATE
    ]
    return sorted(found, key=lambda record: record.event)


@lru_cache(maxsize=1)
def _telling(capture: Capture) -> dict[str, list[Record]]:
    """Events that tell of values which are set in this capture, and of keys that were made, by path."""
    events = capture.events
    set_here = set(events[e.PATH][one_of(events[e.OPERATION], {SET})].dropna().unique())
    wanted = {normal(str(path)) for path in set_here}
    # One spelling is worked out for those alone that end like a value that is set.
    names = {path.rpartition("\\")[2] for path in wanted}
    values = one_of(events[e.OPERATION], {QUERY, SET, GONE}) & where(
        events[e.PATH],
        lambda path: path.rpartition("\\")[2].lower() in names and normal(path) in wanted,
    )
    made = one_of(events[e.OPERATION], {CREATE}) & where(events[e.DETAIL], lambda text: NEW_KEY in text)
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records(capture, values | made):
        found[normal(record.path)].append(record)
    return dict(found)
