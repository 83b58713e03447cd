"""What is fuzzed: for each format the whole files that damage starts from, and how a file is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.procmon.contracts.source import Reader
from scripts.procmon.sources.pml.reader import open_pml
from tests.captures.pml_kinds import a_capture, of_version


@dataclass(frozen=True)
class Format:
    """``open`` raises CaptureError for what it can't read; its reader as well."""

    seeds: Callable[[], Sequence[bytes]]
    open: Callable[[Path], Reader]


@cache
def _pml() -> Sequence[bytes]:
    newest = [a_capture(bits) for bits in (32, 64)]
    return [of_version(data, version) for data in newest for version in (9, 9, 9, 7, 7, 5, 6, 8)]


FORMATS = {"pml": Format(_pml, lambda file: open_pml([file], names=[file.name], batch=1000))}
