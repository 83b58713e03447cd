"""What a capture can't tell is said once, for all analyses."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings import capture_limits
from tests.captures.deeds import opened
from tests.captures.events import Row, capture


def limits(built: Capture) -> Sequence[str]:
    return capture_limits.analyse(built, {}).limits


PAIR = (opened(r"C:\a"), opened(r"C:\b", who="b.exe (2)"))


def test_a_whole_capture_has_no_limits() -> None:
    assert not limits(capture(*PAIR))


def test_what_is_missing_is_named() -> None:
    missing = capture(*PAIR, can_show={"registry_events": False, "reads": False})
    assert limits(missing) == ["no_registry_events", "no_reads"]


def test_a_filtered_capture_is_called_so_first() -> None:
    built = capture(*PAIR, info={"filtered": {"value": True, "reason": ""}}, can_show={"dates": False})
    assert limits(built) == ["filtered", "no_dates"]


def test_rows_that_were_sorted_by_another_column_are_not_in_the_order_of_time() -> None:
    rows = [Row("ReadFile", who=f"p.exe ({index % 2 + 1})", at=float(index * 7 % 10)) for index in range(50)]
    assert limits(capture(*rows)) == ["order_untrusted"]


def test_a_capture_of_failures_or_of_one_process_shows_no_more_than_that() -> None:
    failed = [opened(rf"C:\{name}", result="NAME NOT FOUND") for name in "abc"]
    assert limits(capture(*failed)) == ["no_success", "one_process"]
