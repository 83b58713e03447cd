"""Call stacks as Process Monitor walks them: from the driver that saw the request out to where the thread began.

A frame is "module+offset" in hexadecimal, or a bare address that belongs to no module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.encoders.body import Body

if TYPE_CHECKING:
    from scripts.reconstruction.computer import Computer

Stack = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The frames through which calls pass in one version of Windows.

    ``files`` by kind of call, ``registry`` and ``processes`` by operation code: what lies between the file-system filter
    and the system call, and the system call's own frame in ntdll. ``functions``: the Windows function that a program
    calls to get there. ``kernel_work``: what the System process does, by what it is; no frame in user mode.
    """

    filter: str
    syscall: str
    files: Mapping[str, tuple[str, str]]
    registry: Mapping[int, tuple[str, str]]
    processes: Mapping[int, tuple[str, str]]
    functions: Mapping[tuple[str, str | int], str]
    kernel_work: Mapping[str, str]
    copy_file: str  #: CopyFileEx: the copying of the stream, the work, the function itself
    loader: (
        str  #: where a new process begins: in ntdll, which maps the program's modules before the program runs
    )


_FILE_OPERATIONS = {
    6: "query attributes", 19: "map", 20: "open", 22: "close", 23: "read", 24: "write", 25: "query", 26: "set",
    29: "write", 30: "query", 32: "list", 33: "control", 34: "control", 38: "close",
}  # fmt: skip


@cache
def frames(computer: Computer, text: str) -> Stack:
    """The addresses of "module+offset …"; raises ValueError for an offset outside its module."""
    return tuple(_address(computer, frame) for frame in text.split())


def _address(computer: Computer, frame: str) -> int:
    name, plus, offset = frame.partition("+")
    if not plus:
        return int(name, 16)
    home = computer.module(name)
    if int(offset, 16) >= home.size:
        raise ValueError(f"{frame} lies outside its module of {home.size:#x} bytes")
    return home.base + int(offset, 16)


def stack_of(computer: Computer, body: Body, callers: str, *, through: str | None = None) -> Stack:
    """The stack of an event: kernel, ntdll, the function called (``through``, else the usual one), ``callers``.

    ``through`` "" is a program that makes the system call itself.
    """
    calls = computer.calls
    kind, call, (kernel, entry) = _call(calls, body)
    function = calls.functions.get((kind, call), "") if through is None else through
    above = calls.filter if kind == "file" else ""
    return frames(computer, f"{above} {kernel} {calls.syscall} {entry} {function} {callers}")


def kernel_stack_of(computer: Computer, body: Body, work: str) -> Stack:
    """The stack of an event of the System process."""
    above = computer.calls.filter if body.event_class == layout.FILE_SYSTEM else ""
    return frames(computer, f"{above} {computer.calls.kernel_work[work]}")


def _call(calls: Calls, body: Body) -> tuple[str, str | int, tuple[str, str]]:
    if body.event_class == layout.FILE_SYSTEM:
        call = _FILE_OPERATIONS.get(body.operation, "control")
        return "file", call, calls.files[call]
    if body.event_class == layout.REGISTRY:
        return "registry", body.operation, calls.registry[body.operation]
    return "process", body.operation, calls.processes[body.operation]
