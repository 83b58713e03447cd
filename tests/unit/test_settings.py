"""config.yaml: what is read, and how a mistake is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.procmon.errors import SettingsError
from scripts.procmon.filters.resolve import Source, resolve_stages, set_files
from scripts.procmon.settings import CONFIG_FILE, check_settings, did_you_mean, read_settings
from scripts.procmon.user_yaml import place_in_words
from tests.shipped import shipped

SHIPPED = shipped()


def error_of(tmp_path: Path, old: str, new: str) -> str:
    assert old in SHIPPED
    file = tmp_path / "config.yaml"
    file.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        checked(file)
    return str(caught.value)


def checked(file: Path) -> None:
    """What the Snakefile does with the settings before anything runs."""
    settings = read_settings(file)
    check_settings(settings, file)
    resolve_stages(settings["stages"], source=Source(file))


def line_of_text(text: str) -> int:
    return SHIPPED[: SHIPPED.index(text)].count("\n") + 1


def test_the_shipped_settings_are_good() -> None:
    settings = read_settings()
    check_settings(settings)
    assert settings["folders"] == {"inputs": "inputs", "results": "results", "reports": "reports"}
    assert [Path(file).stem for file in set_files(settings["stages"])] == [
        "procmon-defaults",
        "writes",
        "explorer-window-state",
        "registry-hive-files",
        "background-noise",
    ]


@pytest.mark.parametrize("name", ["stuxnet-reconstruction", "elevation-reconstruction"])
def test_the_demos_are_said_to_be_reconstructions(name: str) -> None:
    demo = read_settings()["captures"][name]
    assert "Reconstruction" in demo["title"]
    assert "is a reconstruction" in demo["note"]


def test_every_key_is_explained_in_the_file() -> None:
    lines = SHIPPED.splitlines()
    for number, line in enumerate(lines):
        if line.endswith(":") and not line.startswith((" ", "#")):
            assert lines[number - 1].startswith("#"), f"{line} has no comment above it"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  marking:", "  markings:", "unknown key 'markings'; did you mean 'marking'?"),
        ("TLP:AMBER  #", "TLP:YELLOW  #", "unknown marking 'TLP:YELLOW'"),
        ('analyst: ""', "analyst: 7", "7 can't stand here; expected is text"),
        ("add: [writes]", "ad: [writes]", "unknown key 'ad'; did you mean 'add'?"),
        (
            "    title: Reconstruction",
            "    titel: Reconstruction",
            "unknown key 'titel'; did you mean 'title'?",
        ),
        ("stages:\n", "stage:\n", "unknown key 'stage'; did you mean 'stages'?"),
        ("add: [writes]", "add: [3]", "3 can't stand here; expected is text"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_nearest_key(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    message = error_of(tmp_path, old, new)
    assert words in message
    assert f"{tmp_path / 'config.yaml'}, line {line_of_text(old)}" in message


def test_a_stage_that_names_no_set_is_told_with_the_nearest(tmp_path: Path) -> None:
    assert "no filter set 'writs'" in error_of(tmp_path, "[writes]", "[writs]")
    assert "did you mean 'writes'?" in error_of(tmp_path, "[writes]", "[writs]")


def test_a_stage_that_removes_what_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    message = error_of(tmp_path, "procmon-defaults/system-process", "procmon-defaults/system-proces")
    assert "removes 'procmon-defaults/system-proces'" in message
    assert "did you mean 'procmon-defaults/system-process'?" in message
    assert f"line {line_of_text('procmon-defaults/system-process')}, stage" in message


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    message = error_of(tmp_path, "  marking:", "  markings: 3\n  pdf_row:")
    assert "'markings'" in message
    assert "'pdf_row'" in message


def test_a_date_needs_no_quotes(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(SHIPPED.replace("    note: >-", "    date: 2010-07-15\n    note: >-"), encoding="utf-8")
    assert read_settings(file)["captures"]["stuxnet-reconstruction"]["date"] == "2010-07-15"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        read_settings(tmp_path / "config.yaml")


def test_words_that_are_near_to_nothing_are_answered_with_all_words() -> None:
    assert did_you_mean("xyz", ["Include", "Exclude"]) == "; known are 'Include', 'Exclude'"
    assert did_you_mean("xyz", []) == ""


def test_reading_settings_loads_nothing_heavy() -> None:
    code = "import sys, scripts.procmon.settings; print({'pandas', 'numpy', 'pyarrow'} & set(sys.modules))"
    root = CONFIG_FILE.parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_of_many_unknown_keys_and_long_values_the_first_are_told(tmp_path: Path) -> None:
    keys = "".join(f"    unknown{n}: 1\n" for n in range(3000))
    message = error_of(tmp_path, "  marking:", f"  {keys.strip()}\n  marking:".replace("\n    ", "\n  "))
    assert "'unknown0'" in message
    assert "and 2,990 more unknown keys" in message
    assert len(message) < 5_000


@pytest.mark.parametrize("half", [r'"\ud800"', r'"a\udfffb"'])
def test_half_a_surrogate_pair_is_refused_with_its_line(tmp_path: Path, half: str) -> None:
    old = 'case: ""'
    told = error_of(tmp_path, old, f"case: {half}")
    assert "half of a surrogate pair" in told
    assert f"line {line_of_text(old)}: " in told


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "    add: [background-noise]",
            "    add: [3]",
            "stages, the 5th, add, the 1st: 3 can't stand here",
        ),
        ("languages: [en]", "languages: [en, fr]", "report.languages, the 2nd: unknown languages 'fr'"),
    ],
)
def test_places_in_lists_are_counted_from_one_and_told_in_words(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert f"line {line_of_text(old)}, {words}" in error_of(tmp_path, old, new)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((10,), "the 11th"),
        (("a", 20), "a, the 21st"),
        (("a", 111, "b"), "a, the 112th, b"),
        (("a", 1, 2), "a, the 2nd, the 3rd"),
    ],
)
def test_positions_are_ordinals(place: tuple[str | int, ...], words: str) -> None:
    assert place_in_words(place) == words


def test_a_mistyped_key_is_not_told_as_missing_as_well(tmp_path: Path) -> None:
    told = error_of(tmp_path, "  organisation:", "  organization:")
    assert told.endswith("unknown key 'organization'; did you mean 'organisation'?")


def test_a_missing_key_is_told_once_also_beside_another_that_is_mistyped(tmp_path: Path) -> None:
    told = error_of(tmp_path, "  inputs: inputs\n  results:", "  resluts:")
    assert told.count("missing key") == 1
    assert "missing key 'inputs'" in told


def test_a_capture_may_be_called_by_a_number(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(SHIPPED.replace("captures:\n", "captures:\n  0815:\n    title: x\n"), encoding="utf-8")
    assert read_settings(file)["captures"]["0815"] == {"title": "x"}


def test_a_logo_whose_path_became_control_characters_is_refused(tmp_path: Path) -> None:
    told = error_of(tmp_path, 'logo: ""', 'logo: "config\\new.svg"')
    assert f"line {line_of_text('logo:')}, report.logo: 'config\\new.svg' holds a line break" in told


def test_mistakes_in_a_list_are_told_in_its_order(tmp_path: Path) -> None:
    sets = ", ".join(["writes"] * 2 + ["3"] + ["writes"] * 7 + ["4"])
    told = error_of(tmp_path, "add: [writes]", f"add: [{sets}]")
    assert told.index("add, the 3rd: 3") < told.index("add, the 11th: 4")
