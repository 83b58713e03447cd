"""How the log comes about: threads do things at their times, and all of it is put in order at the end."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from scripts.procmon.sources.pml.encoders.body import Body
from scripts.procmon.sources.pml.writer import NO_PROCESS, Event, Process
from scripts.reconstruction.computer import TICKS, Computer
from scripts.reconstruction.stacks import Stack, kernel_stack_of, stack_of

SUCCESS = 0
PENDING = 0x103
NO_MORE_FILES, NO_MORE_ENTRIES = 0x8000_0006, 0x8000_001A
ACCESS_DENIED = 0xC000_0022
NAME_NOT_FOUND, PATH_NOT_FOUND, END_OF_FILE = 0xC000_0034, 0xC000_003A, 0xC000_0011
FAST_IO_DISALLOWED = 0xC01C_0004

Thing = TypeVar("Thing")


class Chance:
    """Chance that falls the same way each time: only ``random.Random.random``, whose numbers Python promises."""

    def __init__(self, seed: int) -> None:
        self._next: Callable[[], float] = random.Random(seed).random  # noqa: S311 (a story, not a secret)

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` up to ``high``."""
        return low + (high - low) * self._next()

    def below(self, count: int) -> int:
        """An integer from 0 to ``count`` - 1."""
        return int(self._next() * count)

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of ``things``."""
        return things[self.below(len(things))]


@dataclass
class Recording:
    """All that was done so far on ``computer``; ``chance`` is the only chance there is."""

    computer: Computer
    chance: Chance = field(default_factory=lambda: Chance(2010))
    done: list[Event] = field(default_factory=list)

    def thread(self, process: str, tid: int, callers: str, at: float) -> Thread:
        """A thread of that process (a key of the computer's programs) that goes on at second ``at``."""
        return Thread(self, process, tid, callers, at)

    def kernel_thread(self, tid: int, work: str, at: float) -> Thread:
        """A thread of the System process that does one kind of ``kernel_work``."""
        return Thread(self, "system", tid, work, at, in_kernel=True)

    def events(self) -> list[Event]:
        """The events in the order of time."""
        return sorted(self.done, key=lambda event: event.time)


@dataclass
class Thread:
    """A thread at work: each deed takes a moment, and the next comes a little later."""

    recording: Recording
    process: str
    tid: int
    callers: str
    now: float
    in_kernel: bool = False

    def did(
        self,
        body: Body,
        result: int = SUCCESS,
        *,
        through: str | None = None,
        callers: str | None = None,
        stack: Stack | None = None,
        seconds: float | None = None,
    ) -> None:
        """Put down one event; ``through`` and ``callers`` as in ``stack_of``, ``seconds`` its duration."""
        chance = self.recording.chance
        took = chance.between(4e-6, 9e-5) if seconds is None else seconds
        self.recording.done.append(
            Event(
                time=self.moment,
                process=self.computer.indexes[self.process],
                tid=self.tid,
                body=body,
                result=result,
                duration=int(took * TICKS),
                stack=self._stack(body, callers or self.callers, through) if stack is None else stack,
            )
        )
        self.now += took + chance.between(5e-6, 1.2e-4)

    @property
    def computer(self) -> Computer:
        """The computer that it runs on."""
        return self.recording.computer

    @property
    def moment(self) -> int:
        """The time as FILETIME."""
        return self.computer.moment(self.now)

    def waits(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def _stack(self, body: Body, callers: str, through: str | None) -> Stack:
        if self.in_kernel:
            return kernel_stack_of(self.computer, body, callers)
        return stack_of(self.computer, body, callers, through=through)


def process_table(computer: Computer) -> list[Process]:
    """The processes of the computer as the log's process table has them."""
    return [_row(computer, key) for key in computer.programs]


def _row(computer: Computer, key: str) -> Process:
    program = computer.programs[key]
    parent = computer.programs[program.parent] if program.parent else None
    image = computer.module(program.name) if program.pid != 4 else None
    shown = computer.shown_names.get(key, program.name)
    return Process(
        index=computer.indexes[key],
        pid=program.pid,
        name=shown,
        parent_pid=parent.pid if parent else computer.gone.get(key, 0),
        parent_index=computer.indexes[program.parent] if program.parent else NO_PROCESS,
        image_path=image.path.replace(program.name, shown) if image else "System",
        command_line=program.command_line,
        user=program.user,
        company=image.company if image else "",
        version=image.version if image else "",
        description=image.description if image else "",
        integrity=program.integrity,
        session=program.session,
        authentication_id=computer.logons[program.user],
        virtualized=computer.virtualized,
        start=computer.boot + program.pid * TICKS // 10
        if program.started is None
        else computer.moment(program.started),
        end=0 if program.ended is None else computer.moment(program.ended),
        modules=tuple(computer.module(name) for name in program.modules),
    )
