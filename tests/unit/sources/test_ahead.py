"""Reading ahead changes when items are made, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from scripts.procmon.sources.ahead import ahead


def counted(upto: int, fault: int | None = None, closed: list[str] | None = None) -> Generator[int]:
    try:
        for number in range(upto):
            if number == fault:
                raise ValueError(number)
            yield number
    finally:
        if closed is not None:
            closed.append("closed")


def test_all_items_come_in_their_order():
    assert list(ahead(counted(5))) == [0, 1, 2, 3, 4]
    assert list(ahead(counted(0))) == []


def test_what_an_item_raises_is_raised_after_the_items_before_it():
    reading = ahead(counted(5, fault=2))
    assert [next(reading), next(reading)] == [0, 1]
    with pytest.raises(ValueError, match="2"):
        next(reading)


def test_the_next_item_is_made_while_the_one_before_is_used():
    made = threading.Event()

    def items() -> Generator[int]:
        yield 1
        made.set()
        yield 2

    assert next(ahead(items())) == 1
    assert made.wait(10)


def test_who_stops_early_closes_the_source():
    closed: list[str] = []
    reading = ahead(counted(5, closed=closed))
    assert next(reading) == 0
    reading.close()
    assert closed == ["closed"]
