"""Details of changes to files by SetInformationFile; what is set follows the path."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scripts.procmon.sources.pml.details.queries import times
from scripts.procmon.sources.pml.group import I8, U1, U4, U8, Group, decoded
from scripts.procmon.sources.pml.names import flags, operations
from scripts.procmon.sources.pml.names.categories import WRITE, WRITE_METADATA
from scripts.procmon.sources.pml.words import boolean, number


def basic(group: Group) -> None:
    """Times and attributes; a time of 0 leaves the file's as it is."""
    group.detail = group.joined(
        *times(group, [group.after(8 * n, U8) for n in range(4)]),
        ", FileAttributes: ",
        group.form(flags.attributes, group.after(32, U4)),
    )


def end_of_file(group: Group) -> None:
    """The new size."""
    group.detail = group.form(lambda size: f"EndOfFile: {number(size)}", group.after(0, I8))


def allocation(group: Group) -> None:
    """The new allocation size."""
    group.detail = group.form(lambda size: f"AllocationSize: {number(size)}", group.after(0, I8))


def disposition(group: Group) -> None:
    """Whether the file is to be deleted: a Write if so."""
    delete = group.after(0, U1)
    group.detail = group.form(lambda delete: f"Delete: {boolean(delete)}", delete)
    group.category = group.form(lambda delete: WRITE if delete else WRITE_METADATA, delete)


def disposition_flags(group: Group) -> None:
    """The flags of FILE_DISPOSITION_INFORMATION_EX."""
    mask = group.after(0, U4)
    group.detail = group.form(lambda mask: f"Flags: {flags.disposition_flags(mask)}", mask)
    group.category = group.form(lambda mask: WRITE if mask & 1 else WRITE_METADATA, mask)


def rename(group: Group) -> None:
    """The new name; a relative one is told in full."""
    pointer = group.bits // 8
    size_at = 2 * pointer
    size = group.after(size_at, U4).astype(np.int64)
    new = group.blob(group.after_path + size_at + 4, size).map(decoded)
    group.detail = group.form(_rename, group.after(0, U1), new, group.stored_path)


def _rename(replace: int, name: str, path: str) -> str:
    full = name if "\\" in name else path[: path.rfind("\\") + 1] + name
    return f"ReplaceIfExists: {boolean(replace)}, FileName: {full}"


DECODERS: dict[tuple[int, int | None], Callable[[Group], None]] = {
    (operations.SET_INFORMATION, 0x04): basic,
    (operations.SET_INFORMATION, 0x0A): rename,
    (operations.SET_INFORMATION, 0x0B): rename,
    (operations.SET_INFORMATION, 0x0D): disposition,
    (operations.SET_INFORMATION, 0x13): allocation,
    (operations.SET_INFORMATION, 0x14): end_of_file,
    (operations.SET_INFORMATION, 0x40): disposition_flags,
    (operations.SET_INFORMATION, 0x41): rename,
    (operations.SET_INFORMATION, 0x42): rename,
}
