"""Details of questions about volumes; the answers stand in the extra detail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scripts.procmon.sources.pml.details.queries import answered
from scripts.procmon.sources.pml.group import U1, U4, U8, Group, decoded
from scripts.procmon.sources.pml.names import flags, operations
from scripts.procmon.sources.pml.names.devices import DEVICE_TYPES
from scripts.procmon.sources.pml.words import boolean, moment, number

_I4 = np.dtype("<i4")


def information(group: Group) -> None:
    """FILE_FS_VOLUME_INFORMATION."""
    label = group.extra_blob(18, group.in_extra(12, U4).astype(np.int64))
    answered(
        group, 17, _information, group.in_extra(0, U8), group.in_extra(8, U4), group.in_extra(16, U1), label
    )


def _information(created: int, serial: int, objects: int, label: bytes) -> str:
    return (
        f"VolumeCreationTime: {moment(created)}, VolumeSerialNumber: {serial >> 16:04X}-{serial & 0xFFFF:04X}, "
        f"SupportsObjects: {boolean(objects)}, VolumeLabel: {decoded(label)}"
    )


def size(group: Group) -> None:
    """FILE_FS_SIZE_INFORMATION."""
    answered(
        group,
        24,
        lambda total, free, sectors, bytes_: (
            f"TotalAllocationUnits: {number(total)}, AvailableAllocationUnits: {number(free)}, "
            f"SectorsPerAllocationUnit: {number(sectors)}, BytesPerSector: {number(bytes_)}"
        ),
        group.in_extra(0, U8),
        group.in_extra(8, U8),
        group.in_extra(16, U4),
        group.in_extra(20, U4),
    )


def full_size(group: Group) -> None:
    """FILE_FS_FULL_SIZE_INFORMATION."""
    answered(
        group,
        32,
        lambda total, caller, free, sectors, bytes_: (
            f"TotalAllocationUnits: {number(total)}, CallerAvailableAllocationUnits: {number(caller)}, "
            f"ActualAvailableAllocationUnits: {number(free)}, SectorsPerAllocationUnit: {number(sectors)}, "
            f"BytesPerSector: {number(bytes_)}"
        ),
        group.in_extra(0, U8),
        group.in_extra(8, U8),
        group.in_extra(16, U8),
        group.in_extra(24, U4),
        group.in_extra(28, U4),
    )


def device(group: Group) -> None:
    """FILE_FS_DEVICE_INFORMATION."""
    answered(
        group,
        8,
        lambda kind, characteristics: (
            f"DeviceType: {DEVICE_TYPES.get(kind, f'0x{kind:x}')}, "
            f"Characteristics: {flags.device_characteristics(characteristics)}"
        ),
        group.in_extra(0, U4),
        group.in_extra(4, U4),
    )


def attributes(group: Group) -> None:
    """FILE_FS_ATTRIBUTE_INFORMATION."""
    name = group.extra_blob(12, group.in_extra(8, U4).astype(np.int64)).map(decoded)
    answered(
        group,
        12,
        lambda mask, longest, name: (
            f"FileSystemAttributes: {flags.file_system_attributes(mask)}, "
            f"MaximumComponentNameLength: {longest}, FileSystemName: {name}"
        ),
        group.in_extra(0, U4),
        group.in_extra(4, _I4),
        name,
    )


def object_id(group: Group) -> None:
    """The first 16 bytes of FILE_FS_OBJECTID_INFORMATION."""
    answered(group, 16, lambda raw: f"ObjectId: {raw.hex().upper()}", group.extra_blob(0, 16))


DECODERS: dict[tuple[int, int | None], Callable[[Group], None]] = {
    (operations.QUERY_VOLUME, 1): information,
    (operations.QUERY_VOLUME, 3): size,
    (operations.QUERY_VOLUME, 4): device,
    (operations.QUERY_VOLUME, 5): attributes,
    (operations.QUERY_VOLUME, 7): full_size,
    (operations.QUERY_VOLUME, 8): object_id,
}
