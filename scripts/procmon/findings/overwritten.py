"""Documents of others that one program wrote over where they lay, and a note beside them; the file of host names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ntpath import basename

from scripts.procmon.contracts.findings import Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.file_kinds import ending, is_stray
from scripts.procmon.findings.file_times import folder_of
from scripts.procmon.findings.notes import is_work, notes_of, set_up
from scripts.procmon.findings.places import below_windows
from scripts.procmon.findings.reproduce import by_path

#: Fewer may be anybody's work of a day.
MANY = 20
MOST_EVENTS = 500
HOSTS = r"system32\drivers\etc\hosts"


def overwritten(files: Sequence[FileRow], images: Mapping[str, str | None]) -> Iterator[Finding]:
    """One finding a process that wrote over documents of several kinds and laid one note into several folders.

    Severity: high; low for a program that is set up (``images``: whose program lies where).
    Without the note nothing is said: editors, players and synchronising programs write over files, too.
    """
    by_process: dict[str, list[FileRow]] = {}
    for row in files:
        if row.how in ("written", "overwritten") and row.bytes_written and is_work(row.path):
            by_process.setdefault(row.who, []).append(row)
    for person, mine in by_process.items():
        notes = notes_of(person, files, [row.path for row in mine])
        own = {basename(row.path).lower() for row in notes}
        mine = [row for row in mine if basename(row.path).lower() not in own]
        kinds = sorted({ending(row.path) for row in mine})
        if len(mine) < MANY or len(kinds) < 2 or not notes:
            continue
        paths = [row.path for row in mine]
        installed = set_up(person, images, files)
        evidence = sorted({event for row in (*notes, *mine) for event in row.events[:10]})
        yield Finding(
            kind="files_overwritten",
            severity="low" if installed else "high",
            confidence="likely",
            facts={
                "who": person,
                "installed": installed,
                "count": len(mine),
                "kinds": kinds,
                "files": paths[:20],
                "folders": len({folder_of(path.lower()) for path in paths}),
                "note": basename(notes[0].path),
                "notes": len(notes),
                "time": mine[0].time,
            },
            evidence=evidence[:MOST_EVENTS],
            reproduce=by_path(paths, whos=[person]),
            attack=[Technique("T1486", "medium")],
            subjects={"processes": [person], "files": [*(row.path for row in notes), *paths][:100]},
            key_events=[*(row.events[0] for row in mine[:4]), *(row.events[0] for row in notes[:4])],
        )


def hosts_written(files: Sequence[FileRow], image_of: Mapping[int, str]) -> Iterator[Finding]:
    """A finding on the file of host names. Severity: medium; low for a program that is installed or Windows' own."""
    for row in files:
        if below_windows(row.path) != HOSTS:
            continue
        image = image_of.get(row.process)
        installed = image is not None and not is_stray(image)
        severity: Severity = "low" if installed else "medium"
        yield Finding(
            kind="hosts_written",
            severity=severity,
            confidence="certain",
            facts={
                "who": row.who,
                "path": row.path,
                "bytes": row.bytes_written,
                "time": row.time,
                "event": row.events[0],
                "installed": installed,
            },
            evidence=row.events,
            reproduce=by_path([row.path], whos=[row.who]),
            attack=[Technique("T1565.001", "low")],
            subjects={"processes": [row.who], "files": [row.path]},
        )
