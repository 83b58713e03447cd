"""Filter sets and stages as YAML: what is read, and how a mistake is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.errors import SettingsError
from scripts.procmon.filters.resolve import resolve_stages
from scripts.procmon.filters.sets import read_set
from scripts.procmon.filters.words import COLUMNS, RELATIONS
from scripts.procmon.settings import CONFIG, read_checked

GOOD = """\
title: Noise
comment: for a test
rules:
  - name: short
    column: Duration
    relation: less than
    value: 0.1
    action: Exclude
    comment: too short
  - name: temp
    column: Path
    relation: begins with
    value: 'C:\\Temp\\'
    action: Exclude
    comment: temporary
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "noise.yaml").write_text(GOOD)
    return tmp_path


def error_of(folder: Path, text: str) -> str:
    (folder / "noise.yaml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_set("noise", folder)
    return str(caught.value)


def inline(**changes: Any) -> dict[str, Any]:
    return {"column": "Path", "relation": "is", "value": "x", "action": "Exclude"} | changes


def test_a_set_is_a_list_of_named_rules(folder: Path) -> None:
    short, temp = read_set("noise", folder)
    assert short.rule == Rule("Duration", "less than", "0.1", "Exclude")
    assert (temp.full_name, temp.comment) == ("noise/temp", "temporary")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("column: Duration", "column: Durations", 5, "unknown column 'Durations'; did you mean 'Duration'?"),
        ("column: Path", "column: path", 11, "unknown column 'path'; did you mean 'Path'?"),
        ("less than", "less then", 6, "unknown relation 'less then'; did you mean 'less than'?"),
        ("less than", "starts with", 6, "known are 'is', 'is not', 'less than'"),
        ("action: Exclude", "action: Hide", 8, "unknown action 'Hide'; known are 'Include', 'Exclude'"),
        ("relation: less", "relations: less", 6, "unknown key 'relations'; did you mean 'relation'?"),
        ("title: Noise", "titel: Noise", 1, "unknown key 'titel'; did you mean 'title'?"),
        ("value: 0.1", "value: soon", 4, "'soon' is no number or time"),
        ("name: temp", "name: short", 10, "the name 'short' is given twice"),
        ("value: 0.1", "value: yes", 7, "True can't stand here; expected is text"),
        ("    comment: temporary\n", "", 10, "missing key 'comment'"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_nearest_word(
    folder: Path, old: str, new: str, line: int, words: str
) -> None:
    message = error_of(folder, GOOD.replace(old, new, 1))
    assert words in message
    assert f"{folder / 'noise.yaml'}, line {line}" in message


def test_a_key_that_is_given_twice_is_refused(folder: Path) -> None:
    assert "'title' is given twice" in error_of(folder, GOOD + "title: again\n")


def test_a_list_that_is_not_closed_is_refused(folder: Path) -> None:
    assert "noise.yaml, line 1: the list that opens here is not closed" in error_of(folder, "rules: [")


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (r"C:\temp\new", "a tab and a line break"),
        (r"C:\Program Files", "the character U+2029"),
        (r"C:\back", "a backspace"),
    ],
)
def test_a_path_in_double_quotes_that_became_control_characters_is_refused(
    folder: Path, value: str, holds: str
) -> None:
    message = error_of(folder, GOOD.replace("value: 0.1", f'value: "{value}"', 1))
    assert f"noise.yaml, line 7, rules, the 1st, value: {value_read(value)!r} holds {holds}" in message
    assert "write paths in single quotes or without quotes" in message


def value_read(value: str) -> str:
    """What YAML makes of these letters behind a backslash (YAML 1.2, 5.7)."""
    for letter, meant in (("t", "\t"), ("n", "\n"), ("P", "\u2029"), ("b", "\b")):
        value = value.replace(f"\\{letter}", meant)
    return value


def test_a_set_that_is_not_there_is_told_with_the_nearest(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"no filter set 'nose'.*did you mean 'noise'"):
        read_set("nose", folder)


def test_a_stage_keeps_the_rules_of_the_stage_before(folder: Path) -> None:
    stages = resolve_stages([{"name": "a", "add": ["noise"]}, {"name": "b", "add": [inline()]}], folder)
    assert [len(stage.rules) for stage in stages] == [2, 3]
    assert stages[1].rules[2].full_name == "Path is x"


@pytest.mark.parametrize(("name", "left"), [("noise/temp", ["noise/short"]), ("noise", [])])
def test_a_stage_takes_out_a_rule_or_a_whole_set(folder: Path, name: str, left: list[str]) -> None:
    stages = resolve_stages([{"name": "a", "add": ["noise"]}, {"name": "b", "remove": [name]}], folder)
    assert [rule.full_name for rule in stages[1].rules] == left
    assert len(stages[1].taken_out) == 2 - len(left)


def test_a_rule_of_a_stage_can_have_a_name_to_be_taken_out_by(folder: Path) -> None:
    stages = [{"name": "a", "add": [inline(name="mine")]}, {"name": "b", "remove": ["mine"]}]
    assert resolve_stages(stages, folder)[1].rules == ()


def test_a_stage_can_exchange_a_set(folder: Path) -> None:
    stages = [{"name": "a", "add": ["noise"]}, {"name": "b", "remove": ["noise"], "add": ["noise"]}]
    assert len(resolve_stages(stages, folder)[1].rules) == 2


def test_taking_out_what_is_not_in_force_is_told_with_the_nearest(folder: Path) -> None:
    stages = [{"name": "a", "add": ["noise"]}, {"name": "b", "remove": ["noise/tmp"]}]
    with pytest.raises(SettingsError, match=r"Stage 'b' removes 'noise/tmp'.*did you mean 'noise/temp'"):
        resolve_stages(stages, folder)


def test_a_value_that_can_not_be_compared_is_told_with_its_stage() -> None:
    with pytest.raises(SettingsError, match=r"Stage 'a'.*'many' is no number"):
        resolve_stages([{"name": "a", "add": [inline(column="PID", relation="more than", value="many")]}])


def test_the_schema_knows_the_columns_and_relations_of_the_code() -> None:
    rule = read_schema()["$defs"]["rule"]["properties"]
    assert tuple(rule["column"]["enum"]) == COLUMNS
    assert tuple(rule["relation"]["enum"]) == RELATIONS


def read_schema() -> dict[str, Any]:
    schema: dict[str, Any] = yaml.safe_load((CONFIG / "schemas" / "filter_set.schema.yaml").read_text())
    return schema


def test_a_rule_in_a_stage_is_checked_like_one_in_a_set(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    text = (CONFIG / "config.yaml").read_text(encoding="utf-8")
    rule = "{column: Pfad, relation: is, value: x, action: Exclude}"
    file.write_text(text.replace("add: [writes]", f"add: [{rule}]"), encoding="utf-8")
    with pytest.raises(SettingsError, match="unknown column 'Pfad'"):
        read_checked(file, "config")
