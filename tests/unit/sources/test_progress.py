"""What a long conversion says of itself."""

from __future__ import annotations

import io

import pytest

from scripts.procmon.sources.progress import Progress, progress_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def told(stream: io.StringIO, *steps: tuple[float, int], total: int | None = 4_000_000) -> str:
    """What is written when ``steps`` (seconds from the start, events done) are told."""
    clock = Clock()
    progress = Progress("case/a", total, stream=stream, clock=clock)
    for seconds, done in steps:
        clock.now = 100 + seconds
        progress.tell(done)
    progress.close()
    return stream.getvalue()


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    steps = [(second, second * 100_000) for second in range(1, 25)]
    assert told(io.StringIO(), *steps).splitlines() == [
        "case/a: 1,000,000 of 4,000,000 events, 100,000/s, 30 s left",
        "case/a: 2,000,000 of 4,000,000 events, 100,000/s, 20 s left",
    ]


def test_a_short_conversion_says_nothing() -> None:
    assert told(io.StringIO(), (5, 1_000_000), (9, 3_000_000)) == ""


def test_a_terminal_gets_one_line_that_is_rewritten_and_cleared() -> None:
    written = told(Terminal(), (1, 1_000_000), (2, 3_900_000))
    assert "\n" not in written
    assert written.split("\r")[1] == "case/a: 1,000,000 of 4,000,000 events, 1,000,000/s, 3 s left"
    assert written.split("\r")[2].startswith("case/a: 3,900,000 of")
    assert written.split("\r")[-2].strip() == ""


def test_whoever_sits_at_a_terminal_while_a_log_is_written_is_told_as_well() -> None:
    class Kept(Terminal):
        def close(self) -> None:
            self.closed_with = self.getvalue()

    clock, log, terminal = Clock(), io.StringIO(), Kept()
    progress = Progress("case/a", 4_000_000, stream=log, terminal=terminal, clock=clock)
    clock.now += 10
    progress.tell(1_000_000)
    progress.close()
    assert terminal.closed_with == log.getvalue() != ""


def test_a_number_of_events_that_nobody_knows_is_not_told() -> None:
    assert told(io.StringIO(), (10, 500), total=None) == "case/a: 500 events, 50/s\n"


@pytest.mark.parametrize(
    ("done", "seconds", "left"),
    [(1, 1.0, "59 s left"), (1, 10.0, "10 min left"), (1, 300.0, "4 h 55 min left")],
)
def test_time_left_is_told_in_words_that_fit_it(done: int, seconds: float, left: str) -> None:
    assert progress_line(done, 60, seconds).endswith(left)
