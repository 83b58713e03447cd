from scripts.procmon.sources.dates import DateEvidence


def evidence(shown=(), details=()):
    made = DateEvidence()
    made.add_shown(shown)
    made.add_details(details)
    return made


def test_a_number_over_12_tells_the_order():
    dating = evidence(["7/12/2020 1:18:10 AM", "7/13/2020 1:18:10 AM"]).dating()
    assert (dating.order, dating.ambiguous) == ("month-day-year", False)


def test_dates_in_detail_are_evidence_for_the_column():
    dating = evidence(
        ["7/12/2020 1:18:10 AM"], ["CreationTime: 11/28/2017 3:00:00 AM, FileAttributes: A"]
    ).dating()
    assert (dating.order, dating.ambiguous) == ("month-day-year", False)


def test_a_year_in_front_is_followed_by_the_month():
    assert evidence(["2026/4/5 上午 09:43:51"]).dating().order == "year-month-day"


def test_two_digits_of_a_year_may_stand_behind():
    dating = evidence(
        ["29/12/13 02:07:01", "30/12/13 02:07:01", "31/12/13 02:07:01", "01/01/14 02:07:01"]
    ).dating()
    assert dating.order == "day-month-year"


def test_days_that_follow_each_other_tell_the_order():
    dating = evidence(["07/11/2020 23:59:58", "08/11/2020 00:00:03"]).dating()
    assert (dating.order, dating.ambiguous) == ("day-month-year", False)


def test_files_are_not_younger_than_the_capture():
    details = [f"LastWriteTime: {day}/10/2020 10:00:00, x: y" for day in (7, 8, 9)]
    # 3 November; read month first, it would be 11 March, and the files of later months.
    dating = evidence(["3/11/2020 10:00:00"], details).dating()
    assert (dating.order, dating.ambiguous) == ("day-month-year", False)


def test_dots_are_never_month_first():
    assert evidence(["05.06.2020 9:58:20"]).dating().order == "day-month-year"


def test_what_stays_open_is_assumed_and_said_so():
    american = evidence(["5/6/2020 9:58:20 AM"]).dating()
    british = evidence(["05/06/2020 09:58:20"]).dating()
    assert (american.order, american.ambiguous) == ("month-day-year", True)
    assert (british.order, british.ambiguous) == ("day-month-year", True)


def test_a_decimal_comma_settles_it():
    assert not evidence(["05/06/2020 09:58:20"]).dating(decimal_comma=True).ambiguous


def test_a_setting_overrules_all_evidence():
    dating = evidence(["7/13/2020 1:18:10 AM"]).dating(setting="day-month-year")
    assert (dating.order, dating.ambiguous, dating.known_by) == ("day-month-year", False, "setting")


def test_one_garbled_date_does_not_rule_out_the_right_order():
    shown = [f"7/{day}/2020 1:18:10 AM" for day in (13, 14, 15)] + [
        "33/44/2020 1:18:10 AM",
        "14/7/2020 1:18:10 AM",
    ]
    assert evidence(shown).dating().order == "month-day-year"


def test_no_dates_give_no_order():
    assert evidence().dating().order is None
