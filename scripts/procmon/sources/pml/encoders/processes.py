"""Details of process, profiling and network events."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders.body import Body, record, text_bytes, text_info, wide


def process_create(
    path: str,
    command_line: str,
    *,
    process: int,
    pid: int,
    parent: int,
    parent_pid: int,
    user_sid: bytes = b"",
    integrity_sid: bytes = b"",
    **fields: int,
) -> Body:
    """Process Create, which the parent logs; ``process`` and ``parent`` are indexes of the process table.

    ``fields`` are the others of layout.PROCESS_CREATE: session, is_64bit, start, authentication_id, virtualized.
    """
    head = record(
        layout.PROCESS_CREATE,
        process=process,
        pid=pid,
        parent=parent,
        parent_pid=parent_pid,
        user_sid_size=len(user_sid),
        integrity_sid_size=len(integrity_sid),
        path_info=text_info(path),
        command_line_info=text_info(command_line),
        **fields,
    )
    sids = user_sid + integrity_sid
    return Body(layout.PROCESS_CLASS, 1, head + sids + text_bytes(path) + text_bytes(command_line))


def process_start(command_line: str, directory: str, environment: Sequence[str], *, parent_pid: int) -> Body:
    """Process Start, the first event of the new process."""
    block = wide("".join(f"{setting}\0" for setting in environment) + "\0")
    head = record(
        layout.PROCESS_START,
        parent_pid=parent_pid,
        command_line_info=text_info(command_line),
        directory_info=text_info(directory),
        environment_length=len(block) // 2,
    )
    return Body(layout.PROCESS_CLASS, 7, head + text_bytes(command_line) + text_bytes(directory) + block)


def process_exit(status: int, **fields: int) -> Body:
    """Process Exit; ``fields`` are those of layout.PROCESS_EXIT: times in 100 ns, sizes in bytes."""
    return Body(layout.PROCESS_CLASS, 2, record(layout.PROCESS_EXIT, exit_status=status, **fields))


def thread_create(tid: int) -> Body:
    """Thread Create."""
    return Body(layout.PROCESS_CLASS, 3, struct.pack("<I", tid))


def thread_exit(*, user_time: int, kernel_time: int) -> Body:
    """Thread Exit; times in 100 ns."""
    times = {"user_time": user_time, "kernel_time": kernel_time}
    return Body(layout.PROCESS_CLASS, 4, record(layout.THREAD_EXIT, **times))


def load_image(path: str, base: int, size: int, *, bits: int = 32) -> Body:
    """Load Image."""
    head = record(layout.LOAD_IMAGE[bits], base=base, size=size, path_info=text_info(path))
    return Body(layout.PROCESS_CLASS, 5, head + text_bytes(path))


def process_profiling(**fields: int) -> Body:
    """Process Profiling; ``fields`` are those of layout.PROCESS_PROFILE: times in 100 ns, sizes in bytes."""
    return Body(layout.PROFILING, 1, record(layout.PROCESS_PROFILE, **fields))


def network_operation(
    operation: int, source: tuple[bytes, int], target: tuple[bytes, int], length: int, *, tcp: bool
) -> Body:
    """A network event (2 Send, 3 Receive, 4 Accept, 5 Connect, 6 Disconnect) between (address, port)s, IPv4 or IPv6."""
    flags = (
        (layout.SOURCE_IS_IPV4 if len(source[0]) == 4 else 0)
        | (layout.TARGET_IS_IPV4 if len(target[0]) == 4 else 0)
        | (layout.IS_TCP if tcp else 0)
    )
    head = record(
        layout.NETWORK_DETAIL,
        flags=flags,
        length=length,
        source=source[0].ljust(16, b"\0"),
        target=target[0].ljust(16, b"\0"),
        source_port=source[1],
        target_port=target[1],
    )
    return Body(layout.NETWORK, operation, head + bytes(4))
