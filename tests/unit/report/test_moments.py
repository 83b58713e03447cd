"""What a capture covers, as cover and index tell it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.report.context import make_report
from scripts.procmon.report.index import index_html
from scripts.procmon.report.material import Settings
from scripts.procmon.report.moments import Moments
from scripts.procmon.report.overview import Entry, Overview
from tests.captures.results import info, material

SPAN = ("2020-07-20T23:59:58.000000000", "2020-07-22T00:00:02.000000000")


def iso(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='microseconds')}000"


def test_the_end_has_its_date_where_the_days_differ():
    assert Moments().covers(*SPAN) == "20 July 2020, 23:59:58 – 22 July 2020, 00:00:02"
    assert (
        Moments(zone="UTC", language="ja").covers(*SPAN)
        == "2020年7月20日 23:59:58 UTC – 2020年7月22日 00:00:02 UTC"
    )


def test_within_one_day_the_date_is_told_once():
    assert (
        Moments(zone="UTC").covers(SPAN[0], "2020-07-20T23:59:59.9")
        == "20 July 2020, 23:59:58 UTC – 23:59:59"
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "23:59:58 – 00:00:02, 2 days later"), ("ja", "23:59:58 – 2 日後の 00:00:02")],
)
def test_without_a_date_the_days_that_passed_are_counted(language: str, told: str):
    assert Moments(dates=False, language=language).covers(*SPAN) == told


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=800)),
)
def test_what_a_capture_covers_can_be_read_back_to_the_second(first: datetime, length: timedelta):
    last = first + length
    start, end = Moments().covers(iso(first), iso(last)).split(" – ")
    shape = "%d %B %Y, %H:%M:%S"
    assert datetime.strptime(start, shape) == first.replace(microsecond=0)
    if "," not in end:
        end = f"{start.partition(',')[0]}, {end}"
    assert datetime.strptime(end, shape) == last.replace(microsecond=0)


def test_cover_and_index_tell_the_same():
    made = material(capture=info(first_time=SPAN[0], last_time=SPAN[1]))
    facts = {label: value for label, value, _ in make_report(made, Settings(), medium="html").facts}
    covers = facts["Covers"]
    assert covers == "20 July 2020, 23:59:58 UTC – 22 July 2020, 00:00:02 UTC"
    entry = Entry(name="one", material=made, events=1, left=1, severities={})
    assert f"<td>{covers}</td>" in index_html(Overview(entries=[entry]))
