"""An XML export as a stream: its list of processes, then batches of events as texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from lxml import etree

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.columns import column_of, folded
from scripts.procmon.sources.export_info import Rejected
from scripts.procmon.sources.xml_processes import Listed
from scripts.procmon.sources.xml_stacks import Stacks
from scripts.procmon.sources.xml_text import XmlText

#: Events in one batch, and characters: a column of Arrow holds less than 2 GiB.
BATCH = 50_000
_MOST_CHARACTERS = 1 << 27
_CHUNK = 1 << 20
#: Bytes without a whole process or event; what is kept of foreign elements takes some forty times their length.
_MOST_BETWEEN = 16 << 20


class Rows:
    """Some events: one list of texts a column, and beside them each event's process index and number of its stack."""

    def __init__(self, stacks: Stacks | None) -> None:
        self.processes: list[str | None] = []
        self.stacks: list[int | None] = []
        self.characters = 0
        self._known = stacks
        self._texts: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self.processes)

    def add(self, event: Any) -> None:
        """One event element. A second element of one name counts as none."""
        count = len(self.processes)
        self.processes.append(None)
        self.stacks.append(None)
        for child in event:
            name = _ELEMENTS.get(child.tag) or _element_of(child.tag)
            if name == _PROCESS_INDEX:
                self.processes[count] = child.text
            elif name == _STACK:
                self.stacks[count] = self._known.number(child) if self._known else None
            elif name:
                texts = self._texts.setdefault(name, [])
                if len(texts) <= count:
                    texts.extend([""] * (count - len(texts)))
                    texts.append(child.text or "")
                    self.characters += len(texts[-1])

    def columns(self) -> list[str]:
        """The columns that these events show."""
        return list(self._texts)

    def texts(self, columns: Sequence[str]) -> pa.RecordBatch:
        """These events, dictionary-encoded, with exactly the given columns."""
        count = len(self.processes)
        arrays = []
        for name in columns:
            texts = self._texts.get(name, [])
            arrays.append(pa.array(texts + [""] * (count - len(texts)), pa.string()).dictionary_encode())
        if not arrays:
            return pa.RecordBatch.from_struct_array(pa.array([{}] * count, pa.struct([])))
        return pa.record_batch(arrays, names=list(columns))


def read_rows(
    text: XmlText,
    *,
    name: str,
    rejected: Rejected,
    listed: Listed,
    stacks: Stacks | None,
    batch: int | None = None,
) -> Iterator[Rows]:
    """The events in batches; processes go to ``listed``, stacks to ``stacks`` as they are met.

    Entities are not resolved and nothing is fetched. Where the XML breaks off, what was read before stands and
    ``rejected`` tells of it; raises CaptureError if that is nothing.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("process", "event"),
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        encoding="utf-8",  # whatever the file declares: XmlText gives UTF-8
    )
    rows = Rows(stacks)
    read = 0
    try:
        for element in _elements(text, parser):
            if element.tag == "event":
                rows.add(element)
                read += 1
            else:
                listed.add(element)
            _forget(element)
            if len(rows) == (batch or BATCH) or rows.characters >= _MOST_CHARACTERS:
                yield rows
                rows = Rows(stacks)
    except etree.XMLSyntaxError as error:
        where, found = f"line {error.lineno or 0:,}", str(error.msg).splitlines()[0][:200]
        if not read and not len(listed):
            raise CaptureError(name, where=where, expected="well-formed XML", found=found) from error
        rejected.add(where, f"the rest of the file can't be read: {found}")
        rejected.rest_lost = True
    except _NothingOfOursError as nothing:
        where, found = f"offset {nothing.offset:,}", f"none in {_MOST_BETWEEN:,} bytes"
        if not read and not len(listed):
            raise CaptureError(name, where=where, expected="a process or an event", found=found) from nothing
        rejected.add(where, f"the rest of the file was not read: a process or an event was expected, {found}")
        rejected.rest_lost = True
    if len(rows):
        yield rows


class _NothingOfOursError(Exception):
    """From ``offset`` on the file holds no process and no event for too long."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def _elements(text: XmlText, parser: Any) -> Iterator[Any]:
    read = last = 0
    while chunk := text.read(_CHUNK):
        read += len(chunk)
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError:
            # What came before the fault has been parsed, and stands.
            yield from (element for _, element in parser.read_events())
            raise
        for _, element in parser.read_events():
            last = read
            yield element
        if read - last > _MOST_BETWEEN:
            raise _NothingOfOursError(last)
    parser.close()


def _forget(element: Any) -> None:
    """Frees an element and all before it, so that the tree does not grow with the file."""
    parent = element.getparent()
    element.clear()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


_PROCESS_INDEX, _STACK = "process index", "stack"
_ELEMENTS: dict[str, str] = {}
_FOLDED = {"processindex": _PROCESS_INDEX, "stack": _STACK}
#: A hostile file may hold any number of tags.
_MOST_TAGS = 1000


def _element_of(tag: Any) -> str | None:
    if not isinstance(tag, str):  # a comment or a processing instruction
        return None
    name = _FOLDED.get(folded(tag)) or column_of(tag)
    if name and len(_ELEMENTS) < _MOST_TAGS:
        _ELEMENTS[tag] = name
    return name
