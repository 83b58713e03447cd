"""Where a finding is seen in Process Monitor that rests on its lists of processes or modules, and on no event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.procmon.report.words import Words


def listed_said(finding: Mapping[str, Any], words: Words) -> str:
    """What to look at in place of a filter; "" for a finding with events of its own."""
    facts = finding["facts"]
    modules = finding["kind"] == "odd_module" and not facts.get("ran") and facts.get("loads") == []
    process = finding["kind"] == "command_line" and facts.get("table_only")
    if not (modules or process):
        return ""
    return words.say("finding.listed", names=finding["subjects"]["processes"], modules=modules)
