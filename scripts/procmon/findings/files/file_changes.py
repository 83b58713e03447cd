"""Files that were given another owner, other permissions or the attributes Hidden and System, without being written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.names import moment_of, process_name, who
from scripts.procmon.findings.evidence.parts import Part, parts, some
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import images, suspects
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.files.file_acts import FILE, changes
from scripts.procmon.findings.paths.file_kinds import (
    PROGRAMS,
    is_folder_settings,
    is_stray,
    kind_of,
    ordinary_reason,
)
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.programs.believed_names import believed_name
from scripts.procmon.knowledge import knowledge

MOST_EVENTS = 100
_CHANGED = (FILE, e.EVENT, e.PROCESS, e.PATH, "change")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Rows of ``files`` for what was changed but neither made nor written; findings "hidden_later"."""
    if not capture.info["can_show"]["file_events"]["value"]:
        return Analysis(name="file_changes", outcome="could not be checked", reason="no_file_events")
    done = changes(capture)
    image_of = images(earlier)
    known = {file_key(row.path): row for row in rows_of(earlier, "files")}
    rows = [
        _row(capture, part, image_of)
        for part in parts(done, [FILE], _CHANGED)
        if str(part[FILE][0]) not in known
    ]
    findings = list(_hidden_later(capture, done[(done["change"] == "hidden").to_numpy()], known, earlier))
    return Analysis(
        name="file_changes",
        outcome="found" if rows or findings else "not found",
        examined=len(done),
        findings=findings,
        tables={"files": rows},
    )


def _row(capture: Capture, part: Part, image_of: Mapping[int, str]) -> FileRow:
    path, process = str(part[e.PATH][0]), int(part[e.PROCESS][0])
    actors = [int(one) for one in dict.fromkeys(part[e.PROCESS])]
    reasons = [_ordinary(capture, path, one, image_of) for one in actors]
    return FileRow(
        path=path,
        how="changed",
        what=kind_of(path),
        process=process,
        who=who(capture, process),
        time=moment_of(capture, int(part[e.EVENT][0])),
        events=some(part[e.EVENT], MOST_EVENTS),
        fate="not known",
        ordinary=reasons[0] if all(reasons) else None,
        changed=list(dict.fromkeys(part["change"])),
        changed_by=[who(capture, one) for one in actors],
    )


def _ordinary(capture: Capture, path: str, process: int, image_of: Mapping[int, str]) -> str | None:
    """Why a change is everyday business: the file's own reason, or a service of Windows that keeps its files in order."""
    name = believed_name(capture, process)
    reason = ordinary_reason(path, process_name=name, what=kind_of(path))
    if reason:
        return reason
    of_windows = below_windows(image_of.get(process, "")) is not None or name.lower() == "system"
    return "windows_permissions" if of_windows and name.lower() not in _at_a_users_wish() else None


def _at_a_users_wish() -> frozenset[str]:
    return frozenset(knowledge("process_habits")["changes_at_a_users_wish"])


def _hidden_later(
    capture: Capture, hidden: object, known: Mapping[str, FileRow], earlier: Mapping[str, Analysis]
) -> Iterator[Finding]:
    """One finding a process that hid programs, or files made in this capture, after they were made.

    Severity: medium for a program's own file, programs hidden by one from where users may write, or by a process that is
    not what it seems; high for the last with a program; else low.
    """
    image_of, accused = images(earlier), suspects(earlier)
    for part in parts(hidden, [e.PROCESS], _CHANGED):  # type: ignore[arg-type]
        process = int(part[e.PROCESS][0])
        image = image_of.get(process)
        person, name = who(capture, process), process_name(capture, process).lower()
        paths = [str(path) for path in dict.fromkeys(part[e.PATH]) if _is_told(str(path), image, known, name)]
        if not paths or ((below_windows(image or "") is not None) and name not in _at_a_users_wish()):
            continue
        itself = [path for path in paths if image and file_key(path) == file_key(image)]
        programs = [path for path in paths if kind_of(path) in PROGRAMS]
        severity: Severity = "low"
        if itself or (programs and is_stray(image)) or person in accused:
            severity = "high" if person in accused and programs else "medium"
        told = set(paths)
        events = [
            int(event) for event, path in zip(part[e.EVENT], part[e.PATH], strict=True) if str(path) in told
        ]
        yield Finding(
            kind="hidden_later",
            severity=severity,
            confidence="certain",
            facts={
                "who": person,
                "paths": paths,
                "itself": bool(itself),
                "made_here": [path for path in paths if (row := known.get(file_key(path))) and row.made],
                "programs": len(programs),
                "stray": is_stray(image),
                "accused": person in accused,
                "time": moment_of(capture, events[0]),
                "events": events,
            },
            evidence=events,
            reproduce=by_path(paths, operations=["SetBasicInformationFile"]),
            attack=[Technique("T1564.001", "high")],
            subjects={"processes": [person], "files": paths},
        )


def _is_told(path: str, image: str | None, known: Mapping[str, FileRow], name: str) -> bool:
    """Whether hiding a file is news: a program, the own file, or one that was made in this capture."""
    row = known.get(file_key(path))
    if ordinary_reason(path, process_name=name, what=kind_of(path)) or is_folder_settings(path):
        return False
    own = image is not None and file_key(path) == file_key(image)
    return own or kind_of(path) in PROGRAMS or bool(row and row.made and row.ordinary is None)
