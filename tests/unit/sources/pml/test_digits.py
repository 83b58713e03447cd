"""Numbers with commas, for whole columns."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from scripts.procmon.sources.pml.digits import with_commas

EDGES = [0, 9, 10, 99, 100, 999, 1000, 999_999, 1_000_000, 2**31, 2**32 - 1, 10**18 - 1, 10**18]
SIGNED = some.sampled_from([*EDGES, *(-edge for edge in EDGES), 2**63 - 1, -(2**63)]) | some.integers(
    -(2**63), 2**63 - 1
)
UNSIGNED = some.sampled_from([*EDGES, 10**19 - 1, 10**19, 2**64 - 1]) | some.integers(0, 2**64 - 1)


@given(some.lists(SIGNED, max_size=20))
def test_signed_numbers_are_written_as_python_writes_them(values: list[int]) -> None:
    assert with_commas(np.array(values, np.int64)).to_pylist() == [f"{value:,}" for value in values]


@given(some.lists(UNSIGNED, max_size=20))
def test_unsigned_numbers_are_written_as_python_writes_them(values: list[int]) -> None:
    assert with_commas(np.array(values, np.uint64)).to_pylist() == [f"{value:,}" for value in values]


def test_narrow_numbers_are_too() -> None:
    assert with_commas(np.array([-128, 127], np.int8)).to_pylist() == ["-128", "127"]
    assert with_commas(np.array([0, 2**32 - 1], np.uint32)).to_pylist() == ["0", "4,294,967,295"]
