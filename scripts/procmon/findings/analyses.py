"""The analyses in the order in which they run; later ones are handed what the earlier ones found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.needs import judged
from scripts.procmon.findings.path_forms import short_names
from scripts.procmon.findings.places import windows_at
from scripts.procmon.findings.shown_names import shown_names

Analyse = Callable[[Capture, Mapping[str, Analysis]], Analysis]

#: Each names a module of this package with a function ``analyse``.
ORDER = (
    "process_tree",
    "injected_code",
    "masquerade",
    "odd_modules",
    "copies",
    "deletions",
    "dropped_files",
    "file_changes",
    "inf_pnf",
    "odd_files",
    "event_logs",
    "mass_renames",
    "timestamps",
    "services",
    "drivers",
    "registry_deletions",
    "persistence",
    "weakened_settings",
    "self_deletion",
    "elevation",
    "raw_disk",
    "command_lines",
    "odd_children",
    "credential_stores",
    "waits",
    "network",
    "named_tools",
    "registry_values",
    "capture_limits",
    "removal",
    "open_questions",
    "indicators",
    "activity",
)


ANALYSES: Mapping[str, Analyse] = {name: import_module(f"{__package__}.{name}").analyse for name in ORDER}


def run(capture: Capture, analyses: Mapping[str, Analyse] | None = None) -> dict[str, Analysis]:
    """What every analysis found in ``capture``, by name."""
    done: dict[str, Analysis] = {}
    with windows_at(capture.info.get("system_root")), short_names(shown_names(capture)):
        for name, analyse in (ANALYSES if analyses is None else analyses).items():
            done[name] = judged(capture, analyse(capture, done))
    return done
