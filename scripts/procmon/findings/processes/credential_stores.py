"""Files that hold passwords or keys, read by programs that they do not belong to."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.records import Record, records
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import tree, written_files
from scripts.procmon.findings.paths.path_forms import file_key, in_full
from scripts.procmon.findings.paths.places import below_windows, in_its_place, kind_of
from scripts.procmon.findings.processes.credential_readers import (
    cleaners,
    is_sweep,
    keeps,
    takes_over,
    talks,
    told_to_copy_all,
)
from scripts.procmon.findings.processes.memory_dumps import memory_dumps
from scripts.procmon.findings.programs.askers import lies_loose
from scripts.procmon.findings.programs.doers import Doer, Doers, interprets
from scripts.procmon.findings.programs.windows_setup import laying_out
from scripts.procmon.knowledge import knowledge

_READS = ("Read Data", "Generic Read", "Generic All", "All Access", "Maximum Allowed")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "credentials_read", one for each process that opened such files to read them."""
    if not capture.info["can_show"]["file_events"]["value"]:
        return Analysis(name="credential_stores", outcome="could not be checked", reason="no_file_events")
    opened = one_of(capture.events[e.OPERATION], {"CreateFile", "ReadFile"})
    told = records(capture, opened & where(capture.events[e.PATH], lambda path: store_of(path) is not None))
    paths = images(earlier)
    by_process: dict[int, list[Record]] = {}
    for record in told:
        if (
            record.succeeded
            and _reads(record)
            and not _is_owner(capture, record, paths.get(record.process, ""))
        ):
            by_process.setdefault(record.process, []).append(record)
    rows = {row.process: row for row in tree(earlier)}
    doers = Doers(rows.values())
    setup, cleans = laying_out(earlier), cleaners(earlier)
    files = written_files(earlier)
    new = {file_key(row.path) for row in files if row.made}
    # Entries that nothing needs any more are a part of what a cleaner takes away.
    accused = {
        who
        for who, kinds in accusations(earlier).items()
        if who not in cleans or set(kinds) != {"registry_deletion_unexplained"}
    }
    findings = [
        _finding(
            capture,
            rows[process],
            mine,
            accused=accused,
            doer=doers.of(process),
            setup=setup,
            cleans=cleans,
            new=new,
        )
        for process, mine in by_process.items()
        if process in rows
    ] + list(memory_dumps(earlier))
    return Analysis(
        name="credential_stores",
        outcome="found" if findings else "not found",
        examined=int(np.count_nonzero(opened)),
        findings=findings,
    )


def store_of(path: str) -> Mapping[str, Any] | None:
    """The store that a file belongs to; None for any other file."""
    lower = in_full(path).lower()
    # A capture has a million paths, and hardly one of them is meant: the name alone rules out the rest.
    names, folders = _ends()
    if lower.rpartition("\\")[2] not in names and not any(folder in lower for folder in folders):
        return None
    stores = knowledge("credential_stores")["stores"]
    return next(
        (dict(store) for store in stores if any(fnmatchcase(lower, one) for one in store["files"])), None
    )


@cache
def _ends() -> tuple[frozenset[str], tuple[str, ...]]:
    """The file names that end the patterns, and for those that end with "*" the folders before it."""
    patterns = [one for store in knowledge("credential_stores")["stores"] for one in store["files"]]
    names = frozenset(one.rpartition("\\")[2] for one in patterns if not one.endswith("*"))
    folders = tuple("\\" + one.split("\\")[-2] for one in patterns if one.endswith("*"))
    return names, tuple(folder.split("*")[0] for folder in folders)


def _reads(record: Record) -> bool:
    if record.operation == "ReadFile":
        return True
    return any(word in record.fields.get("Desired Access", "") for word in _READS)


