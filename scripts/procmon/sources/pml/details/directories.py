"""Details of QueryDirectory and NotifyChangeDirectory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.group import U2, Group, decoded
from scripts.procmon.sources.pml.monitor import Monitor
from scripts.procmon.sources.pml.names import flags, operations

#: Where the name stands in an entry of a listing, by FILE_INFORMATION_CLASS. Its length is at 60, for names only at 8.
_NAME_AT = {1: 64, 2: 68, 3: 94, 12: 12, 37: 104, 38: 80}
_INFORMATION_CLASSES = {
    1: "FileDirectoryInformation",
    2: "FileFullDirectoryInformation",
    3: "FileBothDirectoryInformation",
    12: "FileNamesInformation",
    29: "FileObjectIdInformation",
    32: "FileQuotaInformation",
    33: "FileReparsePointInformation",
    37: "FileIdBothDirectoryInformation",
    38: "FileIdFullDirectoryInformation",
    50: "FileIdGlobalTxDirectoryInformation",
    60: "FileIdExtdDirectoryInformation",
    63: "FileIdExtdBothDirectoryInformation",
}
#: Process Monitor cuts the text here.
_LONGEST = 4095


def query_directory(group: Group) -> None:
    """The filter and the names found. The filter becomes part of the path."""
    info = np.where(group.has_after(2), group.after(0, U2), 0).astype(np.uint16)
    wanted = group.text(np.where(info > 0, group.after_path + 2, group.start), info)
    group.short[:] = False  # old versions have no filter
    group.path = group.form(_path_with_filter, group.stored_path, wanted)
    group.detail = group.form(
        _manner(group.records.monitor),
        group.parameter({32: 0x14, 64: 0x1C}),
        wanted,
        group.extra_blob(),
    )


def _path_with_filter(path: str, wanted: str) -> str:
    if not wanted:
        return path
    return f"{path}{wanted}" if path.endswith("\\") else f"{path}\\{wanted}"


def _manner(monitor: Monitor) -> Callable[[int, str, bytes], str]:
    if not monitor.before_new_manner:
        return _class_first
    return _class_third if monitor.overwrites_third_entry else _class_nowhere


def _class_first(information_class: int, wanted: str, raw: bytes) -> str:
    return ", ".join(_slots(information_class, wanted, raw, [_class_shown(information_class)]))[:_LONGEST]


def _class_third(information_class: int, wanted: str, raw: bytes) -> str:
    slots = _slots(information_class, wanted, raw, [])
    # The class was written into the third slot, over what stood there, and only if the two before were taken.
    if len(slots) >= 2:
        slots[2:3] = [_class_shown(information_class)]
    return ", ".join(slots)[:_LONGEST]


def _class_nowhere(information_class: int, wanted: str, raw: bytes) -> str:
    return ", ".join(_slots(information_class, wanted, raw, []))[:_LONGEST]


def _class_shown(information_class: int) -> str:
    return f"FileInformationClass: {_INFORMATION_CLASSES.get(information_class, information_class)}"


def _slots(information_class: int, wanted: str, raw: bytes, slots: list[str]) -> list[str]:
    """Filter and names behind ``slots``, labelled by their place among all."""
    if wanted:
        slots.append(f"Filter: {wanted}")
    name_at = _NAME_AT.get(information_class)
    if name_at is None:
        return slots
    size_at = 8 if information_class == 12 else 60
    at = length = 0
    while at + name_at <= len(raw) and length < _LONGEST:
        step = int.from_bytes(raw[at : at + 4], "little")
        size = int.from_bytes(raw[at + size_at : at + size_at + 4], "little")
        slots.append(f"{len(slots)}: {decoded(raw[at + name_at : at + name_at + size])}")
        length += len(slots[-1])
        if not step:
            break
        at += step
    return slots


def notify_change_directory(group: Group) -> None:
    """What is waited for."""
    group.detail = group.form(
        lambda mask: f"Filter: {flags.notify_filter(mask)}", group.parameter(layout.SECOND)
    )


DECODERS: dict[tuple[int, int | None], Callable[[Group], None]] = {
    (operations.DIRECTORY_CONTROL, 1): query_directory,
    (operations.DIRECTORY_CONTROL, 2): notify_change_directory,
}
