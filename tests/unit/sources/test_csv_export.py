import pandas as pd
import pytest

from scripts.procmon.contracts.capture import read_capture
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources import csv_export
from scripts.procmon.sources.convert import convert
from tests.captures.exports import ALL, DEFAULT, as_csv, row


@pytest.fixture
def read(tmp_path):
    """The capture that a CSV file of these bytes is converted to."""

    def convert_and_read(content, **settings):
        file = tmp_path / "a.CSV"
        file.write_bytes(content)
        info = convert([file], tmp_path / "out", name="a", settings=settings)
        assert info["refused"] is None, info["refused"]
        return read_capture(tmp_path / "out")

    return convert_and_read


def column(capture, name):
    values = capture.events[name].astype(object)
    return values.where(values.notna(), None).tolist()


def process(capture, number, name):
    value = capture.processes.loc[number, name]
    return None if pd.isna(value) else value


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "utf-16-le", "utf-32", "utf-32-be"])
def test_line_ends_and_encodings_make_no_difference(read, newline, encoding):
    rows = [row(path="C:\\тест\\😀"), row(path='a "quoted", name')]
    capture = read(as_csv(rows, newline=newline, encoding=encoding))
    assert column(capture, "path") == ["C:\\тест\\😀", 'a "quoted", name']


@pytest.mark.parametrize("detail", ["Environment: \r;\tA=b\r;\tC=d", "a\nb", "a\r\nb", "\r", "\n"])
def test_a_quoted_field_may_hold_line_ends(read, detail):
    capture = read(as_csv([row(detail=detail), row(detail="next")]))
    assert column(capture, "detail") == [detail, "next"]


def test_columns_are_found_by_name_in_any_order(read):
    rows = [row(tid="77", operation="ReadFile", duration="0.0000074", category="Read")]
    capture = read(as_csv(rows, ["Category", "TID", "Path", "Duration", "Operation"]))
    assert column(capture, "tid") == [77]
    assert column(capture, "duration") == [7400]
    assert column(capture, "operation") == ["ReadFile"]
    assert column(capture, "result") == [None]


def test_a_missing_column_is_null_and_said_so(read):
    capture = read(as_csv([row()]))
    assert column(capture, "tid") == [None]
    assert column(capture, "duration") == [None]
    assert not capture.info["can_show"]["tid"]["value"]
    assert not capture.info["can_show"]["stacks"]["value"]


def test_a_blank_is_empty_in_path_and_detail_and_null_in_category(read):
    capture = read(as_csv([row(path="", detail="", category="")], [*DEFAULT, "Category"]))
    assert (column(capture, "path"), column(capture, "detail"), column(capture, "category")) == (
        [""],
        [""],
        [None],
    )


def test_a_category_that_is_shown_is_taken_and_one_that_is_not_is_derived(read):
    shown = read(as_csv([row(operation="ReadFile", category="Write")], [*DEFAULT, "Category"]))
    derived = read(as_csv([row(operation="ReadFile")]))
    assert column(shown, "category") == ["Write"]
    assert column(derived, "category") == ["Read"]
    assert "Derived" in derived.info["can_show"]["category"]["reason"]


def test_columns_of_others_are_left_out_and_named(read):
    capture = read(b'"PID","Note","Operation"\n"4","mine","ReadFile"\n')
    assert capture.info["columns"] == ["PID", "Operation"]
    assert any("'Note'" in remark for remark in capture.info["remarks"])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheet_may_have_changed_the_separator(read, separator):
    text = (
        separator.join(DEFAULT)
        + "\n"
        + separator.join(["10:00:00", "a.exe", "4", "ReadFile", "C:\\a", "SUCCESS", ""])
    )
    assert column(read(text.encode()), "path") == ["C:\\a"]
    assert column(read(f"sep={separator}\n{text}".encode()), "path") == ["C:\\a"]


def test_a_row_of_another_width_is_counted_with_its_place(read):
    content = (
        as_csv([row(path="1"), row(path="2")])
        + b'"too","short"\r\n'
        + as_csv([row(path="3")]).split(b"\r\n")[1]
    )
    capture = read(content)
    assert column(capture, "path") == ["1", "2", "3"]
    assert capture.info["rejected"]["count"] == 1
    assert capture.info["rejected"]["rows"][0]["where"] == "row 4"
    assert "2 fields instead of 7" in capture.info["rejected"]["rows"][0]["reason"]


@pytest.mark.parametrize("missing", [3, 9, 30, 60])
def test_a_file_that_ends_within_a_row_is_told_to_break_off(read, missing):
    whole = as_csv([row(path=str(number), detail="Desired Access: Read") for number in range(9)])
    rejected = read(whole[:-missing]).info["rejected"]
    assert rejected["rest_lost"]
    assert all("ends in the middle of this row" in told["reason"] for told in rejected["rows"])


