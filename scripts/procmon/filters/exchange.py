"""What goes to and comes from Process Monitor: each stage as PMF and PMC, and what its own files say besides rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.procmon.filters.pmc import pmc, pmf
from scripts.procmon.filters.resolve import Stage
from scripts.procmon.filters.sets import open_set
from scripts.procmon.settings import FILTERS
from scripts.procmon.text import catalogue, render


def write_stages(stages: Sequence[Stage], folder: Path) -> None:
    """Write stage-1.PMF, stage-1.PMC … and branch-1.PMF … into ``folder``; those of more stages than there are go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("stage-*.PM[CF]"), *folder.glob("branch-*.PM[CF]")]:
        old.unlink()
    for name, stage in _numbered(stages):
        rules = [rule.rule for rule in stage.rules]
        (folder / f"{name}.PMF").write_bytes(pmf(rules))
        (folder / f"{name}.PMC").write_bytes(pmc(rules))


def remarks(stages: Sequence[Stage], folder: Path = FILTERS) -> list[str]:
    """What must be told of the sets that the stages use: that one dropped filtered events when it was in force."""
    names = dict.fromkeys(rule.set for stage in stages for rule in stage.rules if rule.set)
    told = catalogue("filters")["drops"]
    return [render(told, {"set": name}) for name in names if open_set(name, folder).drops]


def _numbered(stages: Sequence[Stage]) -> Iterator[tuple[str, Stage]]:
    """The stages by the names of their files: those of the main line and the branches are counted apart."""
    main = [stage for stage in stages if stage.base is None]
    branches = [stage for stage in stages if stage.base is not None]
    yield from ((f"stage-{number}", stage) for number, stage in enumerate(main, start=1))
    yield from ((f"branch-{number}", stage) for number, stage in enumerate(branches, start=1))
