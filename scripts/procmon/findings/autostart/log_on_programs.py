"""Programs of the log-on screen whose files were replaced: whoever sits before it has the rights of the system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ntpath import basename

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import DeletionRow, FileRow, RenameRow
from scripts.procmon.findings.evidence.names import moment_of, name_of, who
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import where
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.files.file_acts import hard_links
from scripts.procmon.findings.paths.places import below_windows, in_another_windows, in_its_place
from scripts.procmon.knowledge import knowledge

#: Who writes as many other files of the same Windows copies or restores the whole of it.
WHOLE = 20


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing done to the file of such a program."""

    path: str
    row: FileRow | RenameRow | DeletionRow
    put: bool  #: something stands there now that was not there before
    linked: bool = False  #: by a second name for another file


def replaced(capture: Capture, earlier: Mapping[str, Analysis]) -> list[Finding]:
    """Findings "log_on_program_replaced", one a program.

    Severity: high where something was written, renamed or linked there, medium where the program was only taken away;
    low where the same process wrote many other files of Windows as well.
    """
    image_of = images(earlier)
    changes: dict[str, list[Change]] = {}
    links = _links(capture)
    for change in (*_changes(earlier), *_linked(links)):
        name, image = name_of(change.row.who), image_of.get(change.row.process)
        if name in knowledge("log_on_screen")["serviced_by"] and in_its_place(image):
            continue
        changes.setdefault(change.path.lower(), []).append(change)
    return [_finding(earlier, done, links) for done in changes.values()]


def _changes(earlier: Mapping[str, Analysis]) -> Iterator[Change]:
    for file in rows_of(earlier, "files"):
        if _is_such(file.path) and file.how != "changed" and file.ordinary is None and file.what != "folder":
            yield Change(path=file.path, row=file, put=True)
    for rename in rows_of(earlier, "renames"):
        if _is_such(rename.to):
            yield Change(path=rename.to, row=rename, put=True)
        if _is_such(rename.path):
            yield Change(path=rename.path, row=rename, put=False)
    for deletion in rows_of(earlier, "deletions"):
        if _is_such(deletion.path) and not deletion.attempt:
            yield Change(path=deletion.path, row=deletion, put=False)


@dataclass(frozen=True, kw_only=True)
class Links:
    """Second names given to such programs' files, and by process all second names that it gave, in lower case."""

    rows: list[RenameRow]
    by: Mapping[int, set[str]]


def _links(capture: Capture) -> Links:
    """Servicing links thousands of files: only names that differ are looked at."""
    links = hard_links(capture).dropna(subset=["to"])
    names = links["to"].astype("category")
    such = where(names, _is_such)
    processes = {int(one) for one in links[e.PROCESS][such].unique()}
    columns = (links[column][such] for column in (e.PROCESS, e.EVENT, e.PATH, "to"))
    return Links(
        rows=[
            RenameRow(
                path=str(path),
                to=str(to).removeprefix("\\??\\"),
                process=int(process),
                who=who(capture, int(process)),
                time=moment_of(capture, int(event)),
                events=[int(event)],
                ordinary=None,
            )
            for process, event, path, to in zip(*columns, strict=True)
        ],
        by={one: {str(to).lower() for to in names[links[e.PROCESS] == one].unique()} for one in processes},
    )


def _linked(links: Links) -> Iterator[Change]:
    """Servicing and repairs link the program's own file from Windows' store."""
    for link in links.rows:
        stored = (below_windows(link.path) or "").startswith("winsxs\\")
        if not (stored and basename(link.path).lower() == basename(link.to).lower()):
            yield Change(path=link.to, row=link, put=True, linked=True)


def _is_such(path: str) -> bool:
    name = basename(path).lower()
    if name not in knowledge("log_on_screen")["programs"]:
        return False
    return below_windows(path) in (rf"system32\{name}", rf"syswow64\{name}") or in_another_windows(path)


def _finding(earlier: Mapping[str, Analysis], done: Sequence[Change], links: Links) -> Finding:
    put = [change for change in done if change.put]
    path, first = done[0].path, min(done, key=lambda change: change.row.events[0]).row
    made = next((one.row for one in put if isinstance(one.row, FileRow)), None)
    moved = next((one.row for one in put if isinstance(one.row, RenameRow)), None)
    aside = next((one.row for one in done if not one.put and isinstance(one.row, RenameRow)), None)
    others = _others(earlier, put[0], links) if put else 0
    severity: Severity = "low" if others >= WHOLE else "high" if put else "medium"
    people = list(dict.fromkeys(change.row.who for change in done))
    source = made.copied_from if made else moved.path if moved else None
    return Finding(
        kind="log_on_program_replaced",
        severity=severity,
        confidence="certain" if put else "likely",
        facts={
            "who": people,
            "path": path,
            "name": basename(path),
            "put": bool(put),
            "source": source,
            "linked": any(change.linked for change in put),
            "aside": aside.to if aside else None,
            "time": first.time,
            "others": others,
            "events": sorted(event for change in done for event in change.row.events)[:20],
        },
        evidence=sorted({event for change in done for event in change.row.events}),
        reproduce=by_path([path]),
        attack=[Technique("T1546.008", "high" if put else "medium")],
        subjects={"processes": people, "files": [path]},
    )


def _others(earlier: Mapping[str, Analysis], change: Change, links: Links) -> int:
    """How many other files of the same folder the same process put there."""
    folder = change.path.lower().rpartition("\\")[0] + "\\"
    mine = change.row.process
    others = {row.path.lower() for row in rows_of(earlier, "files") if row.process == mine}
    others |= links.by.get(mine, set())
    return sum(path.startswith(folder) for path in others - {change.path.lower()})
