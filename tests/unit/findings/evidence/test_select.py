"""Which events are picked out: by process, whatever processes are asked for."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.contracts import events as e
from scripts.procmon.findings.evidence.select import of_processes
from tests.captures.events import Row, capture

NAMES = ("a.exe (1)", "b.exe (2)", "c.exe (3)")


@given(st.lists(st.sampled_from(NAMES), max_size=12), st.sets(st.integers(-1, 5)))
def test_the_events_of_processes_are_those_that_name_them(whos: list[str], wanted: set[int]) -> None:
    built = capture(*(Row("RegOpenKey", "HKLM", who=who) for who in whos))
    expected = [process in wanted for process in built.events[e.PROCESS].tolist()]
    assert np.array_equal(of_processes(built, wanted), np.array(expected, dtype=bool))
