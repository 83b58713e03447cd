"""What an ordinary capture shows: what its user and programs did, and how many everyday changes came with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from scripts.procmon.report import plainly
from scripts.procmon.report.material import Material
from scripts.procmon.text import code

#: Programs of which each gets a sentence on what it wrote or talked to.
MOST_PROGRAMS = 3

#: Everyday reasons for which a peer is still worth naming: somebody's browser went there.
_VISITED = (None, "browser_traffic")

Say = Callable[..., str]
Facts = Mapping[str, Any]


def done(material: Material, say: Say) -> list[str]:
    """Sentences on the programs started, the documents written and the peers, by name, and the rest in numbers."""
    started = Counter(
        plainly.without_pid(row["who"]) for row in material.table("processes") if row["started_here"]
    )
    said = []
    if started:
        names = [say("clean.times", name=code(name), n=n) for name, n in started.items()]
        said.append(say("clean.started", n=started.total(), names=names))
    written = _by_program(material, "files", lambda row: not row["ordinary"] and row["what"] != "folder")
    talked = _by_program(
        material, "peers", lambda row: row["ordinary"] in _VISITED and row["direction"] == "out"
    )
    for key, field, found in (("wrote", "path", written), ("talked", "peer", talked)):
        for who, rows in found.items():
            names = plainly.once(code(row[field]) for row in rows)
            said.append(plainly.brisk(say(f"clean.{key}", who=who, n=len(names), names=names)))
    named = {"files": sum(map(len, written.values())), "peers": sum(map(len, talked.values()))}
    tables = ("files", "deletions", "registry_deletions", "peers")
    counts = {name: len(material.table(name)) - named.get(name, 0) for name in tables}
    if parts := [say(f"clean.counts.{name}", n=n) for name, n in counts.items() if n > 0]:
        said.append(say("clean.besides" if said else "clean.ordinary", parts=parts))
    return said


def _by_program(material: Material, table: str, holds: Callable[[Facts], bool]) -> dict[str, list[Facts]]:
    """The rows that hold, by program, of the first MOST_PROGRAMS programs."""
    found: dict[str, list[Facts]] = {}
    for row in material.table(table):
        who = plainly.without_pid(row["who"])
        if holds(row) and (who in found or len(found) < MOST_PROGRAMS):
            found.setdefault(who, []).append(row)
    return found
