"""Files that hold what people kept, encrypted or written over by then: the only copy, so never to be deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from ntpath import basename, dirname, splitext

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import FileRow, RemovalRow
from scripts.procmon.findings.files.notes import is_work
from scripts.procmon.findings.paths.file_kinds import ending

#: Findings on documents of others that a program renamed, replaced or wrote over, however light.
_REWRITING = ("files_rewritten", "files_overwritten")


def rewriters(earlier: Mapping[str, Analysis]) -> dict[str, set[str]]:
    """Who rewrote documents of others, each with the names of the notes laid beside them, in lower case."""
    found: dict[str, set[str]] = {}
    for analysis in earlier.values():
        for finding in analysis.findings:
            if finding.kind in _REWRITING:
                note = finding.facts["note"]
                found.setdefault(finding.facts["who"], set()).update([note.lower()] if note else [])
    return found


def holds_work(file: FileRow, by: Mapping[str, set[str]]) -> bool:
    """Whether a file is, or may be, a document of the user's as a program left it; ``by`` as ``rewriters`` gives it."""
    if file.what != "data":
        return False
    if (file.how == "overwritten" and is_work(file.path)) or is_work(splitext(file.path)[0]):
        return basename(file.path).lower() not in by.get(file.who, ())
    return file.who in by and basename(file.path).lower() not in by[file.who]


def kept(victims: Sequence[FileRow], earlier: Mapping[str, Analysis]) -> Iterator[RemovalRow]:
    """Steps "leave": one for each process, folder and ending; for files renamed only, one for their new ending."""
    groups = Counter((file.who, dirname(file.path), ending(file.path)) for file in victims)
    for (person, folder, end), count in groups.items():
        yield _leave(f"{folder}\\*.{end}" if end else f"{folder}\\*", person, count)
    told = {person for person, _, _ in groups}
    for analysis in earlier.values():
        for finding in analysis.findings:
            weighs = finding.severity in ("high", "medium")
            if weighs and finding.kind == "files_rewritten" and finding.facts["who"] not in told:
                facts = finding.facts
                for target in [f"*.{facts['ending']}"] if facts["endings"] == 1 else _folders(facts["files"]):
                    yield _leave(target, facts["who"], facts["count"])


def _folders(files: Sequence[str]) -> list[str]:
    return [rf"{folder}\*" for folder in dict.fromkeys(dirname(path) for path in files)]


def _leave(target: str, person: str, count: int) -> RemovalRow:
    return RemovalRow(
        step="leave", target=target, because="only_copy", facts={"who": person, "count": f"{count:,}"}
    )
