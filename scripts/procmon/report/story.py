"""What happened as a list, for a capture that holds more than a paragraph can tell: alike things together, by weight."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.procmon.contracts.findings import SEVERITIES
from scripts.procmon.report import plainly
from scripts.procmon.report.material import Material
from scripts.procmon.text import catalogue, render
from scripts.procmon.text.named import named

Facts = Mapping[str, Any]

#: More kinds of findings than these are no paragraph any more.
MOST_IN_PROSE = 7

#: What the first sentence names; the list below it has them all.
_MOST_NAMED = 3

#: Kinds of findings that are told together, the weightier first among equally grave ones.
GROUPS: Mapping[str, Sequence[str]] = {
    "protection": ("protection_removed", "weakened_settings", "registry_deletion_security", "hosts_written"),
    "documents": ("files_overwritten", "files_rewritten"),
    "code": ("masquerade", "injected_code", "odd_module", "program_lent", "code_planted", "odd_program"),
    "rights": (
        "relaunch_elevated", "uac_bypass", "rights_above_parent", "task_rewritten", "user_file_as_system",
        "acts_as_system",
    ),
    "passwords": ("credentials_read", "memory_dumped"),
    "starts": (
        "driver_installed", "service_made", "autostart", "autostart_file", "com_hijack", "winsock_hijack",
        "log_on_program_replaced", "wmi_consumer_ran", "wmi_started", "wmi_repository_written", "wmi_subscription",
    ),
    "spread": ("program_spread", "drive_seeded"),
    "network": ("suspect_talked", "unanswered_peers", "file_from_network"),
    "files": (
        "programs_dropped", "programs_changed", "programs_written", "program_copied_itself", "files_hidden",
        "pnf_without_inf", "times_set", "stream_made", "hidden_later", "security_name_borrowed", "empty_file_made",
    ),
    "traces": ("self_deletion", "traces_deleted"),
}  # fmt: skip

#: Programs of Windows itself: who started them says nothing of where the story began.
_OF_WINDOWS = re.compile(r"^[a-z]:\\win(?:dows|nt)\\", re.IGNORECASE)

_REST = "besides"
_OF_KIND = {kind: group for group, kinds in GROUPS.items() for kind in kinds}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of the list: its head and its sentences."""

    head: str
    said: Sequence[str]


def as_list(
    by_kind: Mapping[str, Sequence[Facts]],
    tell: Callable[[str, Sequence[Facts]], str],
    *,
    span: float | None,
    language: str,
) -> tuple[list[str], list[Item]]:
    """(what it came to, and in which order; the groups by weight); ``by_kind`` in the order in which things happened."""
    words = catalogue("story", language)
    groups: dict[str, dict[str, Sequence[Facts]]] = {}
    for kind, findings in by_kind.items():
        groups.setdefault(_OF_KIND.get(kind, _REST), {})[kind] = findings
    ranked = sorted(groups, key=lambda group: _weight(group, groups[group]))
    came = [
        render(words["came"][group], {"kinds": list(groups[group]), "done": _done(groups[group])}, language)
        for group in ranked
        if group != _REST
    ]
    lead = render(words["lead"], {"span": span, "came": came[:_MOST_NAMED], "n": len(ranked)}, language)
    items = [
        Item(
            head=words["heads"][group],
            said=[tell(kind, groups[group][kind]) for kind in _by_weight(groups[group])],
        )
        for group in ranked
    ]
    return [plainly.sentence(lead), str(words["order"])], [item for item in items if any(item.said)]


def all_above(others: bool, language: str) -> str:
    """What is certain where the list has it; ``others`` where some of it is less so."""
    return render(catalogue("story", language)["certain"], {"others": others}, language)


def in_order(by_kind: Mapping[str, Sequence[Facts]]) -> dict[str, Sequence[Facts]]:
    """The kinds in the order in which they began."""
    return dict(sorted(by_kind.items(), key=lambda told: min(map(_begin, told[1]))))


def _begin(finding: Facts) -> tuple[str, int]:
    """The moment of the deed, which may be later than the first event that proves it."""
    told = str(finding["facts"].get("time") or finding.get("first") or "")
    return told, min(finding["evidence"], default=0)


def _by_weight(kinds: Mapping[str, Sequence[Facts]]) -> list[str]:
    return sorted(kinds, key=lambda kind: min(SEVERITIES.index(one["severity"]) for one in kinds[kind]))


def _weight(group: str, kinds: Mapping[str, Sequence[Facts]]) -> tuple[bool, int, int]:
    gravest = min(SEVERITIES.index(finding["severity"]) for same in kinds.values() for finding in same)
    return group == _REST, gravest, list(GROUPS).index(group) if group in GROUPS else len(GROUPS)


def _done(kinds: Mapping[str, Sequence[Facts]]) -> bool:
    """Whether any of it came about; a finding that does not say so is about what was done."""
    return any(finding["facts"].get("done", True) for same in kinds.values() for finding in same)


def set_alike(
    opening: Sequence[str], items: Sequence[Item], closing: Sequence[str]
) -> tuple[list[str], list[Item], list[str]]:
    """The three, with a program that stands plain in one sentence plain in all."""
    told = plainly.set_alike([*opening, *(said for item in items for said in item.said), *closing])
    rest = iter(told[len(opening) :])
    alike = [Item(head=item.head, said=[next(rest) for _ in item.said]) for item in items]
    return told[: len(opening)], alike, list(rest)


def origin(
    material: Material, telling: Sequence[Facts], say: Callable[..., str]
) -> tuple[list[str], list[str]]:
    """(who started the first program that the findings are about, as whom it ran); one of them at most."""
    about = {name for f in telling for name in f["subjects"].get("processes", ())}
    rows = material.table("processes")
    mine = [row for row in rows if row["who"] in about and row["started_here"]]
    mine = [row for row in mine if not _OF_WINDOWS.match(row["image_path"] or "") and row["image_path"]]
    for row in sorted(mine, key=lambda row: row["start"] or "")[:1]:
        parent = next((one for one in rows if one["process"] == row["parent"]), None)
        facts = {"who": named(row["process_name"]), "user": row["user"]}
        if parent:
            return [say("origin", parent=named(parent["process_name"]), **facts)], []
        if row["user"]:
            return [], [say("origin", parent=None, **facts)]
    return [], []
