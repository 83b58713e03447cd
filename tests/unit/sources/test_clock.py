from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from scripts.procmon.errors import SettingsError
from scripts.procmon.sources.clock import Clock, date_of, to_utc, zone_name
from scripts.procmon.sources.locales import NAT
from scripts.procmon.zones import zone_of


def batch(**columns):
    return pa.record_batch({name.replace("_", " "): texts for name, texts in columns.items()})


def shown(times):
    return [None if time == NAT else str(np.datetime64(time, "ns"))[:19] for time in times.tolist()]


def of_day(clock, *texts):
    return shown(clock.times(batch(Time_of_Day=list(texts))))


def test_without_a_date_days_count_from_1970():
    assert of_day(Clock({"Time of Day"}, order=None), "10:00:00", "10:00:01") == [
        "1970-01-01T10:00:00",
        "1970-01-01T10:00:01",
    ]


def test_a_capture_that_passes_midnight_stays_in_order():
    clock = Clock({"Time of Day"}, order=None, start=date(2020, 7, 11))
    assert of_day(clock, "11:59:59 PM", "12:00:01 AM", "12:00:02 AM") == [
        "2020-07-11T23:59:59",
        "2020-07-12T00:00:01",
        "2020-07-12T00:00:02",
    ]
    assert any("midnight" in remark for remark in clock.remarks())


def test_midnight_between_two_batches_counts_as_well():
    clock = Clock({"Time of Day"}, order=None)
    of_day(clock, "23:59:59")
    assert of_day(clock, "00:00:01") == ["1970-01-02T00:00:01"]


def test_a_late_row_of_the_day_before_stays_in_that_day():
    clock = Clock({"Time of Day"}, order=None)
    assert of_day(clock, "23:59:58", "00:00:01", "23:59:59", "00:00:02") == [
        "1970-01-01T23:59:58",
        "1970-01-02T00:00:01",
        "1970-01-01T23:59:59",
        "1970-01-02T00:00:02",
    ]


def test_small_steps_back_are_kept_and_told():
    clock = Clock({"Time of Day"}, order=None)
    assert of_day(clock, "10:00:02", "10:00:01")[1] == "1970-01-01T10:00:01"
    assert any("earlier time" in remark for remark in clock.remarks())


def test_the_end_of_daylight_saving_time_is_no_midnight():
    clock = Clock({"Time of Day"}, order=None)
    assert of_day(clock, "02:59:59", "02:00:00")[1] == "1970-01-01T02:00:00"


def test_a_long_silence_is_no_midnight():
    assert of_day(Clock({"Time of Day"}, order=None), "08:00:00", "22:30:00")[1] == "1970-01-01T22:30:00"


def test_lost_hours_count_up_when_the_minutes_start_again():
    clock = Clock({"Time of Day"}, order=None)
    assert of_day(clock, "59:58.0", "00:02.5") == ["1970-01-01T00:59:58", "1970-01-01T01:00:02"]
    assert any("hour is missing" in remark for remark in clock.remarks())


def test_the_date_comes_from_date_and_time_the_fraction_from_time_of_day():
    clock = Clock({"Time of Day", "Date & Time"}, order="day-month-year")
    rows = pa.record_batch({"Time of Day": ["9:58:20,0000001"], "Date & Time": ["16.06.2020 9:58:20"]})
    assert clock.times(rows).tolist() == [np.datetime64("2020-06-16T09:58:20.0000001", "ns").astype(np.int64)]


def test_an_unreadable_time_is_null_counted_and_named():
    clock = Clock({"Time of Day"}, order=None)
    assert of_day(clock, "10:00:00", "?", "10:00:01") == ["1970-01-01T10:00:00", None, "1970-01-01T10:00:01"]
    assert any("data row 2" in remark and "'?'" in remark for remark in clock.remarks())


def test_relative_time_serves_where_nothing_else_is_shown():
    rows = pa.record_batch({"Relative Time": ["00:00:01.0000000"]})
    assert shown(Clock({"Relative Time"}, order=None).times(rows)) == ["1970-01-01T00:00:01"]


def test_an_export_without_times_says_so():
    clock = Clock({"Path"}, order=None)
    assert shown(clock.times(pa.record_batch({"Path": ["a"]}))) == [None]
    assert clock.remarks() == ["The export has no column that tells a time."]


def test_a_zone_makes_utc_also_across_the_end_of_daylight_saving_time():
    local = np.array(["2020-10-25T01:30", "2020-10-25T03:30"], dtype="datetime64[ns]").astype(np.int64)
    assert shown(to_utc(local, zone_of("Europe/Berlin"))) == ["2020-10-24T23:30:00", "2020-10-25T02:30:00"]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("25.10.2020", "2 times lie in the hour that the zone Europe/Berlin had twice"),
        ("29.03.2020", "2 times lie in the hour that the zone Europe/Berlin left out"),
        ("26.10.2020", ""),
    ],
)
def test_times_in_the_hour_that_the_clocks_turned_are_counted(day, said):
    clock = Clock({"Date & Time"}, order="day-month-year", zone=zone_of("Europe/Berlin"))
    clock.times(
        batch(**{"Date_&_Time": [f"{day} {time}" for time in ("1:59:59", "2:00:00", "2:59:59", "3:00:00")]})
    )
    assert [remark[: len(said)] for remark in clock.remarks()] == ([said] if said else [])


@pytest.mark.parametrize("setting", ["+05:30", "UTC+5:30", "GMT+5:30", "Asia/Kolkata"])
def test_a_zone_is_an_offset_or_a_name(setting):
    local = np.array(["2020-07-01T05:30"], dtype="datetime64[ns]").astype(np.int64)
    assert shown(to_utc(local, zone_of(setting))) == ["2020-07-01T00:00:00"]


@pytest.mark.parametrize(
    ("setting", "name"),
    [("UTC", "UTC"), ("UTC-3:30", "-03:30"), ("+2", "+02:00"), ("Europe/Berlin", "Europe/Berlin")],
)
def test_a_zone_is_named_in_one_way(setting, name):
    assert zone_name(zone_of(setting)) == name


@pytest.mark.parametrize("setting", ["Mars/Olympus", "+99:00", "../etc/passwd", "CEST?"])
def test_what_is_no_zone_is_a_mistake_in_the_settings(setting):
    with pytest.raises(SettingsError, match="time_zone"):
        zone_of(setting)


def test_a_named_zone_needs_a_date_because_of_daylight_saving_time():
    assert Clock({"Time of Day"}, order=None, zone=zone_of("Europe/Berlin")).zone is None
    assert Clock({"Time of Day"}, order=None, zone=zone_of("+02:00")).zone is not None


def test_a_date_is_what_yaml_reads_or_text():
    assert date_of("2020-07-12") == date_of(date(2020, 7, 12)) == date(2020, 7, 12)
    with pytest.raises(SettingsError, match="date"):
        date_of("12.07.2020")


def test_the_hour_is_known_unless_a_spreadsheet_left_minutes_alone():
    whole, torn = (Clock({"Time of Day"}, order=None) for _ in range(2))
    of_day(whole, "10:47:57.9")
    of_day(torn, "47:57.9")
    assert whole.hour_known
    assert not torn.hour_known
