"""comparison.json: two captures of results/ compared, or why they could not be.

Its schema: config/schemas/comparison.schema.yaml.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.procmon.comparison.differences import differences
from scripts.procmon.comparison.things import KINDS, things_of
from scripts.procmon.contracts.files import INFO_FILE

#: What a capture must be able to show for a kind of things to be missed in it.
NEEDS = {
    "processes": None,
    "files": "file_events",
    "keys": "registry_events",
    "drivers": "process_events",
    "peers": "network_events",
}

#: The list in which things stand that no event tells.
_LISTS = {"processes": "process_table", "drivers": "modules"}

#: What the reason consists of, so that it can be told in another language than that of the message.
_REFUSAL = ("file", "where", "expected", "found")


def compared(name: str, before: Path, after: Path) -> dict[str, Any]:
    """The document on two converted captures; ``tables`` is None where one of them was refused."""
    infos = {"before": _info(before), "after": _info(after)}
    tables = None
    if not any(info["refused"] for info in infos.values()):
        tables = differences(things_of(before), things_of(after), lists=_lists(before, after))
        for kind in KINDS:
            tables[kind]["blind"] = [which for which, info in infos.items() if kind in info["blind"]]
    return {"name": name, **infos, "tables": tables}


def _lists(before: Path, after: Path) -> dict[str, str]:
    """By kind the capture that has the list of such things, where the other has none."""
    can = {
        which: _read(folder).get("can_show") or {} for which, folder in (("before", before), ("after", after))
    }
    found: dict[str, str] = {}
    for kind, needed in _LISTS.items():
        without = [which for which in can if can[which].get(needed, {}).get("value") is False]
        if len(without) == 1:
            found[kind] = "after" if without == ["before"] else "before"
    return found


def _read(folder: Path) -> dict[str, Any]:
    info: dict[str, Any] = json.loads(
        (folder / INFO_FILE).read_text(encoding="utf-8", errors="surrogatepass")
    )
    return info


def _info(folder: Path) -> dict[str, Any]:
    info = _read(folder)
    can = info.get("can_show") or {}
    refused = info.get("refused")
    return {
        "capture": str(info.get("capture") or folder.name),
        "host": info.get("host"),
        "os": info.get("os"),
        "first_time": info.get("first_time"),
        "last_time": info.get("last_time"),
        "zone": (info.get("time_zone") or {}).get("name"),
        "dated": bool((info.get("date") or {}).get("known", True)),
        "hour_known": bool((info.get("date") or {}).get("hour_known", True)),
        "events": int(info.get("events") or 0),
        "filtered": bool((info.get("filtered") or {}).get("value")),
        "refused": str(refused["message"]) if refused else None,
        "refusal": {key: refused.get(key) for key in _REFUSAL} if refused else None,
        "blind": [kind for kind, need in NEEDS.items() if need and can.get(need, {}).get("value") is False],
    }
