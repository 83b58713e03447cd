"""Real exports of real machines, against Python's own csv module and against what is known of each."""

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
import yaml

from scripts.procmon.contracts.capture import INFO_FILE, read_capture
from scripts.procmon.sources.categories import category, event_class
from scripts.procmon.sources.convert import convert
from tests.captures.shared import shared

#: name, events
EXPORTS = [
    ("csv/da-comma-decimal-dot-thousands.CSV.gz", 11_892),
    ("csv/en-US-extra-columns.CSV.gz", 10_183),
    ("csv/en-US-tid-banload.CSV.gz", 4_979),
    ("csv/no-bom-tid.CSV", 23),
    ("csv/one-row.CSV", 1),
    ("csv/resaved-by-excel.CSV.gz", 3_640),
    ("csv/ru-RU-emoji.CSV.gz", 6_714),
    ("csv/zh-TW-slui-uac-bypass.CSV.gz", 23_937),
    ("pml/win10-x64-basic.CSV", 324),
    ("pml/win10-x64-filesystem.CSV.gz", 31_569),
    ("pml/win10-x64-mixed.CSV.gz", 53_214),
    ("pml/win7-x86-mixed.CSV.gz", 32_930),
    ("pml/winxp-x86-zeroaccess-v7.CSV", 623),
    ("xml/ru-RU-modules-no-stacks.XML.gz", 543),
]
NAMES = [name for name, _ in EXPORTS]
TWINS = [name for name in NAMES if name.startswith("pml/") and "zeroaccess" not in name]
TEXTS = {
    "Operation": "operation",
    "Path": "path",
    "Result": "result",
    "Detail": "detail",
    "Category": "category",
}
PEOPLE = {
    "Process Name": "process_name",
    "PID": "pid",
    "Parent PID": "parent_pid",
    "Image Path": "image_path",
    "Command Line": "command_line",
    "User": "user",
    "Company": "company",
    "Description": "description",
    "Version": "version",
    "Session": "session",
    "Authentication ID": "authentication_id",
    "Integrity": "integrity",
    "Architecture": "architecture",
    "Virtualized": "virtualized",
}
SCHEMA = yaml.safe_load(
    (Path(__file__).parents[2] / "config/schemas/capture.schema.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """The folder that a shared export is converted into, once for all tests."""
    done = {}

    def folder_of(name, **settings):
        key = (name, tuple(settings.items()))
        if key not in done:
            file = shared(name)  # skips, before a folder stands for what was never converted
            done[key] = tmp_path_factory.mktemp("converted")
            convert([file], done[key], name=name, settings=settings)
        return done[key]

    return folder_of


def rows_of(name):
    content = shared(name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_shown(values):
    return ["" if pd.isna(value) else str(value) for value in values]


@pytest.mark.parametrize(("name", "events"), EXPORTS)
def test_every_export_is_read_whole(converted, name, events):
    info = json.loads((converted(name) / INFO_FILE).read_text(encoding="utf-8"))
    jsonschema.validate(info, SCHEMA)
    assert info["refused"] is None
    assert info["events"] == events
    assert info["rejected"]["count"] == 0


@pytest.mark.parametrize("name", [name for name in NAMES if "CSV" in name])
def test_every_cell_is_what_the_export_shows(converted, name):
    rows, capture = rows_of(name), read_capture(converted(name))
    for shown, column in TEXTS.items():
        if shown in rows[0]:
            assert as_shown(capture.events[column].astype(object)) == [row[shown] for row in rows], shown
    actors = capture.processes.loc[capture.events["process"]]
    for shown, column in PEOPLE.items():
        if shown in rows[0]:
            assert as_shown(actors[column]) == [row[shown] for row in rows], shown
    if "TID" in rows[0]:
        assert as_shown(capture.events["tid"]) == [row["TID"] or "" for row in rows]


@pytest.mark.parametrize("name", TWINS)
def test_derived_categories_and_classes_are_process_monitor_s_own(name):
    wrong = Counter()
    for row in rows_of(name):
        # An operation that Process Monitor has no name for can't tell its category.
        if (
            row["Operation"] != "<Unknown>"
            and (category(row["Operation"], row["Detail"]) or "") != row["Category"]
        ):
            wrong[row["Operation"], row["Category"]] += 1
        if event_class(row["Operation"]) != row.get("Event Class", event_class(row["Operation"])):
            wrong[row["Operation"], row["Event Class"]] += 1
    assert not wrong


def test_a_danish_export_has_comma_times_and_no_date(converted):
    info = json.loads(
        (converted("csv/da-comma-decimal-dot-thousands.CSV.gz") / INFO_FILE).read_text(encoding="utf-8")
    )
    assert (info["first_time"], info["last_time"]) == (
        "1970-01-01T20:54:33.061368200",
        "1970-01-01T20:54:48.840717700",
    )
    assert info["date"]["order"] == "day-month-year"
    assert not info["date"]["known"]


def test_a_chinese_morning_is_a_morning(converted):
    info = json.loads((converted("csv/zh-TW-slui-uac-bypass.CSV.gz") / INFO_FILE).read_text(encoding="utf-8"))
    assert info["first_time"] == "1970-01-01T01:09:44.822266400"
    assert info["date"]["order"] == "year-month-day"
    assert info["host"]


def test_five_runs_of_one_program_are_five_processes(converted):
    processes = read_capture(converted("csv/zh-TW-slui-uac-bypass.CSV.gz")).processes
    assert len(processes) == processes["pid"].nunique() == 5
    assert processes["parent_pid"].nunique() == 2
    assert processes["start"].notna().all()
    assert processes["command_line"].str.contains(" 45 C:").all()


def test_a_spreadsheet_s_loss_is_told(converted):
    info = json.loads((converted("csv/resaved-by-excel.CSV.gz") / INFO_FILE).read_text(encoding="utf-8"))
    assert any("hour is missing" in remark for remark in info["remarks"])


def test_a_russian_xml_tells_its_zone_by_its_processes(converted):
    capture = read_capture(converted("xml/ru-RU-modules-no-stacks.XML.gz"))
    assert capture.info["time_zone"]["name"] == "+05:00"
    assert (len(capture.processes), len(capture.modules)) == (185, 10_228)
    # Windows keeps the start of a process itself; the event is some microseconds later.
    starts = capture.events[capture.events["operation"] == "Process Start"]
    created = capture.processes.loc[starts["process"], "start"].to_numpy()
    late = (starts["time"].to_numpy() - created).astype("timedelta64[us]").astype(int)
    assert ((late >= 0) & (late < 100_000)).all()
    assert "Высокий" in " ".join(capture.processes["integrity"].dropna())


@pytest.mark.parametrize("name", ["pml/win10-x64-mixed", "pml/win7-x86-mixed", "pml/winxp-x86-zeroaccess-v7"])
def test_an_export_and_its_log_agree_on_times_and_durations(converted, name):
    packed = "" if "winxp" in name else ".gz"
    log = read_capture(converted(f"{name}.PML{packed}"))
    zone = "-05:00" if "winxp" in name else "UTC"
    first = log.events["time"].min().tz_convert(None)
    day = (first - pd.Timedelta(hours=5 if "winxp" in name else 0)).date()
    export = read_capture(converted(f"{name}.CSV{packed}", time_zone=zone, date=str(day)))
    assert export.events["time"].tolist() == log.events["time"].tolist()
    if "winxp" not in name:
        assert export.events["duration"].tolist() == log.events["duration"].tolist()


@pytest.mark.parametrize("name", ["pml/win10-x64-mixed", "pml/win7-x86-mixed", "pml/win10-x64-filesystem"])
def test_the_processes_of_an_export_are_those_of_its_log(converted, name):
    log, export = (
        read_capture(converted(f"{name}.PML.gz")),
        read_capture(converted(f"{name}.CSV.gz", time_zone="UTC")),
    )
    pairs = pd.DataFrame({"log": log.events["process"], "export": export.events["process"]}).drop_duplicates()
    assert pairs["log"].is_unique
    assert pairs["export"].is_unique
    for listed, made in pairs.itertuples(index=False):
        own, other = log.processes.loc[listed], export.processes.loc[made]
        assert (own["pid"], own["process_name"], own["parent_pid"]) == (
            other["pid"],
            other["process_name"],
            other["parent_pid"],
        )
        if pd.notna(other["parent"]):
            assert log.processes.loc[own["parent"], "pid"] == export.processes.loc[other["parent"], "pid"]
        if pd.notna(other["start"]):
            assert abs(other["start"] - own["start"]) < pd.Timedelta(milliseconds=1)


def test_a_stack_of_one_event_is_no_capture(converted):
    info = json.loads((converted("csv/event-properties-stack.csv") / INFO_FILE).read_text(encoding="utf-8"))
    jsonschema.validate(info, SCHEMA)
    assert "call stack of a single event" in info["refused"]["message"]
    assert len(read_capture(converted("csv/event-properties-stack.csv")).events) == 0
