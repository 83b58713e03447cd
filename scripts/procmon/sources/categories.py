"""Event Class and Category of exported events, for exports that do not show these columns."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.contracts import events as contract
from scripts.procmon.detail_text import fields

READ = "Read"
WRITE = "Write"
READ_METADATA = "Read Metadata"
WRITE_METADATA = "Write Metadata"

_PROCESS = {
    "Process Defined",
    "Process Create",
    "Process Start",
    "Process Exit",
    "Process Statistics",
    "Thread Create",
    "Thread Exit",
    "Thread Profile",
    "Load Image",
    "System Statistics",
}

_BY_OPERATION = {
    "ReadFile": READ,
    "FASTIO_READ": READ,
    "IRP_MJ_READ": READ,
    "WriteFile": WRITE,
    "FASTIO_WRITE": WRITE,
    "IRP_MJ_WRITE": WRITE,
    "QueryDirectory": READ_METADATA,
    "NotifyChangeDirectory": READ_METADATA,
    "IRP_MJ_DIRECTORY_CONTROL": READ_METADATA,
    "IRP_MJ_QUERY_INFORMATION": READ_METADATA,
    "FASTIO_QUERY_INFORMATION": READ_METADATA,
    "QuerySecurityFile": READ_METADATA,
    "IRP_MJ_QUERY_SECURITY": READ_METADATA,
    "QueryEAFile": READ_METADATA,
    "IRP_MJ_QUERY_EA": READ_METADATA,
    "IRP_MJ_SET_INFORMATION": WRITE_METADATA,
    "SetSecurityFile": WRITE_METADATA,
    "IRP_MJ_SET_SECURITY": WRITE_METADATA,
    "SetEAFile": WRITE_METADATA,
    "IRP_MJ_SET_EA": WRITE_METADATA,
    "RegOpenKey": READ,
    "RegQueryKey": READ,
    "RegQueryValue": READ,
    "RegQueryMultipleValueKey": READ,
    "RegEnumKey": READ,
    "RegEnumValue": READ,
    "RegQueryKeySecurity": READ_METADATA,
    "RegSetValue": WRITE,
    "RegDeleteKey": WRITE,
    "RegDeleteValue": WRITE,
    "RegRenameKey": WRITE,
    "RegSetInfoKey": WRITE_METADATA,
    "RegSetKeySecurity": WRITE_METADATA,
    "QueryOpen": None,
}

_CONTROLS = {
    READ: ("FSCTL_OFFLOAD_READ", "FSCTL_GET_REPARSE_POINT", "FSCTL_READ_RAW_ENCRYPTED"),
    WRITE: (
        "FSCTL_OFFLOAD_WRITE",
        "FSCTL_MOVE_FILE",
        "FSCTL_DELETE_REPARSE_POINT",
        "FSCTL_WRITE_RAW_ENCRYPTED",
        "FSCTL_PIPE_TRANSCEIVE",
        "FSCTL_PIPE_INTERNAL_TRANSCEIVE",
    ),
    WRITE_METADATA: (
        "FSCTL_SET_COMPRESSION",
        "FSCTL_WRITE_PROPERTY_DATA",
        "FSCTL_SET_OBJECT_ID",
        "FSCTL_DELETE_OBJECT_ID",
        "FSCTL_SET_REPARSE_POINT",
        "FSCTL_SET_SPARSE",
        "FSCTL_SET_ENCRYPTION",
        "FSCTL_CREATE_USN_JOURNAL",
        "FSCTL_WRITE_USN_CLOSE_RECORD",
        "FSCTL_EXTEND_VOLUME",
        "FSCTL_DELETE_USN_JOURNAL",
    ),
    READ_METADATA: (
        "FSCTL_QUERY_RETRIEVAL_POINTERS",
        "FSCTL_GET_COMPRESSION",
        "FSCTL_QUERY_FAT_BPB",
        "FSCTL_FILESYSTEM_GET_STATISTICS",
        "FSCTL_GET_NTFS_VOLUME_DATA",
        "FSCTL_GET_NTFS_FILE_RECORD",
        "FSCTL_GET_VOLUME_BITMAP",
        "FSCTL_GET_RETRIEVAL_POINTERS",
        "FSCTL_IS_VOLUME_DIRTY",
        "FSCTL_READ_PROPERTY_DATA",
        "FSCTL_FIND_FILES_BY_SID",
        "FSCTL_GET_OBJECT_ID",
        "FSCTL_READ_USN_JOURNAL",
        "FSCTL_SET_OBJECT_ID_EXTENDED",
        "FSCTL_CREATE_OR_GET_OBJECT_ID",
        "FSCTL_READ_FILE_USN_DATA",
        "FSCTL_QUERY_USN_JOURNAL",
    ),
}
_BY_CONTROL = {control: category for category, controls in _CONTROLS.items() for control in controls}


def event_class(operation: str) -> str | None:
    """The event class of an operation's name; None where there is no name.

    "<Unknown>" is what Process Monitor shows for a sub-operation that it does not know; only file-system events have any.
    """
    if operation.startswith("Reg"):
        return contract.REGISTRY
    if operation in _PROCESS:
        return contract.PROCESS_CLASS
    if operation.startswith(("TCP ", "UDP ")):
        return contract.NETWORK
    if operation.endswith(" Profiling"):
        return contract.PROFILING
    return contract.FILE_SYSTEM if operation else None


def category(operation: str, detail: str) -> str | None:
    """The category of one event as Process Monitor gives it; None where it gives none or the export can't tell.

    Source of the rules: Process Monitor's own Category column in exports of versions 3 and 4.
    """
    decide = _BY_DETAIL.get(operation)
    if decide:
        return decide(detail)
    if operation in _BY_OPERATION:
        return _BY_OPERATION[operation]
    if operation.endswith("Volume"):
        return None
    if re.match(r"Query.*(File|Information)$", operation):
        return READ_METADATA
    if re.match(r"Set.*(File|Information|InformationEx)$", operation):
        return WRITE_METADATA
    return None


def event_classes(operations: pa.DictionaryArray) -> pa.DictionaryArray:
    """``event_class`` of each event."""
    return _translated(operations, [event_class(name or "") for name in operations.dictionary.to_pylist()])


def categories(operations: pa.DictionaryArray, details: pa.DictionaryArray) -> pa.DictionaryArray:
    """``category`` of each event; each distinct pair of operation and Detail is looked at once."""
    names = operations.dictionary.to_pylist()
    texts = details.dictionary.to_pylist()
    asked = np.array([name in _BY_DETAIL for name in names] or [False])
    operation = pc.fill_null(operations.indices, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    detail = pc.fill_null(details.indices, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    if not names:
        return pa.nulls(len(operations), pa.dictionary(pa.int32(), pa.string()))
    # Where Detail does not matter, all of an operation's events are one pair.
    pairs = operation * (len(texts) + 1) + np.where(asked[operation] & bool(texts), detail + 1, 0)
    distinct, places = np.unique(pairs, return_inverse=True)
    found = [
        category(names[pair // (len(texts) + 1)] or "", _text_at(texts, pair % (len(texts) + 1) - 1))
        for pair in distinct.tolist()
    ]
    return _translated(
        pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(distinct)), found
    )


def _text_at(texts: list[str | None], place: int) -> str:
    return (texts[place] or "") if 0 <= place < len(texts) else ""


def _translated(encoded: pa.DictionaryArray, values: list[str | None]) -> pa.DictionaryArray:
    """The array with each distinct value replaced by another, equal ones merged."""
    known = sorted({value for value in values if value is not None})
    place = {value: number for number, value in enumerate(known)}
    codes = pa.array([None if value is None else place[value] for value in values], pa.int32())
    indices = codes.take(encoded.indices) if len(values) else pa.nulls(len(encoded), pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(known, pa.string()))


def _of_create_file(detail: str) -> str | None:
    found = fields(detail)
    if "OpenResult" in found:
        return WRITE if found["OpenResult"] in ("Created", "Superseded", "Overwritten") else None
    # A failed call counts by what it asked for.
    return WRITE if found.get("Disposition", "Open") not in ("Open", "<unknown>") else None


def _of_create_key(detail: str) -> str:
    return WRITE if fields(detail).get("Disposition") == "REG_CREATED_NEW_KEY" else READ


def _of_control(detail: str) -> str | None:
    return _BY_CONTROL.get(fields(detail).get("Control", ""))


def _of_disposition(detail: str) -> str:
    return WRITE if fields(detail).get("Delete") == "True" else WRITE_METADATA


_BY_DETAIL = {
    "CreateFile": _of_create_file,
    "IRP_MJ_CREATE": _of_create_file,
    "RegCreateKey": _of_create_key,
    "FileSystemControl": _of_control,
    "IRP_MJ_FILE_SYSTEM_CONTROL": _of_control,
    "SetDispositionInformationFile": _of_disposition,
}
