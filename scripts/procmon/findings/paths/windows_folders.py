"""Folders that Windows makes on any machine: never to be deleted, and no sign of anything."""

from __future__ import annotations

import re
from functools import cache

from scripts.procmon.findings.paths.places import plain_path
from scripts.procmon.knowledge import knowledge


def is_windows_folder(path: str) -> bool:
    """Whether a folder is one of config/knowledge/windows_folders.yaml."""
    plain = plain_path(path).lower().rstrip("\\")
    return any(pattern.fullmatch(plain) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Patterns in which "*" stays within one name and "**" does not."""
    pieces = {"**": ".*", "*": r"[^\\]*", "?": "."}
    return tuple(
        re.compile("".join(pieces.get(one, re.escape(one)) for one in re.split(r"(\*\*|\*|\?)", text)))
        for text in knowledge("windows_folders")
    )
