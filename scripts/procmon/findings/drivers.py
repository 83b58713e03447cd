"""Kernel drivers: the file put in place, the service key, the image loaded by System, tied into one story each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.contracts.tables import CopyRow, DriverRow, FileRow, ServiceRow
from scripts.procmon.findings.autoruns_listing import listing
from scripts.procmon.findings.disposal import is_laid_out
from scripts.procmon.findings.doers import Doers
from scripts.procmon.findings.driver_copies import told_once
from scripts.procmon.findings.driver_deeds import after_loading
from scripts.procmon.findings.file_acts import file_key
from scripts.procmon.findings.file_kinds import belongs_to_a_program, is_stray, is_temporary
from scripts.procmon.findings.names import process_name, who
from scripts.procmon.findings.places import below_windows, plain_path
from scripts.procmon.findings.process_tree import tree
from scripts.procmon.findings.records import Record, of_operations
from scripts.procmon.findings.reproduce import by_path
from scripts.procmon.findings.service_keys import SERVICES, ServiceKey, service_keys
from scripts.procmon.findings.setup_programs import is_installer, setup_programs
from scripts.procmon.findings.suspects import images, suspects
from scripts.procmon.findings.tables import rows_of, written_files
from scripts.procmon.knowledge import knowledge

MOST_STEPS = 8


@dataclass
class Story:
    """Everything that the capture tells of one driver."""

    file: FileRow | None = None
    key: ServiceKey | None = None
    service: ServiceRow | None = None
    loads: list[Record] = field(default_factory=list)
    origins: list[CopyRow] = field(
        default_factory=list
    )  #: the copy to the driver, then what that was copied from


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``drivers``; a finding for each driver that was put in place or registered, none for one only loaded."""
    can = capture.info["can_show"]
    if not (can["file_events"]["value"] or can["registry_events"]["value"] or can["process_events"]["value"]):
        return Analysis(name="drivers", outcome="could not be checked", reason="no_events")
    stories = _stories(capture, earlier)
    rows = {name: _row(capture, story) for name, story in stories.items()}
    limits = [
        f"no_{what}"
        for what in ("file_events", "registry_events", "process_events")
        if not can[what]["value"]
    ]
    return Analysis(
        name="drivers",
        outcome="found" if rows else "not found",
        limits=limits,
        examined=sum(len(row.file_events + row.registry_events + row.load_events) for row in rows.values()),
        findings=told_once(_findings(capture, stories, rows, earlier)),
        tables={"drivers": sorted(rows.values(), key=lambda row: row.time)},
    )


def driver_key(path: str) -> str:
    r"""The name by which file, ImagePath and loaded image meet: the part below the Windows folder, or the whole path.

    ``\SystemRoot\System32\drivers\x.sys``, ``system32\drivers\x.sys`` and ``C:\WINDOWS\system32\drivers\x.sys`` are one.
    """
    return below_windows(path) or file_key(plain_path(path))


def _stories(capture: Capture, earlier: Mapping[str, Analysis]) -> dict[str, Story]:
    stories: dict[str, Story] = {}
    for row in written_files(earlier):
        if row.what == "driver" and row.ordinary is None:
            stories.setdefault(driver_key(row.renamed_to or row.path), Story()).file = row
    services = {row.service.lower(): row for row in rows_of(earlier, "services")}
    for name, key in service_keys(capture).items():
        row_of_key = services.get(name)
        if key.is_driver and key.image and not (row_of_key and row_of_key.ordinary):
            story = stories.setdefault(driver_key(key.image), Story())
            story.key, story.service = key, row_of_key
    for record in of_operations(capture, {"Load Image"}):
        by_system = process_name(capture, record.process).lower() == "system"
        if by_system and (record.path.lower().endswith(".sys") or driver_key(record.path) in stories):
            stories.setdefault(driver_key(record.path), Story()).loads.append(record)
    copies = {file_key(row.target): row for row in rows_of(earlier, "copies") if row.confidence != "possible"}
    for story in stories.values():
        story.origins = list(_origins(story.file, copies))
    return stories


def _origins(file: FileRow | None, copies: Mapping[str, CopyRow]) -> Iterator[CopyRow]:
    """The copies that lead to a file, backwards; a ring of copies ends somewhere."""
    at = file_key(file.path) if file else ""
    for _ in range(MOST_STEPS):
        if at not in copies:
            return
        yield copies[at]
        at = file_key(copies[at].source)


def _row(capture: Capture, story: Story) -> DriverRow:
    file, key = story.file, story.key
    registry = key.records if key else []
    steps = [
        *((file.time,) if file else ()),
        *((registry[0].moment,) if registry else ()),
        *((story.loads[0].moment,) if story.loads else ()),
    ]
    actor = file.who if file else who(capture, registry[0].process) if registry else None
    return DriverRow(
        service=key.name if key else None,
        file=file.path if file else story.loads[0].path if story.loads else key.image if key else None,
        dropped=file is not None and file.made,
        registered=key is not None and key.is_new,
        loaded=any(record.succeeded for record in story.loads),
        starts=key.starts if key else None,
        values=key.values if key else {},
        copied_from=story.origins[0].source if story.origins else None,
        size=file.size if file else None,
        who=actor,
        file_events=file.events if file else [],
        registry_events=[record.event for record in registry],
        load_events=[record.event for record in story.loads],
        time=min(steps, default=""),
    )


