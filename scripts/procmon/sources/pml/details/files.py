"""Details of file-system events: opening, reading, writing, locking, controlling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.group import I8, U1, U2, U4, U8, Group
from scripts.procmon.sources.pml.names import control_codes, flags, operations
from scripts.procmon.sources.pml.names.categories import WRITE
from scripts.procmon.sources.pml.words import boolean, number

_NO_OPEN_RESULT = 0xFFFF_FFFF
_CHANGING = {"Created", "Superseded", "Overwritten"}


def create_file(group: Group) -> None:
    """Desired access, disposition, options, …; the category is Write where a file came to be or was to."""
    sid_size = group.after(4, U1).astype(np.int64)
    sid = group.blob(group.after_path + 8, sid_size).map(group.records.user_of)
    opened = np.where(group.extra_size >= 4, group.in_extra(0, U4), np.uint32(_NO_OPEN_RESULT))
    disposition = group.parameter(layout.CREATE_OPTIONS)
    group.detail = group.form(
        _create_file,
        group.after(0, U4),
        disposition,
        group.parameter(layout.CREATE_ATTRIBUTES, U2),
        group.parameter(layout.CREATE_SHARE_MODE, U2),
        group.parameter(layout.CREATE_ALLOCATION),
        sid,
        opened,
    )
    group.category = group.form(_create_category, (disposition >> 24).astype(np.uint8), opened)


def _create_file(
    access: int, disposition: int, attributes: int, share: int, allocation: int, user: str, opened: int
) -> str:
    how = flags.DISPOSITIONS.get(disposition >> 24, "<unknown>")
    return (
        f"Desired Access: {flags.file_access(access)}, Disposition: {how}, "
        f"Options: {flags.options(disposition & 0xFFFFFF)}, Attributes: {flags.attributes(attributes)}, "
        f"ShareMode: {flags.share_mode(share)}, "
        f"AllocationSize: {number(allocation) if how in _ALLOCATING else 'n/a'}"
        + (f", Impersonating: {user}" if user else "")
        + (
            f", OpenResult: {flags.OPEN_RESULTS.get(opened, '<unknown>')}"
            if opened != _NO_OPEN_RESULT
            else ""
        )
    )


_ALLOCATING = {"Supersede", "Create", "OpenIf", "Overwrite", "OverwriteIf"}


def _create_category(disposition: int, opened: int) -> str | None:
    if opened != _NO_OPEN_RESULT:
        return WRITE if flags.OPEN_RESULTS.get(opened) in _CHANGING else None
    # A failed call counts by what it asked for. Exports show that of Open and Create, procmon-parser tells the others.
    return WRITE if flags.DISPOSITIONS.get(disposition, "Open") != "Open" else None


def create_pipe(group: Group) -> None:
    """The raw parameters: Process Monitor names none of them."""
    group.detail = group.form(
        _create_pipe,
        group.at(8, U4),
        group.at(12, U4),
        group.at(16, U8),
        group.at(24, U4),
        group.at(32, U8),
        group.at(40, U8),
    )


def _create_pipe(irp_flags: int, some: int, one: int, two: int, three: int, four: int) -> str:
    return (
        f"Minor ID: 0x0, IRP Flags: 0x{irp_flags:x}, Flags: 0x{some:x}, Arg1: 0x{one:x}, Arg2: 0x{two:x}, "
        f"Arg3: 0x{three:x}, Arg4: 0x{four:x}"
    )


def read_write(group: Group) -> None:
    """Offset, length (what was transferred, where the extra detail tells it), I/O flags, priority."""
    length = np.where(group.extra_size >= 4, group.in_extra(0, U4), group.parameter(layout.LENGTH))
    group.detail = group.joined(
        "Offset: ",
        group.numbers(group.parameter(layout.THIRD, I8)),
        ", Length: ",
        group.numbers(length),
        group.form(_io_flags, group.parameter(layout.IRP_FLAGS)),
    )


def _io_flags(irp_flags: int) -> str:
    io_flags, priority = irp_flags & 0xE000FF, (irp_flags >> 17) & 7
    return (f", I/O Flags: {flags.io_flags(io_flags)}" if io_flags else "") + (
        f", Priority: {flags.PRIORITIES.get(priority, f'0x{priority:x}')}" if priority else ""
    )


def lock(group: Group) -> None:
    """The range that was locked."""
    group.detail = group.form(
        _lock,
        group.parameter(layout.LOCK_EXCLUSIVE, U1),
        group.parameter(layout.THIRD, I8),
        group.after(0, I8),
        group.parameter(layout.LOCK_FAIL_IMMEDIATELY, U1),
    )


def _lock(exclusive: int, offset: int, length: int, at_once: int) -> str:
    return (
        f"Exclusive: {boolean(exclusive)}, Offset: {number(offset)}, Length: {number(length)}, "
        f"Fail Immediately: {boolean(at_once)}"
    )


def unlock(group: Group) -> None:
    """The range that was unlocked."""
    group.detail = group.form(
        lambda offset, length: f"Offset: {number(offset)}, Length: {number(length)}",
        group.parameter(layout.THIRD, I8),
        group.after(0, I8),
    )


_OFFLOAD_READ, _OFFLOAD_WRITE = 0x94264, 0x98268


def control(group: Group) -> None:
    """The control code, with lengths for the few codes where Process Monitor shows them."""
    code = group.parameter(layout.THIRD)
    offload_at = np.where(code == _OFFLOAD_READ, 16, 8)
    offloads = np.isin(code, (_OFFLOAD_READ, _OFFLOAD_WRITE)) & group.has_after(32)
    range_at = np.where(offloads, group.after_path + offload_at - group.start, 0)
    with_lengths = group.headers["operation"] == operations.FILE_SYSTEM_CONTROL
    group.detail = group.form(
        _control,
        code,
        group.parameter(layout.LENGTH),
        group.parameter(layout.SECOND),
        np.where(offloads, group.at(range_at, I8), 0),
        np.where(offloads, group.at(range_at + 8, U8), np.uint64(0)),
        (with_lengths.astype(np.uint8) + (with_lengths & offloads)).astype(np.uint8),
    )
    group.category = group.form(
        lambda code: control_codes.CATEGORIES.get(control_codes.CODES.get(code, "")), code
    )


def _control(code: int, output: int, taken: int, offset: int, length: int, shown: int) -> str:
    name = control_codes.control_name(code)
    text = f"Control: {name}"
    if not shown:
        return text
    if shown == 2:
        return f"{text}, Offset: {number(offset)}, Length: {number(length)}"
    match name:
        case "FSCTL_PIPE_INTERNAL_WRITE":
            return f"{text}, Length: {number(taken)}"
        case "FSCTL_PIPE_INTERNAL_READ":
            return f"{text}, Length: {number(output)}"
        case "FSCTL_PIPE_TRANSCEIVE" | "FSCTL_PIPE_INTERNAL_TRANSCEIVE":
            return f"{text}, WriteLength: {number(taken)}, ReadLength: {number(output)}"
    return text


def create_mapping(group: Group) -> None:
    """Sync type and page protection. Process Monitor x64 prints half a kernel pointer as protection: not followed."""
    group.detail = group.form(_create_mapping, group.at(0x10, U4), group.at(0x14, U4))


def _create_mapping(sync_type: int, protection: int) -> str:
    kind = {0: "SyncTypeOther", 1: "SyncTypeCreateSection"}.get(sync_type, f"Unknown: 0x{sync_type:x}")
    shown = flags.page_protection(protection)
    return f"SyncType: {kind}, PageProtection: {shown}" if shown else f"SyncType: {kind}"


def mdl_complete(group: Group) -> None:
    """The address of the memory descriptor list."""
    address = group.parameter(layout.LENGTH, layout.pointer(group.bits))
    group.detail = group.form(lambda address: f"MDL: 0x{address:x}", address)


def acquire_for_mod_write(group: Group) -> None:
    """How far the modified-page writer will write."""
    group.detail = group.form(lambda offset: f"EndingOffset: {number(offset)}", group.after(0, I8))


def security(group: Group) -> None:
    """The parts of the security descriptor that were asked for or set."""
    old = group.records.monitor.before_new_manner
    group.detail = group.form(
        lambda mask: f"Information: {flags.security_information(mask, before_access_filter=old)}",
        group.parameter(layout.LENGTH),
    )


DECODERS: dict[tuple[int, int | None], Callable[[Group], None]] = {
    (operations.CREATE_FILE, None): create_file,
    (operations.CREATE_PIPE, None): create_pipe,
    (operations.CREATE_MAIL_SLOT, None): create_pipe,
    (operations.READ_FILE, None): read_write,
    (operations.WRITE_FILE, None): read_write,
    (operations.MDL_READ, None): read_write,
    (operations.MDL_WRITE, None): read_write,
    (operations.LOCK_CONTROL, 1): lock,
    (operations.LOCK_CONTROL, 2): unlock,
    (operations.FILE_SYSTEM_CONTROL, None): control,
    (operations.DEVICE_CONTROL, None): control,
    (operations.CREATE_FILE_MAPPING, None): create_mapping,
    (operations.MDL_READ_COMPLETE, None): mdl_complete,
    (operations.MDL_WRITE_COMPLETE, None): mdl_complete,
    (operations.ACQUIRE_FOR_MOD_WRITE, None): acquire_for_mod_write,
    (operations.QUERY_SECURITY, None): security,
    (operations.SET_SECURITY, None): security,
}
