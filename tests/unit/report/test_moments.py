"""What a capture covers, as cover and index tell it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import report_html
from scripts.procmon.report.index import index_html
from scripts.procmon.report.material import Material, Settings
from scripts.procmon.report.moments import Moments
from scripts.procmon.report.overview import Entry, Overview
from tests.captures.results import event, info, material, process

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


def hourless() -> Material:
    """A capture of 47:57 to 48:03 past an hour that nobody knows."""
    return material(
        capture=info(
            first_time="1970-01-01T00:47:57.900000000", last_time="1970-01-01T00:48:03.100000000",
            date={"known": False, "hour_known": False}, time_zone={"name": None, "known_by": ""},
        ),
        events=[event(1, time_of_day="00:47:57.9000000")],
        tables={"processes": [process(1, start="1970-01-01T00:47:58.0", end="1970-01-01T00:48:02.0")]},
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_hour_that_nobody_recorded_is_not_told(language: str):
    told = {
        "en": "??:47:57 – ??:48:03 (minutes and seconds only, the hour is not recorded)",
        "ja": "??:47:57 – ??:48:03 (分と秒のみ、時の記録なし)",
    }
    report = make_report(hourless(), Settings(language=language), medium="html")
    assert told[language] in [value for _, value, _ in report.facts]
    assert report.events.rows[0].time == "??:47:57.9000000"
    page = report_html(report)
    assert "??:47:58" in page
    assert "00:47:5" not in page
    entry = Entry(name="one", material=hourless(), events=1, left=1, severities={})
    assert "<td>??:47:57 – ??:48:03</td>" in index_html(
        Overview(entries=[entry]), report={"languages": [language]}
    )
