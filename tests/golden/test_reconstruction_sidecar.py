"""The picture of Explorer's memory that lies beside the demo capture, and what the report's findings make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from scripts.make_reconstruction import INPUTS, SIDECARS, shipped
from scripts.procmon.contracts.capture import Capture, read_capture
from scripts.procmon.findings.evidence.stack_frames import modules_of
from scripts.procmon.findings.processes import injected_code
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.sources.convert import convert
from scripts.procmon.sources.inputs import find_captures
from scripts.procmon.sources.sidecars import read_sidecars

NAME = "stuxnet-reconstruction"
FILE = INPUTS / f"{NAME}.1576.mmp"
ADDRESS = 0x2FA24D5
EXPLORER = "Explorer.EXE (1576)"


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Capture:
    folder = tmp_path_factory.mktemp("beside")
    convert([shipped(NAME)], folder, name=NAME, settings={})
    read_sidecars([FILE], folder, name=NAME)
    return read_capture(folder)


def findings(capture: Capture) -> dict[str, Any]:
    tree = process_tree.analyse(capture, {})
    told = injected_code.analyse(capture, {"process_tree": tree})
    return {finding.facts["name"]: finding for finding in told.findings}


def test_the_file_is_what_the_generator_writes_and_lies_beside_its_capture() -> None:
    assert FILE.read_bytes() == SIDECARS[FILE.name]()
    assert find_captures(INPUTS).sidecars[NAME] == [FILE]


def test_the_address_lies_in_one_region_which_is_private_and_may_be_written_and_executed() -> None:
    regions = [one.attrib for one in ElementTree.parse(FILE).iter("Region")]  # noqa: S314 (our own file)
    (holds,) = [one for one in regions if 0 <= ADDRESS - int(one["Address"]) < int(one["Size"])]
    assert (holds["UseType"], holds["Protection"], holds["Details"]) == ("4", str(0x40), "")
    others = [one for one in regions if one is not holds]
    assert not any(int(one["Protection"]) == 0x40 for one in others)


def test_the_images_are_the_modules_that_the_capture_lists(capture: Capture) -> None:
    (number,) = capture.processes.index[capture.processes["pid"] == 1576]
    listed = {path.lower() for path in modules_of(capture)[number].paths}
    images = capture.regions.loc[capture.regions["type"] == "Image", "details"]
    assert {path.lower() for path in images} == listed


def test_explorers_foreign_code_is_certain_with_the_snapshot_and_likely_without(capture: Capture) -> None:
    with_it, without = findings(capture), findings(replace(capture, regions=capture.regions.iloc[:0]))
    assert with_it["Explorer.EXE"].confidence == "certain"
    assert without["Explorer.EXE"].confidence == "likely"
    (region,) = with_it["Explorer.EXE"].facts["memory"]
    assert (region["who"], region["type"], region["protection"]) == (
        EXPLORER, "Private Data", "Execute/Read/Write",
    )  # fmt: skip
    assert region["events"] >= 14
    for name in ("lsass.exe", "services.exe"):
        assert with_it[name] == without[name]
