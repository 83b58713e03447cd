"""Which processes earlier analyses have weighed as more than ordinary, whatever the analysis."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.procmon.contracts.findings import Analysis


def accusations(earlier: Mapping[str, Analysis]) -> dict[str, list[str]]:
    """Processes ("lsass.exe (300)") with the kinds of the findings of at least medium severity on them."""
    found: dict[str, list[str]] = {}
    for analysis in earlier.values():
        for finding in analysis.findings:
            if finding.severity in ("high", "medium"):
                for who in finding.subjects.get("processes", ()):
                    kinds = found.setdefault(who, [])
                    if finding.kind not in kinds:
                        kinds.append(finding.kind)
    return found
