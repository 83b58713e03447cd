"""Services that were made or got another program: what they run, who made that, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.contracts.tables import FileRow, ServiceRow
from scripts.procmon.findings.autostart.service_keys import SERVICES
from scripts.procmon.findings.autostart.service_stories import Story
from scripts.procmon.findings.evidence.names import name_of
from scripts.procmon.findings.evidence.records import Record
from scripts.procmon.findings.evidence.suspects import images, suspects
from scripts.procmon.findings.evidence.tables import written_files
from scripts.procmon.findings.paths.file_kinds import belongs_to_a_program, is_stray, odd_place, watched_place
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.programs.commands import given, is_interpreter, tells
from scripts.procmon.findings.programs.setup_programs import is_installer, setup_programs
from scripts.procmon.findings.registry.autoruns_listing import Listing, listing
from scripts.procmon.findings.registry.before import before
from scripts.procmon.knowledge import knowledge

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
class Making:
    """What is known of a service that was made or got another program."""

    row: ServiceRow
    new: bool
    file: FileRow | None  #: its program, where this capture shows it being made
    run: str | None  #: what runs in the end: the file that an interpreter is given, or the program
    accused: list[str]  #: those who made the service or the program and are not what they seem
    manager: bool  #: the service manager would be among these, for a product's own service
    interpreter: bool
    telling: str | None  #: the severity that the arguments of an interpreter have
    setup: bool
    replaced: bool  #: by hand, by a library in the place of Windows' own
    before: str | None  #: the library that stood there

    @property
    def odd(self) -> str | None:
        """The place where no program belongs."""
        return odd_place(self.run) if self.run else None

    @property
    def watched(self) -> str | None:
        """The place where installers and malware alike put programs."""
        return watched_place(self.run) if self.run else None

    @property
    def loose(self) -> bool:
        """Whether it runs from where no service's program is kept."""
        return self.watched in _LOOSE and not self.setup

    @property
    def severity(self) -> Severity:
        """As ``services_made`` says."""
        if (self.accused and (self.odd or self.file)) or self.telling == "high":
            return "high"
        if self.replaced:
            return "high" if self.file else "medium"
        signs = self.odd or self.accused or self.interpreter or self.loose
        return "medium" if signs or (self.file and self.watched and not self.setup) else "low"


def services_made(
    capture: Capture, stories: Sequence[Story], earlier: Mapping[str, Analysis]
) -> Iterator[Finding]:
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
        row, library = story.row, _library(story)
        stood = before(capture, library) if library and not story.key.is_new else None
        if not _runs_anew(story, library, stood):
            continue
        image, file = image_of.get(row.process), dropped.get(file_key(row.image or ""))
        command = row.values.get("ImagePath") or row.image or ""
        run, interpreter = next(iter(given(command)), row.image), is_interpreter(command)
        makers = [one for one in dict.fromkeys((row.who, file.who if file else row.who)) if one in accused]
        # The service manager sets up every service: that foreign code is in it says little of a product's own.
        host = below_windows(image or "")
        manager = makers == [row.who] and file is None and host == _MANAGER and _is_a_product(run)
        setup = bool(setups) or is_installer(row.who, image)
        making = Making(
            row=row,
            new=story.key.is_new,
            file=file,
            run=run,
            accused=[] if manager else makers,
            manager=manager,
            interpreter=interpreter,
            telling=tells(command) if interpreter else None,
            setup=setup,
            replaced=library is not None and not story.key.is_new and not setup and _by_hand(row, image),
            before=stood["data"] if stood else None,
        )
        yield _finding(making, autoruns)


def _library(story: Story) -> Record | None:
    """The write that named the library which a service of Windows' host loads."""
    return next((one for one in story.key.sets if one.path.lower().endswith("\\servicedll")), None)


def _runs_anew(story: Story, library: Record | None, stood: Mapping[str, Any] | None) -> bool:
    """Whether a service (no driver) was made or got a program that it had not; servicing names installed ones anew."""
    row, key = story.row, story.key
    if row.ordinary or story.deleted or key.is_driver:
        return False
    if key.is_new:
        return True
    named = any(record.path.lower().endswith(("imagepath", "servicedll")) for record in key.sets)
    same = library is not None and stood is not None and stood["data"] == library.fields.get("Data")
    serviced = row.who.lower().startswith(_SERVICING) and belongs_to_a_program(row.image)
    return named and row.image is not None and not same and not serviced


def _finding(making: Making, autoruns: Listing) -> Finding:
    row, file = making.row, making.file
    return Finding(
        kind="service_made",
        severity=making.severity,
        confidence="certain",
        facts={
            "service": row.service,
            "who": row.who,
            "time": row.time,
            "new": making.new,
            "image": row.image,
            "values": row.values,
            "starts": row.starts,
            "dropped_by": file.who if file else None,
            "place": making.odd or making.watched,
            "odd": making.odd is not None,
            "interpreter": making.interpreter,
            "telling": making.telling is not None,
            "accused": making.accused,
            "manager": making.manager,
            "setup": making.setup,
            "replaced": making.replaced,
            "tool": name_of(row.who) in knowledge("by_hand"),
            "runs": making.run,
            "before": making.before,
            "loose": making.loose,
            "autoruns": autoruns.facts([(rf"{SERVICES}\{row.service}", row.image)]),
        },
        evidence=sorted({*row.events, *(file.events if file else ())}),
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
    return name_of(row.who) in knowledge("by_hand") or is_stray(image)
