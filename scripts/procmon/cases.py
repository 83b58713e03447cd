"""What is set for one capture: config.yaml, its entry in ``captures``, and NAME.case.yaml beside the capture.

What stands nearer to the capture wins, key by key. This runs whenever Snakemake reads the Snakefile, so it imports
nothing heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.procmon.settings import CONFIG_FILE, read_checked

ENDINGS = (".case.yaml", ".case.yml")

#: The keys that each step of the workflow looks at; a changed title converts nothing again.
STEPS = {
    "convert": ("time_zone", "date_order", "date"),
    "report": ("title", "marking", "note"),
}


@dataclass(frozen=True)
class Case:
    """The settings of one capture; ``file`` and ``place`` tell where its stages stand."""

    settings: dict[str, Any]
    stages: list[dict[str, Any]]
    file: Path
    place: tuple[Any, ...]

    def of(self, step: str) -> dict[str, Any]:
        """What the step (a key of ``STEPS``) looks at."""
        return {key: self.settings[key] for key in STEPS[step] if key in self.settings}


def case_file(inputs: Path, capture: str) -> Path | None:
    """NAME.case.yaml beside the capture, None where there is none."""
    files = (inputs / f"{capture}{ending}" for ending in ENDINGS)
    return next((file for file in files if file.is_file()), None)


def read_case(settings: Mapping[str, Any], capture: str, inputs: Path, file: Path = CONFIG_FILE) -> Case:
    """All that is set for ``capture``; ``settings`` are those of ``file``, checked.

    Raises SettingsError (file, line, nearest right word) for a case file that can't be used.
    """
    entry = settings["captures"].get(capture, {})
    beside = case_file(inputs, capture)
    own = read_checked(beside, "case") if beside else {}
    merged = {**_told(entry), **_told(own)}
    if beside and "stages" in own:
        stands: tuple[Path, tuple[Any, ...]] = (beside, ("stages",))
    elif "stages" in entry:
        stands = (file, ("captures", capture, "stages"))
    else:
        stands = (file, ("stages",))
    return Case(merged, merged.get("stages", settings["stages"]), *stands)


def _told(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with ``note`` and ``notes`` as one text, which is what a report sets."""
    notes = [*filter(None, [entry.get("note")]), *entry.get("notes", ())]
    told = {key: value for key, value in entry.items() if key not in ("note", "notes")}
    return {**told, "note": " ".join(notes)} if notes else told
