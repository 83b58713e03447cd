import pyarrow as pa
import pytest

from scripts.procmon.sources.locales import DAY, HOUR, NAT, SECOND, clock_times, durations


def ticks(hour, minute, second, part=0):
    return hour * HOUR + minute * 60 * SECOND + second * SECOND + part * 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1:18:10.7752429 AM", ticks(1, 18, 10, 7752429)),
        ("12:00:00.0000001 AM", ticks(0, 0, 0, 1)),
        ("12:30:00.0000000 PM", ticks(12, 30, 0)),
        ("11:59:59.9999999 p.m.", ticks(23, 59, 59, 9999999)),
        ("1:18:10.7752429\u202fPM", ticks(13, 18, 10, 7752429)),
        ("15:42:22,8459553", ticks(15, 42, 22, 8459553)),
        ("上午 01:09:44.8222664", ticks(1, 9, 44, 8222664)),
        ("下午 12:09:44.8222664", ticks(12, 9, 44, 8222664)),
        ("오후 1:09:44.0000000", ticks(13, 9, 44)),
        ("20.54.33,0613682", ticks(20, 54, 33, 613682)),
        ("9:08:07", ticks(9, 8, 7)),
        ("9:08:07.5", ticks(9, 8, 7, 5_000_000)),
    ],
)
def test_a_time_of_day_is_read_in_any_locale(text, expected):
    times, odd = clock_times(pa.array([text]))
    assert times.tolist() == [expected]
    assert odd == {}


def test_what_a_spreadsheet_leaves_counts_from_the_hour():
    times, odd = clock_times(pa.array(["47:57.9"]))
    assert times.tolist() == [ticks(0, 47, 57, 9_000_000)]
    assert odd == {"no hour": 1}


@pytest.mark.parametrize("text", [None, "", "x", "1:61:00", "1:00:61", "12:00", "1:2:3", "1::00:00"])
def test_what_is_no_time_is_not_read(text):
    assert clock_times(pa.array([text], pa.string()))[0].tolist() == [NAT]


def test_a_mark_that_nobody_knows_is_told_and_the_time_taken_as_read():
    times, odd = clock_times(pa.array(["3:04:05 XX"] * 3))
    assert times.tolist() == [ticks(3, 4, 5)] * 3
    assert odd == {"xx": 3}


def test_rows_of_different_shapes_keep_their_places():
    texts = ["1:00:00 PM", "x", "15:00:00,0000001", None, "2:00:00 AM", "1:00:00 AM"]
    assert clock_times(pa.array(texts))[0].tolist() == [
        ticks(13, 0, 0),
        NAT,
        ticks(15, 0, 0, 1),
        NAT,
        ticks(2, 0, 0),
        ticks(1, 0, 0),
    ]


def test_a_slice_of_a_column_is_read_like_a_column():
    times, _ = clock_times(pa.array(["x", "1:00:00", "2:00:00", "y"]).slice(1, 2))
    assert times.tolist() == [HOUR, 2 * HOUR]


def test_hours_past_a_day_are_read_for_relative_times():
    assert clock_times(pa.array(["30:00:00.0000000"]))[0].tolist() == [DAY + 6 * HOUR]


def test_durations_are_read_with_point_and_comma_and_pending_is_none():
    assert durations(["0.0000074", "0,0000074", "12.5", "", None, "pending", "1"]) == [
        7400,
        7400,
        12_500_000_000,
        None,
        None,
        None,
        SECOND,
    ]
