"""Tables for people: what stands above them, what comes first, what is left out and said."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.report.moments import Moments
from scripts.procmon.report.table import Maker
from scripts.procmon.report.table_shapes import SHAPES
from scripts.procmon.report.tables import make_table
from scripts.procmon.report.words import Words
from tests.captures.results import HOUR, check


def maker(**changes: Any) -> Maker:
    return Maker(**({"words": Words(), "moments": Moments(), "most": 100} | changes))


def file(path: str, **changes: Any) -> dict[str, Any]:
    row = TABLES["files"](
        path=path, how="created", what="data", process=1, who="a.exe (1)", time=f"{HOUR}:01.0", events=[1]
    )
    return dataclasses.asdict(row) | changes


def deletion(path: str, explanation: str | None, **changes: Any) -> dict[str, Any]:
    row = TABLES["registry_deletions"](
        path=path, is_key=False, result="SUCCESS", process=1, who="a.exe (1)", time=f"{HOUR}:01.0", events=[1],
        explanation=explanation, explanation_facts={"by": "a.exe (1)", "event": 2, "why": "x"},
    )  # fmt: skip
    return dataclasses.asdict(row) | changes


def test_every_table_of_the_contract_has_a_shape_and_words():
    assert set(SHAPES) == set(TABLES) - {"activity"}  # which page 1 tells in sentences
    for key, shape in SHAPES.items():
        assert set(Words()[f"tables.{key}.columns"]) >= {name for name, _, _ in shape.columns}


@pytest.mark.parametrize("key", SHAPES)
def test_the_columns_of_a_table_fill_the_page_and_no_more(key: str):
    assert sum(width for _, _, width in SHAPES[key].columns) == 100


@pytest.mark.parametrize("key", SHAPES)
def test_an_empty_table_says_that_nothing_was_found(key: str):
    table = make_table(key, (), maker(), checks={SHAPES[key].check: check(SHAPES[key].check)})
    assert table.said[0].startswith("Nothing was found: ")
    assert "None" not in table.said[0]
    assert not table.rows


def test_an_empty_table_of_a_filtered_capture_speaks_of_what_was_kept():
    table = make_table("drivers", (), maker(filtered=True), checks={"drivers": check("drivers")})
    assert table.said[0].startswith("Nothing was found in what was kept: ")
    table = make_table("indicators", (), maker(filtered=True), checks={"indicators": check("indicators")})
    assert table.said[0].startswith("Nothing was found: ")


def test_a_table_that_could_not_be_checked_says_why():
    blocked = check("network", "could not be checked", reason="The capture holds no network events.")
    table = make_table("peers", (), maker(), checks={"network": blocked})
    assert table.said == ["Could not be checked. The capture holds no network events."]
    assert not table.asked


def test_what_a_check_could_not_see_stands_above_its_table():
    table = make_table("files", (), maker(), checks={"dropped_files": check("x", limits=["No reads."])})
    assert "No reads." in table.said[1]


def test_everyday_rows_are_counted_and_not_listed():
    rows = [file("C:\\a.exe", what="executable")] + [
        file(f"C:\\{n}.pf", ordinary="prefetch") for n in range(3)
    ]
    table = make_table("files", rows, maker(), checks={})
    assert [row[0] for row in table.rows] == ["C:\\a.exe"]
    assert "3 rows with an everyday explanation" in table.said[1]
    assert "prefetcher" in table.said[1]


def test_programs_come_before_data_and_what_is_left_before_what_is_gone():
    rows = [
        file("data"),
        file("gone.exe", what="executable", fate="deleted"),
        file("left.exe", what="executable"),
        file("x.sys", what="driver"),
    ]
    table = make_table("files", rows, maker(), checks={})
    assert [row[0] for row in table.rows] == ["x.sys", "left.exe", "gone.exe", "data"]


def test_what_a_finding_is_about_comes_first():
    rows = [file("C:\\Setup.exe", what="executable"), file("C:\\Notes.TXT")]
    table = make_table("files", rows, maker(subjects=frozenset({"c:\\notes.txt"})), checks={})
    assert [row[0] for row in table.rows] == ["C:\\Notes.TXT", "C:\\Setup.exe"]


def value(**changes: Any) -> dict[str, Any]:
    row = TABLES["registry_values"](
        path="HKCU\\Zone", data="1", process=1, who="a.exe (1)", time=f"{HOUR}:01.0", events=[1, 2, 3],
        ordinary="internet_zones",
    )  # fmt: skip
    return dataclasses.asdict(row) | changes


def test_rows_and_events_of_registry_values_are_told_apart():
    told = make_table("registry_values", [value(), value()], maker(), checks={}).said[0]
    assert "2 rows were recorded (6 events: a value that a process sets again is one row)" in told
    once = make_table("registry_values", [value(events=[1])], maker(), checks={}).said[0]
    assert "1 row was recorded, and it has" in once


def test_what_bam_noted_stands_in_one_place_with_account_time_and_event():
    note = {"account": "S-1-5-21-7-1001", "program": "Device\\tool.exe", "ran": "2020-02-03T04:05:06Z"}
    rows = [value(ordinary="programs_noted", noted=note, events=[n]) for n in (5, 1234)]
    (_, told) = make_table("registry_values", rows, maker(moments=Moments(dates=False)), checks={}).said
    assert "noted `Device\\tool.exe` for the account `S-1-5-21-7-1001`" in told
    assert "(events 5 and 1,234)" in told
    assert "the name of a.exe (1), which was at work just then" in told
    assert "first note says that the program ran at 3 February 2020, 04:05:06 UTC" in told


def test_what_is_gone_again_is_not_sent_for_without_a_word():
    row = {"value": "HKCU\\Link", "why": [1], "events": [1], "type": "registry"}
    table = make_table("indicators", [row | {"gone": True}, row], maker(), checks={})
    assert "1 of them was deleted again in this capture" in table.said[0]
    assert sorted(cells[0] for cells in table.rows) == ["registry", "registry, deleted again"]
    address = row | {"type": "address", "protocol": "UDP", "value": "192.0.2.1:53"}
    assert make_table("indicators", [address], maker(), checks={}).rows[0][0] == "address, UDP"


def test_a_deleted_key_above_what_a_finding_names_comes_before_the_values_in_it():
    subject = "hkcu\\link\\symboliclinkvalue"
    rows = [
        deletion("HKCU\\Link\\SymbolicLinkValue", "set_again"),
        deletion("HKCU\\Other", "set_again", is_key=True),
        deletion("HKCU\\Link", "set_again", is_key=True, time=f"{HOUR}:02.0"),
    ]
    table = make_table("registry_deletions", rows, maker(subjects=frozenset({subject})), checks={})
    assert [row[0] for row in table.rows] == ["HKCU\\Link", "HKCU\\Link\\SymbolicLinkValue", "HKCU\\Other"]


def test_a_service_key_that_was_made_again_says_by_whom_beside_its_deletion():
    row = TABLES["services"](
        service="Guard", change="deleted", image=None, starts="disabled", process=1, who="a.exe (1)",
        time=f"{HOUR}:01.0", security=True, events=[1],
        made_again={"who": ["svchost.exe (9)"], "events": [1195], "program": False},
    )  # fmt: skip
    table = make_table("services", [dataclasses.asdict(row)], maker(), checks={})
    assert table.rows[0][1] == "deleted; key made again by svchost.exe (9) (event 1,195), without a program"
    assert "It belongs to the computer's protection." in table.said[0]


def test_rows_past_the_cap_are_counted_and_their_place_is_named():
    table = make_table("files", [file(str(n)) for n in range(7)], maker(most=4, medium="pdf"), checks={})
    assert len(table.rows) == 4
    assert table.more == "3 more rows in report.html and findings.json."


def test_the_size_of_a_file_is_its_end_and_failing_that_what_was_written():
    rows = [file("a", size=10, bytes_written=99), file("b", size=None, bytes_written=7)]
    table = make_table("files", rows, maker(), checks={})
    assert [row[3] for row in table.rows] == [10, 7]


def test_unexplained_deletions_come_first_and_explained_ones_are_summed_up():
    rows = [deletion("HKLM\\a", "set_again"), deletion("HKLM\\b", None, considered=["set_again"])]
    table = make_table("registry_deletions", rows, maker(), checks={})
    assert [row[0] for row in table.rows] == ["HKLM\\b", "HKLM\\a"]
    assert table.rows[0][2].startswith("Unexplained. Considered and rejected: made again afterwards")
    assert "1 has no explanation" in table.said[0]
    assert "1 made again afterwards" in table.said[0]


def test_the_pdf_shows_only_some_of_the_explained_deletions():
    rows = [deletion(f"HKLM\\{n}", "set_again") for n in range(30)] + [deletion("HKLM\\x", None)]
    table = make_table("registry_deletions", rows, maker(medium="pdf"), checks={})
    assert table.rows[0][0] == "HKLM\\x"
    assert len(table.rows) == 9
    assert "22 more rows" in table.more


def test_a_word_that_the_catalogue_does_not_know_is_shown_as_it_is():
    table = make_table("files", [file("a", ordinary="quite_new_reason")], maker(), checks={})
    assert "quite new reason" in table.said[0]


@pytest.mark.parametrize("reasons", [2, 4, 5, 6, 9])
def test_everyday_rows_that_are_told_add_up_to_all_of_them(reasons: int):
    rows = [file(f"{n}_{m}", ordinary=f"reason_{n}") for n in range(reasons) for m in range(n + 2)]
    (said,) = make_table("files", rows, maker(), checks={}).said
    told = [int(number) for number in re.findall(r"\((\d+)\)", said)]
    rest = re.search(r" and (\d+) rows for (\d+) other reasons\.$", said)
    assert bool(rest) == (reasons > 5)
    assert sum(told) + (int(rest[1]) if rest else 0) == len(rows)
    assert len(told) + (int(rest[2]) if rest else 0) == reasons


def test_one_everyday_reason_alone_is_told_without_a_number_of_its_own():
    (said,) = make_table("files", [file("a", ordinary="reason_1")] * 2, maker(), checks={}).said
    assert said == "2 rows were recorded, and all have an everyday explanation: reason 1."


def test_deletions_that_findings_tell_of_are_not_called_explained():
    rows = [
        deletion("HKLM\\s\\Enum", "service_removal", explanation_facts={"service": "wscsvc", "event": 2}),
        deletion("HKCU\\link", "made_by_itself", explanation_facts={"time": f"{HOUR}:01.0", "event": 2}),
        deletion("HKLM\\x", "set_again"),
    ]
    subjects = frozenset({"wscsvc", "hkcu\\link\\symboliclinkvalue"})
    (said,) = make_table("registry_deletions", rows, maker(subjects=subjects), checks={}).said
    assert "2 belong to what findings tell of: 1 part of the removal of a service and 1 made earlier" in said
    assert "Explained otherwise: 1 made again afterwards." in said
    (said,) = make_table("registry_deletions", rows[:2], maker(subjects=subjects), checks={}).said
    assert "All belong to what findings tell of" in said
    assert "xplained" not in said


def test_a_program_whose_end_is_not_recorded_is_not_counted_as_running():
    def started(number: int, **changes: Any) -> dict[str, Any]:
        fields = {field.name: None for field in dataclasses.fields(TABLES["processes"])}
        own = {"who": f"a.exe ({number})", "started_here": True, "ended_here": False, "end_known": True}
        return fields | own | {"start": f"{HOUR}:01.0", "end": f"{HOUR}:02.0"} | changes

    rows = [started(1, ended_here=True), started(2, end_known=False)]
    table = make_table("processes", rows, maker(), checks={})
    assert "at least 1 ended before it did; whether the other did is not in it" in table.said[0]
    assert any("? (end not recorded)" in str(row[4]) for row in table.rows)
    table = make_table("processes", [started(1, ended_here=True), started(2)], maker(), checks={})
    assert "1 ended before it did." in table.said[0]
    assert "at least" not in table.said[0]


def test_who_made_contact_itself_is_not_counted_as_contacted():
    def peer(name: str, direction: str) -> dict[str, Any]:
        fields = {field.name: None for field in dataclasses.fields(TABLES["peers"])}
        own = {"who": "a.exe (1)", "peer": name, "port": "80", "protocol": "TCP", "direction": direction}
        return fields | own | {"answered": direction == "in", "first": f"{HOUR}:01.0", "events": [1]}

    (said,) = make_table("peers", [peer("a", "out"), peer("b", "in")], maker(), checks={}).said
    assert said == "1 peer was contacted, 1 of which gave no answer. 1 other made contact itself."


def test_what_a_step_is_done_to_is_named_in_the_language_of_the_report():
    rows = [
        {"step": "save first", "target": "a.txt, b.zip", "because": "", "facts": {}},
        {"step": "check", "target": "User Account Control", "because": "", "facts": {}},
        {"step": "delete file", "target": "C:\\a, b.txt", "because": "", "facts": {}},
    ]
    told = make_table("removal", rows, dataclasses.replace(maker(), words=Words("ja")), checks={})
    assert [row[1] for row in told.rows] == [
        "a.txt、b.zip", "ユーザー アカウント制御 (UAC)", "C:\\a, b.txt",
    ]  # fmt: skip
    english = make_table("removal", rows, maker(), checks={})
    assert [row[1] for row in english.rows] == [row["target"] for row in rows]
