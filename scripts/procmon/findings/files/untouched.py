"""Whether files were renamed and nothing more: their contents can't have changed in the capture."""

from __future__ import annotations

import re
from collections.abc import Collection

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.records import records
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.paths.path_forms import file_key

#: Rights by which the content of a file can't be changed; any other may do.
_HARMLESS = re.compile(
    r"(?:Delete|Synchronize|Read Control|Write DAC|Write Owner|(?:Read|Write) (?:Attributes|EA)"
    r"|Read Data/List Directory|Execute/Traverse|Generic (?:Read|Execute|Read/Execute))(?:, |$)"
)
_CHANGES = {"WriteFile", "CreateFileMapping", "SetEndOfFileInformationFile", "SetAllocationInformationFile"}


def only_renamed(capture: Capture, process: int, old: Collection[str], new: Collection[str]) -> bool:
    """Whether ``process`` opened each of ``old`` without a right to change it, and nobody opened or wrote any for that.

    False where an opening is not in the capture: what a file was opened for is then not known.
    """
    every = {file_key(path) for path in (*old, *new)}
    about = where(capture.events[e.PATH], lambda path: file_key(path) in every)
    if bool((about & one_of(capture.events[e.OPERATION], _CHANGES)).any()):
        return False
    opened = set()
    for record in records(capture, about & one_of(capture.events[e.OPERATION], {"CreateFile"})):
        if not record.succeeded:
            continue
        access = record.fields.get("Desired Access", "")
        if _HARMLESS.sub("", access):
            return False
        if access and record.process == process:
            opened.add(file_key(record.path))
    return all(file_key(path) in opened for path in old)
