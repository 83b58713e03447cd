"""Whatever Process Monitor may export is read back as it was; whatever else there is, is read or refused."""

import gzip
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.procmon.contracts.capture import read_capture
from scripts.procmon.detail_text import fields, moment, number
from scripts.procmon.sources.convert import convert
from scripts.procmon.sources.dates import DateEvidence
from tests.captures.exports import ALL, DEFAULT, LOCALES, TICK, as_csv, as_xml, row

ORDERS = {"en-US": "month-day-year", "zh-TW": "year-month-day", "sv-SE": "year-month-day"}
COLUMNS = {"Path": "path", "Result": "result", "Detail": "detail", "Operation": "operation", "TID": "tid"}

locales = st.sampled_from(list(LOCALES.values()))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 12, 31))
#: Anything that a file name or a registry value may hold, line ends and quotation marks among it.
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=30
) | st.sampled_from(['"', '""', ",", '",""', "\r", "\n", "\r;\t", "\r\n", "'", "﷽", "😀", "sep=;"])
#: XML can't hold control characters; Process Monitor writes them as "_". Line ends become line feeds.
plain = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30
)
orders_of_columns = st.permutations([*DEFAULT, "Date & Time", "TID"])
damage = st.binary(max_size=8) | st.sampled_from([b'"', b"\n", b"\r", b"<", b"]]>"])
operations = st.sampled_from(
    ["ReadFile", "WriteFile", "RegOpenKey", "CreateFile", "TCP Send", "Load Image", "<Unknown>"]
)


def an_event(text):
    return st.fixed_dictionaries(
        {
            "operation": operations,
            "path": text,
            "result": text,
            "detail": text,
            "process_name": st.sampled_from(["a.exe", "б.exe", "c, d.exe"]),
            "pid": st.integers(0, 2**32 - 1).map(str),
            "tid": st.integers(0, 2**32 - 1).map(str),
            "step": st.integers(0, 3_000_000_000),
        }
    )


def written(events, locale, start):
    """The rows as a machine of this locale shows them, and their times in ns."""
    rows, times, tick = [], [], 0
    for event in events:
        tick += event["step"]
        now = start + timedelta(microseconds=tick // 10)
        time = locale.time(now.hour, now.minute, now.second, now.microsecond * 10 + tick % 10)
        shown = {name: value for name, value in event.items() if name != "step"}
        rows.append(row(**shown, time_of_day=time, date_time=locale.date(now)))
        times.append(
            pd.Timestamp(now.replace(microsecond=0)).value + (now.microsecond * 10 + tick % 10) * TICK
        )
    return rows, times


def capture_of(content, **settings):
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a"
        file.write_bytes(content)
        info = convert([file], Path(folder) / "out", name="a", settings=settings)
        return read_capture(Path(folder) / "out") if info["refused"] is None else None


def assert_same(capture, rows, times, columns):
    for shown in set(columns) & set(COLUMNS):
        got = [
            None if pd.isna(value) else str(value) for value in capture.events[COLUMNS[shown]].astype(object)
        ]
        assert got == [line[shown] for line in rows]
    assert capture.events["time"].astype("int64").tolist() == times
    actors = capture.processes.loc[capture.events["process"]]
    assert [str(pid) for pid in actors["pid"]] == [line["PID"] for line in rows]
    assert actors["process_name"].tolist() == [line["Process Name"] for line in rows]
    assert capture.info["rejected"]["count"] == 0


@given(
    events=st.lists(an_event(texts), min_size=1, max_size=12),
    locale=locales,
    start=moments,
    columns=st.permutations(
        ["Time of Day", "Process Name", "PID", "Operation", "Path", "Result", "Detail", "Date & Time", "TID"]
    ),
    newline=st.sampled_from(["\r\n", "\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_rows_written_as_csv_in_any_locale_are_read_back(events, locale, start, columns, newline, encoding):
    rows, times = written(events, locale, start)
    content = as_csv(rows, columns, newline=newline, encoding=encoding)
    assert_same(
        capture_of(content, date_order=ORDERS.get(locale.name, "day-month-year")), rows, times, columns
    )


@given(
    events=st.lists(an_event(plain), min_size=1, max_size=12),
    locale=locales,
    start=moments,
    columns=st.permutations(
        ["Time of Day", "Process Name", "PID", "Operation", "Path", "Result", "Detail", "Date & Time", "TID"]
    ),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_rows_written_as_xml_in_any_locale_are_read_back(events, locale, start, columns):
    rows, times = written(events, locale, start)
    assert_same(
        capture_of(as_xml(rows, columns), date_order=ORDERS.get(locale.name, "day-month-year")),
        rows,
        times,
        columns,
    )


@given(
    events=st.lists(an_event(texts), min_size=2, max_size=20), locale=locales, seconds=st.integers(0, 86_399)
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_without_dates_the_time_between_events_is_kept_past_midnight(events, locale, seconds):
    start = datetime(2020, 7, 11) + timedelta(seconds=seconds)
    rows, times = written(events, locale, start)
    read = capture_of(as_csv(rows)).events["time"].astype("int64").tolist()
    assert [time - read[0] for time in read] == [time - times[0] for time in times]


GOOD = [
    as_csv([row(path=str(number)) for number in range(5)], ALL),
    as_xml([row(path=str(number)) for number in range(5)]),
    as_csv(
        [
            row(operation="Process Start", detail="Parent PID: 4, Command line: x"),
            row(operation="Process Exit"),
        ]
    ),
    gzip.compress(as_csv([row()])),
]


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_exports_are_read_or_refused(data):
    content = bytearray(data.draw(st.sampled_from(GOOD)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 20))
        content[place : place + cut] = data.draw(damage)
    # An exception other than a refusal fails the test; warnings are errors.
    capture = capture_of(bytes(content))
    assert capture is None or capture.info["events"] == len(capture.events)


@given(value=st.integers(0, 2**62), locale=locales)
def test_a_number_is_read_as_its_locale_writes_it(value, locale):
    assert number(f"{value:,}".replace(",", locale.thousands)) == value


@given(when=moments, locale=locales)
def test_a_date_is_read_as_its_locale_writes_it(when, locale):
    order = ORDERS.get(locale.name, "day-month-year")
    assert moment(locale.date(when), order=order) == when.replace(microsecond=0)


@given(days=st.lists(st.dates(date(1980, 1, 1), date(2200, 1, 1)), min_size=1, max_size=30), locale=locales)
def test_the_order_of_dates_is_never_wrong_and_certain(days, locale):
    evidence = DateEvidence()
    evidence.add_details(
        f"CreationTime: {locale.date(datetime(d.year, d.month, d.day, 15, 20))}, x: y" for d in days
    )
    dating = evidence.dating(decimal_comma=locale.decimal == ",")
    assert dating.ambiguous or dating.order == ORDERS.get(locale.name, "day-month-year")


@given(
    pairs=st.dictionaries(
        st.from_regex(r"[A-Z][a-z]{1,8}( [a-z]{1,5})?", fullmatch=True).filter(
            lambda key: key not in ("Data", "Environment", "Name") and not key.startswith("Command")
        ),
        st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=10),
        max_size=6,
    )
)
def test_fields_are_read_back_in_order(pairs):
    assert list(fields(", ".join(f"{key}: {value}" for key, value in pairs.items())).items()) == list(
        pairs.items()
    )
