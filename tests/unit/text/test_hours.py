"""Moments whose hour nobody recorded: sentences say "??", a file's own time keeps its hour."""

from __future__ import annotations

from scripts.procmon.text import render
from scripts.procmon.text.hours import without_hours

SPAN = {"first_time": "1970-01-01T00:47:57.900000000", "last_time": "1970-01-01T01:03:00.100000000"}
TORN = {**SPAN, "date": {"known": False, "hour_known": False}}
FACTS = {
    "time": "1970-01-01T00:48:01.000000000",
    "runs": [{"time": "1970-01-01T01:02:03"}],
    "set": {"created": "2009-11-04T12:10:02"},
    "path": "C:\\1970-01-01T00:48:01",
    "count": 3,
}


def test_the_hour_of_a_moment_of_the_capture_is_unknown_and_nothing_else():
    told = without_hours(FACTS, TORN)
    assert render("at {{ time|clock }} and {{ runs[0].time|clock }}", told) == "at ??:48:01 and ??:02:03"
    assert {key: told[key] for key in ("set", "path", "count")} == {
        key: FACTS[key] for key in ("set", "path", "count")
    }


def test_a_capture_whose_hours_are_known_is_not_touched():
    assert without_hours(FACTS, {**SPAN, "date": {"known": False, "hour_known": True}}) is FACTS
    assert without_hours(FACTS, {}) is FACTS
