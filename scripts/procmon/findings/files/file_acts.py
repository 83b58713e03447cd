"""What was done to files, as columns: creations, writes, reads, deletions and renames that succeeded or were tried.

All functions return the events concerned with the columns of events.parquet and ``file``: the path in lower case,
by which files are told apart (Windows' names are case-insensitive).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.detail_text import field, numbers
from scripts.procmon.findings.evidence.select import one_of, values_of, where
from scripts.procmon.findings.paths.path_forms import file_key, unprefixed

FILE = "file"
SUCCESS = "SUCCESS"

#: Operations by what they do, with their names in Process Monitor's advanced output.
OPEN = frozenset({"CreateFile", "IRP_MJ_CREATE"})
WRITE = frozenset({"WriteFile", "FASTIO_WRITE", "IRP_MJ_WRITE"})
READ = frozenset({"ReadFile", "FASTIO_READ", "IRP_MJ_READ"})
SET_DISPOSITION = frozenset(
    {"SetDispositionInformationFile", "SetDispositionInformationEx", "SetDispositionInformationFileEx"}
)
SET_RENAME = frozenset(
    {
        "SetRenameInformationFile",
        "SetRenameInformationEx",
        "SetRenameInformationExFile",
        "SetRenameInformationFileEx",
    }
)
#: Their Detail is that of a renaming; the file bears both names afterwards.
SET_LINK = frozenset({"SetLinkInformationFile", "SetLinkInformationEx", "SetLinkInformationFileEx"})
SET_BASIC = frozenset({"SetBasicInformationFile"})
SET_SECURITY = frozenset({"SetSecurityFile"})

_HOW = {"Created": "created", "Superseded": "overwritten", "Overwritten": "overwritten"}

#: Paths in the file system's name space that are no files: pipes, mailslots, whole disks and other devices.
_NO_FILE = re.compile(
    r"\\device\\(?!harddiskvolume\d+\\|mup\\|lanmanredirector\\)|\\\\[^\\]+\\(?:pipe|mailslot|ipc\$)(?:\\|$)"
    r"|\\(?:pipe|mailslot)(?:\\|$)|\\\\[.?]\\(?![a-z]:\\)|[a-z]:$|\\\\[^\\]*$|(?![a-z]:\\|\\\\|\\device\\)"
)


def unseen(capture: Capture) -> str | None:
    """Why nothing can be said of what became of files (a key of ``reasons`` in the catalogues checks*), or None.

    Every file that is made, deleted or given other times is opened first: with neither a CreateFile nor what follows it
    the capture was filtered, and that nothing was deleted can't be read from it.
    """
    if not capture.info["can_show"]["file_events"]["value"]:
        return "no_file_events"
    telling = OPEN | SET_DISPOSITION | SET_RENAME | SET_BASIC
    return None if one_of(capture.events[e.OPERATION], telling).any() else "no_openings"


def is_file(path: str) -> bool:
    r"""Whether a path names a file or folder: ``C:\…``, ``\\server\share\…``, ``\Device\HarddiskVolume1\…``."""
    return _NO_FILE.match(unprefixed(path.lower())) is None


def acts(capture: Capture, operations: Collection[str], *, tried: bool = False) -> pd.DataFrame:
    """The events of ``operations`` on files that succeeded (``tried``: whatever their result)."""
    events = capture.events
    kept = events[one_of(events[e.OPERATION], operations)]
    if not tried:
        kept = kept[one_of(kept[e.RESULT], {SUCCESS})]
    kept = kept[values_of(kept[e.PATH], is_file).astype(bool)]
    return kept.assign(**{FILE: values_of(kept[e.PATH], file_key)})


def creations(capture: Capture) -> pd.DataFrame:
    """The events that created or replaced a file or folder; columns ``how``, ``folder``, ``attributes``.

    Process Monitor says so in Detail: OpenResult Created, Superseded or Overwritten. Disposition: Create that succeeded
    has created too, whether or not OpenResult stands there.
    """
    opened = acts(capture, OPEN)
    detail = _narrow(opened[e.DETAIL])
    result = field(detail, "OpenResult")
    always = (field(detail, "Disposition") == "Create").fillna(False) & result.isna()
    how = result.map(_HOW).mask(always.to_numpy(dtype=bool), "created")
    made = how.notna().to_numpy(dtype=bool)
    options = field(detail, "Options")
    return opened[made].assign(
        how=how[made],
        folder=options[made].map(_is_folder, na_action="ignore").astype("boolean").fillna(False).astype(bool),
        attributes=field(detail, "Attributes")[made].mask(lambda texts: texts.isin(["n/a", ""])),
    )


def says_open_result(capture: Capture) -> bool:
    """Whether every successful CreateFile that might have created a file says whether it did."""
    detail = _narrow(acts(capture, OPEN)[e.DETAIL])
    might = field(detail, "Disposition").isin(["OpenIf", "OverwriteIf", "Supersede"])
    return bool((field(detail, "OpenResult").notna() | ~might).all())


def transfers(capture: Capture, operations: Collection[str]) -> pd.DataFrame:
    """Reads or writes that succeeded; columns ``offset``, ``length`` (Int64 bytes), ``paging`` (the memory manager's).

    Offset -1 (at the end of the file) and -2 (where the last one ended) say no place; they come out missing.
    """
    moved = acts(capture, operations)
    detail = _narrow(moved[e.DETAIL])
    offsets = numbers(detail, "Offset")
    return moved.assign(
        offset=offsets.mask(offsets < 0),
        length=numbers(detail, "Length"),
        paging=where(detail, lambda text: "Paging I/O" in text),
    )


def deletions(capture: Capture) -> pd.DataFrame:
    """The events that delete a file or mark it so, done or tried; columns ``how`` and ``attempt``.

    ``how`` is "deleted" (SetDispositionInformationFile, Delete: True or the flag FILE_DISPOSITION_DELETE) or "deleted on
    close" (CreateFile with Delete On Close).
    """
    marked = acts(capture, SET_DISPOSITION, tried=True)
    marked = marked[values_of(marked[e.DETAIL], marks_deletion).astype(bool)]
    opened = acts(capture, OPEN, tried=True)
    opened = opened[values_of(opened[e.DETAIL], deletes_on_close).astype(bool)]
    both = pd.concat([marked.assign(how="deleted"), opened.assign(how="deleted on close")]).sort_index()
    return (
        both.assign(attempt=~one_of(both[e.RESULT], {SUCCESS})) if len(both) else both.assign(attempt=False)
    )


def kept_after_all(capture: Capture) -> pd.DataFrame:
    """The events that take a mark for deletion back (Delete: False)."""
    marked = acts(capture, SET_DISPOSITION)
    return marked[values_of(marked[e.DETAIL], lambda text: not marks_deletion(text)).astype(bool)]


def changes(capture: Capture) -> pd.DataFrame:
    """The events that gave a file an owner, permissions or the attributes Hidden and System; column ``change``.

    ``change`` is "owner", "permissions" (any other part of the security descriptor) or "hidden".
    """
    secured = acts(capture, SET_SECURITY)
    secured = secured.assign(change=values_of(_narrow(secured[e.DETAIL]), _secured))
    basic = acts(capture, SET_BASIC)
    attributes = field(_narrow(basic[e.DETAIL]), "FileAttributes")
    hides = attributes.map(is_hidden, na_action="ignore").astype("boolean").fillna(False).to_numpy(dtype=bool)
    hidden = basic[hides].assign(change="hidden")
    return pd.concat([secured, hidden]).sort_index()


def is_hidden(attributes: str | None) -> bool:
    """Whether attributes as Process Monitor shows them ("HSN") hold both Hidden and System."""
    # "NCI" (not content indexed), "SF" (sparse file) and "RP" (reparse point) hold letters of other attributes.
    letters = (attributes or "").replace("NCI", "").replace("SF", "").replace("RP", "")
    return "H" in letters and "S" in letters


def _secured(detail: str) -> str:
    return "owner" if re.search(r"Information:[^:]*\bOwner\b", detail) else "permissions"


def renames(capture: Capture) -> pd.DataFrame:
    """The events that gave a file another name; column ``to``, the new path where Detail tells it whole."""
    renamed = acts(capture, SET_RENAME)
    return renamed.assign(to=field(_narrow(renamed[e.DETAIL]), "FileName"))


def hard_links(capture: Capture) -> pd.DataFrame:
    """The events that gave a file a second name (CreateHardLink); column ``to``, that name as a whole path."""
    linked = acts(capture, SET_LINK)
    return linked.assign(to=field(_narrow(linked[e.DETAIL]), "FileName"))


def _narrow(details: pd.Series[Any]) -> pd.Series[Any]:
    """The same with only the categories that occur, so that nothing is worked out for the others."""
    return details.cat.remove_unused_categories()


def _is_folder(options: str) -> bool:
    return "Directory" in (option.strip() for option in options.split(","))


def marks_deletion(detail: str) -> bool:
    """Whether the Detail of a disposition marks the file for deletion; any other takes such a mark back."""
    return "Delete: True" in detail or re.search(r"FILE_DISPOSITION_DELETE\b", detail) is not None


def deletes_on_close(detail: str) -> bool:
    """Whether the Detail of an opening says that the file goes when it is closed."""
    return "Delete On Close" in detail
