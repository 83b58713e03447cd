"""Programs whose names are made to be read as something else: turned writing, characters unseen, endings out of sight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ntpath import basename

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.contracts.tables import FileRow, ProcessRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import first_events
from scripts.procmon.findings.evidence.tables import rows_of
from scripts.procmon.findings.files.standing import stands_at
from scripts.procmon.findings.paths.file_kinds import PROGRAMS, is_stray, kind_of

#: U+202D and U+202E: the characters after them are shown in their order, whatever their script.
_OVERRIDE = re.compile("[\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}]")
#: Marks of direction that programs for Arabic and Hebrew, and copying from some windows of Windows, leave in names.
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202c\u2066-\u2069]")
_UNSEEN = re.compile("[\u200b\u2060-\u2064\ufeff\u180e\u034f\u115f\u1160\u3164\uffa0]")
#: Joiners belong to the writing of Persian and of India, and to pictures; between Latin letters they do nothing.
_JOINERS = re.compile("[\u200c\u200d\u00ad]")
_HIDDEN = re.compile("|".join(one.pattern for one in (_OVERRIDE, _DIRECTION, _UNSEEN, _JOINERS)))
_BLANKS = re.compile(r"\s{5,}\.[a-z0-9]{2,5}$", re.IGNORECASE)
_TWO = re.compile(
    r"\.(?:pdf|docx?|docm|xlsx?|xlsm|pptx?|rtf|odt|txt|jpe?g|png|gif|bmp|tiff?|mp[34]|avi|mov|wav)\s*\.(?:exe|scr|com|pif)$",
    re.IGNORECASE,
)
_DOCUMENT_END = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|txt|jpe?g|png|gif|bmp|mp[34]|avi|mov|zip|rar|html?)$", re.IGNORECASE
)


def signs_of(name: str) -> list[str]:
    """What is wrong with a file's name: "override", "unseen", "blanks", "two", "direction", the gravest first."""
    found = {
        "override": _OVERRIDE.search(name) is not None,
        "unseen": _UNSEEN.search(name) is not None
        or (_JOINERS.search(name) is not None and _JOINERS.sub("", name).isascii()),
        "blanks": _BLANKS.search(name) is not None,
        "two": _TWO.search(name) is not None,
        "direction": _DIRECTION.search(name) is not None,
    }
    return [sign for sign, met in found.items() if met]


def read_as(name: str) -> str:
    """A name as people see it: turned after U+202E, without what is not shown nor the ending that Explorer hides."""
    before, turned, after = name.partition("\N{RIGHT-TO-LEFT OVERRIDE}")
    if turned:
        inner, _, rest = after.partition("\N{POP DIRECTIONAL FORMATTING}")
        return _plain(before) + _plain(inner)[::-1] + _plain(rest)
    plain = _plain(name)
    if _BLANKS.search(plain) or _TWO.search(plain):
        plain = plain.rpartition(".")[0].rstrip()
    return plain


def _plain(text: str) -> str:
    return _JOINERS.sub("", _UNSEEN.sub("", _DIRECTION.sub("", _OVERRIDE.sub("", text))))


def disguised_names(
    capture: Capture, rows: Sequence[ProcessRow], earlier: Mapping[str, Analysis], accused: set[str]
) -> Iterator[Finding]:
    """Findings "name_disguised", one a program that was made or ran under such a name.

    Severity: high for a name that is turned to end like a document's, of a program that ran; medium for one that was only
    made, for characters that are not shown and an ending pushed out of sight, and for a document's ending before that of
    a program which ran from where users may write; low for marks of direction alone, and among installed programs.
    Two endings of a file that never ran are told where the file is ("programs_dropped").
    """
    ran: dict[str, list[ProcessRow]] = {}
    for row in rows:
        if signs_of(row.process_name) and (row.events or row.start_event is not None):
            ran.setdefault(row.image_path or row.process_name, []).append(row)
    made: dict[str, FileRow] = {}
    for file in rows_of(earlier, "files"):
        path = stands_at(file)
        if file.made and file.ordinary is None and kind_of(path) in PROGRAMS and signs_of(basename(path)):
            made.setdefault(path.lower(), file)
    for path, same in ran.items():
        yield _finding(capture, path, same, made.pop(path.lower(), None), accused)
    for file in made.values():
        if signs_of(basename(stands_at(file))) != ["two"]:
            yield _finding(capture, stands_at(file), [], file, accused)


def _finding(
    capture: Capture, path: str, ran: Sequence[ProcessRow], file: FileRow | None, accused: set[str]
) -> Finding:
    # What ran is called as its process is, which may be another name than its file's.
    name = ran[0].process_name if ran else basename(path)
    signs = signs_of(name)
    starts = [row.start_event for row in ran if row.start_event is not None]
    people = [row.who for row in ran]
    evidence = sorted({*starts, *(file.events if file else ())})
    evidence = evidence or first_events(capture, (row.process for row in ran), most=len(ran))
    pids = [Rule("PID", "is", str(row.pid)) for row in ran if row.pid is not None][:12]
    turned = signs[0] == "override"
    return Finding(
        kind="name_disguised",
        severity=_severity(path, name, signs, ran=bool(ran), accused=any(one in accused for one in people)),
        confidence="certain" if signs[0] in ("override", "blanks") else "likely",
        facts={
            "who": people,
            "name": name,
            "path": path,
            "sign": signs[0],
            "read_as": read_as(name),
            "characters": sorted({f"U+{ord(one):04X}" for one in _HIDDEN.findall(name)}),
            "by": file.who if file else None,
            "made": file.time if file else None,
            "made_event": file.events[0] if file else None,
            "start": next((row.start for row in ran if row.start), None),
            "command_line": next((row.command_line for row in ran if row.command_line), None),
        },
        evidence=evidence,
        reproduce=pids or (by_path([path]) if file else [Rule("Process Name", "is", name)]),
        attack=[
            Technique("T1036.002" if turned else "T1036.007" if signs[0] == "two" else "T1036.005", "medium")
        ],
        subjects={"processes": people or ([file.who] if file else []), "files": [path]},
    )


def _severity(path: str, name: str, signs: Sequence[str], *, ran: bool, accused: bool) -> Severity:
    sign = signs[0]
    if sign == "override" and ran and _DOCUMENT_END.search(read_as(name)):
        return "high"
    if sign == "override" or accused:
        return "medium"
    if sign == "direction" or "\\" not in path or not is_stray(path):
        return "low"
    return "medium"
