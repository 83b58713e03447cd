"""findings.json and the shown events: numbered, capped, plain, and whatever a file may be called."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts import summarise_capture
from scripts.procmon.contracts import capture as contract
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.events import events_schema
from scripts.procmon.contracts.findings import SEVERITIES
from scripts.procmon.contracts.processes import MODULES_SCHEMA, STACKS_SCHEMA, processes_schema
from scripts.procmon.findings import summarise
from scripts.procmon.findings.document import MOST_EVIDENCE, plain
from scripts.procmon.findings.evidence.alike import MOST_ALIKE
from scripts.procmon.findings.shown import COLUMNS, shown_schema
from scripts.procmon.knowledge import knowledge
from scripts.procmon.text import catalogue
from scripts.procmon.text.telling import PARTS, sentences
from tests.captures.deeds import created, opened, wrote
from tests.captures.events import Row, capture

ODD = r"C:\RECYCLER\x.exe"


def stages(built: Capture, *survived: int) -> pd.DataFrame:
    return pd.DataFrame({"event": built.events["event"], "stage": list(survived)})


def test_graver_findings_come_first_and_numbers_follow() -> None:
    built = capture(created(r"C:\Users\a\Downloads\a.exe", who="a.exe (1)"), created(ODD, who="b.exe (2)"))
    document, _ = summarise(built, stages(built, 0, 0), last_stage=1)
    severities = [finding["severity"] for finding in document["findings"]]
    assert severities == sorted(severities, key=SEVERITIES.index)
    assert severities == ["medium", "low"]
    assert [finding["id"] for finding in document["findings"]] == ["F1", "F2"]


def test_events_of_the_last_stage_and_cited_ones_are_shown_as_process_monitor_shows_them() -> None:
    built = capture(opened(r"C:\a"), created(ODD, at=0.1234567), opened(r"C:\b"))
    document, shown = summarise(built, stages(built, 2, 0, 1), last_stage=2)
    assert list(shown.columns) == list(COLUMNS)
    assert list(shown["event"]) == [0, 1]
    assert list(shown["findings"]) == [[], ["F1"]]
    assert list(shown["stage"]) == [2, 0]
    assert shown["time_of_day"].iloc[1] == "10:00:00.1234567"
    assert (shown["process_name"].iloc[1], shown["pid"].iloc[1]) == ("malware.exe", 300)
    assert document["findings"][0]["evidence"] == [1]


def test_a_capture_without_stages_shows_everything() -> None:
    built = capture(opened(r"C:\a"), opened(r"C:\b"))
    _, shown = summarise(built, stages(built, 0, 0), last_stage=0)
    assert list(shown["event"]) == [0, 1]


def test_endless_evidence_is_capped_and_counted() -> None:
    rows = [created(rf"C:\RECYCLER\{number}.exe") for number in range(MOST_EVIDENCE + 7)]
    built = capture(*rows)
    (finding,) = [
        one
        for one in summarise(built, stages(built, *[0] * len(rows)), last_stage=1)[0]["findings"]
        if one["kind"] == "programs_dropped"
    ]
    assert len(finding["evidence"]) == MOST_EVIDENCE
    assert finding["evidence_count"] == MOST_EVIDENCE + 7


def test_values_of_numpy_and_pandas_become_plain_data() -> None:
    told = plain({"a": np.int64(3), "b": [pd.NA, pd.NaT, np.float64(0.5)], "c": {2, 1}, "d": np.array([1])})
    assert told == {"a": 3, "b": [None, None, 0.5], "c": [1, 2], "d": [1]}
    assert plain(pd.Timestamp("2011-03-30T10:00:00.1234567Z")) == "2011-03-30T10:00:00.123456700Z"


@pytest.mark.parametrize(
    "name", ["{{ 7*7 }}", "{% x %}", "`a`", "<b>", "a\u202egpj", "\x01", "  two", "e\u0301", "💥"]
)
def test_a_file_may_be_called_anything(name: str) -> None:
    path = rf"C:\RECYCLER\{name}.exe"
    built = capture(created(path), wrote(path, 0, 9))
    document, _ = summarise(built, stages(built, 0, 0), last_stage=1)
    (finding,) = [one for one in document["findings"] if one["kind"] == "programs_dropped"]
    assert finding["subjects"]["files"] == [path]
    assert finding["facts"]["files"][0]["path"] == path
    assert "49" not in finding["statement"]
    json.dumps(document, allow_nan=False)


def test_the_script_writes_both_files(tmp_path: Path) -> None:
    built = capture(created(ODD), Row("ReadFile", r"C:\a", "Offset: 0, Length: 1"))
    (tmp_path / contract.INFO_FILE).write_text(json.dumps(built.info), encoding="utf-8")
    for frame, schema, file in (
        (built.events, events_schema(), contract.EVENTS_FILE),
        (built.processes, processes_schema(), contract.PROCESSES_FILE),
        (built.modules, MODULES_SCHEMA, contract.MODULES_FILE),
        (built.stacks, STACKS_SCHEMA, contract.STACKS_FILE),
        (stages(built, 1, 0), None, contract.STAGES_FILE),
    ):
        pq.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), tmp_path / file)
    (tmp_path / contract.FUNNEL_FILE).write_text('{"stages": [{"name": "one"}]}', encoding="utf-8")
    assert summarise_capture.main([str(tmp_path)]) == 0
    document = json.loads((tmp_path / contract.FINDINGS_FILE).read_text(encoding="utf-8"))
    assert [finding["kind"] for finding in document["findings"]] == ["programs_dropped"]
    shown = pq.read_table(tmp_path / contract.SHOWN_EVENTS_FILE)
    assert shown.schema.equals(shown_schema(zone="UTC"))
    assert shown.num_rows == 1


def test_every_reason_and_kind_of_the_knowledge_has_its_sentence() -> None:
    reasons = {rule["reason"] for rule in knowledge("ordinary_files")} | {
        rule["reason"] for rule in knowledge("ordinary_services")
    }
    assert reasons <= catalogue("ordinary").keys()
    for kind, told in sentences().items():
        assert set(told) >= set(PARTS), kind


def test_hundreds_of_findings_of_one_kind_are_counted_not_all_told() -> None:
    folder = r"C:\RECYCLER"
    built = capture(*(created(rf"{folder}\x{n}.exe", who=f"p{n}.exe ({n})") for n in range(4, 354)))
    document, _ = summarise(built, stages(built, *([0] * 350)), last_stage=1)
    dropped = [one for one in document["findings"] if one["kind"] == "programs_dropped"]
    (rest,) = [one for one in document["findings"] if one["facts"].get("kind") == "programs_dropped"]
    assert (len(dropped), rest["kind"], rest["facts"]["count"]) == (MOST_ALIKE, "more_alike", 250)
    assert rest["severity"] == "medium"
    assert len({event for one in [*dropped, rest] for event in one["evidence"]}) == 350
    assert [one["id"] for one in document["findings"]] == [
        f"F{n}" for n in range(1, len(document["findings"]) + 1)
    ]


def test_a_name_of_endless_length_is_cut_and_its_length_said() -> None:
    built = capture(created("C:\\RECYCLER\\" + "x" * 200_000 + ".exe"))
    document, _ = summarise(built, stages(built, 0), last_stage=1)
    assert "200,016 characters" in document["tables"]["files"][0]["path"]
    assert len(json.dumps(document)) < 200_000
