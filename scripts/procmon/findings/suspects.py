"""Which processes other analyses have already found to be something else than they seem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import ProcessRow

#: Analyses whose findings of at least medium severity make a process a suspect.
ACCUSERS = ("masquerade", "injected_code", "odd_modules")


def suspects(earlier: Mapping[str, Analysis]) -> dict[str, list[str]]:
    """The processes ("lsass.exe (300)") that an earlier analysis accuses, with the kinds of its findings."""
    accused: dict[str, list[str]] = {}
    for name in ACCUSERS:
        for finding in earlier[name].findings if name in earlier else ():
            if finding.severity in ("high", "medium"):
                for who in finding.subjects.get("processes", ()):
                    accused.setdefault(who, []).append(finding.kind)
    return accused


def images(earlier: Mapping[str, Analysis]) -> dict[int, str]:
    """The program file of each process, as far as the capture tells."""
    rows: Sequence[ProcessRow] = (
        earlier["process_tree"].tables.get("processes", ()) if "process_tree" in earlier else ()
    )
    return {row.process: row.image_path for row in rows if row.image_path}
