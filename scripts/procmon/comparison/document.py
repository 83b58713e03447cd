"""comparison.json: two captures of results/ compared, or why they could not be.

Its schema: config/schemas/comparison.schema.yaml.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.procmon.comparison.differences import differences
from scripts.procmon.comparison.things import KINDS, tells_images, things_of
from scripts.procmon.contracts.files import INFO_FILE

#: What a capture must be able to show for a kind of things to be missed in it.
NEEDS = {
    "processes": None,
    "files": "file_events",
    "keys": "registry_events",
    "drivers": "process_events",
    "peers": "network_events",
}

#: What the reason consists of, so that it can be told in another language than that of the message.
_REFUSAL = ("file", "where", "expected", "found")


def compared(name: str, before: Path, after: Path) -> dict[str, Any]:
    """The document on two converted captures; ``tables`` is None where one of them was refused."""
    infos = {"before": _info(before), "after": _info(after)}
    tables = None
    if not any(info["refused"] for info in infos.values()):
        by_image = tells_images(before) and tells_images(after)
        tables = differences(things_of(before, by_image=by_image), things_of(after, by_image=by_image))
        for kind in KINDS:
            tables[kind]["blind"] = [which for which, info in infos.items() if kind in info["blind"]]
    return {"name": name, **infos, "tables": tables}


def _info(folder: Path) -> dict[str, Any]:
    info = json.loads((folder / INFO_FILE).read_text(encoding="utf-8", errors="surrogatepass"))
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
