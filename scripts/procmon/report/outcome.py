"""The table on the terminal at the end of a run."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from scripts.procmon.contracts.files import COMPARISONS
from scripts.procmon.contracts.findings import SEVERITIES
from scripts.procmon.report.overview import Entry, Failure, Overview

NOTHING = """There is no capture in {inputs}/ yet. Drop one or more there and type ./run again:
  Process Monitor logs (.PML), or its exports as .CSV or .XML; each may be packed as .gz or .zip."""


def outcome(
    overview: Overview,
    *,
    inputs: Path,
    reports: Path,
    comparisons: Sequence[str] = (),
    stems: Sequence[str] = ("report",),
    remarks: Sequence[str] = (),
) -> tuple[str, int]:
    """(what to print, the exit code): 1 if any input failed or a report is missing, else 0.

    ``comparisons`` are the reports on two captures by name, ``stems`` the names of the reports without endings, one a
    language; ``remarks`` are warnings.
    """
    if not overview.entries and not overview.failures:
        return "\n\n".join([NOTHING.format(inputs=inputs), *_remarked(remarks)]), 0
    parts = _remarked([*remarks, *_unapplied(overview)])
    if overview.entries:
        heads = ("Capture", "Events", "Last stage", "Findings", "Report")
        rows = [_row(entry, reports) for entry in overview.entries]
        parts.append(_table(heads, rows, right={1, 2}))
    if overview.failures:
        parts.append("Failed:\n" + "\n".join(f"  {_line(failure, reports)}" for failure in overview.failures))
    missing = [(entry, file) for entry in overview.entries for file in entry.missing]
    if missing:
        lines = (f"  {_shown(entry.name)}: {file}, see {_shown(entry.log)}" for entry, file in missing)
        parts.append("Not made:\n" + "\n".join(lines))
    compared = [reports / COMPARISONS / name / "report.html" for name in comparisons]
    if compared:
        lines = (f"  {_shown(str(file))}{'' if file.is_file() else ': not made'}" for file in compared)
        parts.append("Comparisons:\n" + "\n".join(lines))
    if overview.entries and (others := [f"{stem}.html" for stem in stems if stem != "report"]):
        parts.append(f"In other languages, beside each report.html: {', '.join(others)}")
    if overview.entries:
        parts.append(f"All captures: {reports / 'index.html'}")
    return "\n\n".join(parts), 1 if overview.failures or missing else 0


def _remarked(remarks: Sequence[str]) -> list[str]:
    return ["Warning:\n" + "\n".join(f"  {_shown(remark)}" for remark in remarks)] if remarks else []


def _unapplied(overview: Overview) -> list[str]:
    """What is set for a capture in vain; why is among the remarks of its report."""
    told = ((entry.name, entry.material.info.get("unapplied")) for entry in overview.entries)
    why = "part 2 of its report says why"
    return [f"{name}: not applied: {', '.join(keys)}; {why}" for name, keys in told if keys]


def _row(entry: Entry, reports: Path) -> tuple[str, ...]:
    return (
        _shown(entry.name), f"{entry.events:,}", f"{entry.left:,}", _found(entry),
        _shown(f"{reports / entry.name}/report.html") if "report.html" not in entry.missing else "not made",
    )  # fmt: skip


def _found(entry: Entry) -> str:
    found = ", ".join(f"{entry.severities[key]} {key}" for key in SEVERITIES if entry.severities.get(key))
    filtered = ["filtered"] if found and entry.material.filtered else []
    return "; ".join([found or _none(entry), *filtered, *_damage(entry)])


def _none(entry: Entry) -> str:
    """Why a report without findings is no all-clear, where it is none."""
    if entry.events < 2:
        return "none (one event)" if entry.events else "none (no events)"
    if entry.material.unanswered:
        return "none (no answer)"
    return "none (filtered)" if entry.material.filtered else "none"


def _damage(entry: Entry) -> list[str]:
    lost = [
        f"{n:,} {one if n == 1 else more}"
        for n, one, more in zip(entry.material.lost, ("event", "name"), ("events", "names"), strict=True)
        if n
    ]
    lost += ["all after it" if lost else "its end"] if entry.material.breaks_off else []
    lost += ["names of hosts"] if entry.material.lost_hosts else []
    return [f"damaged: {' and '.join(lost)} lost"] if lost else []


def _line(failure: Failure, reports: Path) -> str:
    where = f" ({_shown(str(reports / failure.name))}/report.html)" if failure.report else ""
    name, told = _shown(failure.name), _shown(failure.reason)
    # The reason why a file was refused begins with the file's whole name.
    named = failure.refused and told.startswith(name)
    return f"{told if named else f'{name}: {told}'}{where}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: set[int]) -> str:
    widths = [max(_width(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    lines = [heads, ["─" * width for width in widths], *rows]
    padded = ([_pad(cell, widths[i], i in right) for i, cell in enumerate(line)] for line in lines)
    return "\n".join("  ".join(cells).rstrip() for cells in padded)


def _pad(cell: str, width: int, right: bool) -> str:
    room = " " * (width - _width(cell))
    return room + cell if right else cell + room


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _shown(text: str, most: int = 300) -> str:
    """Text of a capture, harmless for a terminal: control characters and marks of direction are made visible."""
    cut = text if len(text) <= most else f"{text[:most]}…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)
