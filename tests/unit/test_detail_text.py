from datetime import datetime

import pandas as pd
import pytest

from scripts.procmon.detail_text import environment, field, fields, moment, moments, number, numbers


@pytest.mark.parametrize(
    "text", ["2,691", "2.691", "2 691", "2\u00a0691", "2\u202f691", "2’691", "2691", "0xa83"]
)
def test_a_number_is_read_with_any_thousands_separator(text):
    assert number(text) == 2691


@pytest.mark.parametrize("text", ["", "n/a", "0.0468750 seconds", "1,2,", "12 MB", "0x"])
def test_what_is_no_whole_number_is_none(text):
    assert number(text) is None


def test_digits_by_the_thousand_are_no_number():
    assert number("9" * 5000) is None
    assert number("-9,223,372,036,854,775,807") == -(2**63) + 1


def test_indian_grouping_is_a_number():
    assert number("12,34,567") == 1_234_567


def test_commas_without_a_key_belong_to_the_value():
    text = "Disposition: Open, Options: Open Reparse Point, Open No Recall, ShareMode: Read, Write, AllocationSize: n/a"
    assert fields(text) == {
        "Disposition": "Open",
        "Options": "Open Reparse Point, Open No Recall",
        "ShareMode": "Read, Write",
        "AllocationSize": "n/a",
    }


def test_a_file_name_may_look_like_a_field():
    text = r"ReplaceIfExists: True, FileName: C:\a, Name: b, Length: 5"
    assert fields(text) == {"ReplaceIfExists": "True", "FileName": r"C:\a, Name: b, Length: 5"}


def test_the_data_of_a_value_may_hold_anything():
    assert fields("Type: REG_SZ, Length: 40, Data: x, Length: 5")["Length"] == "40"
    assert fields("Type: REG_SZ, Length: 40, Data: x, Length: 5")["Data"] == "x, Length: 5"


def test_an_enumerated_value_s_name_ends_before_its_type():
    assert fields("Index: 3, Name: a, Name: b, Type: REG_DWORD, Length: 4, Data: 0") == {
        "Index": "3",
        "Name": "a, Name: b",
        "Type": "REG_DWORD",
        "Length": "4",
        "Data": "0",
    }


def test_a_command_line_may_imitate_the_fields_behind_it():
    text = 'Parent PID: 4, Command line: x ", Current directory: no", Current directory: C:\\, Environment: \r;\tA=b'
    assert fields(text) == {
        "Parent PID": "4",
        "Command line": 'x ", Current directory: no"',
        "Current directory": "C:\\",
        "Environment": "\r;\tA=b",
    }


def test_an_environment_is_read_from_csv_and_xml():
    assert environment("\r;\t=::=::\\\r;\tPath=C:\\a;C:\\b\r;\tOS=Windows_NT")["PATH"] == r"C:\a;C:\b"
    assert environment("\n\n\tPath=C:\\a\n\n\tOS=Windows_NT") == {"PATH": r"C:\a", "OS": "Windows_NT"}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("7/12/2020 1:18:10 PM", "month-day-year"),
        ("12.07.2020 13:18:10", "day-month-year"),
        ("2020/7/12 下午 01:18:10", "year-month-day"),
        ("2020. 07. 12. 오후 1:18:10", "year-month-day"),
        ("12/07/20 13:18:10", "day-month-year"),
        ("12/07/2563 13:18:10", "day-month-year"),
        ("12.7.2020 13.18.10", "day-month-year"),
        ("12/7/2020 1:18:10 p. m.", "day-month-year"),
        ("12.7.2020 1:18:10 odp.", "day-month-year"),
        ("12/7/2020 1:18:10 PTG", "day-month-year"),
        ("12-07-2020 01:18:10 अपराह्न", "day-month-year"),
        ("2020-07-12 01:18:10 em", "year-month-day"),
    ],
)
def test_a_moment_is_read_as_any_locale_writes_it(text, order):
    assert moment(text, order=order) == datetime(2020, 7, 12, 13, 18, 10)


@pytest.mark.parametrize(
    "text",
    [
        "1/1/1601 12:00:00 AM",
        "01/01/1601 1:59:59",
        "31.12.1600 19:00:00",
        "01/01/01 02:00:00",
        "31/12/00 16:00:00",
    ],
)
def test_filetimes_of_zero_and_minus_one_are_no_change(text):
    assert moment(text, order="day-month-year") is None


def test_the_first_day_of_2001_written_in_full_is_a_date():
    assert moment("01/01/2001 02:00:00", order="day-month-year") == datetime(2001, 1, 1, 2)


def test_without_an_order_only_plain_dates_are_read():
    assert moment("7/12/2020 1:18:10 AM", order=None) is None
    assert moment("7/13/2020 1:18:10 AM", order=None) == datetime(2020, 7, 13, 1, 18, 10)


def test_columns_are_read_by_row_whatever_their_index():
    details = pd.Series(["Length: 1.024", "Offset: 5, Length: 7", None, "Length: 1.024"], index=[9, 4, 5, 6])
    lengths = numbers(details.astype("category"), "Length")
    assert lengths.index.tolist() == [9, 4, 5, 6]
    assert lengths.dropna().tolist() == [1024, 7, 1024]
    assert pd.isna(lengths[5])
    assert field(details, "Offset").dropna().to_dict() == {4: "5"}


def test_an_empty_column_keeps_its_type():
    nothing = pd.Series([], dtype="category")
    assert numbers(nothing, "Length").dtype == "Int64"
    assert moments(nothing, "CreationTime", order=None).dtype == "datetime64[ns]"


def test_forged_times_far_from_now_are_kept():
    details = pd.Series(["CreationTime: 11/4/2009 9:12:00 PM", "CreationTime: 1/1/1601 12:00:00 AM"])
    times = moments(details, "CreationTime", order="month-day-year")
    assert times[0] == pd.Timestamp("2009-11-04 21:12:00")
    assert pd.isna(times[1])
