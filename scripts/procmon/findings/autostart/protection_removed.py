"""Services of protection that were disabled or deleted: by whom, at whose wish, and what of them ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.findings.autostart.service_stories import Story
from scripts.procmon.findings.evidence.names import process_name, who
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.file_kinds import is_stray
from scripts.procmon.findings.paths.places import in_its_place
from scripts.procmon.findings.programs.askers import at_work
from scripts.procmon.findings.programs.own_programs import is_own_program
from scripts.procmon.findings.programs.setup_programs import setup_programs
from scripts.procmon.knowledge import knowledge

#: What the service control manager does on a program's behalf it does within this of the program's last act.
ASKED_WITHIN = pd.Timedelta(seconds=1)


def protection_removed(
    capture: Capture, stories: Sequence[Story], earlier: Mapping[str, Analysis]
) -> Iterator[Finding]:
    """One finding for all services of protection that were disabled or deleted.

    Severity: high where one was deleted or two were disabled; medium where one was disabled; a step lower where a
    set-up program was at work, since products remove themselves and switch off those that they replace.
    """
    lost = [
        story
        for story in stories
        if story.row.security and not story.row.ordinary and (story.disabled or story.deleted)
    ]
    if not lost:
        return
    # Anyone may write an entry of the list of programs: who lies where users may write is not believed for it.
    untrue = {row.who for row in tree(earlier) if not in_its_place(row.image_path)}
    setups = setup_programs(capture) - untrue
    grave = any(story.deleted for story in lost) or len(lost) > 1
    levels: tuple[Severity, ...] = ("high", "medium", "low")
    own = _own_removers(capture, lost)
    severity = "low" if own else levels[min((not grave) + bool(setups), 2)]
    evidence = sorted(
        {event for story in lost for event in (*story.row.events, *(one.event for one in story.remade))}
    )
    people = sorted({story.row.who for story in lost})
    yield Finding(
        kind="protection_removed",
        severity=severity,
        confidence="certain",
        facts={
            "services": [_lost(capture, story) for story in lost],
            "who": people,
            "time": lost[0].row.time,
            "askers": _askers(capture, lost, earlier),
            "ended": _workers_ended(lost, earlier),
            "setup": bool(setups),
            "own": own,
        },
        evidence=evidence,
        reproduce=[Rule("Path", "contains", rf"\Services\{story.row.service}") for story in lost],
        attack=[Technique("T1685", "high"), Technique("T1112", "high")],
        subjects={
            "processes": people,
            "services": [story.row.service for story in lost],
            "registry": sorted({story.row.service for story in lost}),
        },
    )


def _lost(capture: Capture, story: Story) -> dict[str, Any]:
    """The facts on one service that was disabled or deleted."""
    return {
        "name": story.row.service,
        "called": _called(story),
        "disabled": story.disabled,
        "deleted": story.deleted,
        "key_gone": bool(story.key.deleted),
        "recreated": story.recreated,
        "recreated_by": list(dict.fromkeys(who(capture, record.process) for record in story.remade)),
        "recreated_events": [record.event for record in story.remade],
    }


def _called(story: Story) -> str:
    """What people call a service of protection."""
    return str(knowledge("security_services")[story.row.service.lower()])


#: Programs of Windows that do the work of a service of protection in a process of their own.
_WORKERS = {"sharedaccess": {"alg.exe"}, "windefend": {"msmpeng.exe"}, "wdnissvc": {"nissrv.exe"}}


def _workers_ended(lost: Sequence[Story], earlier: Mapping[str, Analysis]) -> list[dict[str, Any]]:
    """Such programs that ran when the capture began and ended after their service was touched."""
    ended = []
    for story in lost:
        for row in tree(earlier):
            works = row.process_name.lower() in _WORKERS.get(story.row.service.lower(), ())
            if works and not row.started_here and row.ended_here and row.end and row.end >= story.row.time:
                ended.append({"who": row.who, "time": row.end, "service": story.row.service})
    return ended


def _own_removers(capture: Capture, lost: Sequence[Story]) -> list[str]:
    """The programs of the products themselves that took these services off; [] where one of them had none at work.

    That is whoever wrote the key, or was at work when the service manager did so on somebody's behalf.
    """
    found: list[str] = []
    for story in lost:
        first = story.key.records[0]
        called = f"{story.row.service} {_called(story)}"
        people = [first.process]
        if process_name(capture, first.process).lower() == "services.exe":
            people = at_work(capture, first.event, ASKED_WITHIN)
        # A rival switches Windows' own protection off, and deletes none but its own.
        mine = [one for one in people if is_own_program(called, capture, one, any_maker=not story.deleted)]
        if not mine:
            return []
        found += [who(capture, one) for one in mine]
    return list(dict.fromkeys(found))


def _askers(capture: Capture, lost: Sequence[Story], earlier: Mapping[str, Analysis]) -> list[str]:
    """The programs from places where users may write that were at work just before services.exe did it.

    The service control manager carries out what others ask of it; who asked is not recorded.
    """
    first = min((story.key.records[0] for story in lost), key=lambda record: record.event)
    if process_name(capture, first.process).lower() != "services.exe":
        return []
    image_of = images(earlier)
    return [
        who(capture, one)
        for one in at_work(capture, first.event, ASKED_WITHIN)
        if is_stray(image_of.get(one))
    ]
