"""Two captures side by side: what is new in the second, gone from the first, changed; a refused one is told."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from jsonschema import Draft202012Validator

from scripts import compare_captures, render_comparison
from scripts.procmon.comparison.differences import differences
from scripts.procmon.comparison.document import compared
from scripts.procmon.comparison.things import KINDS, Thing
from scripts.procmon.contracts import capture as c
from scripts.procmon.contracts.events import events_schema
from scripts.procmon.contracts.processes import MODULES_SCHEMA, processes_schema
from scripts.procmon.settings import CONFIG
from tests.captures.events import Row, capture

WRITE = {"category": "Write"}


def results(
    folder: Path, *rows: Row, refused: str | None = None, parts: dict[str, str] | None = None, **more: Any
) -> Path:
    """results/{capture} as convert_capture leaves it."""
    made = capture(*rows, **more)
    folder.mkdir(parents=True)
    info = {
        **made.info,
        "capture": folder.name,
        "refused": {"message": refused, **(parts or {})} if refused else None,
    }
    (folder / c.INFO_FILE).write_text(json.dumps(info), encoding="utf-8")
    for name, frame, schema in (
        (c.EVENTS_FILE, made.events, events_schema()),
        (c.PROCESSES_FILE, made.processes, processes_schema()),
        (c.MODULES_FILE, made.modules, MODULES_SCHEMA),
    ):
        pq.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), folder / name)
    return folder


def told(before: Path, after: Path) -> dict[str, Any]:
    document = compared("pair", before, after)
    schema = yaml.safe_load((CONFIG / "schemas" / "comparison.schema.yaml").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    return document


def names(document: dict[str, Any], kind: str) -> dict[str, list[str]]:
    listed = document["tables"][kind]
    return {way: [row["name"] for row in listed[way]["rows"]] for way in ("new", "gone", "changed")}


def test_files_that_only_one_of_the_captures_changed_are_new_or_gone(tmp_path: Path) -> None:
    before = results(
        tmp_path / "before",
        Row("WriteFile", r"C:\Users\ann\both.txt", **WRITE),
        Row("WriteFile", r"C:\old.txt", **WRITE),
    )
    after = results(
        tmp_path / "after",
        Row("WriteFile", r"C:\Users\bob\both.txt", **WRITE),
        Row("WriteFile", r"C:\new.sys", **WRITE),
    )
    document = told(before, after)
    assert names(document, "files") == {"new": [r"C:\new.sys"], "gone": [r"C:\old.txt"], "changed": []}
    assert document["tables"]["files"]["both"] == 1


def test_reads_and_what_failed_change_nothing(tmp_path: Path) -> None:
    before = results(tmp_path / "before")
    after = results(
        tmp_path / "after",
        Row("ReadFile", r"C:\read.txt", category="Read"),
        Row("WriteFile", r"C:\failed.txt", result="ACCESS DENIED", **WRITE),
    )
    assert names(told(before, after), "files")["new"] == []


def test_a_file_changed_by_another_operation_or_program_has_changed(tmp_path: Path) -> None:
    path = r"C:\a.txt"
    before = results(tmp_path / "before", Row("WriteFile", path, who="a.exe (1)", **WRITE))
    after = results(
        tmp_path / "after",
        Row("WriteFile", path, who="a.exe (7)", **WRITE),
        Row("SetRenameInformationFile", path, who="b.exe (8)", category="Write Metadata"),
    )
    (row,) = told(before, after)["tables"]["files"]["changed"]["rows"]
    assert row["changes"] == [
        {"what": "operation", "before": ["WriteFile"], "after": ["SetRenameInformationFile", "WriteFile"]},
        {"what": "process", "before": ["a.exe"], "after": ["a.exe", "b.exe"]},
    ]


def test_a_value_that_was_given_other_data_has_changed(tmp_path: Path) -> None:
    def value(data: str) -> Row:
        return Row("RegSetValue", r"HKLM\Run\x", f"Type: REG_SZ, Length: 8, Data: {data}", **WRITE)

    before, after = results(tmp_path / "before", value("a.exe")), results(tmp_path / "after", value("b.exe"))
    (row,) = told(before, after)["tables"]["keys"]["changed"]["rows"]
    assert row["changes"] == [{"what": "data", "before": ["a.exe"], "after": ["b.exe"]}]


def test_the_last_data_of_a_value_is_the_same_however_the_capture_is_cut_into_pieces(tmp_path: Path) -> None:
    rows = [
        Row("RegSetValue", r"HKLM\Run\x", f"Type: REG_SZ, Length: 8, Data: {data}", **WRITE)
        for data in ("a.exe", "b.exe")
    ]
    before, after = results(tmp_path / "before", *rows), results(tmp_path / "after", *rows)
    whole = pq.read_table(after / c.EVENTS_FILE)
    pq.write_table(whole, after / c.EVENTS_FILE, row_group_size=1)
    assert names(told(before, after), "keys") == {"new": [], "gone": [], "changed": []}


def test_programs_are_told_by_their_images_and_by_what_changed_of_them(tmp_path: Path) -> None:
    def processes(version: str, image: str) -> dict[str, Any]:
        return {
            "svc.exe (1)": {"image_path": r"C:\Windows\svc.exe", "version": version},
            "tool.exe (2)": {"image_path": image},
        }

    before = results(tmp_path / "before", processes=processes("1.0", r"C:\tool.exe"))
    after = results(tmp_path / "after", processes=processes("2.0", r"C:\Temp\tool.exe"))
    document = told(before, after)
    assert names(document, "processes") == {
        "new": [r"C:\Temp\tool.exe"], "gone": [r"C:\tool.exe"], "changed": [r"C:\Windows\svc.exe"],
    }  # fmt: skip


def test_where_one_capture_tells_no_image_programs_are_told_by_name(tmp_path: Path) -> None:
    before = results(tmp_path / "before", Row("CloseFile", who="tool.exe (1)"))
    after = results(tmp_path / "after", processes={"Tool.exe (2)": {"image_path": r"C:\Temp\Tool.exe"}})
    assert names(told(before, after), "processes") == {"new": [], "gone": [], "changed": []}


def test_what_the_kernel_loaded_or_held_is_a_driver(tmp_path: Path) -> None:
    before = results(tmp_path / "before")
    after = results(
        tmp_path / "after",
        Row("Load Image", r"C:\Windows\drivers\loaded.sys", who="System (4)"),
        Row("Load Image", r"C:\Windows\no.dll", who="a.exe (9)"),
        modules={"System (4)": [(r"C:\Windows\drivers\held.sys", 4096, 10)]},
    )
    assert set(names(told(before, after), "drivers")["new"]) == {
        r"C:\Windows\drivers\loaded.sys", r"C:\Windows\drivers\held.sys",
    }  # fmt: skip


def test_a_peer_is_told_without_the_own_computer_and_its_port(tmp_path: Path) -> None:
    before = results(tmp_path / "before", Row("TCP Connect", "ann-pc:50001 -> known.example:https"))
    after = results(
        tmp_path / "after",
        Row("TCP Connect", "bob-pc:61234 -> known.example:https"),
        Row("UDP Send", "bob-pc:5353 -> 10.9.8.7:4444"),
    )
    assert names(told(before, after), "peers") == {"new": ["10.9.8.7:4444"], "gone": [], "changed": []}


def test_a_capture_compared_with_itself_has_nothing_apart(tmp_path: Path) -> None:
    rows = (
        Row("WriteFile", r"C:\a", **WRITE),
        Row("TCP Send", "a:50000 -> b:80"),
        Row("RegSetValue", r"HKLM\x", **WRITE),
    )
    document = told(results(tmp_path / "one", *rows), results(tmp_path / "two", *rows))
    for kind in KINDS:
        assert names(document, kind) == {"new": [], "gone": [], "changed": []}


def test_a_fact_that_one_capture_does_not_tell_has_not_changed() -> None:
    silent, telling = Thing("drivers", "a.sys"), Thing("drivers", "a.sys")
    telling.add("version", "1.0")
    nothing: dict[str, dict[str, Thing]] = {kind: {} for kind in KINDS}
    pair = (nothing | {"drivers": {"a": silent}}, nothing | {"drivers": {"a": telling}})
    assert differences(*pair)["drivers"]["changed"]["count"] == 0


def test_a_capture_that_can_not_show_a_kind_of_things_is_told(tmp_path: Path) -> None:
    before = results(tmp_path / "before", can_show={"network_events": False})
    after = results(tmp_path / "after", Row("TCP Connect", "a:50001 -> b:80"))
    document = told(before, after)
    assert document["tables"]["peers"]["blind"] == ["before"]
    page = rendered(tmp_path, before, after)
    assert re.search(r"Network peers can(’|'|&#39;)t be compared", page)
    assert "holds no events of the network" in page
    assert "1 network peer" not in page


def test_what_can_not_be_compared_is_not_counted_even_where_both_list_images_in_the_kernel(
    tmp_path: Path,
) -> None:
    def modules(*names: str) -> dict[str, Any]:
        return {"System (4)": [(rf"C:\Windows\drivers\{name}.sys", 4096, 10) for name in names]}

    who = {"System (4)": {"image_path": None}}
    before = results(
        tmp_path / "before", processes=who, modules=modules("both", "old"), can_show={"process_events": False}
    )
    after = results(tmp_path / "after", processes=who, modules=modules("both", "new"))
    document = told(before, after)
    assert document["tables"]["drivers"]["both"] == 1
    page = rendered(tmp_path, before, after)
    assert re.search(r"Drivers can(’|'|&#39;)t be compared", page)
    assert "in the kernel of" not in page
    assert "1 driver" not in page


def test_a_capture_set_as_the_first_that_began_later_is_told(tmp_path: Path) -> None:
    before, after = results(tmp_path / "before"), results(tmp_path / "after")
    for folder, day in ((before, "2024-03-02"), (after, "2024-03-01")):
        file = folder / c.INFO_FILE
        told_of = json.loads(file.read_text(encoding="utf-8"))
        told_of |= {
            "first_time": f"{day}T10:00:00.000000000",
            "time_zone": {"name": "UTC"},
            "date": {"known": True},
        }
        file.write_text(json.dumps(told_of), encoding="utf-8")
    assert "begins later than" in rendered(tmp_path, before, after)


def rendered(tmp_path: Path, before: Path, after: Path, **settings: str) -> str:
    made, reports = tmp_path / "made", tmp_path / "reports"
    assert compare_captures.main([str(before), str(after), str(made), "--name", "a<b>"]) == 0
    arguments = ["html", str(made), str(reports), "--settings", json.dumps(settings)]
    assert render_comparison.main(arguments) == 0
    return (reports / "report.html").read_text(encoding="utf-8")


def test_the_page_holds_nothing_of_a_capture_as_markup(tmp_path: Path) -> None:
    before = results(tmp_path / "before")
    after = results(tmp_path / "after", Row("WriteFile", r"C:\<script>alert(1)</script>.txt", **WRITE))
    page = rendered(tmp_path, before, after, marking="TLP:RED", note="<i>")
    assert "&lt;script&gt;alert(1)&lt;/" in page
    assert "<script>alert" not in page
    assert "default-src 'none'" in page
    assert "a&lt;b&gt;" in page
    assert "TLP:RED" in page


def test_every_table_has_a_sentence_that_names_what_is_in_it_and_long_ones_say_where_the_rest_is(
    tmp_path: Path,
) -> None:
    before = results(tmp_path / "before")
    after = results(tmp_path / "after", *(Row("WriteFile", rf"C:\{n:03}x.txt", **WRITE) for n in range(600)))
    page = rendered(tmp_path, before, after)
    assert "600 files and folders were changed in <code><bdi>after</bdi></code> only" in page
    assert "and 597 more." in page
    assert "100 more names: all in evidence/files.csv" in page
    with (tmp_path / "reports" / "evidence" / "files.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["Name"] for row in rows}) == 600
    assert json.loads((tmp_path / "reports" / "comparison.json").read_text())["name"] == "a<b>"


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path) -> None:
    before = results(tmp_path / "before")
    after = results(tmp_path / "after", Row("RegSetValue", "=x", "Type: REG_SZ, Data: =1+1", **WRITE))
    rendered(tmp_path, before, after)
    text = (tmp_path / "reports" / "evidence" / "keys.csv").read_text(encoding="utf-8-sig")
    assert '"\'=x"' in text
    assert '"\'=1+1"' in text


def test_a_capture_that_could_not_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    before = results(tmp_path / "before", refused="before.CSV: expected rows, found none")
    after = results(tmp_path / "after", Row("WriteFile", r"C:\a", **WRITE))
    assert told(before, after)["tables"] is None
    page = rendered(tmp_path, before, after)
    assert "could not be read, so nothing was compared: before.CSV: expected rows, found none" in page


def test_the_reason_is_told_in_the_language_of_the_report(tmp_path: Path) -> None:
    parts = {"file": "before.CSV", "expected": "a readable file", "found": "an empty file"}
    before = results(tmp_path / "before", refused="before.CSV: expected rows, found none", parts=parts)
    after = results(tmp_path / "after", Row("WriteFile", r"C:\a", **WRITE))
    rendered(tmp_path, before, after)
    arguments = [
        "html",
        str(tmp_path / "made"),
        str(tmp_path / "reports"),
        "--report",
        '{"languages": ["ja"]}',
    ]
    assert render_comparison.main(arguments) == 0
    page = (tmp_path / "reports" / "report.html").read_text(encoding="utf-8")
    assert "before.CSV。あるべきもの: 読み取れるファイル。実際にあったもの: 空のファイル。" in page
    assert "expected rows" not in page


def test_the_pdf_holds_the_same(tmp_path: Path) -> None:
    before, after = (
        results(tmp_path / "before"),
        results(tmp_path / "after", Row("WriteFile", r"C:\a", **WRITE)),
    )
    rendered(tmp_path, before, after)
    assert render_comparison.main(["pdf", str(tmp_path / "made"), str(tmp_path / "reports")]) == 0
    assert (tmp_path / "reports" / "report.pdf").read_bytes().startswith(b"%PDF-")
