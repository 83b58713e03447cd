"""What Windows starts again by itself, and the steps that stop it, as the brief tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from scripts.procmon.knowledge import knowledge
from scripts.procmon.report import plainly
from scripts.procmon.report.material import Material
from scripts.procmon.report.words import Words
from scripts.procmon.text import code
from scripts.procmon.text.endpoints import port_said

#: More targets than these are counted: the list of steps has them all.
MOST_NAMES = 3

#: Steps that one sentence tells.
_TOGETHER = {"delete folder": "delete file"}

#: Steps that the brief tells in other words for some reasons.
_BY_REASON = {
    "restart_driver": "restart_driver",
    "restart_loaded": "restart_loaded",
    "restart_code": "restart_code",
    "restart_own": "restart_own",
    "winsock": "winsock",
    "elevated": "check_elevated",
    "always_notify": "check_always_notify",
    "infected": "check_infected",
}

_BY_ITSELF = ("boot", "system", "automatic")

#: Findings by which programs of Windows work for others, and the facts that say so.
_TAKING = {
    "injected_code": ("windows_own",),
    "odd_module": ("system", "ran"),
    "masquerade": ("genuine", "foreign"),
}


@dataclass(frozen=True, kw_only=True)
class Returning:
    """What is in force after a restart: drivers and services, entries that start something, COM classes, Winsock's list.

    Of entries, classes and the list also the data: what they start or name. Beside them the files that programs other
    than Windows (``readers``) open first.
    """

    names: Sequence[str]
    entries: int
    starts: Sequence[str]
    classes: int
    class_files: Sequence[str]
    list_entries: int
    list_files: Sequence[str]
    opened: int
    readers: Sequence[str]

    @property
    def any(self) -> bool:
        return bool(self.names or self.entries or self.classes or self.list_entries or self.opened)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Neighbouring rows of the clean-up with one verb; ``names`` is empty where there are more than MOST_NAMES."""

    key: str
    n: int
    names: Sequence[str]
    row: int = 1  #: where the first of them stands in the list of steps, from 1
    files: int = 0
    folders: int = 0
    memory: bool = False  #: whether the memory is to be saved
    copies: bool = False  #: whether files are to be saved
    #: whether values and keys of the registry are undone after this restart, from other media
    entries: bool = False


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
    undone = {row["target"] for row in material.table("removal") if row["step"] != "leave"}
    rows = [
        row
        for row in material.table("autostarts")
        if row["still_there"]
        and row.get("read", True)
        and not row["attempt"]
        and row["change"] == "set"
        and not row.get("ordinary")
        if row["place"] not in ("driver", "service")  # named above
        if row["path"] in undone or not _is_everyday(material, row["path"])
    ]
    # A COM class or a rewritten list of network files starts nothing: programs that use it load what it names.
    classes = [row for row in rows if row["place"] == "com-server"]
    listed = [row for row in rows if row["place"] == "winsock"]
    readers = {one["id"]: str(one["reader"]) for one in knowledge("start_files")}
    opened = [row for row in rows if row["place"] in readers]
    entries = [row for row in rows if row["place"] not in {"com-server", "winsock", *readers}]
    return Returning(
        names=[code(name) for name in plainly.once([*filter(None, drivers), *filter(None, services)])],
        entries=len(plainly.once(row["path"] for row in entries)),
        starts=plainly.once(row["data"] for row in entries if row["data"]),
        classes=len(plainly.once(row["path"] for row in classes)),
        class_files=plainly.once(row["data"] for row in classes if row["data"]),
        list_entries=len(plainly.once(row["path"] for row in listed)),
        list_files=plainly.once(row["data"] for row in listed if row["data"]),
        opened=len(plainly.once(row["path"] for row in opened)),
        readers=plainly.once(readers[row["place"]] for row in opened),
    )


def _is_everyday(material: Material, path: str) -> bool:
    """Whether findings name an entry, and none of them is grave."""
    severities = {
        finding["severity"]
        for finding in material.findings
        if any(path.lower() == name.lower() for names in finding["subjects"].values() for name in names)
    }
    return bool(severities) and not severities & {"high", "medium"}


def lost_protection(material: Material) -> dict[str, Sequence[str]]:
    """The security services that were deleted, and those disabled, by that word; {} where there are none."""
    off = [
        row
        for row in material.table("services")
        if row["security"] and row["change"] in ("disabled", "deleted") and not row.get("ordinary")
    ]
    if not off:
        return {}
    return {
        change: plainly.once(code(row["service"]) for row in off if row["change"] == change)
        for change in ("deleted", "disabled")
    }


def restart_said(material: Material, words: Words) -> str:
    """What stands above the places of automatic start and the steps of the clean-up."""
    todo = {row["step"] for row in material.table("removal")}
    entries = [row for row in material.table("autostarts") if not row.get("ordinary")]
    kept = any(row["still_there"] and not row["attempt"] for row in entries) or returning(material).any
    if not (todo or entries):
        return str(words["restart.intro_none"])
    return words.say("restart.intro", kept=kept, entries=bool(entries), drivers="disable service" in todo)


def steps(material: Material) -> list[Step]:
    """The steps of the clean-up in their order, neighbours of one kind together."""
    told = []
    numbered = [(n, row) for n, row in enumerate(material.table("removal"), 1) if row["step"] != "leave"]
    for key, group in groupby(numbered, key=lambda one: _key(one[1])):
        numbers, rows = zip(*group, strict=True)
        kinds = dict.fromkeys((row["target"], row["step"] == "delete folder") for row in rows)
        reasons = {row["because"] for row in rows}
        targets = plainly.once(target for target, _ in kinds)
        folders = sum(is_folder for _, is_folder in kinds)
        told.append(
            Step(
                key=str(key),
                n=len(targets),
                row=numbers[0],
                names=[code(target) for target in targets] if len(targets) <= MOST_NAMES else [],
                files=len(kinds) - folders,
                folders=folders,
                memory="save_memory" in reasons,
                copies="save_files" in reasons,
                entries=any((row.get("facts") or {}).get("entries") for row in rows),
            )
        )
    return told


def taken_over(material: Material) -> dict[str, bool]:
    """Whether foreign code ran in the kernel and in programs of Windows, where much goes unseen; {} for neither."""
    high = [finding for finding in material.findings if finding["severity"] == "high"]
    had = {
        "kernel": any(one["kind"] == "driver_installed" and one["facts"].get("loaded") for one in high),
        "windows": any(
            one["kind"] in _TAKING and all(one["facts"].get(fact) for fact in _TAKING[one["kind"]])
            for one in high
        ),
    }
    return had if any(had.values()) else {}


def programs_left(material: Material) -> list[str]:
    """The programs behind the findings that no event deletes."""
    rows = (row for row in material.table("removal") if row["because"] == "program")
    return plainly.once(code(row["target"]) for row in rows)


def name_servers(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Peers that were asked for names and may serve others too; the public ones are looked for nowhere."""
    peers = [one for f in findings if f["kind"] == "suspect_talked" for one in f["facts"].get("peers", ())]
    asked = [one for one in peers if one.get("dns") and not one.get("too_short") and not one.get("public")]
    return plainly.once(
        code(f"{end}:{port_said(one['port'])}")
        for one in asked
        for end in (one.get("addresses") or [one["peer"]])
    )


def _key(row: Mapping[str, Any]) -> str:
    step = str(row["step"])
    return _BY_REASON.get(row["because"], _TOGETHER.get(step, step))
