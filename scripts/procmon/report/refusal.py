"""What the page on a capture that could not be read says: which file, where, why, what to do."""

from __future__ import annotations

from scripts.procmon.report.material import Material
from scripts.procmon.report.words import Words

#: Which default advice a file gets whose reader had none of its own.
_KINDS = {"PML": "PML", "CSV": "export", "XML": "export"}


def refusal(material: Material, words: Words) -> dict[str, str]:
    """``file``, ``where``, ``expected``, ``found`` and ``advice`` as texts."""
    refused = material.refused or {}
    kind = _KINDS.get(str(material.info.get("format")), "other")
    return {
        "file": str(refused.get("file") or material.name),
        "where": str(refused.get("where") or words["refused.whole"]),
        "expected": str(refused.get("expected") or ""),
        "found": str(refused.get("found") or ""),
        "advice": str(refused.get("advice") or words["refused.no_advice"][kind]),
    }
