"""Programs that copied themselves: to one place, as set-up programs do, or all over the disks, as worms do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ntpath import splitdrive

from scripts.procmon.contracts.findings import Finding, Technique
from scripts.procmon.contracts.tables import CopyRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.files.file_times import folder_of
from scripts.procmon.findings.paths.file_kinds import belongs_to_a_program, is_temporary, odd_place
from scripts.procmon.findings.paths.path_forms import file_key

#: No set-up program keeps copies of itself in so many different folders.
MANY_FOLDERS = 5
MOST_EVENTS = 500


def self_copies(rows: Sequence[CopyRow], image_of: Mapping[int, str]) -> Iterator[Finding]:
    """Findings "program_copied_itself", one a copy, and "program_spread" in their stead where they lie in many folders.

    Severity: of a copy medium where set-up programs keep none, else low; high for a program that spread.
    """
    by_process: dict[int, list[CopyRow]] = {}
    for row in rows:
        image = image_of.get(row.process)
        if image is not None and file_key(row.source) == file_key(image) and row.confidence != "possible":
            by_process.setdefault(row.process, []).append(row)
    for mine in by_process.values():
        if len({folder_of(file_key(row.target)) for row in mine}) >= MANY_FOLDERS:
            yield _spread(mine)
        else:
            yield from _copies(mine)


def _copies(rows: Sequence[CopyRow]) -> Iterator[Finding]:
    for row in rows:
        # Set-up programs keep a copy of themselves among the programs or in a temporary folder.
        usual = belongs_to_a_program(row.target) or is_temporary(row.target)
        place = odd_place(row.target)
        yield Finding(
            kind="program_copied_itself",
            severity="medium" if place or not usual else "low",
            confidence=row.confidence,
            facts={
                "who": row.who,
                "source": row.source,
                "target": row.target,
                "bytes": row.bytes_copied,
                "reads": row.reads,
                "writes": row.writes,
                "events": row.events,
                "place": place,
                "usual": usual,
            },
            evidence=row.events,
            reproduce=by_path([row.source, row.target], whos=[row.who]),
            attack=[Technique("T1036.005", "low")],
            subjects={"processes": [row.who], "files": [row.source, row.target]},
        )


def _spread(mine: Sequence[CopyRow]) -> Finding:
    first, targets = mine[0], [row.target for row in mine]
    return Finding(
        kind="program_spread",
        severity="high",
        confidence="certain" if any(row.confidence == "certain" for row in mine) else "likely",
        facts={
            "who": first.who,
            "source": first.source,
            "count": len(mine),
            "folders": len({folder_of(file_key(target)) for target in targets}),
            "targets": targets[:20],
            "drives": sorted({splitdrive(target)[0].upper() for target in targets} - {""}),
            "time": first.time,
        },
        evidence=sorted({event for row in mine for event in row.events[:10]})[:MOST_EVENTS],
        key_events=[row.events[0] for row in mine[:6]],
        reproduce=by_path([first.source, *targets], whos=[first.who]),
        attack=[Technique("T1091", "low")],
        subjects={"processes": [first.who], "files": [first.source, *targets[:100]]},
    )
