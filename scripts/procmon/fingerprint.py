"""A fingerprint of the code and data that a rule's result depends on, for Snakemake to notice their change."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]


def fingerprint(*places: str) -> str:
    """16 hex digits over the names and contents of all files in ``places`` (files or folders below the root).

    Compiled Python is left out. Raises FileNotFoundError for a place that is not there: a misspelt one would
    otherwise never be noticed.
    """
    digest = sha256()
    for file in _files(places):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0")
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(places: Iterable[str]) -> list[Path]:
    files: set[Path] = set()
    for place in places:
        path = ROOT / place
        if not path.exists():
            raise FileNotFoundError(f"nothing to fingerprint at {path}")
        files.update([path] if path.is_file() else (file for file in path.rglob("*") if file.is_file()))
    return sorted(file for file in files if "__pycache__" not in file.parts)