def _is_owner(capture: Capture, record: Record, image: str) -> bool:
    store = store_of(record.path) or {}
    name = str(capture.processes.loc[record.process, p.PROCESS_NAME]).lower()
    # Another program may bear a browser's name; one from a user's loose folders is not believed.
    believed = in_its_place(image) or ("\\users\\" not in image.lower() and not lies_loose(image))
    if believed and (name in store["owners"] or name in knowledge("credential_stores")["everyone"]):
        return True
    if name in store["owners"] and keeps(image, record.path):
        return True
    # Many programs are built on Chrome's engine and keep a profile of their own; so do programs of Windows.
    folder = record.path.lower().partition("\\user data\\")[0].rpartition("\\")[2]
    of_its_own = f"{image} {name}" if believed else image.rpartition("\\")[0] if not _loose(image) else ""
    own_profile = store.get("own_profile", False) and len(folder) > 3 and folder in of_its_own.lower()
    return own_profile or (bool(store.get("windows_own")) and below_windows(image) is not None)


def _no_browsers(store: Mapping[str, Any]) -> bool:
    """Whether nobody takes over what a store keeps: a key, the hashes of Windows, what Windows keeps for a user."""
    return any(store.get(one) for one in ("key", "of_windows", "windows_own"))


def _loose(image: str) -> bool:
    """Whether a program lies where no program that keeps a profile is set up."""
    return kind_of(image)[1] not in (None, "the user's application data")


def _lent(image: str, doer: Doer) -> bool:
    """Whether a program is Windows' own and yet does what somebody gives it: an interpreter, or an empty shell."""
    if below_windows(image) is None:
        return False
    shell = image.rpartition("\\")[2].lower() in knowledge("process_habits")["shells"]
    return shell or (interprets(image) and doer != "installed")


def _finding(
    capture: Capture,
    row: ProcessRow,
    mine: list[Record],
    *,
    accused: set[str],
    doer: Doer,
    setup: set[str],
    cleans: set[str],
    new: set[str],
) -> Finding:
    person, image = row.who, row.image_path or ""
    files = list(dict.fromkeys(record.path for record in mine))
    kinds = [store_of(path) or {} for path in files]
    stores = list(dict.fromkeys(str(store["name"]) for store in kinds))
    installed = kind_of(image)[0] == "own" if image else False
    all_copied = is_sweep(capture, row.process, files)
    lent = _lent(image, doer) and not all_copied
    key, talked = all(store.get("key") for store in kinds), talks(capture, row.process)
    keys = key and talked != "elsewhere"
    browsers = len(stores) == 1 and not any(map(_no_browsers, kinds))
    importer = browsers and takes_over(image) and file_key(image) not in new
    asked = told_to_copy_all(row.command_line, files)
    hashes = lent and any(store.get("of_windows") for store in kinds)
    severity: Severity = "high" if len(stores) > 1 or hashes else "medium"
    silent = not hashes and person in cleans and talked != "elsewhere"
    if person in setup:
        severity = "low"
    elif person in accused:
        severity = "high"
    elif importer or (installed and not lent) or (not lent and not _loose(image) and (all_copied or keys)):
        severity = "low"
    elif not lent and (all_copied or asked or silent):
        severity = "medium"
    return Finding(
        kind="credentials_read",
        severity=severity,
        confidence="certain" if any(record.operation == "ReadFile" for record in mine) else "likely",
        facts={
            "who": person,
            "files": files,
            "stores": stores,
            "read": any(record.operation == "ReadFile" for record in mine),
            "installed": installed,
            "lent": lent,
            "keys": keys,
            "key": key,
            "hashes": all(store.get("of_windows") for store in kinds),
            "talked": talked,
            "importer": importer,
            "setup": person in setup,
            "all_copied": all_copied,
            "asked": asked,
            "image": image,
            "time": mine[0].moment,
        },
        evidence=[record.event for record in mine][:500],
        reproduce=by_path(files, whos=[person]),
        attack=[Technique("T1555", "medium")],
        subjects={"processes": [person], "files": files},
    )
