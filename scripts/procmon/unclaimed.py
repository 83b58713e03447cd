"""Case files and entries of config.yaml that belong to no capture; without heavy imports, for the end of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

ENDINGS = (".case.yaml", ".case.yml")

_NEAR = 0.8  #: the demos' names are less alike than that


def unclaimed(settings: Mapping[str, Any], inputs: Path, captures: Collection[str]) -> list[str]:
    """A sentence for each case file without a capture, and for each entry of ``captures`` whose name is nearly one.

    Entries far from any name are left alone: their captures may have been taken out of ``inputs`` for a while.
    """
    files = sorted(file for ending in ENDINGS for file in inputs.rglob(f"*{ending}"))
    names = [(file, file.relative_to(inputs).as_posix().rpartition(".case.")[0]) for file in files]
    said = [f"{file}: {_missing(name, captures)}" for file, name in names if name not in captures]
    entries = sorted(set(settings.get("captures") or ()) - set(captures))
    said += [
        f"config.yaml, captures: {_missing(name, captures)}" for name in entries if _near(name, captures)
    ]
    return said


def _missing(name: str, captures: Collection[str]) -> str:
    near = _near(name, captures)
    return f"there is no capture {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _near(name: str, captures: Collection[str]) -> list[str]:
    return get_close_matches(name, captures, n=1, cutoff=_NEAR)
