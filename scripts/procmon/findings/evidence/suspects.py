"""Which processes other analyses have already found to be something else than they seem."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.tables import tree

#: Analyses whose findings of at least medium severity make a process a suspect.
ACCUSERS = ("masquerade", "injected_code", "odd_modules")


def suspects(earlier: Mapping[str, Analysis]) -> dict[str, list[str]]:
    """The processes ("lsass.exe (300)") that an earlier analysis accuses, with the kinds of its findings."""
    return accusations({name: earlier[name] for name in ACCUSERS if name in earlier})


def images(earlier: Mapping[str, Analysis]) -> dict[int, str]:
    """The program file of each process, as far as the capture tells."""
    return {row.process: row.image_path for row in tree(earlier) if row.image_path}
