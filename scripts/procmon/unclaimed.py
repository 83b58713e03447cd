"""Case files and entries of config.yaml that belong to no capture; without heavy imports, for the end of a run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scripts.procmon.user_yaml import line_of

ENDINGS = (".case.yaml", ".case.yml")

#: The captures that come with the project; whoever takes them out of inputs/ mistyped nothing.
_DEMOS = {"stuxnet-reconstruction", "elevation-reconstruction"}
_NEAR = 0.75  #: the demos' names are less alike than that
_PART = 4  #: letters that a name has at least for one that it is part of to be near it
_MARKING = re.compile(rb"^marking:[ \t]*[\"']?(TLP:[A-Z+]{3,12})\b", re.MULTILINE)
_MOST = 1 << 16  #: bytes of a case file that are looked at for its marking


def unclaimed(
    settings: Mapping[str, Any],
    inputs: Path,
    captures: Collection[str],
    *,
    turned_away: Collection[str] = (),
    file: Path = Path("config/config.yaml"),
) -> list[str]:
    """A sentence for each case file that is not read, and for each entry of ``captures`` in ``file`` that no input has.

    A case file is not read without a capture, and beside another one of the same capture. Inputs that were
    ``turned_away`` are told elsewhere.
    """
    said = []
    for name, files in _by_name(inputs).items():
        if name not in captures:
            said += [f"{file}: {_missing(name, captures)}; {_unapplied(file)}" for file in files]
        else:
            said += [
                f"{file}: {files[0].name} beside it is read instead; {_unapplied(file)}" for file in files[1:]
            ]
    entries = settings.get("captures") or {}
    for name in sorted(set(entries) - set(captures) - set(turned_away)):
        if name not in _DEMOS or _near(name, captures):
            line = line_of(file, ("captures", name))
            at = f"{file}{f', line {line}' if line else ''}, captures"
            said.append(f"{at}: {_missing(name, captures)}{_unused(entries[name])}")
    return said


def case_files(files: Iterable[Path]) -> list[Path]:
    """Those of ``files`` that are case files, their endings in capitals or not; the first of a name is the one read."""
    found = [file for file in files if file.name.lower().endswith(ENDINGS)]
    return sorted(found, key=lambda file: (file.name.lower().endswith(ENDINGS[1]), file.name.swapcase()))


def case_name(file: Path) -> str:
    """NAME of NAME.case.yaml."""
    return file.stem[: -len(".case")]


def _by_name(inputs: Path) -> dict[str, list[Path]]:
    """The case files below ``inputs`` by the captures that they are for."""
    found: dict[str, list[Path]] = {}
    for file in case_files(sorted(inputs.rglob("*"))):
        name = file.with_name(case_name(file)).relative_to(inputs).as_posix()
        found.setdefault(name, []).append(file)
    return dict(sorted(found.items()))


def _missing(name: str, captures: Collection[str]) -> str:
    near = _near(name, captures)
    return f"there is no capture {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _unused(entry: Mapping[str, Any] | None) -> str:
    """The keys that are set in vain, the marking with its value."""
    keys = [f"{key} {entry[key]}" if key == "marking" else key for key in sorted(entry)] if entry else []
    return f"; set there and not applied to any report: {', '.join(keys)}" if keys else ""


def _unapplied(file: Path) -> str:
    """What no report bears because the file belongs to none; of its text nothing is told but a known marking."""
    try:
        found = _MARKING.search(_begin(file)) if file.is_file() else None  # a pipe would be waited for
    except OSError:
        found = None
    if found:
        return f"its marking {found[1].decode('ascii')} is not applied to any report, nor what else it sets"
    return "what it sets is not applied to any report"


def _begin(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_MOST)


def _near(name: str, captures: Collection[str]) -> list[str]:
    by_folded = {one.casefold(): one for one in sorted(captures)}
    near = [by_folded[one] for one in get_close_matches(name.casefold(), by_folded, n=1, cutoff=_NEAR)]
    if near or len(name.rpartition("/")[2]) < _PART:
        return near
    # A capture that was renamed is often called as before, with something added: Logfile, Logfile-2.
    own = name.rpartition("/")[2].lower()
    others = ((one, one.rpartition("/")[2].lower()) for one in sorted(captures))
    return [one for one, other in others if len(other) >= _PART and (own in other or other in own)][:1]
