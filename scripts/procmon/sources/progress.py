"""How far a long conversion is: a line that is rewritten on a terminal, lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

#: Seconds until the first word and between words: a terminal is looked at, a log is read afterwards.
_ON_TERMINAL = 0.5
_IN_LOG = 10.0


class Progress:
    """Tells events done, of how many if that is known, the rate and the time left; nothing of a short conversion.

    Where ``stream`` is a log and somebody sits at a terminal, the terminal is told as well, in lines: what runs beside
    writes there too.
    """

    def __init__(
        self,
        name: str,
        total: int | None,
        *,
        stream: TextIO | None = None,
        terminal: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._total = name, total
        self._stream = stream or sys.stderr
        self._clock = clock
        self._rewritten = self._stream.isatty()
        self._terminal = terminal if stream or self._rewritten else _terminal()
        self._pause = _ON_TERMINAL if self._rewritten else _IN_LOG
        self._began = self._said = clock()
        self._width = 0

    def tell(self, done: int) -> None:
        """Says that ``done`` events are written, unless it spoke a moment ago."""
        now = self._clock()
        if now - self._said < self._pause:
            return
        self._said = now
        line = f"{self._name}: {progress_line(done, self._total, now - self._began)}"
        if self._rewritten:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()
        if self._terminal:
            self._terminal.write(line + "\n")
            self._terminal.flush()

    def close(self) -> None:
        """Clears the line from a terminal."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0
        if self._terminal:
            self._terminal.close()
            self._terminal = None


def _terminal() -> TextIO | None:
    """The terminal at which this was started, if there is one."""
    try:
        return open("/dev/tty", "w", encoding="utf-8", errors="replace")
    except OSError:
        return None


def progress_line(done: int, total: int | None, seconds: float) -> str:
    """ "1,000,000 of 4,000,000 events, 500,000/s, 6 s left"; a ``total`` of None is not known."""
    rate = done / seconds if seconds > 0 else 0.0
    of = "" if total is None else f" of {total:,}"
    line = f"{done:,}{of} events, {rate:,.0f}/s"
    if total is None or not rate:
        return line
    return f"{line}, {_span(max(total - done, 0) / rate)} left"


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 7200 else f"{whole // 3600} h {whole % 3600 // 60} min"
