"""What may not go unseen when events are hidden: acts that change a machine or reach out of it.

Each act is a filter in Process Monitor's words, but for one regular expression on Detail, which rules don't have.
"""

from __future__ import annotations

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.filters.rules import HAS

_DONE = Rule("Result", "is", "SUCCESS")


def _operations(*names: str) -> tuple[Rule, ...]:
    return (*(Rule("Operation", "is", name) for name in names), _DONE)


#: A year of a file time that is none of 1601: those mean "leave as is" or "stop updating".
_A_TIME = r"(creation|lastaccess|lastwrite|change)time: [^,]*(160[2-9]|16[1-9]\d|1[7-9]\d\d|[2-9]\d\d\d)"

#: In the order in which they are told; the keys are those of the text catalogue ``filters``, ``acts``.
ACTS: dict[str, tuple[Rule, ...]] = {
    "file_times": (*_operations("SetBasicInformationFile"), Rule("Detail", HAS, _A_TIME)),
    "drivers": (*_operations("Load Image"), Rule("Process Name", "is", "System")),
    "processes": _operations("Process Create", "Process Start"),
    "file_deletions": (
        *_operations(
            "SetDispositionInformationFile", "SetDispositionInformationEx", "SetDispositionInformationFileEx"
        ),
        Rule("Detail", "contains", "Delete: True"),
        Rule("Detail", "contains", "FILE_DISPOSITION_DELETE"),
    ),
    "renames": _operations(
        "SetRenameInformationFile", "SetRenameInformationEx", "SetRenameInformationFileEx"
    ),
    "file_creations": (
        *_operations("CreateFile"),
        *(
            Rule("Detail", "ends with", f"OpenResult: {how}")
            for how in ("Created", "Overwritten", "Superseded")
        ),
    ),
    "file_writes": _operations("WriteFile"),
    "registry_deletions": _operations("RegDeleteKey", "RegDeleteValue"),
    "registry_creations": (
        *_operations("RegCreateKey"),
        Rule("Detail", "contains", "REG_CREATED_NEW_KEY"),
    ),
    "registry_values": _operations("RegSetValue"),
    "network": (
        Rule("Operation", "begins with", "TCP "),
        Rule("Operation", "begins with", "UDP "),
        _DONE,
    ),
}