def _findings(
    capture: Capture,
    stories: Mapping[str, Story],
    rows: Mapping[str, DriverRow],
    earlier: Mapping[str, Analysis],
) -> Iterator[Finding]:
    """One finding a driver.

    Severity: high where a process that is not what it seems did at least two of the steps (put in place, registered,
    loaded), medium where it did one; medium also where a program from a place where users may write took the driver
    from a temporary file through all steps, or had it start with Windows, and registered nothing for removal, or an
    interpreter of Windows took one through all steps that lies where users may write. One of
    knowledge/vulnerable_drivers.yaml that either brought there is medium, high where an interpreter had it loaded; low
    otherwise.
    """
    accused, setups, image_of = suspects(earlier), setup_programs(capture), images(earlier)
    doers = Doers(tree(earlier))
    autoruns = listing(capture)
    for name, story in stories.items():
        row = rows[name]
        if not (row.dropped or row.registered):
            continue
        people = _people(capture, story)
        guilty = [person for person in people if person in accused]
        if not (guilty or row.registered or row.loaded) and row.file and is_laid_out(row.file):
            continue
        stray = [person for person, process in people.items() if is_stray(image_of.get(process))]
        loose = row.file is not None and not belongs_to_a_program(plain_path(row.file))
        brought = loose and row.dropped and any(doers.of(one) != "installed" for one in people.values())
        weak = (row.file or "").rpartition("\\")[2].lower() in knowledge("vulnerable_drivers")
        scripted = brought and any(doers.of(one) == "script" for one in people.values())
        steps = sum((row.dropped, row.registered, row.loaded))
        temporary = any(is_temporary(copy.source) for copy in story.origins)
        known = any(
            person in setups or is_installer(person, image_of.get(process))
            for person, process in people.items()
        )
        setup = bool(setups) or known
        boots = row.dropped and row.registered and row.starts in ("boot", "system", "automatic")
        severity: Severity = "low"
        if guilty:
            severity = "high" if steps >= 2 else "medium"
        elif scripted and weak and row.loaded and not setup:
            severity = "high"
        elif (not known and ((stray and boots) or (brought and weak))) or (
            steps == 3 and not setup and ((stray and temporary) or scripted)
        ):
            severity = "medium"
        after = after_loading(capture, story.loads[0]) if row.loaded else None
        finding = _finding(
            row, story, severity=severity, people=list(people), guilty=guilty, setup=setup, after=after
        )
        registered = [(rf"{SERVICES}\{row.service}", row.file)] if row.registered else []
        more = {
            "autoruns": autoruns.facts(registered),
            "weak": brought and weak,
            "scripted": scripted,
        }
        yield replace(finding, facts={**finding.facts, **more})


def _finding(
    row: DriverRow,
    story: Story,
    *,
    severity: Severity,
    people: Sequence[str],
    guilty: Sequence[str],
    setup: bool,
    after: Mapping[str, Any] | None,
) -> Finding:
    copies = story.origins
    copied = [event for copy in copies for event in copy.events]
    deeds = after.get("events", ()) if after else ()
    evidence = sorted({*row.file_events, *row.registry_events, *row.load_events, *copied, *deeds})
    registered = story.key.records[-1] if story.key else None
    rules = by_path([path for path in {row.file, *(copy.source for copy in copies)} if path])
    if row.service:
        rules.append(Rule("Path", "contains", rf"\Services\{row.service}"))
    return Finding(
        kind="driver_installed",
        severity=severity,
        confidence="certain",
        facts={
            "name": row.service or (row.file or "").rpartition("\\")[2],
            "service": row.service,
            "file": row.file,
            "size": row.size,
            "dropped": row.dropped,
            "registered": row.registered,
            "loaded": row.loaded,
            "starts": row.starts,
            "values": row.values,
            "who": story.file.who if story.file else None,
            "writers": story.file.writers if story.file else [],
            "registered_by": story.service.who if story.service else None,
            "copies": [
                {
                    "source": copy.source,
                    "target": copy.target,
                    "who": copy.who,
                    "bytes": copy.bytes_copied,
                    "reads": copy.reads,
                    "writes": copy.writes,
                    "api": copy.api,
                    "confidence": copy.confidence,
                    "first": copy.events[0],
                    "last": copy.events[-1],
                }
                for copy in copies
            ],
            "seconds_to_load": story.loads[0].seconds_after(registered)
            if registered and story.loads
            else None,
            "file_events": _span(row.file_events),
            "registry_events": _span(row.registry_events),
            "load_events": _span(row.load_events),
            "time": row.time,
            "after": after,
            "accused": list(guilty),
            "setup": setup,
        },
        evidence=evidence,
        reproduce=rules,
        attack=[Technique("T1543.003", "high")] * bool(row.registered)
        + [Technique("T1014", "low")] * bool(guilty),
        subjects={
            "processes": list(people),
            "files": [path for path in [row.file, *(copy.source for copy in copies)] if path],
            "services": [row.service] if row.service else [],
        },
    )


def _people(capture: Capture, story: Story) -> dict[str, int]:
    """The processes that made or registered the driver, with their numbers."""
    people = {story.file.who: story.file.process} if story.file else {}
    for record in story.key.records if story.key else ():
        people.setdefault(who(capture, record.process), record.process)
    return people


def _span(events: Sequence[int]) -> list[int]:
    return [events[0], events[-1]] if events else []
