"""Services that were created, changed, disabled or deleted; those that protect the computer first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.contracts.tables import ServiceRow
from scripts.procmon.findings.autoruns_listing import listing
from scripts.procmon.findings.before import before
from scripts.procmon.findings.commands import given, is_interpreter, tells
from scripts.procmon.findings.file_acts import file_key
from scripts.procmon.findings.file_kinds import belongs_to_a_program, is_stray, odd_place, watched_place
from scripts.procmon.findings.names import process_name, who
from scripts.procmon.findings.own_programs import is_own_program
from scripts.procmon.findings.places import below_windows, in_its_place
from scripts.procmon.findings.process_tree import tree
from scripts.procmon.findings.records import Record
from scripts.procmon.findings.service_keys import SERVICES, ServiceKey, service_keys
from scripts.procmon.findings.setup_programs import is_installer, setup_programs
from scripts.procmon.findings.suspects import images, suspects
from scripts.procmon.findings.tables import written_files
from scripts.procmon.knowledge import knowledge

Change = Literal["created", "changed", "disabled", "deleted"]
#: What the service control manager does on a program's behalf it does within this of the program's last act.
ASKED_WITHIN = pd.Timedelta(seconds=1)
#: The service manager, below the Windows folder.
_MANAGER = r"system32\services.exe"
#: Windows' own servicing, which sets the values of its services anew.
_SERVICING = ("tiworker.exe (", "trustedinstaller.exe (", "poqexec.exe (")
#: Places where nothing is set up, and so no service's program is kept.
_LOOSE = frozenset(
    {
        *("a temporary folder", "the folder of downloads", "the desktop", "the public user folder"),
        "the application data itself, without a folder of its own",
    }
)


@dataclass(frozen=True, kw_only=True)
class Story:
    """What happened to one service."""

    row: ServiceRow
    key: ServiceKey
    disabled: bool
    deleted: bool
    recreated: bool | None  #: made again after its deletion, True with a program, False as an empty key
    remade: Sequence[Record] = ()  #: what shows that


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``services``; findings for protection that was switched off and for services that were made."""
    if not capture.info["can_show"]["registry_events"]["value"]:
        return Analysis(name="services", outcome="could not be checked", reason="no_registry_events")
    keys = service_keys(capture)
    stories = [story for name, key in keys.items() if (story := _story(capture, name, key))]
    findings = [*_protection(capture, stories, earlier), *_made(capture, stories, earlier)]
    return Analysis(
        name="services",
        outcome="found" if stories else "not found",
        examined=sum(len(key.records) for key in keys.values()),
        findings=findings,
        tables={"services": [story.row for story in stories]},
    )


def _story(capture: Capture, name: str, key: ServiceKey) -> Story | None:
    """The change that matters most; None where only parts of the key were touched that set nothing."""
    marked = key.value_number("DeleteFlag") == 1
    deleted = bool(key.deleted) or marked
    disabled = key.value_number("Start") == 4
    change: Change = (
        "deleted" if deleted else "created" if key.is_new else "disabled" if disabled else "changed"
    )
    told = key.records if deleted or key.is_new else key.sets
    if not told:
        return None
    first = told[0]
    return Story(
        row=ServiceRow(
            service=key.name,
            change=change,
            image=key.image,
            starts=key.starts,
            process=first.process,
            who=who(capture, first.process),
            time=first.moment,
            security=name in knowledge("security_services"),
            events=[record.event for record in told],
            values=key.values,
            display_name=key.value("DisplayName") or knowledge("security_services").get(name),
            ordinary=_ordinary(key.name, process_name(capture, first.process)),
            made_again=_made_again(capture, key),
        ),
        key=key,
        disabled=disabled,
        deleted=deleted,
        recreated=_recreated(key),
        remade=_remade(key),
    )


def _remade(key: ServiceKey) -> list[Record]:
    """The events that made the key again after its deletion."""
    gone = key.deleted[-1].event if key.deleted else None
    return [] if gone is None else [one for one in (*key.created, *key.opened) if one.event > gone]


def _made_again(capture: Capture, key: ServiceKey) -> dict[str, Any] | None:
    """What the table says of a key that was made again after its deletion."""
    again = _remade(key)
    people = list(dict.fromkeys(who(capture, record.process) for record in again))
    told = {"who": people, "events": [record.event for record in again], "program": bool(_recreated(key))}
    return told if again else None


def _recreated(key: ServiceKey) -> bool | None:
    gone = key.deleted[-1].event if key.deleted else None
    if gone is None or not _remade(key):
        return None
    return any(record.event > gone and record.path.lower().endswith("\\imagepath") for record in key.sets)


def _ordinary(service: str, by: str) -> str | None:
    for known in knowledge("ordinary_services"):
        named = re.fullmatch(known["service"], service, re.IGNORECASE) is not None
        if named and by.lower() in known.get("by", [by.lower()]):
            return str(known["reason"])
    return None


