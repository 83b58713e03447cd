"""Precompiled INF files (PNF) that were made although no INF file of the same name is seen anywhere.

Windows makes a PNF file from an INF file beside it, which it reads to do so. A PNF without that is data under a name that
nobody looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, values_of, where
from scripts.procmon.findings.evidence.suspects import suspects
from scripts.procmon.findings.evidence.tables import copies_by_target, written_files
from scripts.procmon.findings.files.file_acts import SUCCESS, unseen
from scripts.procmon.findings.paths.path_forms import file_key

_IN_INF_FOLDER = re.compile(r"\\inf\\(?:[^\\]+\\)?[^\\]+\.pnf$", re.IGNORECASE)
_APART = re.compile(r"[\\/:*?\"<>|,]+")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """A finding for all PNF files in an INF folder that were created or overwritten and have no INF file.

    An INF file is seen where any event on its path succeeds or a listing of the folder names it.
    """
    if reason := unseen(capture):
        return Analysis(name="inf_pnf", outcome="could not be checked", reason=reason)
    made = [row for row in written_files(earlier) if _IN_INF_FOLDER.search(row.path) and row.made]
    seen = _inf_files(capture) if made else set()
    alone = [row for row in made if file_key(row.path)[:-4] + ".inf" not in seen]
    return Analysis(
        name="inf_pnf",
        outcome="found" if alone else "not found",
        limits=[] if capture.info["can_show"]["reads"]["value"] or not alone else ["no_reads_of_inf"],
        examined=len(made),
        findings=list(_finding(capture, alone, earlier)) if alone else [],
    )


def _inf_files(capture: Capture) -> set[str]:
    """The INF files that the capture shows, as lower-case paths."""
    events = capture.events[one_of(capture.events[e.RESULT], {SUCCESS})]
    opened = events[where(events[e.PATH], lambda path: path.lower().endswith(".inf"))]
    seen = {file_key(str(path)) for path in opened[e.PATH].unique()}
    listings = events[one_of(events[e.OPERATION], {"QueryDirectory", "IRP_MJ_DIRECTORY_CONTROL"})]
    names = values_of(listings[e.DETAIL], _listed)
    for folder, listed in zip(listings[e.PATH], names, strict=True):
        seen |= {f"{file_key(str(folder)).removesuffix('*').rstrip(chr(92))}\\{name}" for name in listed}
    return seen


def _listed(detail: str) -> list[str]:
    """The INF files that the listing of a folder names, in lower case."""
    names = (name.strip() for name in _APART.split(detail.lower()))
    return [name for name in names if name.endswith(".inf")]


def _finding(
    capture: Capture, alone: Sequence[FileRow], earlier: Mapping[str, Analysis]
) -> Iterator[Finding]:
    copies, accused = copies_by_target(earlier), suspects(earlier)
    writers = sorted({writer for row in alone for writer in [row.who, *row.writers]})
    guilty = [writer for writer in writers if writer in accused]
    copied = [
        copies[key]
        for row in alone
        if (key := file_key(row.path)) in copies and copies[key].confidence != "possible"
    ]
    severity: Severity = "high" if guilty and copied else "medium" if guilty or copied else "low"
    reads = bool(capture.info["can_show"]["reads"]["value"])
    evidence = sorted(
        {event for row in alone for event in row.events} | {n for row in copied for n in row.events}
    )
    yield Finding(
        kind="pnf_without_inf",
        severity=severity,
        confidence="likely" if reads else "possible",
        facts={
            "count": len(alone),
            "files": [
                {
                    "path": row.path,
                    "size": row.size,
                    "who": row.who,
                    "writers": row.writers,
                    "copied_from": row.copied_from,
                    "copy_confidence": row.copy_confidence,
                }
                for row in alone
            ],
            "writers": writers,
            "accused": guilty,
            "copied": len(copied),
            "apis": sorted({row.api for row in copied if row.api}),
            "reads": reads,
            "time": alone[0].time,
        },
        evidence=evidence,
        reproduce=by_path([row.path for row in alone]),
        attack=[Technique("T1036.005", "medium")],
        subjects={"processes": writers, "files": [row.path for row in alone]},
    )
