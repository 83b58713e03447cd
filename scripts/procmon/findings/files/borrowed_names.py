"""Folders that bear the name of a maker of security products, and what was made beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ntpath import basename
from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Finding, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.knowledge import knowledge

#: What one process does within this is one step.
BESIDE = pd.Timedelta(seconds=1)


def borrowed_names(capture: Capture, rows: Sequence[FileRow], fresh: Sequence[Finding]) -> Iterator[Finding]:
    """Folders right below a disk's root that bear the name of a maker of security products. Severity: medium.

    ``fresh`` are the findings on files from the network: one of the same moment may be what the folder was for.
    """
    for row in rows:
        if row.what != "folder" or row.path.rstrip("\\").count("\\") != 1:
            continue
        maker = _maker(row.path)
        company: Any = capture.processes.loc[row.process, p.COMPANY]
        known = None if pd.isna(company) else str(company)
        if maker is None or (known and maker.lower().replace(" ", "") in known.lower().replace(" ", "")):
            continue
        yield Finding(
            kind="security_name_borrowed",
            severity="medium",
            confidence="likely",
            facts={
                "who": row.who,
                "path": row.path,
                "maker": maker,
                "company": known,
                "filled": sum(
                    one.path.lower().startswith(row.path.lower().rstrip("\\") + "\\") for one in rows
                ),
                "beside": (beside := _beside(capture, row, fresh)),
                "namesakes": [
                    one.path
                    for one in rows
                    if one.process == row.process and one.what != "folder" and is_named_alike(row, one)
                ],
                "time": row.time,
                "event": row.events[0],
            },
            evidence=sorted(
                {*row.events, *(beside[key] for key in ("written", "read") if beside and beside[key])}
            ),
            key_events=row.events,
            reproduce=by_path([row.path]),
            attack=[Technique("T1036.005", "medium")],
            subjects={"processes": [row.who], "files": [row.path]},
        )


def _maker(folder: str) -> str | None:
    """The maker of security products whose name a folder bears."""
    name = basename(folder.rstrip("\\")).lower().replace(" ", "")
    makers = knowledge("security_vendors")
    return next((str(one["name"]) for one in makers if any(word in name for word in one["words"])), None)


def _beside(capture: Capture, folder: FileRow, fresh: Sequence[Finding]) -> dict[str, Any] | None:
    """The file from the network that the same process wrote within BESIDE of making the folder."""
    times = capture.events[e.TIME]
    for finding in fresh:
        facts = finding.facts
        gap = abs(times.iloc[folder.events[0]] - times.iloc[facts["write_event"]])
        if facts["who"] == folder.who and gap <= BESIDE:
            told = {key: facts[key] for key in ("path", "bytes")}
            read = facts["read_event"]
            since = None if read is None else abs(times.iloc[folder.events[0]] - times.iloc[read])
            return {
                **told,
                "written": facts["write_event"],
                "read": read,
                "seconds": float(gap.total_seconds()),
                "read_seconds": None if since is None else float(since.total_seconds()),
            }
    return None


def is_named_alike(row: FileRow, mark: FileRow) -> bool:
    """Whether the name of another file or folder begins like that of the mark, whatever blanks are in it."""
    stem = basename(mark.path).partition(".")[0].lower().replace(" ", "")
    name = basename(row.path.rstrip("\\")).lower().replace(" ", "")
    return row is not mark and len(stem) >= 4 and name.startswith(stem)
