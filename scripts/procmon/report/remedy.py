"""What Windows starts again by itself, and the steps that stop it, as the brief tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from scripts.procmon.report import plainly
from scripts.procmon.report.material import Material
from scripts.procmon.text import code

#: More targets than these are counted: the list of steps has them all.
MOST_NAMES = 3

#: Steps that one sentence tells.
_TOGETHER = {"delete folder": "delete file"}

_BY_ITSELF = ("boot", "system", "automatic")


@dataclass(frozen=True, kw_only=True)
class Returning:
    """What comes back after a restart: drivers and services, autostart entries and what these start, Winsock's list."""

    names: Sequence[str]
    entries: int
    starts: Sequence[str]
    list_entries: int
    list_files: Sequence[str]

    @property
    def any(self) -> bool:
        return bool(self.names or self.entries or self.list_entries)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Neighbouring rows of the clean-up with one verb; ``names`` is empty where there are more than MOST_NAMES."""

    key: str
    n: int
    names: Sequence[str]
    files: int = 0
    folders: int = 0


def returning(material: Material) -> Returning:
    """What is still in force when the capture ends and starts with Windows."""
    drivers = [
        r["service"]
        for r in material.table("drivers")
        if r["dropped"] and r["registered"] and r["starts"] in _BY_ITSELF
    ]
    services = [
        r["service"]
        for r in material.table("services")
        if r["change"] == "created" and r["starts"] in _BY_ITSELF and not r.get("ordinary")
    ]
    rows = [
        row
        for row in material.table("autostarts")
        if row["still_there"]
        and row.get("read", True)
        and not row["attempt"]
        and row["change"] == "set"
        and not row.get("ordinary")
        if row["place"] not in ("driver", "service")  # named above
        if not _is_everyday(material, row["path"])
    ]
    # A rewritten list of network files starts nothing: programs load what it names.
    listed = [row for row in rows if row["place"] == "winsock"]
    entries = [row for row in rows if row["place"] != "winsock"]
    return Returning(
        names=[code(name) for name in plainly.once([*filter(None, drivers), *filter(None, services)])],
        entries=len(plainly.once(row["path"] for row in entries)),
        starts=plainly.once(code(row["data"]) for row in entries if row["data"]),
        list_entries=len(plainly.once(row["path"] for row in listed)),
        list_files=plainly.once(code(row["data"]) for row in listed if row["data"]),
    )


def _is_everyday(material: Material, path: str) -> bool:
    """Whether findings name an entry, and none of them is grave."""
    severities = {
        finding["severity"]
        for finding in material.findings
        if any(path.lower() == name.lower() for names in finding["subjects"].values() for name in names)
    }
    return bool(severities) and not severities & {"high", "medium"}


def steps(material: Material) -> list[Step]:
    """The steps of the clean-up in their order, neighbours of one kind together."""
    told = []
    for key, rows in groupby(
        material.table("removal"), key=lambda row: _TOGETHER.get(row["step"], row["step"])
    ):
        kinds = dict.fromkeys((row["target"], row["step"] == "delete folder") for row in rows)
        targets = plainly.once(target for target, _ in kinds)
        folders = sum(is_folder for _, is_folder in kinds)
        told.append(
            Step(
                key=str(key),
                n=len(targets),
                names=[code(target) for target in targets] if len(targets) <= MOST_NAMES else [],
                files=len(kinds) - folders,
                folders=folders,
            )
        )
    return told
