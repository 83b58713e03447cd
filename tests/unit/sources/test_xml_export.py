import pandas as pd
import pytest

from scripts.procmon.contracts.capture import read_capture
from scripts.procmon.sources import xml_stream
from scripts.procmon.sources.convert import convert
from tests.captures.exports import DEFAULT, as_xml, row

#: 2020-07-12 10:00:00 UTC
TEN = 132_390_216_000_000_000


def listed(index, pid=4, name="a.exe", parent="", parent_pid=0, start=0, end=0, modules="", integrity="Haut"):
    return (
        f"<process><ProcessIndex>{index}</ProcessIndex><ProcessId>{pid}</ProcessId>"
        f"<ParentProcessId>{parent_pid}</ParentProcessId><ParentProcessIndex>{parent}</ParentProcessIndex>"
        f"<AuthenticationId>00000000:000003e7</AuthenticationId><CreateTime>{start}</CreateTime><FinishTime>{end}</FinishTime>"
        f"<IsVirtualized>4294967295</IsVirtualized><Is64bit>1</Is64bit><Integrity>{integrity}</Integrity>"
        f"<Owner>X\\u</Owner><ProcessName>{name}</ProcessName><ImagePath>C:\\{name}</ImagePath><CommandLine></CommandLine>"
        f"<modulelist>{modules}</modulelist></process>"
    )


def frame(depth, address, path=None, location=None):
    named = (f"<path>{path}</path>" if path else "") + (
        f"<location>{location}</location>" if location else ""
    )
    return f"<frame><depth>{depth}</depth><address>{address}</address>{named}</frame>"


@pytest.fixture
def read(tmp_path):
    def convert_and_read(content, **settings):
        file = tmp_path / "a.XML"
        file.write_bytes(content)
        info = convert([file], tmp_path / "out", name="a", settings=settings)
        assert info["refused"] is None, info["refused"]
        return read_capture(tmp_path / "out")

    return convert_and_read


def test_events_and_processes_are_read(read):
    processes = listed(171, parent=9, parent_pid=8) + listed(9, pid=8, name="p.exe")
    rows = [{**row(path="C:\\тест & <x>"), "ProcessIndex": "171"}]
    capture = read(as_xml(rows, processes=processes))
    assert capture.events["path"].tolist() == ["C:\\тест & <x>"]
    first = capture.processes.loc[0]
    assert (first["process_name"], first["pid"], first["parent"], first["integrity"]) == (
        "a.exe",
        4,
        1,
        "Haut",
    )
    assert (first["architecture"], first["image_path"], first["user"]) == ("64-bit", "C:\\a.exe", "X\\u")
    assert pd.isna(first["virtualized"])
    assert pd.isna(first["command_line"])
    assert capture.info["can_show"]["process_table"]["value"]


def test_modules_are_read(read):
    module = (
        f"<module><Timestamp>{TEN}</Timestamp><BaseAddress>0xfffff80000000000</BaseAddress><Size>4096</Size>"
        "<Path>C:\\k.sys</Path><Version></Version><Company>M</Company><Description></Description></module>"
    )
    modules = read(as_xml([row()], processes=listed(1, modules=module))).modules
    assert modules["base"].tolist() == [0xFFFFF80000000000]
    assert modules["timestamp"][0] == pd.Timestamp("2020-07-12T10:00:00Z")
    assert modules["path"].tolist() == ["C:\\k.sys"]
    assert pd.isna(modules["version"][0])


def test_stacks_are_kept_once_and_unnamed_frames_stay_null(read):
    stack = (
        "<stack>"
        + frame(0, "0xfffff80000000001", "C:\\k.sys", "Fn + 0x1")
        + frame(1, "0x2fa24d5")
        + "</stack>"
    )
    rows = [row(path="1"), row(path="2"), row(path="3")]
    capture = read(as_xml(rows, stacks={0: stack, 2: stack}))
    numbers = capture.events["stack"].tolist()
    assert numbers[0] == numbers[2]
    assert pd.isna(numbers[1])
    assert capture.stacks["frames"].tolist()[0].tolist() == [0xFFFFF80000000001, 0x2FA24D5]
    assert capture.stacks["modules"].tolist()[0].tolist() == ["C:\\k.sys", None]
    assert capture.stacks["locations"].tolist()[0].tolist() == ["Fn + 0x1", None]
    assert capture.info["can_show"]["stacks"]["value"]


def test_the_start_of_a_process_tells_zone_and_date(read):
    rows = [
        {**row(time_of_day="12:59:59,9000000"), "ProcessIndex": "1"},
        {**row(time_of_day="13:00:00,0000050", operation="Process Start"), "ProcessIndex": "1"},
    ]
    capture = read(as_xml(rows, processes=listed(1, start=TEN)))
    assert capture.info["time_zone"]["name"] == "+03:00"
    assert capture.info["date"]["known"]
    assert capture.events["time"].tolist() == [
        pd.Timestamp("2020-07-12T09:59:59.900Z"),
        pd.Timestamp("2020-07-12T10:00:00.000005Z"),
    ]
    assert capture.processes.loc[0, "start"] == pd.Timestamp("2020-07-12T10:00:00Z")


