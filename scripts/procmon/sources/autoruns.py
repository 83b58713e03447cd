"""Autoruns' exports, CSV and XML → the entries that Windows starts by itself, as Autoruns shows them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.procmon.contracts import sidecars as s
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.sidecar_text import Content, elements, folded, forget, is_xml, rows

#: Columns of the CSV export and elements of the XML export, folded, by the column that they fill.
NAMES = {
    "time": s.TIME,
    "entrylocation": s.LOCATION,
    "location": s.LOCATION,
    "entry": s.ENTRY,
    "itemname": s.ENTRY,
    "enabled": s.ENABLED,
    "category": s.CATEGORY,
    "profile": s.PROFILE,
    "description": s.DESCRIPTION,
    "signer": s.SIGNER,
    "publisher": s.SIGNER,
    "company": s.COMPANY,
    "imagepath": s.IMAGE_PATH,
    "version": s.VERSION,
    "launchstring": s.LAUNCH_STRING,
    "md5": s.MD5,
    "md5hash": s.MD5,
    "sha1": s.SHA1,
    "sha1hash": s.SHA1,
    "sha256": s.SHA256,
    "sha256hash": s.SHA256,
}
_HEADER = {"entrylocation", "entry"}
_ENABLED = {"enabled": True, "disabled": False}
#: The longest command line that Windows takes has 32,767 characters.
_MOST_CHARACTERS = 40_000


def read_autoruns(path: Path, name: str) -> Content:
    """The entries of an export, without source; the headings of places are left out.

    Raises CaptureError for a file that is no export.
    """
    if path.suffix.lower() == ".arn":
        raise CaptureError(
            name,
            expected="an export of Autoruns as CSV or XML",
            found="Autoruns' own format",
            advice="Export it: autorunsc -a * -c -s (CSV) or -x (XML).",
        )
    return _of_xml(path, name) if is_xml(path, name) else _of_csv(path, name)


def _of_xml(path: Path, name: str) -> Content:
    content = Content("XML")
    known = False
    for event, element in elements(path, name, content):
        known = known or element.tag == "autoruns"
        if event == "end" and element.tag == "item":
            _add(
                content,
                {folded(child.tag): child.text or "" for child in element if isinstance(child.tag, str)},
            )
            forget(element)
    if not known:
        raise CaptureError(name, expected="the element autoruns", found="XML without it")
    return content


def _of_csv(path: Path, name: str) -> Content:
    content = Content("CSV")
    columns: list[str] = []
    for is_header, row in rows(path, name, _HEADER):
        if is_header:
            columns = row
        elif columns and any(cell.strip() for cell in row[len(columns) :]):
            content.add(None)  # a comma in an unquoted field: which cell is which can't be told
        elif columns:
            # The headings of places have a field less; what a row lacks is missing.
            _add(content, dict(zip(columns, row, strict=False)))
    return content


def _add(content: Content, told: Mapping[str, str]) -> None:
    row: dict[str, Any] = dict.fromkeys((s.ENABLED, *s.AUTORUNS_TEXTS))
    for name, text in told.items():
        column = NAMES.get(name)
        value = text.strip()[:_MOST_CHARACTERS]
        if column == s.ENABLED:
            row[column] = _ENABLED.get(value.lower())
        elif column and value:
            row[column] = value
    if row[s.LOCATION] and row[s.ENTRY]:
        content.add(row)
    elif not row[s.LOCATION]:
        content.add(None)
