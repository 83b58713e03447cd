"""docs/reference.md against the code: keys, defaults, files and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from scripts.procmon.contracts import events, files, processes, sidecars
from scripts.procmon.settings import CONFIG
from tests.shipped import shipped

REFERENCE = (CONFIG.parent / "docs" / "reference.md").read_text(encoding="utf-8")
SCHEMAS = {
    name: yaml.safe_load((CONFIG / "schemas" / f"{name}.schema.yaml").read_text(encoding="utf-8"))
    for name in ("config", "case")
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table rows below a heading."""
    section = REFERENCE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = (line for line in section.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def leaves(schema: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in schema["properties"].items():
        if value.get("type") == "object" and "properties" in value:
            yield from leaves(value, f"{above}{key}.")
        else:
            yield above + key


def test_every_setting_is_told_and_no_other() -> None:
    told = [key for row in rows("Settings") for key in named(row[0])]
    assert sorted(told) == sorted([*leaves(SCHEMAS["config"]), *leaves(SCHEMAS["case"])])


def test_the_defaults_are_those_of_the_shipped_settings() -> None:
    settings = yaml.safe_load(shipped())
    told = {
        key: default
        for row in rows("Settings")
        if len(row) == 3
        for key, default in zip(named(row[0]), named(row[1]) or [""] * 9, strict=False)
    }
    for key in ("folders.inputs", "folders.results", "folders.reports", "report.languages", "report.marking"):
        group, _, name = key.partition(".")
        assert yaml.safe_load(told[key]) == settings[group][name], key
    for name in ("title", "case", "organisation", "analyst", "logo"):
        assert settings["report"].get(name, "") == ""
    assert len(settings["stages"]) == 5


def test_every_file_of_a_capture_is_told() -> None:
    told = {name for row in rows("Files in results/{capture}/") for name in named(row[0])}
    made = {value for key, value in vars(files).items() if key.endswith("_FILE")} - {files.COMPARISON_FILE}
    assert made <= told


def test_the_reasons_that_how_to_explains_are_those_that_the_code_gives() -> None:
    how_to = (CONFIG.parent / "docs" / "how-to.md").read_text(encoding="utf-8")
    table = how_to.partition("| reason | what to do |")[2]
    reasons = [line.strip("| ").split(" | ")[0] for line in table.splitlines() if line.startswith("| ")]
    sources = CONFIG.parent / "scripts" / "procmon" / "sources"
    code = "".join(file.read_text(encoding="utf-8") for file in sources.rglob("*.py"))
    given = code.replace("expected=_EXPECTED", "").replace('_EXPECTED = "', "expected ")
    assert len(reasons) >= 5
    assert [reason for reason in reasons if reason not in given] == []


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        (files.EVENTS_FILE, events.events_schema()),
        (files.PROCESSES_FILE, processes.processes_schema()),
        (files.MODULES_FILE, processes.MODULES_SCHEMA),
        (files.STACKS_FILE, processes.STACKS_SCHEMA),
        (files.REGIONS_FILE, sidecars.REGIONS_SCHEMA),
        (files.AUTORUNS_FILE, sidecars.AUTORUNS_SCHEMA),
    ],
)
def test_every_column_of_a_table_is_told(file: str, schema: Any) -> None:
    (cells,) = [row for row in rows("Files in results/{capture}/") if named(row[0]) == [file]]
    words = re.findall(r"[a-z0-9_]+", re.sub(r"\([^)]*\)", "", cells[2]))
    assert set(schema.names) <= set(words)
