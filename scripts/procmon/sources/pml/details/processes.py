"""Details of process, thread and image events, and of profiling events."""

from __future__ import annotations

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.group import U2, U4, U8, Group, decoded, text_size
from scripts.procmon.sources.pml.words import number, seconds


def process_create(group: Group) -> None:
    """PID and command line of the new process."""
    info = group.at(layout.place(layout.PROCESS_CREATE, "command_line_info"), U2)
    command_line = group.text(group.after_path, info).map(_without_nul)
    group.detail = group.form(
        lambda pid, command_line: f"PID: {pid}, Command line: {command_line}",
        group.at(layout.place(layout.PROCESS_CREATE, "pid"), U4),
        command_line,
    )


def _without_nul(text: str) -> str:
    return text.rstrip("\0")


def process_start(group: Group) -> None:
    """Parent PID; from version 8 on command line, current directory and environment too."""
    parent = group.at(0, U4)
    if bool(np.all(group.end - group.start < layout.PROCESS_START.itemsize)):
        group.detail = group.form(lambda pid: f"Parent PID: {pid}", parent)
        return
    line_info, directory_info = group.at(4, U2), group.at(6, U2)
    line_at = group.start + layout.PROCESS_START.itemsize
    directory_at = line_at + text_size(line_info)
    environment_at = directory_at + text_size(directory_info)
    group.detail = group.form(
        lambda pid, line, directory, environment: (
            f"Parent PID: {pid}, Command line: {line}, Current directory: {directory}, Environment: {environment}"
        ),
        parent,
        group.text(line_at, line_info).map(_without_nul),
        group.text(directory_at, directory_info).map(_without_nul),
        group.blob(environment_at, 2 * group.at(8, U4).astype(np.int64)).map(_environment),
    )


def _environment(raw: bytes) -> str:
    variables = decoded(raw).split("\0")
    if "" in variables:
        variables = variables[: variables.index("")]
    return "".join(f"\r;\t{variable}" for variable in variables)


def process_exit(group: Group) -> None:
    """Exit status and what the process used."""
    group.detail = group.form(
        _process_exit,
        group.at(0, np.dtype("<i4")),
        *(
            group.at(layout.place(layout.PROCESS_EXIT, name), U8)
            for name in (layout.PROCESS_EXIT.names or ())[1:]
        ),
    )


def _process_exit(
    status: int, kernel: int, user: int, working_set: int, peak_set: int, private: int, peak_private: int
) -> str:
    return (
        f"Exit Status: {status}, User Time: {seconds(user)} seconds, Kernel Time: {seconds(kernel)} seconds, "
        f"Private Bytes: {number(private)}, Peak Private Bytes: {number(peak_private)}, "
        f"Working Set: {number(working_set)}, Peak Working Set: {number(peak_set)}"
    )


def thread_create(group: Group) -> None:
    """The new thread."""
    group.detail = group.form(lambda thread: f"Thread ID: {thread}", group.at(0, U4))


def thread_exit(group: Group) -> None:
    """The thread and the time it used."""
    group.detail = group.form(
        lambda thread, kernel, user: (
            f"Thread ID: {thread}, User Time: {seconds(user)}, Kernel Time: {seconds(kernel)}"
        ),
        group.headers["tid"],
        group.at(4, U8),
        group.at(12, U8),
    )


def load_image(group: Group) -> None:
    """Where the image lies."""
    pointer = layout.pointer(group.bits)
    group.detail = group.form(
        lambda base, size: f"Image Base: 0x{base:x}, Image Size: 0x{size:x}",
        group.at(0, pointer),
        group.at(pointer.itemsize, U4),
    )


def process_profiling(group: Group) -> None:
    """What the process has used so far."""
    group.detail = group.form(
        lambda user, kernel, working_set, private: (
            f"User Time: {seconds(user)} seconds, Kernel Time: {seconds(kernel)} seconds, "
            f"Private Bytes: {number(private)}, Working Set: {number(working_set)}"
        ),
        *(
            group.at(layout.place(layout.PROCESS_PROFILE, name), U8)
            for name in layout.PROCESS_PROFILE.names or ()
        ),
    )


def thread_profiling(group: Group) -> None:
    """What the thread has used so far; the path names the thread."""
    group.path = group.form(lambda thread: f"Thread {thread}", group.headers["tid"])
    group.detail = group.form(
        lambda user, kernel, switches: (
            f"User Time: {seconds(user)}, Kernel Time: {seconds(kernel)}, Context Switches: {switches}"
        ),
        group.at(0, U4),
        group.at(4, U4),
        group.at(8, U4),
    )


DECODERS = {
    0: process_create,
    1: process_create,
    2: process_exit,
    3: thread_create,
    4: thread_exit,
    5: load_image,
    7: process_start,
    8: process_exit,
}
PROFILING_DECODERS = {0: thread_profiling, 1: process_profiling}
