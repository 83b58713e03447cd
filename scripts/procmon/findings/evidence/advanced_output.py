"""A capture exported with Process Monitor's Advanced Output, as analyses take it: operations under their usual names."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture

#: Filter > Enable Advanced Output shows the request to the driver instead of the operation.
_USUAL = {
    "IRP_MJ_CREATE": "CreateFile",
    "IRP_MJ_CLEANUP": "CloseFile",
    "IRP_MJ_READ": "ReadFile",
    "FASTIO_READ": "ReadFile",
    "IRP_MJ_WRITE": "WriteFile",
    "FASTIO_WRITE": "WriteFile",
    "IRP_MJ_FLUSH_BUFFERS": "FlushBuffersFile",
    "IRP_MJ_QUERY_EA": "QueryEAFile",
    "IRP_MJ_SET_EA": "SetEAFile",
    "IRP_MJ_QUERY_SECURITY": "QuerySecurityFile",
    "IRP_MJ_SET_SECURITY": "SetSecurityFile",
    "IRP_MJ_FILE_SYSTEM_CONTROL": "FileSystemControl",
    "IRP_MJ_DEVICE_CONTROL": "DeviceIoControl",
    "FASTIO_DEVICE_CONTROL": "DeviceIoControl",
    "FASTIO_NETWORK_QUERY_OPEN": "QueryOpen",
}
#: Of these Detail says first which operation it is: "Type: SetBasicInformationFile, CreationTime: …".
_BY_TYPE = {
    "IRP_MJ_QUERY_INFORMATION",
    "FASTIO_QUERY_INFORMATION",
    "IRP_MJ_SET_INFORMATION",
    "IRP_MJ_QUERY_VOLUME_INFORMATION",
    "IRP_MJ_SET_VOLUME_INFORMATION",
    "IRP_MJ_DIRECTORY_CONTROL",
    "IRP_MJ_LOCK_CONTROL",
}
_TYPE = re.compile(r"Type: (\w+)")


def with_usual_names(capture: Capture) -> Capture:
    """``capture`` with the operation that each request of Advanced Output stands for; what has none keeps its name.

    A list of Process Monitor with friendly names holds some requests, too, which no operation stands for.
    """
    shown = capture.events[e.OPERATION]
    names = list(shown.cat.categories)
    if not any(name in _USUAL or name in _BY_TYPE for name in names):
        return capture
    usual = {
        name: number for number, name in enumerate(dict.fromkeys(_USUAL.get(name, name) for name in names))
    }
    numbers = np.array([usual[_USUAL.get(name, name)] for name in names])
    codes = shown.cat.codes.to_numpy()
    known = codes >= 0
    found = np.where(known, numbers[np.where(known, codes, 0)], -1)
    rows = np.flatnonzero(np.isin(codes, [at for at, name in enumerate(names) if name in _BY_TYPE]))
    told = capture.events[e.DETAIL].iloc[rows].cat.remove_unused_categories()
    types = [_TYPE.match(text) for text in told.cat.categories]
    by_detail = [usual.setdefault(match[1], len(usual)) if match else -1 for match in types]
    # Code -1 (no Detail) picks the last element.
    named = np.array([*by_detail, -1])[told.cat.codes.to_numpy()]
    found[rows] = np.where(named >= 0, named, found[rows])
    made = pd.Categorical.from_codes(found, categories=pd.Index(list(usual)))
    return replace(capture, events=capture.events.assign(**{e.OPERATION: made}))