def test_the_date_is_that_of_the_first_event_also_past_midnight(read):
    rows = [
        {**row(time_of_day="23:59:59"), "ProcessIndex": "1"},
        {**row(time_of_day="00:00:01", operation="Process Exit"), "ProcessIndex": "1"},
    ]
    midnight = TEN + (14 * 3600 + 1) * 10_000_000
    capture = read(as_xml(rows, processes=listed(1, end=midnight)))
    assert capture.events["time"].tolist() == [
        pd.Timestamp("2020-07-12T23:59:59Z"),
        pd.Timestamp("2020-07-13T00:00:01Z"),
    ]


def test_without_evidence_times_stay_local_and_starts_are_left_out(read):
    capture = read(as_xml([{**row(), "ProcessIndex": "1"}], processes=listed(1, start=TEN)))
    assert capture.events["time"].dtype == "datetime64[ns]"
    assert capture.processes["start"].isna().all()
    assert any("Set time_zone and date" in remark for remark in capture.info["remarks"])


def test_a_trimmed_export_has_its_processes_put_together(read):
    capture = read(as_xml([row(pid="4"), row(pid="8"), row(pid="4")]))
    assert capture.events["process"].tolist() == [0, 1, 0]
    assert not capture.info["can_show"]["process_table"]["value"]


def test_a_process_that_is_not_listed_is_added_as_its_events_tell(read):
    rows = [{**row(process_name="ghost.exe", pid="66"), "ProcessIndex": "5"}]
    capture = read(as_xml(rows, processes=listed(1)))
    assert capture.processes["process_name"].tolist() == ["a.exe", "ghost.exe"]
    assert capture.events["process"].tolist() == [1]
    assert any("not in the list" in remark for remark in capture.info["remarks"])


@pytest.mark.parametrize("tag", ["Date___Time", "Date_Time", "Date_x0026__Time", "Date__x0026__Time"])
def test_tags_are_known_by_their_letters(read, tag):
    text = as_xml([row(date_time="13/07/2020 10:00:00")], [*DEFAULT, "Date & Time"]).replace(
        b"Date_Time", tag.encode()
    )
    assert read(text).info["first_time"].startswith("2020-07-13")


def test_an_element_that_is_absent_is_blank(read):
    content = as_xml([row(path="1"), row(path="2"), row(path="3")]).replace(b"<Path>2</Path>\r\n", b"")
    assert read(content).events["path"].tolist() == ["1", "", "3"]


@pytest.mark.parametrize(("limit", "most"), [("BATCH", 7), ("_MOST_CHARACTERS", 200)])
def test_batches_join_without_a_seam(read, monkeypatch, limit, most):
    monkeypatch.setattr(xml_stream, limit, most)
    capture = read(as_xml([row(path=str(number)) for number in range(100)]))
    assert capture.events["path"].tolist() == [str(number) for number in range(100)]


def test_a_file_that_was_cut_off_gives_what_is_whole(read):
    content = as_xml([row(path="1"), row(path="2"), row(path="3")])
    capture = read(content[: content.rindex(b"<Result>")])
    assert capture.events["path"].tolist() == ["1", "2"]
    assert capture.info["rejected"]["count"] == 1


def test_entities_fetch_nothing_and_do_not_grow(read, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    outside, inside = f'<!ENTITY s SYSTEM "{secret.as_uri()}">', f'<!ENTITY a "{"x" * 1000}">'
    entities = f'<!DOCTYPE procmon [{outside}{inside}<!ENTITY b "{"&a;" * 1000}">]>'
    content = as_xml([row(path="1&s;2"), row(path="&b;")]).replace(b"&amp;", b"&")
    content = content.replace(b"<procmon>", entities.encode() + b"<procmon>")
    capture = read(content)
    text = " ".join(capture.events["path"].astype(str))
    assert "hidden" not in text
    assert len(text) < 1000


def test_what_is_no_xml_is_refused_with_its_line(tmp_path):
    file = tmp_path / "a.xml"
    file.write_bytes(b"<procmon>\n<processlist>\n</event>")
    info = convert([file], tmp_path / "out", name="a", settings={})
    assert info["refused"]["where"] == "line 3"
    assert info["events"] == 0


def test_a_long_stretch_without_an_event_ends_the_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_stream, "_MOST_BETWEEN", 1 << 20)
    file = tmp_path / "a.XML"
    file.write_text(f"<procmon>{'<foo>bar</foo>' * 300_000}<eventlist></eventlist></procmon>")
    refused = convert([file], tmp_path / "out", name="a", settings={})["refused"]
    assert refused["expected"] == "a process or an event"
    assert refused["where"] == "offset 0"


def test_what_follows_a_name_that_xml_forbids_is_read(read):
    rows = [row(path="HKCU\\a\x01b"), row(path="HKCU\\after")]
    capture = read(as_xml(rows))
    assert capture.events["path"].tolist() == ["HKCU\\a\ufffdb", "HKCU\\after"]
    assert any("1 characters are not allowed in XML" in said for said in capture.info["remarks"])
