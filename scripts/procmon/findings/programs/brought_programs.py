"""Programs outside the usual places that something trustworthy started: Windows Update, or an installed product."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ntpath import basename

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.places import below_windows, in_another_windows, kind_of
from scripts.procmon.knowledge import knowledge

_UPDATES = "softwaredistribution\\download\\"
#: Of Windows' own programs these start what an update brought; svchost for the service of updates alone.
_UPDATERS = frozenset({"wuauclt.exe", "wusa.exe", "mousocoreworker.exe", "usocoreworker.exe", "tiworker.exe"})
_UPDATE_SERVICE = re.compile(r"-s\s+(?:wuauserv|usosvc)\b|-k\s+(?:netsvcs|wusvcs)\b(?!.*-s\s)", re.IGNORECASE)


def brought_programs(earlier: Mapping[str, Analysis]) -> set[str]:
    """The processes whose program an update of Windows or an installed product started from a place of its own.

    The place alone would not do: a parent in its place has to have started it, one that opens neither documents nor web
    pages nor archives for its user. From where every program may write (temporary folders, downloads, a user's data)
    nothing is brought.
    """
    by_number = {row.process: row for row in tree(earlier)}
    return {
        row.who
        for row in by_number.values()
        if row.parent is not None
        and (parent := by_number.get(row.parent)) is not None
        and _brought(row, parent)
    }


def _brought(row: ProcessRow, parent: ProcessRow) -> bool:
    image, starter = row.image_path or "", parent.image_path or ""
    if not image or kind_of(image)[0] != "other" or kind_of(starter)[0] != "own" or in_another_windows(image):
        return False
    name = basename(starter).lower()
    if below_windows(starter) is not None:
        service = name == "svchost.exe" and _UPDATE_SERVICE.search(parent.command_line or "") is not None
        return (below_windows(image) or "").startswith(_UPDATES) and (name in _UPDATERS or service)
    return below_windows(image) is None and name not in _at_a_users_wish()


def _at_a_users_wish() -> set[str]:
    """Installed programs that start whatever their user, a document or a web page gives them."""
    habits = knowledge("process_habits")
    return {
        *habits["readers"],
        *habits["interpreters"],
        *habits["starters"],
        *knowledge("network")["browsers"],
    }
