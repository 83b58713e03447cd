"""What happened to each driver: its file, its service's key and the image that System loaded, tied by their paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import CopyRow, DriverRow, FileRow, ServiceRow
from scripts.procmon.findings.autostart.service_keys import ServiceKey, service_keys
from scripts.procmon.findings.evidence.names import process_name, who
from scripts.procmon.findings.evidence.records import Record, of_operations
from scripts.procmon.findings.evidence.tables import rows_of, written_files
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import below_windows, plain_path

MOST_STEPS = 8


@dataclass
class Story:
    """Everything that the capture tells of one driver."""

    file: FileRow | None = None
    key: ServiceKey | None = None
    service: ServiceRow | None = None
    loads: list[Record] = field(default_factory=list)
    #: The copy to the driver, then what that was copied from.
    origins: list[CopyRow] = field(default_factory=list)


def driver_key(path: str) -> str:
    r"""The name by which file, ImagePath and loaded image meet: the part below the Windows folder, or the whole path.

    ``\SystemRoot\System32\drivers\x.sys``, ``system32\drivers\x.sys`` and ``C:\WINDOWS\system32\drivers\x.sys`` are one.
    """
    return below_windows(path) or file_key(plain_path(path))


def driver_stories(capture: Capture, earlier: Mapping[str, Analysis]) -> dict[str, Story]:
    """The drivers that were written, registered or loaded, by ``driver_key``."""
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


def row_of(capture: Capture, story: Story) -> DriverRow:
    """The row of the table ``drivers``."""
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
