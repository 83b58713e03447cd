import gzip
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from scripts.procmon.contracts.capture import INFO_FILE, read_capture
from scripts.procmon.sources.convert import convert
from tests.captures.exports import as_csv, as_xml, row
from tests.captures.pml_kinds import a_capture

SCHEMA = yaml.safe_load(
    (Path(__file__).parents[3] / "config/schemas/capture.schema.yaml").read_text(encoding="utf-8")
)


@pytest.fixture
def made(tmp_path):
    """capture.json of files with these contents, by name; checked against its schema."""

    def convert_files(settings=None, name="case/a", **contents):
        files = []
        for file, content in contents.items():
            files.append(tmp_path / file.replace("__", "."))
            files[-1].write_bytes(content)
        info = convert(files, tmp_path / "out", name=name, settings=settings or {})
        jsonschema.validate(info, SCHEMA)
        assert json.loads((tmp_path / "out" / INFO_FILE).read_text(encoding="utf-8")) == info
        return info

    return convert_files


def test_a_format_is_told_by_content_whatever_the_ending(made):
    assert made(a__PML=as_csv([row()]))["format"] == "CSV"
    assert made(a__csv=as_xml([row()]))["format"] == "XML"
    assert made(a__xml=gzip.compress(as_csv([row()])))["files"][0]["container"] == "gz"


def test_capture_json_counts_what_the_tables_hold(made, tmp_path):
    rows = [row(operation="ReadFile"), row(operation="ReadFile"), row(operation="RegSetValue")]
    info = made(a__csv=as_csv(rows))
    assert info["events"] == len(read_capture(tmp_path / "out").events) == 3
    assert info["operations"] == {"ReadFile": 2, "RegSetValue": 1}
    assert info["event_classes"] == {"File System": 2, "Registry": 1}
    assert info["can_show"]["reads"] == {"value": True, "reason": "2 events."}
    assert not info["can_show"]["network_events"]["value"]


def test_files_are_named_below_inputs_and_hashed(made):
    file = made(a__csv=b"PID,Operation\n4,ReadFile\n")["files"][0]
    assert (file["name"], file["size"]) == ("case/a.csv", 25)
    assert len(file["sha256"]) == 64


def test_opened_files_without_reads_mean_that_reads_were_filtered_out(made):
    info = made(a__csv=as_csv([row(operation="CreateFile")]))
    assert "a filter kept reads out" in info["can_show"]["reads"]["reason"]


@pytest.mark.parametrize(
    "content", [b"", b"not a capture", b"PML_", b"PML_\x63\0\0\0" + bytes(2000), b"\x1f\x8bxx", b"<procmon>"]
)
def test_what_cannot_be_read_is_refused_without_an_exception(made, tmp_path, content):
    info = made(a__PML=content)
    assert info["refused"]["file"].endswith("a.PML")
    assert info["refused"]["message"].startswith(info["refused"]["file"])
    assert info["events"] == 0
    assert len(read_capture(tmp_path / "out").processes) == 0


def test_a_file_that_is_gone_is_refused(tmp_path):
    info = convert([tmp_path / "gone.csv"], tmp_path / "out", name="gone", settings={})
    jsonschema.validate(info, SCHEMA)
    assert info["refused"]["expected"] == "a readable file"


@pytest.mark.parametrize(
    ("content", "asked", "unapplied"),
    [
        (as_csv([row()]), {"time_zone": "Europe/Berlin"}, ["time_zone"]),
        (as_csv([row()]), {"time_zone": "+02:00"}, []),
        (as_csv([row()]), {"time_zone": "Europe/Berlin", "date": "2020-07-12"}, []),
        (b"PID,Operation,Date & Time\n4,ReadFile,7/13/2020 1:02:03 PM\n", {"date": "2020-07-12"}, ["date"]),
    ],
)
def test_a_setting_that_an_export_leaves_no_use_for_is_told_with_the_reason(made, content, asked, unapplied):
    info = made(settings=asked, a__csv=content)
    assert info["unapplied"] == unapplied
    assert sum("not applied" in remark for remark in info["remarks"]) == len(unapplied)


def test_settings_of_times_are_told_to_have_no_effect_on_a_pml(tmp_path):
    asked = {"time_zone": "Europe/Berlin", "date_order": "day-month-year", "title": "x"}
    file = tmp_path / "a.PML"
    file.write_bytes(a_capture(64))
    info = convert([file], tmp_path / "out", name="a", settings=asked)
    jsonschema.validate(info, SCHEMA)
    assert info["unapplied"] == ["time_zone", "date_order"]
    assert any("(time_zone, date_order) were not applied" in remark for remark in info["remarks"])
    assert convert([file], tmp_path / "out", name="a", settings={})["unapplied"] == []


def test_settings_that_cannot_be_used_refuse_the_capture_alone(made):
    info = made(settings={"time_zone": "Mars/Olympus"}, a__csv=as_csv([row()]))
    assert "Mars/Olympus" in info["refused"]["message"]


def test_only_a_log_can_have_parts(made):
    info = made(a__csv=as_csv([row()]), **{"a-1__csv": as_csv([row()])})
    assert "parts of one PML capture" in info["refused"]["message"]


def test_a_capture_that_is_refused_leaves_no_event_of_an_earlier_run(made, tmp_path):
    made(a__csv=as_csv([row()]))
    made(a__csv=b"nothing")
    assert len(read_capture(tmp_path / "out").events) == 0


def test_errors_in_a_packed_log_name_the_input_not_the_unpacked_file(made):
    info = made(a__PML__gz=gzip.compress(b"PML_\x63\0\0\0" + bytes(2000)))
    assert info["refused"]["file"] == "case/a.PML.gz"


def test_what_goes_wrong_while_writing_is_not_swallowed(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr("scripts.procmon.sources.convert.pq.ParquetWriter.write_batch", full)
    (tmp_path / "a.csv").write_bytes(as_csv([row()]))
    with pytest.raises(OSError, match="no space left"):
        convert([tmp_path / "a.csv"], tmp_path / "out", name="a", settings={})


def test_a_long_conversion_tells_how_far_it_is(made, monkeypatch, capsys):
    monkeypatch.setattr("scripts.procmon.sources.progress._IN_LOG", -1.0)
    made(a__csv=as_csv([row(), row()]))
    assert "case/a: 0 events" in capsys.readouterr().err
