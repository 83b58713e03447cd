"""Disks opened below the file system: to read, to write, or only opened."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.procmon import detail_text
from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.places import kind_of

#: A whole disk; a volume ("C:") is opened by every program that asks for its size.
_DISK = re.compile(
    r"^\\device\\harddisk\d+\\dr\d+$|^\\\\\.\\physicaldrive\d+$|^\\device\\harddisk\d+\\partition0$", re.I
)
_NUMBER = re.compile(r"(?:harddisk|physicaldrive)(\d{1,6})", re.I)
#: The first sectors of a disk hold the table of its partitions (MBR; GPT with 128 entries) and nothing of any file.
_TABLE_BYTES = 34 * 512
_WRITES = ("Write Data", "Generic Write", "Generic Read/Write", "All Access")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "raw_disk", one for each process that asked for a whole disk; Windows' own that only read are left out."""
    if not capture.info["can_show"]["file_events"]["value"]:
        return Analysis(name="raw_disk", outcome="could not be checked", reason="no_file_events")
    told = records(
        capture,
        where(capture.events[e.PATH], lambda path: _DISK.match(path) is not None)
        & one_of(
            capture.events[e.OPERATION],
            {"CreateFile", "ReadFile", "WriteFile", "DeviceIoControl", "CloseFile"},
        ),
    )
    by_process: dict[int, list[Record]] = {}
    for record in told:
        by_process.setdefault(record.process, []).append(record)
    rows = {row.process: row for row in tree(earlier)}
    findings = [
        finding
        for process, mine in by_process.items()
        if process in rows and (finding := _finding(rows[process], mine))
    ]
    return Analysis(
        name="raw_disk",
        outcome="found" if findings else "not found",
        examined=len(told),
        findings=findings,
    )


def _may_hold_windows(path: str) -> bool:
    """Whether a disk is the first one, which holds Windows unless somebody set it up otherwise."""
    number = _NUMBER.search(path)
    return number is None or int(number[1]) == 0


def _only_table(reads: list[Record]) -> bool:
    """Whether no read goes beyond the table of the partitions, which tools ask for to tell what disks there are."""
    for record in reads:
        offset, length = (detail_text.number(record.fields.get(field, "")) for field in ("Offset", "Length"))
        if offset is None or length is None or not 0 <= offset <= offset + length <= _TABLE_BYTES:
            return False
    return bool(reads)


def _finding(row: ProcessRow, mine: list[Record]) -> Finding | None:
    opened = [record for record in mine if record.operation == "CreateFile"]
    reads = [record for record in mine if record.operation == "ReadFile" and record.succeeded]
    writes = [record for record in mine if record.operation == "WriteFile" and record.succeeded]
    done = any(record.succeeded for record in opened)
    own = bool(row.image_path) and kind_of(str(row.image_path))[0] == "own"
    if row.process_name.lower() == "system" or (own and not writes):
        return None
    access = list(
        dict.fromkeys(record.fields.get("Desired Access", "") for record in opened if record.detail)
    )
    elsewhere = bool(writes) and not any(_may_hold_windows(record.path) for record in writes)
    table = not writes and _only_table(reads)
    weighty = writes or (reads and not table)
    severity: Severity = "high" if writes and not elsewhere else "medium" if weighty else "low"
    return Finding(
        kind="raw_disk",
        severity=severity,
        confidence="certain",
        facts={
            "who": row.who,
            "paths": list(dict.fromkeys(record.path for record in mine)),
            "access": access,
            "may_write": any(word in text for text in access for word in _WRITES),
            "done": done,
            "result": opened[0].result if opened else "",
            "reads": len(reads),
            "table": table,
            "writes": len(writes),
            "written": list(dict.fromkeys(record.path for record in writes)),
            "elsewhere": elsewhere,
            "events": [record.event for record in opened],
            "time": mine[0].moment,
        },
        evidence=[record.event for record in mine],
        reproduce=by_path([record.path for record in mine], whos=[row.who]),
        attack=[Technique("T1561.002", "low")]
        if writes
        else [Technique("T1006", "low")]
        if reads and not table
        else [],
        subjects={"processes": [row.who], "files": sorted({record.path for record in mine})},
    )
