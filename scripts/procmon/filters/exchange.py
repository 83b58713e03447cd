"""What goes to and comes from Process Monitor: each stage as PMF and PMC, why one can't be, and what its files say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.procmon.filters.pmc import pmc, pmf
from scripts.procmon.filters.resolve import Stage
from scripts.procmon.filters.sets import open_set
from scripts.procmon.settings import FILTERS
from scripts.procmon.spreadsheet import harmless, write_csv
from scripts.procmon.text import catalogue, render

#: Lines of baseline.csv.
MOST_ROWS = 100_000


def write_stages(stages: Sequence[Stage], folder: Path) -> None:
    """Write stage-1.PMF, stage-1.PMC … and branch-1.PMF … into ``folder``; those of more stages than there are go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("stage-*.PM[CF]"), *folder.glob("branch-*.PM[CF]"), *_of_baseline(folder)]:
        old.unlink()
    for name, stage in _numbered(stages):
        rules = [rule.rule for rule in stage.rules]
        (folder / f"{name}.PMF").write_bytes(pmf(rules))
        (folder / f"{name}.PMC").write_bytes(pmc(rules))


def write_baseline_stage(stage: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write stage-N.txt, why Process Monitor can't load this stage, and baseline.csv, what it took away.

    ``stage`` is that of funnel.json; ``rows`` as ``baseline.groups`` has them.
    """
    said = catalogue("baseline")["no_rules"].format(
        **stage, before=stage["number"] - 1, most=f"{MOST_ROWS:,}"
    )
    (folder / f"stage-{stage['number']}.txt").write_text(said, encoding="utf-8", errors="surrogatepass")
    heads = ("Process Name", "Operation", "Category", "Path as compared", "Events")
    cells = (
        [
            *(harmless(row[key]) for key in ("process_name", "operation", "category", "path")),
            str(row["events"]),
        ]
        for row in rows
    )
    write_csv(folder / "baseline.csv", heads, cells)


def remarks(stages: Sequence[Stage], folder: Path = FILTERS, *, advanced: bool = False) -> list[str]:
    """What must be told of the sets that the stages use: that one dropped filtered events when it was in force.

    ``advanced``: that rules were exchanged for a capture exported with Advanced Output.
    """
    names = dict.fromkeys(rule.set for stage in stages for rule in stage.rules if rule.set)
    told = catalogue("filters")["drops"]
    said = [render(told, {"set": name}) for name in names if open_set(name, folder).drops]
    return [*said, render(catalogue("filters")["advanced"], {})] if advanced else said


def _of_baseline(folder: Path) -> list[Path]:
    return [*folder.glob("stage-*.txt"), *folder.glob("baseline.csv")]


def _numbered(stages: Sequence[Stage]) -> Iterator[tuple[str, Stage]]:
    """The stages by the names of their files: those of the main line and the branches are counted apart."""
    main = [stage for stage in stages if stage.base is None]
    branches = [stage for stage in stages if stage.base is not None]
    yield from ((f"stage-{number}", stage) for number, stage in enumerate(main, start=1))
    yield from ((f"branch-{number}", stage) for number, stage in enumerate(branches, start=1))
