"""Kernel drivers: the file put in place, the service key, the image loaded by System, tied into one story each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.contracts.tables import CopyRow, DriverRow
from scripts.procmon.findings.autostart.driver_copies import told_once
from scripts.procmon.findings.autostart.driver_deeds import after_loading
from scripts.procmon.findings.autostart.driver_stories import Story, driver_stories, row_of
from scripts.procmon.findings.autostart.service_keys import SERVICES
from scripts.procmon.findings.evidence.names import who
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import images, suspects
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.file_kinds import belongs_to_a_program, is_stray, is_temporary
from scripts.procmon.findings.paths.places import is_laid_out, plain_path
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.findings.programs.setup_programs import is_installer, setup_programs
from scripts.procmon.findings.registry.autoruns_listing import listing
from scripts.procmon.knowledge import knowledge


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``drivers``; a finding for each driver that was put in place or registered, none for one only loaded."""
    can = capture.info["can_show"]
    if not (can["file_events"]["value"] or can["registry_events"]["value"] or can["process_events"]["value"]):
        return Analysis(name="drivers", outcome="could not be checked", reason="no_events")
    stories = driver_stories(capture, earlier)
    rows = {name: row_of(capture, story) for name, story in stories.items()}
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


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What speaks for and against those who put a driver in place or registered it."""

    row: DriverRow
    people: Mapping[str, int]  #: the processes by name
    guilty: list[str]  #: those of them that are not what they seem
    stray: bool  #: a program from where users may write is among them
    known: bool  #: a set-up program is among them
    setup: bool  #: one was at work at all
    scripted: bool  #: an interpreter brought it from where users may write
    weak: bool  #: it has known holes, and was brought from where users may write
    temporary: bool  #: it was copied from a temporary file

    @property
    def severity(self) -> Severity:
        """As ``_findings`` says."""
        row = self.row
        steps = sum((row.dropped, row.registered, row.loaded))
        if self.guilty:
            return "high" if steps >= 2 else "medium"
        if self.scripted and self.weak and row.loaded and not self.setup:
            return "high"
        boots = row.dropped and row.registered and row.starts in ("boot", "system", "automatic")
        if not self.known and ((self.stray and boots) or self.weak):
            return "medium"
        by_steps = (self.stray and self.temporary) or self.scripted
        return "medium" if steps == 3 and not self.setup and by_steps else "low"


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
    doers, autoruns = Doers(tree(earlier)), listing(capture)
    for name, story in stories.items():
        row = rows[name]
        if not (row.dropped or row.registered):
            continue
        people = _people(capture, story)
        guilty = [person for person in people if person in accused]
        if not (guilty or row.registered or row.loaded) and row.file and is_laid_out(row.file):
            continue
        loose = row.dropped and row.file is not None and not belongs_to_a_program(plain_path(row.file))
        whose = {doers.of(process) for process in people.values()} if loose else set()
        known = any(
            person in setups or is_installer(person, image_of.get(process))
            for person, process in people.items()
        )
        weight = Weight(
            row=row,
            people=people,
            guilty=guilty,
            stray=any(is_stray(image_of.get(process)) for process in people.values()),
            known=known,
            setup=bool(setups) or known,
            scripted="script" in whose,
            weak=bool(whose - {"installed"}) and _file_name(row) in knowledge("vulnerable_drivers"),
            temporary=any(is_temporary(copy.source) for copy in story.origins),
        )
        registered = [(rf"{SERVICES}\{row.service}", row.file)] if row.registered else []
        yield _finding(
            weight,
            story,
            after=after_loading(capture, story.loads[0]) if row.loaded else None,
            autoruns=autoruns.facts(registered),
        )


def _file_name(row: DriverRow) -> str:
    return (row.file or "").rpartition("\\")[2].lower()


def _finding(
    weight: Weight, story: Story, *, after: Mapping[str, Any] | None, autoruns: Mapping[str, Any] | None
) -> Finding:
    row, copies = weight.row, story.origins
    copied = [event for copy in copies for event in copy.events]
    deeds = after.get("events", ()) if after else ()
    files = [path for path in [row.file, *(copy.source for copy in copies)] if path]
    rules = by_path(files)
    if row.service:
        rules.append(Rule("Path", "contains", rf"\Services\{row.service}"))
    return Finding(
        kind="driver_installed",
        severity=weight.severity,
        confidence="certain",
        facts={
            **_steps(row, story),
            "copies": [_copy(copy) for copy in copies],
            "after": after,
            "accused": weight.guilty,
            "setup": weight.setup,
            "autoruns": autoruns,
            "weak": weight.weak,
            "scripted": weight.scripted,
        },
        evidence=sorted({*row.file_events, *row.registry_events, *row.load_events, *copied, *deeds}),
        reproduce=rules,
        attack=[Technique("T1543.003", "high")] * bool(row.registered)
        + [Technique("T1014", "low")] * bool(weight.guilty),
        subjects={
            "processes": list(weight.people),
            "files": files,
            "services": [row.service] if row.service else [],
        },
    )


def _steps(row: DriverRow, story: Story) -> dict[str, Any]:
    """The facts on a driver's way: put in place, registered, loaded."""
    registered = story.key.records[-1] if story.key else None
    return {
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
        "seconds_to_load": story.loads[0].seconds_after(registered) if registered and story.loads else None,
        "file_events": _span(row.file_events),
        "registry_events": _span(row.registry_events),
        "load_events": _span(row.load_events),
        "time": row.time,
    }


def _copy(copy: CopyRow) -> dict[str, Any]:
    return {
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


def _people(capture: Capture, story: Story) -> dict[str, int]:
    """The processes that made or registered the driver, with their numbers."""
    people = {story.file.who: story.file.process} if story.file else {}
    for record in story.key.records if story.key else ():
        people.setdefault(who(capture, record.process), record.process)
    return people


def _span(events: Sequence[int]) -> list[int]:
    return [events[0], events[-1]] if events else []