def test_a_whole_file_and_one_without_the_last_line_end_do_not_break_off(read):
    whole = as_csv([row(path=str(number)) for number in range(9)])
    for content in (whole, whole[:-2], whole + b'"too","short"\r\n', whole.replace(b'"', b"")[:-2]):
        assert not read(content).info["rejected"]["rest_lost"]


def test_rejected_rows_are_numbered_as_a_spreadsheet_does(read, monkeypatch):
    monkeypatch.setattr(csv_export, "BLOCK", 2048)
    good = as_csv([row(path=str(number)) for number in range(299)])
    rejected = read(b"sep=,\r\n" + good + b'"too","short"\r\n').info["rejected"]
    # The line that names the separator, the header, 299 rows: the bad one is the 302nd.
    assert rejected["rows"][0]["where"] == "row 302"


def test_rows_that_a_stray_quotation_mark_joined_are_told_by_their_lines(read):
    good = as_csv([row(path="1"), row(path="2"), row(path="3")])
    rejected = read(good.replace(b'""\r\n', b'"\r\n', 1)).info["rejected"]
    assert rejected["count"] == 1
    assert "over 2 lines" in rejected["rows"][0]["reason"]


def test_a_row_of_another_width_and_broken_encoding_is_counted_too(read):
    content = as_csv([row(path="1")]) + b'"\xff\xfe","short"\r\n'
    assert read(content).info["rejected"]["count"] == 1


def test_a_file_that_was_cut_off_gives_what_is_whole(read):
    content = as_csv([row(path="1"), row(path="2"), row(detail="x" * 50)])
    capture = read(content[:-30].rpartition(b"SUCCESS")[0])
    assert column(capture, "path") == ["1", "2"]
    assert capture.info["rejected"]["count"] == 1


def test_bytes_that_are_no_text_are_replaced_and_counted(read):
    capture = read(as_csv([row(path="VolumeLabel: QQ")]).replace(b"QQ", b"\xff\xfe"))
    assert column(capture, "path") == ["VolumeLabel: \ufffd\ufffd"]
    assert any("2 places are not valid UTF-8" in remark for remark in capture.info["remarks"])


def test_a_replacement_character_of_the_export_itself_is_no_fault(read):
    capture = read(as_csv([row(detail="VolumeLabel: \ufffd")]))
    assert capture.info["remarks"] == []


def test_a_quotation_mark_that_never_ends_keeps_what_came_before(read, monkeypatch):
    monkeypatch.setattr(csv_export, "BLOCK", 4096)
    good = as_csv([row(path=str(number)) for number in range(200)])
    capture = read(good + b'"10:00:00' + b"x" * 20_000)
    assert 0 < len(capture.events) <= 200
    assert "rest of the file" in capture.info["rejected"]["rows"][-1]["reason"]


def test_blocks_join_without_a_seam(read, monkeypatch):
    monkeypatch.setattr(csv_export, "BLOCK", 2048)
    rows = [
        row(path=f"{number}é\r;\t{number}", time_of_day=f"10:00:{number % 60:02}") for number in range(500)
    ]
    capture = read(as_csv(rows))
    assert column(capture, "path") == [f"{number}é\r;\t{number}" for number in range(500)]
    assert capture.events["event"].tolist() == list(range(500))
    assert len(capture.processes) == 1


def test_a_header_alone_is_a_capture_without_events(read):
    capture = read(as_csv([]))
    assert len(capture.events) == 0
    assert capture.info["first_time"] is None


def test_a_header_of_other_columns_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"Name,Address\n1,2\n")
    with pytest.raises(CaptureError, match=r"a\.csv, row 1: expected a header"):
        csv_export.open_csv(file, name="a.csv")


def test_times_are_local_unless_a_setting_gives_the_zone(read):
    rows = [row(time_of_day="1:00:00.0000001 AM", date_time="7/13/2020 1:00:00 AM")]
    content = as_csv(rows, [*DEFAULT, "Date & Time"])
    assert str(read(content).events["time"].dtype) == "datetime64[ns]"
    zoned = read(content, time_zone="Europe/Berlin")
    assert zoned.events["time"][0] == pd.Timestamp("2020-07-12T23:00:00.0000001Z")
    assert zoned.info["time_zone"] == {"name": "Europe/Berlin", "known_by": "setting"}


def test_a_zone_without_a_date_is_not_applied_and_said_so(read):
    capture = read(as_csv([row()]), time_zone="Europe/Berlin")
    assert capture.info["time_zone"]["name"] is None
    assert any("Set date as well" in remark for remark in capture.info["remarks"])


def test_a_date_can_be_set(read):
    capture = read(as_csv([row(time_of_day="10:00:00")]), date="2020-07-12")
    assert capture.info["first_time"] == "2020-07-12T10:00:00.000000000"
    assert capture.info["date"]["known"]


