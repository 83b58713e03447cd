"""All captures of a run at a glance: what was found, what failed and why. Reads JSON only, so that it is quick."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.procmon.report.material import (
    FINDINGS_FILE,
    FUNNEL_FILE,
    INFO_FILE,
    Material,
    read_json,
    read_material,
)

_HALF_A_PAIR = re.compile("[\\ud800-\\udfff]")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One capture that was read. ``left`` counts the events left at the last stage."""

    name: str
    material: Material
    events: int
    left: int
    severities: Mapping[str, int]
    missing: Sequence[str] = ()  #: reports that were not made
    log: str = ""  #: that of the step that failed, where reports were not made


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An input without a report, and why; ``report`` where one page tells of it."""

    name: str
    reason: str
    report: bool = False
    refused: Mapping[str, Any] | None = None  #: that of capture.json, where there is one


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Everything of one run."""

    entries: Sequence[Entry] = ()
    failures: Sequence[Failure] = field(default_factory=tuple)


def read_overview(
    results: Path,
    names: Iterable[str],
    *,
    rejected: Iterable[tuple[str, str]] = (),
    reports: Path | None = None,
    stems: Iterable[str] = ("report",),
) -> Overview:
    """What results/ tells of the captures ``names``; ``rejected`` are (file, reason) that never became captures.

    With ``reports``, reports that are not there are told as well; ``stems`` are their names without endings.
    """
    wanted = [f"{stem}.{ending}" for stem in stems for ending in ("html", "pdf")] if reports else []
    entries: list[Entry] = []
    failures = [Failure(name=_written(file), reason=_written(reason)) for file, reason in rejected]
    for name in names:
        told = _entry(results / name, name, [reports / name / file for file in wanted] if reports else [])
        (entries if isinstance(told, Entry) else failures).append(told)  # type: ignore[arg-type]
    return Overview(entries=entries, failures=failures)


def _entry(folder: Path, name: str, wanted: Iterable[Path]) -> Entry | Failure:
    if refused := _refused(folder / INFO_FILE):
        return Failure(name=name, reason=_said(refused), report=True, refused=refused)
    if not all((folder / file).is_file() for file in (INFO_FILE, FUNNEL_FILE, FINDINGS_FILE)):
        return Failure(name=name, reason=f"failed: see {_log(folder)}")
    material = read_material(folder, name=name, events=False)
    stages = material.funnel.get("stages", ())
    events = int(material.info.get("events", 0))
    missing = [file.name for file in wanted if not file.is_file()]
    return Entry(
        name=name,
        material=material,
        events=events,
        left=int(stages[-1]["events_out"]) if stages else events,
        severities=Counter(finding["severity"] for finding in material.findings),
        missing=missing,
        log=str(_log(folder)) if missing else "",
    )


def _written(name: str) -> str:
    """A file's name as text; bytes of it that are no UTF-8 come as half surrogate pairs, which nothing can write."""
    return _HALF_A_PAIR.sub("\N{REPLACEMENT CHARACTER}", name)


def _refused(file: Path) -> Mapping[str, Any] | None:
    if not file.is_file():
        return None
    refused: Mapping[str, Any] | None = read_json(file).get("refused")
    return refused or None


def _said(refused: Mapping[str, Any]) -> str:
    place = ", ".join(refused[key] for key in ("file", "where") if refused.get(key))
    return f"{place}: expected {refused.get('expected')}, found {refused.get('found')}"


def _log(folder: Path) -> Path:
    """The last log that tells of a crash, or, where a step was killed and could not, the last that was begun."""
    logs = sorted((folder / "logs").glob("*.log"))
    return max(
        logs,
        key=lambda file: (b"Traceback" in file.read_bytes(), file.stat().st_mtime_ns),
        default=folder / "logs",
    )
