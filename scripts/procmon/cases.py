"""What is set for one capture: config.yaml, its entry in ``captures``, and NAME.case.yaml beside the capture.

What stands nearer to the capture wins, key by key. This runs whenever Snakemake reads the Snakefile, so it imports
nothing heavy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.procmon.contracts.files import COMPARISONS
from scripts.procmon.errors import SettingsError
from scripts.procmon.settings import CONFIG_FILE, did_you_mean, read_checked
from scripts.procmon.unclaimed import case_files, case_name
from scripts.procmon.user_yaml import line_of, place_in_words

#: The keys that each step of the workflow looks at; a changed title converts nothing again.
STEPS = {
    "convert": ("time_zone", "date_order", "date"),
    "report": ("title", "marking", "case", "analyst", "organisation", "note"),
}


#: Markings of the Traffic Light Protocol, the strictest first.
_STRICT = ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")

#: A place in the settings: a file, and the keys that lead to it.
Place = tuple[Path, tuple[Any, ...]]


@dataclass(frozen=True)
class Case:
    """The settings of one capture; ``file`` and ``place`` tell where its stages stand, ``baseline_at`` its baseline."""

    settings: dict[str, Any]
    stages: list[dict[str, Any]]
    file: Path
    place: tuple[Any, ...]
    baseline_at: Place | None = None

    @property
    def baseline(self) -> str | None:
        """The capture of a clean run that this one is compared with."""
        return self.settings.get("baseline")

    def of(self, step: str) -> dict[str, Any]:
        """What the step (a key of ``STEPS``) looks at."""
        return {key: self.settings[key] for key in STEPS[step] if key in self.settings}


def case_file(inputs: Path, capture: str) -> Path | None:
    """NAME.case.yaml or .case.yml beside the capture, its ending in capitals or not; None where there is none."""
    folder, name = (inputs / capture).parent, capture.rpartition("/")[2]
    there = folder.iterdir() if folder.is_dir() else ()
    files = (file for file in case_files(there) if case_name(file) == name)
    found = next((file for file in files if file.is_file()), None)
    if found and not found.resolve().is_relative_to(inputs.resolve()):
        raise SettingsError(f"{found} can't be used: it is a link to a place outside {inputs}")
    return found


def read_case(settings: Mapping[str, Any], capture: str, inputs: Path, file: Path = CONFIG_FILE) -> Case:
    """All that is set for ``capture``; ``settings`` are those of ``file``, checked.

    Raises SettingsError (file, line, nearest right word) for a case file that can't be used.
    """
    entry = settings["captures"].get(capture, {})
    beside = case_file(inputs, capture)
    own = read_checked(beside, "case") if beside else {}
    merged = {**_told(entry), **_told(own)}
    if beside and "stages" in own:
        stands: Place = (beside, ("stages",))
    elif "stages" in entry:
        stands = (file, ("captures", capture, "stages"))
    else:
        stands = (file, ("stages",))
    at: Place | None = (file, ("captures", capture, "baseline")) if "baseline" in entry else None
    if beside and "baseline" in own:
        at = (beside, ("baseline",))
    return Case(merged, merged.get("stages", settings["stages"]), *stands, at)


def check_baseline(case: Case, capture: str, known: Collection[str]) -> None:
    """Refuse a baseline that is none of ``known``, the names of all inputs, or that is the capture itself.

    Raises SettingsError (file, line, nearest right word).
    """
    if case.baseline is None or not case.baseline_at:
        return
    wrong = None
    if case.baseline == capture:
        wrong = f"the capture {capture!r} can't be its own baseline"
    elif case.baseline not in known:
        others = [name for name in known if name != capture]
        wrong = (
            f"there is no capture {case.baseline!r} to be the baseline{did_you_mean(case.baseline, others)}"
        )
    if wrong:
        raise SettingsError(f"{told_place(*case.baseline_at)}: {wrong}")


def check_comparisons(settings: Mapping[str, Any], known: Collection[str], file: Path = CONFIG_FILE) -> None:
    """Refuse comparisons of one name, of what is none of ``known``, or of a capture with itself.

    Raises SettingsError (file, line, nearest right word).
    """
    names: set[str] = set()
    for number, one in enumerate(settings.get("compare") or ()):
        wrong = {
            key: f"there is no capture {one[key]!r}{did_you_mean(one[key], known)}"
            for key in ("before", "after")
            if one[key] not in known
        }
        if one["before"] == one["after"]:
            wrong.setdefault("after", f"the capture {one['after']!r} can't be compared with itself")
        folder = f"{COMPARISONS}/{one['name']}"
        if taken := [name for name in known if name.casefold() in (COMPARISONS, folder.casefold())]:
            wrong.setdefault(
                "name", f"its report would lie among those of the capture {taken[0]!r}; rename one"
            )
        if one["name"].casefold() in names:
            wrong.setdefault("name", f"two comparisons have the name {one['name']!r}")
        names.add(one["name"].casefold())
        for key, what in wrong.items():
            raise SettingsError(f"{told_place(file, ('compare', number, key))}: {what}")


def strictest(markings: Iterable[str | None]) -> str:
    """Of several markings the one that keeps most from reading; "" for none."""
    given = [marking for marking in markings if marking]
    return min(given, key=lambda one: _STRICT.index(one) if one in _STRICT else len(_STRICT), default="")


def told_place(file: Path, place: tuple[Any, ...]) -> str:
    """ "config.yaml, line 12, captures.one.baseline"."""
    line = line_of(file, place)
    return f"{file}{f', line {line}' if line else ''}, {place_in_words(place)}"


def _told(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with ``note`` and ``notes`` as one text, which is what a report sets."""
    notes = [*filter(None, [entry.get("note")]), *entry.get("notes", ())]
    told = {key: value for key, value in entry.items() if key not in ("note", "notes")}
    return {**told, "note": " ".join(notes)} if notes else told