def _protection(
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
            "services": [
                {
                    "name": story.row.service,
                    "called": knowledge("security_services")[story.row.service.lower()],
                    "disabled": story.disabled,
                    "deleted": story.deleted,
                    "key_gone": bool(story.key.deleted),
                    "recreated": story.recreated,
                    "recreated_by": list(
                        dict.fromkeys(who(capture, record.process) for record in story.remade)
                    ),
                    "recreated_events": [record.event for record in story.remade],
                }
                for story in lost
            ],
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
        called = f"{story.row.service} {knowledge('security_services')[story.row.service.lower()]}"
        people = [first.process]
        if process_name(capture, first.process).lower() == "services.exe" and pd.notna(first.time):
            people = _at_work(capture, first.time)
        # A rival switches Windows' own protection off, and deletes none but its own.
        mine = [one for one in people if is_own_program(called, capture, one, any_maker=not story.deleted)]
        if not mine:
            return []
        found += [who(capture, one) for one in mine]
    return list(dict.fromkeys(found))


def _at_work(capture: Capture, moment: pd.Timestamp) -> list[int]:
    """The processes with an event within the second before ``moment``."""
    events = capture.events
    near = (events[e.TIME] >= moment - ASKED_WITHIN) & (events[e.TIME] <= moment)
    return [int(process) for process in events[e.PROCESS][near].unique()]


def _askers(capture: Capture, lost: Sequence[Story], earlier: Mapping[str, Analysis]) -> list[str]:
    """The programs from places where users may write that were at work just before services.exe did it.

    The service control manager carries out what others ask of it; who asked is not recorded.
    """
    first = min((story.key.records[0] for story in lost), key=lambda record: record.event)
    if process_name(capture, first.process).lower() != "services.exe" or pd.isna(first.time):
        return []
    image_of = images(earlier)
    return [who(capture, one) for one in _at_work(capture, first.time) if is_stray(image_of.get(one))]


def _made(capture: Capture, stories: Sequence[Story], earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """One finding a service (no driver) that was made or got another program.

    Severity: high where its program lies where none belongs or was dropped in this capture, and the process that made
    it is not what it seems; medium where one of these holds or an interpreter is its program; low otherwise. A library
    that a service of Windows' host got in the place of its own, by a tool for scripts or a program from where users may
    write and with no set-up program at work: medium, high where the library was written in this capture.
    """
    accused, setups, autoruns = suspects(earlier), setup_programs(capture), listing(capture)
    image_of = images(earlier)
    dropped = {file_key(row.path): row for row in written_files(earlier) if row.made}
    for story in stories:
        row = story.row
        new_program = row.image is not None and any(
            record.path.lower().endswith(("imagepath", "servicedll")) for record in story.key.sets
        )
        if row.ordinary or story.deleted or story.key.is_driver or not (story.key.is_new or new_program):
            continue
        library = next((one for one in story.key.sets if one.path.lower().endswith("\\servicedll")), None)
        earlier_library = before(capture, library) if library and not story.key.is_new else None
        same = library and earlier_library and earlier_library["data"] == library.fields.get("Data")
        serviced = row.who.lower().startswith(_SERVICING) and belongs_to_a_program(row.image)
        if not story.key.is_new and (same or serviced):
            continue
        file = dropped.get(file_key(row.image or ""))
        makers = [one for one in dict.fromkeys((row.who, file.who if file else row.who)) if one in accused]
        command = row.values.get("ImagePath") or row.image or ""  # noqa: PD011
        interpreter = is_interpreter(command)
        run = next(iter(given(command)), row.image)
        odd = odd_place(run) if run else None
        # The service manager sets up every service: that foreign code is in it says little of a product's own.
        host = below_windows(image_of.get(row.process) or "")
        manager = makers == [row.who] and file is None and host == _MANAGER and _is_a_product(run)
        makers = [] if manager else makers
        watched = watched_place(run) if run else None
        told = tells(command) if interpreter else None
        setup = bool(setups) or is_installer(row.who, image_of.get(row.process))
        by_hand = not setup and library is not None and _by_hand(row, image_of.get(row.process))
        replaced = by_hand and not story.key.is_new
        loose = watched in _LOOSE and not setup
        signs = sum(map(bool, (odd, makers, interpreter)))
        severity: Severity = (
            "high"
            if (makers and (odd or file)) or told == "high" or (replaced and file)
            else "medium"
            if signs or (file and watched and not setup) or replaced or loose
            else "low"
        )
        evidence = sorted({*row.events, *(file.events if file else ())})
        yield Finding(
            kind="service_made",
            severity=severity,
            confidence="certain",
            facts={
                "service": row.service,
                "who": row.who,
                "time": row.time,
                "new": story.key.is_new,
                "image": row.image,
                "values": row.values,  # noqa: PD011
                "starts": row.starts,
                "dropped_by": file.who if file else None,
                "place": odd or watched,
                "odd": odd is not None,
                "interpreter": interpreter,
                "telling": told is not None,
                "accused": makers,
                "manager": manager,
                "setup": setup,
                "replaced": replaced,
                "tool": row.who.rpartition(" (")[0].lower() in knowledge("by_hand"),
                "runs": run,
                "before": earlier_library["data"] if earlier_library else None,
                "loose": loose,
                "autoruns": autoruns.facts([(rf"{SERVICES}\{row.service}", row.image)]),
            },
            evidence=evidence,
            reproduce=[Rule("Path", "contains", rf"\Services\{row.service}")]
            + ([Rule("Path", "is", row.image)] if file and row.image else []),
            attack=[Technique("T1543.003", "high")],
            subjects={
                "processes": sorted({row.who, *([file.who] if file else [])}),
                "services": [row.service],
                "files": [row.image] if row.image else [],
            },
        )


def _is_a_product(run: str | None) -> bool:
    """Whether a service's program lies where products are set up, outside the Windows folder."""
    return bool(run) and belongs_to_a_program(run) and below_windows(str(run)) is None


def _by_hand(row: ServiceRow, image: str | None) -> bool:
    """Whether a tool for people and scripts, or a program from where users may write, set the values."""
    return row.who.rpartition(" (")[0].lower() in knowledge("by_hand") or is_stray(image)
