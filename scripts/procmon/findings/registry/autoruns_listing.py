"""Whether what was registered is in force, as an export of Autoruns that lies beside the capture has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ntpath import basename
from typing import Any

import pandas as pd

from scripts.procmon.contracts import sidecars as s
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.paths.places import below_windows, plain_path, program_of
from scripts.procmon.findings.registry.registry_paths import normal, parent_of

#: Places of config/knowledge/autostarts.yaml that Autoruns does not show, or shows without the names that tie them.
NOT_LISTED = frozenset(
    {
        *("com-server", "component-script", "environment", "shell-open-command", "user-shell-folders"),
        *("scheduled-task", "winsock", "dial-up-library", "netsh-helper", "print-processor", "time-provider"),
        *("service-failure", "safe-mode-service", "amsi-provider", "credential-provider", "trust-provider"),
        *("browser-extension", "outlook-page", "shim-database", "crash-debugger", "log-on-script"),
        *(
            "assistive-program",
            "directory-service-extension",
            "boot-verification",
            "content-index",
            "explorer-tool",
        ),
    }
)
_TASKS = "\\tasks\\"
_GONE = "File not found:"
_COLUMNS = (s.SOURCE, s.LOCATION, s.ENTRY, s.ENABLED, s.SIGNER, s.COMPANY, s.IMAGE_PATH, s.LAUNCH_STRING)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as Autoruns shows it; what it does not tell is None."""

    source: str
    location: str
    entry: str
    enabled: bool | None
    signer: str | None
    company: str | None
    image_path: str | None
    launch_string: str | None

    @property
    def found(self) -> bool:
        """Whether Autoruns found the file."""
        return not (self.image_path or "").startswith(_GONE)

    @property
    def image(self) -> str | None:
        """The file, found or not."""
        return (self.image_path or "").removeprefix(_GONE).strip() or None

    def names(self, file: str) -> bool:
        """Whether it starts this file."""
        named = [path for path in (self.image, program_of(self.launch_string or "")) if path]
        return any(_file_key(path) == _file_key(file) for path in named)


@dataclass(frozen=True)
class Listing:
    """All entries of the exports beside one capture."""

    entries: pd.DataFrame

    @cached_property
    def _by_place(self) -> dict[str, list[Entry]]:
        places: dict[str, list[Entry]] = defaultdict(list)
        columns = [_plain(self.entries[name]) for name in _COLUMNS]
        for values in zip(*columns, strict=True):
            entry = Entry(**dict(zip(_COLUMNS, values, strict=True)))
            places[normal(entry.location).rstrip("\\")].append(entry)
        return dict(places)

    def facts(self, registered: Iterable[tuple[str, str | None]]) -> dict[str, Any] | None:
        """What is said of ``registered``, each a registry value, a service's key or a file, with what it starts.

        None where no export lies beside the capture. ``listed``: entries that are there; ``missing``: what no export
        lists, with the number of other entries of its place.
        """
        if not len(self.entries):
            return None
        listed, missing = [], []
        for path, file in dict(registered).items():
            entry, others = self._find(path, file)
            if entry:
                listed.append(_told(path, file, entry))
            elif others is not None:
                missing.append({"path": path, "others": others})
        sources = sorted({str(source) for source in self.entries[s.SOURCE].unique()})
        return {"sources": sources, "listed": listed, "missing": missing} if listed or missing else None

    def _find(self, path: str, file: str | None) -> tuple[Entry | None, int | None]:
        """The entry that stands for ``path``, and how many entries of its place there are.

        None for that number where the place names its entries otherwise, so that nothing follows from finding none.
        """
        for depth, (place, name) in enumerate(_places(path)):
            here = self._by_place.get(place, [])
            # Where the place is the value itself (Winlogon\Shell), entries are told apart by what they start.
            by_name = [one for one in here if name and one.entry.lower().strip("\\") == name]
            by_file = [one for one in here if file and one.names(file)]
            found = [one for one in by_name if one in by_file] or by_name or by_file
            if found:
                return found[0], len(here)
            if here:
                return None, len(here) if depth < 2 else None
        return None, 0


def listing(capture: Capture) -> Listing:
    """The exports of Autoruns beside the capture; empty where none lies there."""
    return Listing(capture.autoruns)


def _places(path: str) -> list[tuple[str, str]]:
    """The places that Autoruns may name for ``path``, the nearest first, each with the entry's name there."""
    whole = normal(path)
    head, tasks, task = whole.partition(_TASKS)
    if tasks and "\\" in head:
        return [("task scheduler", task)]
    places, at, name = [(whole, "")], whole, ""
    while "\\" in at:
        at, name = parent_of(at), basename(at)
        places.append((at, name))
    return places


def _told(path: str, file: str | None, entry: Entry) -> dict[str, Any]:
    return {
        "path": path,
        "entry": entry.entry,
        "source": entry.source,
        "location": entry.location,
        "enabled": entry.enabled,
        "signer": entry.signer,
        "company": entry.company,
        "image": entry.image,
        "found": entry.found,
        "other_file": bool(file and "\\" in file and entry.image and not entry.names(file)),
    }


def _file_key(path: str) -> str:
    return below_windows(path) or plain_path(path).lower()


def _plain(column: pd.Series[Any]) -> list[Any]:
    texts = column.astype(object)
    return [None if pd.isna(value) else value for value in texts.tolist()]
