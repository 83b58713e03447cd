"""Details of questions about files: QueryInformationFile and QueryOpen; the answers stand in the extra detail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.columns import Encoded
from scripts.procmon.sources.pml.group import U1, U4, U8, Group, decoded
from scripts.procmon.sources.pml.names import flags, operations
from scripts.procmon.sources.pml.words import boolean, moment, number

_TIMES = ("CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime")


def times(group: Group, filetimes: Sequence[NDArray[Any]]) -> list[str | Encoded[str]]:
    """The pieces that tell the four times of a file, in the order of FILE_BASIC_INFORMATION."""
    pieces: list[str | Encoded[str]] = []
    for name, values in zip(_TIMES, filetimes, strict=True):
        pieces += [f"{', ' if pieces else ''}{name}: ", group.form(moment, values)]
    return pieces


def answered(group: Group, size: int, form: Callable[..., str], *values: NDArray[Any] | Encoded[Any]) -> None:
    """The detail ``form`` gives where the extra detail has ``size`` bytes; "" elsewhere."""
    told = (group.extra_size >= size).astype(np.uint8)
    group.detail = group.form(lambda told, *some: form(*some) if told else "", told, *values)


def _times_of(group: Group) -> list[NDArray[Any]]:
    return [group.in_extra(8 * n, U8) for n in range(4)]


def basic(group: Group) -> None:
    """FILE_BASIC_INFORMATION."""
    group.detail = group.joined(
        *times(group, _times_of(group)),
        ", FileAttributes: ",
        group.form(flags.attributes, group.in_extra(32, U4)),
        told=group.extra_size >= 36,
    )


def standard(group: Group) -> None:
    """FILE_STANDARD_INFORMATION."""
    answered(group, 22, _standard, *_standard_of(group, 0))


def _standard_of(group: Group, at: int) -> list[NDArray[Any]]:
    return [
        group.in_extra(at, U8),
        group.in_extra(at + 8, U8),
        group.in_extra(at + 16, U4),
        group.in_extra(at + 20, U1),
        group.in_extra(at + 21, U1),
    ]


def _standard(allocation: int, end: int, links: int, delete: int, directory: int) -> str:
    return (
        f"AllocationSize: {number(allocation)}, EndOfFile: {number(end)}, NumberOfLinks: {links}, "
        f"DeletePending: {boolean(delete)}, Directory: {boolean(directory)}"
    )


def everything(group: Group) -> None:
    """FILE_ALL_INFORMATION, without the name."""
    group.detail = group.joined(
        *times(group, _times_of(group)),
        ", FileAttributes: ",
        group.form(flags.attributes, group.in_extra(32, U4)),
        ", ",
        group.form(_standard, *_standard_of(group, 40)),
        group.form(
            _everything_else,
            group.in_extra(64, U8),
            group.in_extra(72, U4),
            group.in_extra(76, U4),
            group.in_extra(80, U8),
            group.in_extra(88, U4),
            group.in_extra(92, U4),
        ),
        told=group.extra_size >= 96,
    )


def _everything_else(index: int, ea_size: int, access: int, position: int, mode: int, alignment: int) -> str:
    return (
        f", IndexNumber: 0x{index:x}, EaSize: {ea_size}, Access: {flags.file_access(access)}, "
        f"Position: {number(position)}, Mode: {flags.options(mode)}, "
        f"AlignmentRequirement: {flags.ALIGNMENTS.get(alignment, f'0x{alignment:x}')}"
    )


def _network_open(sizes: Callable[[int], str]) -> Callable[[Group], None]:
    def decode(group: Group) -> None:
        group.detail = group.joined(
            *times(group, _times_of(group)),
            ", AllocationSize: ",
            group.form(sizes, group.in_extra(32, U8)),
            ", EndOfFile: ",
            group.form(sizes, group.in_extra(40, U8)),
            ", FileAttributes: ",
            group.form(flags.attributes, group.in_extra(48, U4)),
            told=group.extra_size >= 52,
        )

    return decode


query_open = _network_open(number)
#: Process Monitor prints the two sizes of this answer as dates.
network_open = _network_open(moment)


def internal(group: Group) -> None:
    """FILE_INTERNAL_INFORMATION."""
    answered(group, 8, lambda index: f"IndexNumber: 0x{index:x}", group.in_extra(0, U8))


def extended_attributes(group: Group) -> None:
    """FILE_EA_INFORMATION."""
    answered(group, 4, lambda size: f"EaSize: {size}", group.in_extra(0, U4))


def attribute_tag(group: Group) -> None:
    """FILE_ATTRIBUTE_TAG_INFORMATION."""
    answered(
        group,
        8,
        lambda attributes, tag: f"Attributes: {flags.attributes(attributes)}, ReparseTag: 0x{tag:x}",
        group.in_extra(0, U4),
        group.in_extra(4, U4),
    )


def name(group: Group) -> None:
    """FILE_NAME_INFORMATION, as far as the buffer of the caller holds it."""
    room = group.parameter(layout.LENGTH).astype(np.int64) - 4
    wanted = np.clip(group.in_extra(0, U4).astype(np.int64), 0, np.maximum(room, 0))
    answered(group, 4, lambda name: f"Name: {name}", group.extra_blob(4, wanted).map(decoded))


def streams(group: Group) -> None:
    """The names in FILE_STREAM_INFORMATION, by number; Process Monitor up to 3.51 showed none."""
    if group.records.monitor.before_new_manner:
        return
    answered(group, 24, lambda names: names, group.extra_blob().map(_streams))


def _streams(raw: bytes) -> str:
    names: list[str] = []
    at = told = 0
    while at + 24 <= len(raw) and told < len(raw):
        step = int.from_bytes(raw[at : at + 4], "little")
        size = int.from_bytes(raw[at + 4 : at + 8], "little")
        if not size or at + 24 + size > len(raw):
            break
        names.append(decoded(raw[at + 24 : at + 24 + size]))
        told += size  # entries that overlap must not tell more than there is
        if not step:
            break
        at += step
    return ", ".join(f"{number}: {name}" for number, name in enumerate(names))


DECODERS: dict[tuple[int, int | None], Callable[[Group], None]] = {
    (operations.QUERY_OPEN, None): query_open,
    (operations.QUERY_INFORMATION, 0x04): basic,
    (operations.QUERY_INFORMATION, 0x05): standard,
    (operations.QUERY_INFORMATION, 0x06): internal,
    (operations.QUERY_INFORMATION, 0x07): extended_attributes,
    (operations.QUERY_INFORMATION, 0x09): name,
    (operations.QUERY_INFORMATION, 0x12): everything,
    (operations.QUERY_INFORMATION, 0x16): streams,
    (operations.QUERY_INFORMATION, 0x22): network_open,
    (operations.QUERY_INFORMATION, 0x23): attribute_tag,
}