def test_an_open_order_of_dates_is_said_and_can_be_set(read):
    content = as_csv([row(date_time="07/12/2020 10:00:00")], [*DEFAULT, "Date & Time"])
    assumed = read(content)
    assert assumed.info["date"]["ambiguous"]
    assert any("Set date_order" in remark for remark in assumed.info["remarks"])
    told = read(content, date_order="month-day-year")
    assert told.info["first_time"].startswith("2020-07-12")
    assert not told.info["date"]["ambiguous"]


def test_a_process_is_what_the_columns_tell_apart(read):
    rows = [
        row(process_name="a.exe", pid="4", user="X\\u"),
        row(process_name="a.exe", pid="8", user="X\\u"),
        row(process_name="a.exe", pid="4", user="X\\u"),
        row(process_name="b.exe", pid="4", user="X\\u"),
    ]
    capture = read(as_csv(rows, [*DEFAULT, "User"]))
    assert column(capture, "process") == [0, 1, 0, 2]
    assert capture.processes["user"].tolist() == ["X\\u"] * 3
    assert process(capture, 0, "company") is None


def test_a_process_start_begins_a_new_process_of_the_same_pid(read):
    start = {"operation": "Process Start", "detail": "Parent PID: 8, Command line: a.exe -x"}
    rows = [row(pid="4"), row(pid="4", operation="Process Exit"), row(pid="4", **start), row(pid="4")]
    capture = read(as_csv(rows))
    assert column(capture, "process") == [0, 0, 1, 1]
    assert process(capture, 1, "command_line") == "a.exe -x"
    assert process(capture, 1, "parent_pid") == 8
    assert process(capture, 1, "start") == pd.Timestamp("1970-01-01 10:00:00")
    assert process(capture, 0, "end") == pd.Timestamp("1970-01-01 10:00:00")


def test_a_parent_is_who_created_the_process(read):
    rows = [
        row(process_name="p.exe", pid="8"),
        row(
            process_name="p.exe",
            pid="8",
            operation="Process Create",
            path="C:\\c.exe",
            detail="PID: 4, Command line: c -x",
        ),
        row(process_name="c.exe", pid="4", operation="Process Start", path="", detail="Parent PID: 8"),
    ]
    capture = read(as_csv(rows))
    assert process(capture, 1, "parent") == 0
    assert process(capture, 1, "image_path") == "C:\\c.exe"
    assert process(capture, 1, "command_line") == "c -x"


def test_a_parent_s_pid_means_who_had_it_then(read):
    start, exit_ = {"operation": "Process Start"}, {"operation": "Process Exit"}
    rows = [
        row(process_name="old.exe", pid="8"),
        row(process_name="old.exe", pid="8", **exit_, time_of_day="10:00:01"),
        row(process_name="new.exe", pid="8", **start, time_of_day="10:00:02", detail="Parent PID: 1"),
        row(process_name="c.exe", pid="4", **start, time_of_day="10:00:03", detail="Parent PID: 8"),
    ]
    capture = read(as_csv(rows))
    assert process(capture, 2, "parent") == 1
    assert process(capture, 1, "parent") is None


def test_pids_that_were_given_out_again_make_no_circle(read):
    rows = [row(process_name="a", pid="4", parent_pid="8"), row(process_name="b", pid="8", parent_pid="4")]
    parents = read(as_csv(rows, [*DEFAULT, "Parent PID"])).processes["parent"]
    assert parents.isna().sum() == 1


def test_the_program_a_process_loads_first_is_its_image(read):
    rows = [row(process_name="A.EXE", operation="Load Image", path="C:\\x\\a.exe")]
    assert process(read(as_csv(rows)), 0, "image_path") == "C:\\x\\a.exe"


def test_the_host_is_named_by_an_environment(read):
    detail = (
        "Parent PID: 4, Command line: a, Current directory: C:\\, Environment: \r;\tCOMPUTERNAME=PC7\r;\tOS=x"
    )
    assert read(as_csv([row(operation="Process Start", detail=detail)])).info["host"] == "PC7"


def test_every_column_of_process_monitor_is_known(read):
    assert read(as_csv([row()], ALL)).info["columns"] == list(ALL)


def test_an_export_without_names_calls_processes_by_their_pid(read):
    assert read(as_csv([row(pid="44")], ["PID", "Operation"])).processes["process_name"].tolist() == [
        "PID 44"
    ]


def test_operations_and_results_that_process_monitor_does_not_write_are_counted(read):
    rows = [
        row(operation="RegOpenKey"),
        row(operation="QueryBasicInformationFile", result="0xC0000999"),
        row(operation="ReadFile", result="SUC\0CESS"),
        row(operation="Gelesen", result="ERFOLG"),
    ]
    assert read(as_csv(rows)).info["unknown_words"] == {"operations": 1, "results": 2}
