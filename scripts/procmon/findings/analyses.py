"""The analyses in the order in which they run; later ones are handed what the earlier ones found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.findings.evidence.shown_names import shown_names
from scripts.procmon.findings.needs import judged
from scripts.procmon.findings.paths.path_forms import short_names
from scripts.procmon.findings.paths.places import windows_at

Analyse = Callable[[Capture, Mapping[str, Analysis]], Analysis]

#: Each names a module of this package with a function ``analyse``.
ORDER = (
    "programs.process_tree",
    "processes.injected_code",
    "processes.masquerade",
    "processes.odd_modules",
    "files.copies",
    "files.deletions",
    "files.dropped_files",
    "files.file_changes",
    "files.inf_pnf",
    "files.odd_files",
    "files.event_logs",
    "files.mass_renames",
    "files.timestamps",
    "autostart.services",
    "autostart.drivers",
    "registry.registry_deletions",
    "autostart.persistence",
    "rights.weakened_settings",
    "files.self_deletion",
    "rights.elevation",
    "files.raw_disk",
    "programs.command_lines",
    "processes.odd_children",
    "processes.credential_stores",
    "processes.waits",
    "network.network",
    "processes.named_tools",
    "registry.registry_values",
    "capture_limits",
    "removal.removal",
    "removal.open_questions",
    "removal.indicators",
    "activity",
)


ANALYSES: Mapping[str, Analyse] = {
    name.rpartition(".")[2]: import_module(f"{__package__}.{name}").analyse for name in ORDER
}


def run(capture: Capture, analyses: Mapping[str, Analyse] | None = None) -> dict[str, Analysis]:
    """What every analysis found in ``capture``, by name."""
    done: dict[str, Analysis] = {}
    with windows_at(capture.info.get("system_root")), short_names(shown_names(capture)):
        for name, analyse in (ANALYSES if analyses is None else analyses).items():
            done[name] = judged(capture, analyse(capture, done))
    return done
