"""What the readers of sidecars share: XML elements and CSV rows of a file that may be anything."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.sniffing import HEAD, text_encoding

#: Snapshots of the largest programs have some 100 MB; what is larger is not read.
MOST_BYTES = 512 << 20
MOST_ROWS = 1_000_000
#: Lines that a tool prints before the header of its table.
MOST_BEFORE = 200
_CHUNK = 1 << 20


@dataclass
class Content:
    """What was read of one sidecar: rows by column name; ``told`` is what it says of itself, by folded name.

    ``rejected`` counts rows that could not be used; ``cut`` is true where the file breaks off or holds too many.
    """

    format: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    rejected: int = 0
    cut: bool = False

    def add(self, row: dict[str, Any] | None) -> None:
        """One row; None is one that could not be used."""
        if row is None:
            self.rejected += 1
        elif len(self.rows) < MOST_ROWS:
            self.rows.append(row)
        else:
            self.cut = True


def folded(name: str) -> str:
    """A name in lower case without all but letters and digits: "Process Id:" → "processid"."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_xml(path: Path, name: str) -> bool:
    """Whether a file begins as XML. Raises CaptureError for one that is too large, empty, or no text."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise CaptureError(name, expected="a readable file", found=error.strerror or str(error)) from error
    if size > MOST_BYTES:
        raise CaptureError(name, expected=f"at most {MOST_BYTES:,} bytes", found=f"{size:,} bytes")
    text = head.decode(text_encoding(head), "replace").lstrip("\ufeff \t\r\n")
    if not text or "\0" in text:
        found = f"bytes that begin {head[:8].hex(' ')}" if head else "an empty file"
        raise CaptureError(name, where="offset 0", expected="text, as CSV or XML", found=found)
    return text.startswith("<")


def elements(path: Path, name: str, content: Content) -> Iterator[tuple[str, Any]]:
    """("start" or "end", element) in the order of the file; where it breaks off, ``content.cut`` is set.

    Entities are not resolved and nothing is fetched. Raises CaptureError where no element can be read, and for a
    document type, which neither tool writes.
    """
    parser: Any = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,  # between elements they would be kept, any number of them
        remove_pis=True,
    )
    met = False
    try:
        for event, element in _events(path, parser):
            if not met and element.getroottree().docinfo.doctype:
                raise CaptureError(name, expected="XML without a document type", found="one that has it")
            met = True
            if isinstance(element.tag, str):
                yield event, element
    except etree.XMLSyntaxError as error:
        if not met:
            found = str(error.msg or "nothing of it").splitlines()[0][:200]
            place = f"line {error.lineno or 0:,}"
            raise CaptureError(name, where=place, expected="well-formed XML", found=found) from error
        content.cut = True


def _events(path: Path, parser: Any) -> Iterator[Any]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                parser.feed(chunk)
            except etree.XMLSyntaxError:
                # What came before the fault has been parsed, and stands.
                yield from parser.read_events()
                raise
            yield from parser.read_events()
    parser.close()


def forget(element: Any) -> None:
    """Frees an element and all before it, so that the tree does not grow with the file."""
    parent = element.getparent()
    element.clear()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def rows(path: Path, name: str, header: set[str]) -> Iterator[tuple[bool, list[str]]]:
    """(True, the header folded), then (False, row); before the header (False, row) of what the tool prints there.

    The header is the first row that holds all names of ``header``. Raises CaptureError where none does, or where a row
    can't be read.
    """
    with path.open("rb") as file:
        head = file.read(4 * HEAD)
    encoding = text_encoding(head)
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    separator = _separator(text, header)
    if separator is None:
        first = text.lstrip().splitlines()[0][:80] if text.strip() else ""
        raise CaptureError(
            name,
            expected=f"a row with the columns {', '.join(sorted(header))}",
            found=f"text that begins {first!r}",
        )
    met = False
    with path.open(encoding=encoding, errors="replace", newline="") as lines:
        reader = csv.reader(lines, delimiter=separator)
        try:
            for row in reader:
                names = [] if met else [folded(cell) for cell in row]
                if not met and header <= set(names):
                    met = True
                    yield True, names
                elif any(cell.strip() for cell in row):
                    yield False, row
        except csv.Error as error:
            raise CaptureError(
                name, where=f"line {reader.line_num:,}", expected="a row of CSV", found=str(error)[:200]
            ) from error


def _separator(text: str, header: set[str]) -> str | None:
    for line in text.splitlines()[:MOST_BEFORE]:
        for separator in ",\t;":
            cells = {folded(cell) for cell in line.split(separator)}
            if header <= cells:
                return separator
    return None
