"""What happens in the baseline as well: a stage of its own that no rule can say, and a count for each finding."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scripts import stage_events as script
from scripts.procmon.contracts.capture import EVENTS_FILE, FUNNEL_FILE, INFO_FILE, PROCESSES_FILE, STAGES_FILE
from scripts.procmon.contracts.events import events_schema
from scripts.procmon.contracts.processes import processes_schema
from scripts.procmon.filters.baseline import Comparer, alike, groups
from scripts.procmon.filters.columns import EventsFrame
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.stages import Also, stage_events
from scripts.procmon.filters.suggest import suggest
from scripts.procmon.sameness import same_name
from scripts.procmon.settings import CONFIG
from tests.captures.events import Row, capture

WHO = "svc.exe (300)"
IMAGE = r"C:\Windows\svc.exe"


def validate(document: Any, schema: str) -> None:
    text = (CONFIG / "schemas" / f"{schema}.schema.yaml").read_text(encoding="utf-8")
    Draft202012Validator(yaml.safe_load(text)).validate(document)


def built(*rows: Row, image: str | None = IMAGE) -> Any:
    return capture(*rows, processes={WHO: {"image_path": image}})


def row(operation: str = "WriteFile", path: str = r"C:\a.txt", **more: Any) -> Row:
    return Row(operation, path, who=WHO, **more)


def also(here: Any, there: Any) -> list[bool]:
    comparer = Comparer()
    known = comparer.known(EventsFrame(there.events), there.processes)
    return comparer.also(EventsFrame(here.events), here.processes, known).tolist()


def test_the_same_program_doing_the_same_on_the_same_kind_of_path_is_also_there() -> None:
    here = built(row(path=r"C:\Users\ann\a.txt"), row(path=r"C:\Users\ann\b.txt"))
    assert also(here, built(row(path=r"C:\Users\bob\a.txt", result="ACCESS DENIED"))) == [True, False]


def test_another_operation_or_category_is_no_counterpart() -> None:
    there = built(row("CreateFile"), row("ReadFile", category="Read"))
    here = built(row("CreateFile", category="Write"), row("WriteFile", category="Write"))
    assert also(here, there) == [False, False]


def test_a_program_of_the_same_name_in_another_folder_is_another_program() -> None:
    assert also(built(row(), image=r"C:\Temp\svc.exe"), built(row())) == [False]


@pytest.mark.parametrize(("here", "there"), [(None, IMAGE), (IMAGE, None), (None, None)])
def test_where_one_capture_tells_no_image_the_name_of_the_program_counts(
    here: str | None, there: str | None
) -> None:
    assert also(built(row(), image=here), built(row(), image=there)) == [True]


def test_many_names_are_made_alike_as_few_are() -> None:
    names = pa.array([rf"C:\Users\u{n}\f{n}.tmp" for n in range(70_000)], pa.large_string())
    assert alike(names).to_pylist()[::7_000] == [same_name(name) for name in names.to_pylist()[::7_000]]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["a.exe (1)", "b.exe (2)", "A.EXE (3)"]),
        st.sampled_from(["ReadFile", "WriteFile"]),
        st.sampled_from([None, "Write"]),
        st.sampled_from(["", r"C:\Users\x\1", r"C:\users\Y\22", r"C:\z", "h:1 -> p:2"]),
    ),
    max_size=8,
)
IMAGES = st.fixed_dictionaries(
    {
        who: st.sampled_from([None, r"C:\a.exe", r"C:\b\a.exe"])
        for who in ("a.exe (1)", "b.exe (2)", "A.EXE (3)")
    }
)


@given(EVENTS, EVENTS, IMAGES, IMAGES)
@settings(max_examples=80)
def test_the_same_is_told_as_by_looking_at_every_pair(
    here: list[Any], there: list[Any], ours: Any, theirs: Any
) -> None:
    def made(rows: list[Any], images: Any) -> Any:
        return capture(
            *(Row(what, path, who=who, category=kind) for who, what, kind, path in rows),
            processes={who: {"image_path": image} for who, image in images.items()},
        )

    def pair(one: Any, other: Any) -> bool:
        image, counterpart = ours[one[0]], theirs[other[0]]
        by_image = same_name(image) == same_name(counterpart) if image and counterpart else None
        names = [who.rpartition(" ")[0].lower() for who in (one[0], other[0])]
        program = names[0] == names[1] if by_image is None else by_image
        return (
            program and (one[1], one[2]) == (other[1], other[2]) and same_name(one[3]) == same_name(other[3])
        )

    told = also(made(here, ours), made(there, theirs))
    assert told == [any(pair(one, other) for other in there) for one in here]


def test_a_stage_of_its_own_comes_last_and_takes_away_what_is_also_there() -> None:
    made = built(
        row(category="Write"), row("ReadFile", category="Read"), row(path=r"C:\b.txt", category="Write")
    )
    stages = resolve_stages(
        [
            {"name": "All"},
            {"name": "Writes", "add": ["writes"]},
            {"name": "Aside", "from": "All", "add": ["writes"]},
        ]
    )
    table, funnel = stage_events(
        made.events, made.processes, stages, also=Also("clean", pd.array([True, True, False]).to_numpy(bool))
    )
    validate(funnel, "funnel")
    assert table["stage"].to_pylist() == [2, 1, 3]
    assert table["baseline"].to_pylist() == [True, True, False]
    last = funnel["stages"][-1]
    assert (last["events_in"], last["removed"], last["came_back"], last["events_out"]) == (2, 1, 0, 1)
    assert [rule["removed"] for rule in last["rules"]] == [0, 0]
    assert "1 happens in the baseline `clean` as well" in last["said"]
    assert "1 write to a file by `svc.exe (300)`" in last["said"]
    assert [branch["events_out"] for branch in funnel["branches"]] == [2]


def test_groups_are_told_by_what_was_compared_the_largest_first() -> None:
    made = built(row(path=r"C:\Users\ann\a"), row(path=r"C:\Users\bob\a"), row("ReadFile"), row("CloseFile"))
    told = groups(
        EventsFrame(made.events), made.processes, pd.array([True, True, True, False]).to_numpy(bool), 10
    )
    assert [(one["path"], one["operation"], one["events"]) for one in told] == [
        (r"c:\users\<user>\a", "WriteFile", 2),
        (r"c:\a.txt", "ReadFile", 1),
    ]


def test_of_each_finding_is_counted_how_much_is_also_there() -> None:
    made = built(row(), row(), row())
    finding = {"id": "F1", "title": "", "severity": "low", "evidence": [0, 2]}
    stage = pd.array([1, 1, 1]).to_numpy(int)
    told = suggest(
        EventsFrame(made.events), made.processes, stage, 1, [finding],
        also=pd.array([True, True, False]).to_numpy(bool),
    )  # fmt: skip
    assert told["findings"] == [{"id": "F1", "evidence": 2, "left": 2, "also": 1, "unseen": {}}]
    validate(told, "suggestions")


def test_evidence_of_a_class_that_the_baseline_holds_none_of_is_counted_apart() -> None:
    made = built(row(), row("RegSetValue", r"HKLM\x"), row("RegSetValue", r"HKLM\y"))
    finding = {"id": "F1", "title": "", "severity": "low", "evidence": [0, 1, 2]}
    told = suggest(
        EventsFrame(made.events), made.processes, pd.array([1, 1, 1]).to_numpy(int), 1, [finding],
        also=pd.array([False, False, True]).to_numpy(bool), lacks=["Registry", "Network"],
    )  # fmt: skip
    assert told["findings"][0]["unseen"] == {"Registry": 1}
    validate(told, "suggestions")


def test_what_the_baseline_can_not_show_and_how_it_is_unlike_is_told(tmp_path: Path) -> None:
    clean = results(tmp_path / "clean", built(row(category="Write")))
    said = {
        "host": "OTHER",
        "os": "Windows 11",
        "can_show": {"registry_events": {"value": False}, "file_events": {"value": True}},
        "filtered": {"value": True, "reason": "Numbers are missing."},
    }
    (clean / INFO_FILE).write_text(json.dumps(said), encoding="utf-8")
    here = results(tmp_path / "here", built(row()))
    (here / INFO_FILE).write_text(json.dumps({"host": "LAB", "os": "windows 11"}), encoding="utf-8")
    named = json.dumps({"capture": "clean", "results": str(clean)})
    assert script.main([str(here), "--stages", '[{"name": "All"}]', "--baseline", named]) == 0
    funnel = json.loads((here / FUNNEL_FILE).read_text(encoding="utf-8"))
    validate(funnel, "funnel")
    told = funnel["baseline"]
    assert told["lacks"] == ["Registry"]
    assert told["filtered"] == "Numbers are missing."
    assert told["unlike"] == {"host": {"baseline": "OTHER", "capture": "LAB"}}


def results(folder: Path, made: Any, refused: str | None = None) -> Path:
    folder.mkdir(parents=True)
    info = {"refused": {"message": refused} if refused else None}
    (folder / INFO_FILE).write_text(json.dumps(info), encoding="utf-8")
    for name, frame, schema in (
        (EVENTS_FILE, made.events, events_schema()),
        (PROCESSES_FILE, made.processes, processes_schema()),
    ):
        pq.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), folder / name)
    return folder


def run(tmp_path: Path, baseline: dict[str, Any] | None) -> tuple[dict[str, Any], list[str]]:
    here = results(tmp_path / "here", built(row(category="Write"), row(path="=b", category="Write")))
    stages = json.dumps([{"name": "Writes", "add": ["writes"]}])
    evidence = tmp_path / "evidence"
    arguments = [
        str(here),
        "--stages",
        stages,
        "--evidence",
        str(evidence),
        "--baseline",
        json.dumps(baseline),
    ]
    assert script.main(arguments) == 0
    funnel = json.loads((here / FUNNEL_FILE).read_text(encoding="utf-8"))
    validate(funnel, "funnel")
    assert len(pq.read_table(here / STAGES_FILE)) == 2
    return funnel, sorted(file.name for file in evidence.iterdir())


def test_the_stage_lies_in_the_evidence_with_why_it_can_not_be_loaded(tmp_path: Path) -> None:
    clean = results(tmp_path / "clean", built(row(category="Write")))
    funnel, files = run(tmp_path, {"capture": "clean", "results": str(clean)})
    assert funnel["baseline"] == {
        "capture": "clean", "refused": None, "events": 1, "also": 1, "lacks": [], "filtered": None, "unlike": {},
    }  # fmt: skip
    assert files == ["baseline.csv", "stage-1.PMC", "stage-1.PMF", "stage-2.txt"]
    said = (tmp_path / "evidence" / "stage-2.txt").read_text(encoding="utf-8")
    assert "no rule of its filters looks at two captures" in said
    assert "stage-1.PMF" in said
    with (tmp_path / "evidence" / "baseline.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1:] == [["svc.exe", "WriteFile", "Write", r"c:\a.txt", "1"]]


@pytest.mark.parametrize("kind", ["refused", "absent", "turned away"])
def test_a_baseline_that_can_not_be_used_is_told_and_stops_nothing(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "clean"
    if kind == "refused":
        results(folder, built(), refused="clean.CSV: expected rows, found none")
    where = {"reason": "It is a link."} if kind == "turned away" else {"results": str(folder)}
    named = {"capture": "clean", **where}
    funnel, files = run(tmp_path, named)
    assert (
        funnel["baseline"]["refused"]
        == {
            "refused": "clean.CSV: expected rows, found none.",
            "absent": "Its conversion did not get through.",
            "turned away": "It is a link.",
        }[kind]
    )
    assert len(funnel["stages"]) == 1
    assert files == ["stage-1.PMC", "stage-1.PMF"]


def test_a_capture_without_a_baseline_is_not_touched(tmp_path: Path) -> None:
    funnel, files = run(tmp_path, None)
    assert "baseline" not in funnel
    assert files == ["stage-1.PMC", "stage-1.PMF"]
    assert "baseline" not in pq.read_table(tmp_path / "here" / STAGES_FILE).column_names
