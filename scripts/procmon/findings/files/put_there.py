"""Files that were moved or linked to a place, told as if they had been created there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.names import moment_of, process_name, who
from scripts.procmon.findings.evidence.select import where
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.files.file_acts import hard_links
from scripts.procmon.findings.paths.file_kinds import kind_of, ordinary_reason
from scripts.procmon.findings.paths.path_forms import file_key


def put_there(
    capture: Capture, earlier: Mapping[str, Analysis], keep: Callable[[str], bool]
) -> list[FileRow]:
    """The files that got a name which ``keep`` accepts by a renaming or a hard link; ``copied_from`` is the other name.

    None that only changed its name where it already lay before the capture.
    """
    made = {file_key(row.path) for row in rows_of(earlier, "files") if row.made}
    moved = [(row.path, row.to, row.process, row.events) for row in rows_of(earlier, "renames")]
    return [
        _row(capture, path, to, process, events)
        for path, to, process, events in (*moved, *_linked(capture, keep))
        if keep(to) and (not keep(path) or file_key(path) in made)
    ]


def _linked(capture: Capture, keep: Callable[[str], bool]) -> Iterator[tuple[str, str, int, Sequence[int]]]:
    links = hard_links(capture).dropna(subset=["to"])
    such = where(links["to"].astype("category"), keep)
    columns = (links[column][such] for column in (e.PATH, "to", e.PROCESS, e.EVENT))
    for path, to, process, event in zip(*columns, strict=True):
        yield str(path), str(to).removeprefix("\\??\\"), int(process), [int(event)]


def _row(capture: Capture, path: str, to: str, process: int, events: Sequence[int]) -> FileRow:
    """Whether it is everyday business is told by the name that it got: passing names always are."""
    name, what = process_name(capture, process), kind_of(to)
    return FileRow(
        path=to,
        how="created",
        what=what,
        process=process,
        who=who(capture, process),
        time=moment_of(capture, events[0]),
        events=list(events),
        copied_from=path,
        ordinary=ordinary_reason(to, process_name=name, what=what),
    )
