"""What is set for one capture: config.yaml, its entry there, and the case file beside the capture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.procmon.cases import check_baseline, check_comparisons, read_case
from scripts.procmon.errors import SettingsError
from scripts.procmon.filters.resolve import Source, resolve_stages
from scripts.procmon.settings import read_settings
from scripts.procmon.unclaimed import unclaimed
from scripts.procmon.zones import zone_of


def settings(**entry: Any) -> dict[str, Any]:
    return {**read_settings(), "captures": {"case-42/Logfile": entry} if entry else {}}


def case_file(inputs: Path, text: str) -> Path:
    file = inputs / "case-42" / "Logfile.case.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_case_file_the_settings_hold(tmp_path: Path) -> None:
    case = read_case(settings(), "case-42/Logfile", tmp_path)
    assert case.settings == {}
    assert case.stages == read_settings()["stages"]


def test_what_stands_beside_the_capture_wins_key_by_key(tmp_path: Path) -> None:
    case_file(tmp_path, "title: Mine\nmarking: TLP:RED\n")
    case = read_case(settings(title="Theirs", time_zone="UTC"), "case-42/Logfile", tmp_path)
    assert case.settings == {"title": "Mine", "marking": "TLP:RED", "time_zone": "UTC"}


def test_each_step_is_told_only_what_it_looks_at(tmp_path: Path) -> None:
    case_file(tmp_path, "title: Mine\ndate: 2020-07-12\nnotes: [One., Two.]\n")
    case = read_case(settings(), "case-42/Logfile", tmp_path)
    assert case.of("convert") == {"date": "2020-07-12"}
    assert case.of("report") == {"title": "Mine", "note": "One. Two."}


def test_stages_of_a_case_file_are_those_of_the_capture_alone(tmp_path: Path) -> None:
    case_file(tmp_path, "stages:\n  - name: only\n    add: [writes]\n")
    assert [stage["name"] for stage in read_case(settings(), "case-42/Logfile", tmp_path).stages] == ["only"]
    assert len(read_case(settings(), "case-42/Other", tmp_path).stages) == 5


@pytest.mark.parametrize("zone", ["UTC", "z", "Europe/Madrid", "+09:00", "UTC-3:30", "−5"])
def test_a_zone_that_the_readers_take_is_no_mistake(tmp_path: Path, zone: str) -> None:
    case_file(tmp_path, f"time_zone: '{zone}'\n")
    assert zone_of(read_case(settings(), "case-42/Logfile", tmp_path).settings["time_zone"])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("titel: x\n", 1, "unknown key 'titel'; did you mean 'title'?"),
        ("title: x\nmarking: TLP:GREN\n", 2, "unknown marking 'TLP:GREN'; did you mean 'TLP:GREEN'?"),
        (
            "marking: TLP:REDD\n",
            1,
            "allowed are 'TLP:RED', 'TLP:AMBER+STRICT', 'TLP:AMBER', 'TLP:GREEN', 'TLP:CLEAR'",
        ),
        (
            "date: 31.3.2024\n",
            1,
            "'31.3.2024' can't be the day of the first event; write it like '2024-03-31'",
        ),
        ("date: 2024-02-30\n", 1, "write it like '2024-03-31'"),
        ("time_zone: Europe/Madird\n", 1, "'Europe/Madird' is no time zone; did you mean 'Europe/Madrid'?"),
        ("time_zone: America/Sao_Paolo\n", 1, "did you mean 'America/Sao_Paulo'?"),
        ('time_zone: "+25:00"\n', 1, "write it like 'Europe/Madrid' or '+09:00'"),
        ("date_order: day-moth-year\n", 1, "did you mean 'day-month-year'?"),
        ("stages:\n  - name: a\n    ad: [writes]\n", 3, "unknown key 'ad'; did you mean 'add'?"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_nearest_word(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    file = case_file(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        read_case(settings(), "case-42/Logfile", tmp_path)
    assert f"{file}, line {line}" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("stages:\n  - name: a\n    add:\n      - writs\n", 4, "did you mean 'writes'?"),
        ("stages:\n  - name: a\n    remove: [writes]\n", 3, "removes 'writes', but no such rule or set"),
        (
            "stages:\n  - name: a\n    add: [writes]\n  - name: b\n    from: A\n",
            5,
            "there is no stage 'A' to start from; did you mean 'a'?",
        ),
        ("stages:\n  - name: a\n  - name: a\n", 3, "two stages have the name 'a'"),
        ("stages:\n  - name: a\n    from: a\n", 3, "the branches lead in a circle: 'a' → 'a'"),
        (
            "stages:\n  - name: m\n  - name: a\n    from: c\n  - name: b\n    from: a\n  - name: c\n    from: b\n",
            4,
            "the branches lead in a circle: 'a' → 'c' → 'b' → 'a'",
        ),
        (
            "stages:\n  - name: a\n    add:\n      - {column: PID, relation: less than, value: many, action: Exclude}\n",
            4,
            "'many' is no number or time that 'PID' could be less than",
        ),
    ],
)
def test_stages_that_can_not_be_put_together_are_told_by_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    file = case_file(tmp_path, text)
    case = read_case(settings(), "case-42/Logfile", tmp_path)
    with pytest.raises(SettingsError) as caught:
        resolve_stages(case.stages, source=Source(case.file, case.place))
    assert f"{file}, line {line}, stage" in str(caught.value)
    assert words in str(caught.value)


def test_stages_of_the_entry_in_the_settings_are_told_by_its_line(tmp_path: Path) -> None:
    text = "captures:\n  case-42/Logfile:\n    stages:\n      - name: a\n        add: [writs]\n"
    (tmp_path / "config.yaml").write_text(text)
    entry = {"stages": [{"name": "a", "add": ["writs"]}]}
    case = read_case(settings(**entry), "case-42/Logfile", tmp_path, tmp_path / "config.yaml")
    with pytest.raises(SettingsError, match=r"config\.yaml, line 5, stage 'a'"):
        resolve_stages(case.stages, source=Source(case.file, case.place))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "title: x\nbaseline: cleen\n",
            "line 2, baseline: there is no capture 'cleen' to be the baseline; did you mean 'clean'?",
        ),
        (
            "baseline: case-42/Logfile\n",
            "line 1, baseline: the capture 'case-42/Logfile' can't be its own baseline",
        ),
    ],
)
def test_a_baseline_that_is_not_there_is_told_with_file_line_and_nearest_name(
    tmp_path: Path, text: str, words: str
) -> None:
    file = case_file(tmp_path, text)
    case = read_case(settings(), "case-42/Logfile", tmp_path)
    with pytest.raises(SettingsError) as caught:
        check_baseline(case, "case-42/Logfile", ["clean", "case-42/Logfile"])
    assert str(caught.value) == f"{file}, {words}"


def test_the_baseline_beside_the_capture_wins_over_that_of_the_settings(tmp_path: Path) -> None:
    case_file(tmp_path, "baseline: clean\n")
    case = read_case(settings(baseline="other"), "case-42/Logfile", tmp_path)
    assert case.baseline == "clean"
    check_baseline(case, "case-42/Logfile", ["clean"])


def test_a_baseline_of_the_settings_is_told_by_its_line(tmp_path: Path) -> None:
    text = "captures:\n  case-42/Logfile:\n    baseline: cleen\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    case = read_case(settings(baseline="cleen"), "case-42/Logfile", tmp_path, tmp_path / "config.yaml")
    with pytest.raises(SettingsError, match=r"config\.yaml, line 3, .*did you mean 'clean'\?"):
        check_baseline(case, "case-42/Logfile", ["clean"])


@pytest.mark.parametrize(
    ("compare", "words"),
    [
        ([("x", "one", "too")], "compare, the 1st, after: there is no capture 'too'; did you mean 'two'?"),
        ([("x", "one", "one")], "compare, the 1st, after: the capture 'one' can't be compared with itself"),
        (
            [("x", "one", "two"), ("X", "two", "one")],
            "compare, the 2nd, name: two comparisons have the name 'X'",
        ),
    ],
)
def test_a_comparison_that_can_not_be_made_is_told_by_its_place(
    tmp_path: Path, compare: list[tuple[str, str, str]], words: str
) -> None:
    listed = [dict(zip(("name", "before", "after"), one, strict=True)) for one in compare]
    with pytest.raises(SettingsError, match=words.replace("?", r"\?").replace(".", r"\.")):
        check_comparisons({"compare": listed}, ["one", "two"], tmp_path / "config.yaml")


def test_a_case_file_without_a_capture_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    for name in ("one-rwo", "one-row"):
        (tmp_path / f"{name}.case.yaml").write_text("title: x\n", encoding="utf-8")
    (said,) = unclaimed({}, tmp_path, ["one-row"])
    assert "one-rwo.case.yaml: there is no capture 'one-rwo'; did you mean 'one-row'?" in said


@pytest.mark.parametrize("ending", ["case.yml", "case.YAML", "CASE.yaml", "Case.Yml"])
def test_a_case_file_is_read_however_its_ending_is_written(tmp_path: Path, ending: str) -> None:
    (tmp_path / "case-42").mkdir()
    (tmp_path / f"case-42/Logfile.{ending}").write_text("marking: TLP:RED\n", encoding="utf-8")
    for other in ("Logfile2.case.yaml", "logfile.case.yaml"):
        (tmp_path / "case-42" / other).write_text("marking: TLP:GREEN\n", encoding="utf-8")
    told = read_case({"captures": {}, "stages": []}, "case-42/Logfile", tmp_path)
    assert told.settings["marking"] == "TLP:RED"
    assert unclaimed({}, tmp_path, ["case-42/Logfile", "case-42/Logfile2", "case-42/logfile"]) == []


def test_of_two_case_files_of_a_capture_the_one_that_is_not_read_is_told(tmp_path: Path) -> None:
    for ending, marking in (("yaml", "TLP:GREEN"), ("YML", "TLP:RED")):
        (tmp_path / f"one.case.{ending}").write_text(f"marking: {marking}\n", encoding="utf-8")
    assert read_case({"captures": {}, "stages": []}, "one", tmp_path).settings["marking"] == "TLP:GREEN"
    (said,) = unclaimed({}, tmp_path, ["one"])
    assert "one.case.YML: one.case.yaml beside it is read instead; its marking TLP:RED is not applied" in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: x\nmarking: TLP:AMBER+STRICT # ours\n", "its marking TLP:AMBER+STRICT is not applied to any report"),
        ('marking: "TLP:RED"\n', "its marking TLP:RED is not applied to any report"),
        ("title: marking\n", "what it sets is not applied to any report"),
    ],
)  # fmt: skip
def test_a_renamed_capture_leaves_its_case_file_with_the_new_name_and_the_marking_told(
    tmp_path: Path, text: str, told: str
) -> None:
    case_file(tmp_path, text)
    (said,) = unclaimed({}, tmp_path, ["case-42/other", "case-42/Logfile-infected"])
    assert "did you mean 'case-42/Logfile-infected'?" in said
    assert told in said
    assert "did you mean" not in unclaimed({}, tmp_path, ["case-42/other"])[0]


def test_settings_for_a_name_that_is_nearly_a_capture_are_told(tmp_path: Path) -> None:
    (said,) = unclaimed({"captures": {"Logfle": {}, "Logfile": {}}}, tmp_path, ["Logfile"])
    assert said.endswith("there is no capture 'Logfle'; did you mean 'Logfile'?")


def test_a_name_under_captures_two_letters_off_is_told_with_its_line_and_what_it_sets(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("captures:\n  banload: {}\n  Banlod:\n    marking: TLP:RED\n", encoding="utf-8")
    entries = {"banload": {}, "Banlod": {"title": "x", "marking": "TLP:RED"}}
    (said,) = unclaimed({"captures": entries}, tmp_path, ["banload", "other"], file=file)
    assert said == (
        f"{file}, line 3, captures: there is no capture 'Banlod'; did you mean 'banload'?; "
        "set there and not applied to any report: marking TLP:RED, title"
    )


def test_a_name_under_captures_that_is_like_no_input_is_told_without_a_guess(tmp_path: Path) -> None:
    (said,) = unclaimed({"captures": {"far away": {"date": "2024-03-31"}}}, tmp_path, ["Logfile"])
    assert "there is no capture 'far away'; set there and not applied to any report: date" in said
    assert "did you mean" not in said


def test_a_demo_that_was_taken_out_and_an_input_that_was_turned_away_are_no_mistyped_names(
    tmp_path: Path,
) -> None:
    entries = {**read_settings()["captures"], "broken": {"title": "x"}}
    assert unclaimed({"captures": entries}, tmp_path, ["Logfile"], turned_away=["broken"]) == []


def test_a_few_lines_that_stand_for_more_than_memory_holds_are_refused(tmp_path: Path) -> None:
    lines = ["notes: [x]", "a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    case_file(tmp_path, "\n".join(lines))
    with pytest.raises(SettingsError, match="aliases"):
        read_case(settings(), "case-42/Logfile", tmp_path)


@pytest.mark.parametrize("text", ["notes: " + "[" * 5000, "title: " + "x" * (2 << 20)])
def test_values_without_end_are_refused(tmp_path: Path, text: str) -> None:
    case_file(tmp_path, text)
    with pytest.raises(SettingsError, match=r"nested too deeply|longer than|is not closed"):
        read_case(settings(), "case-42/Logfile", tmp_path)


def test_a_case_file_that_is_a_link_out_of_the_inputs_is_refused_and_not_shown(tmp_path: Path) -> None:
    secret, inputs = tmp_path / "secret", tmp_path / "inputs"
    secret.write_text("root:x:0:0", encoding="utf-8")
    (inputs / "case-42").mkdir(parents=True)
    (inputs / "case-42" / "Logfile.case.yaml").symlink_to(secret)
    with pytest.raises(SettingsError, match="outside") as refused:
        read_case(settings(), "case-42/Logfile", inputs)
    assert "root:x" not in str(refused.value)
