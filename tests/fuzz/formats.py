"""What is fuzzed: for each format the whole files that damage starts from, the ways of damage, and how one is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.procmon.contracts.source import Reader
from scripts.procmon.sources.csv_export import open_csv
from scripts.procmon.sources.pml.reader import open_pml
from scripts.procmon.sources.xml_export import open_xml
from tests.captures.export_kinds import csv_kinds, xml_kinds
from tests.captures.pml_kinds import a_capture, of_version
from tests.fuzz.mutations import TEXT_WAYS, WAYS, Way


@dataclass(frozen=True)
class Format:
    """``open`` raises CaptureError for what it can't read; its reader as well."""

    seeds: Callable[[], Sequence[bytes]]
    open: Callable[[Path], Reader]
    ways: Sequence[Way] = WAYS


@cache
def _pml() -> Sequence[bytes]:
    newest = [a_capture(bits) for bits in (32, 64)]
    return [of_version(data, version) for data in newest for version in (9, 9, 9, 7, 7, 5, 6, 8)]


FORMATS = {
    "pml": Format(_pml, lambda file: open_pml([file], names=[file.name], batch=1000)),
    "csv": Format(cache(csv_kinds), lambda file: open_csv(file, name=file.name), TEXT_WAYS),
    "xml": Format(cache(xml_kinds), lambda file: open_xml(file, name=file.name), TEXT_WAYS),
}
