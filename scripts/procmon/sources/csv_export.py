"""Process Monitor's CSV export → events and processes, in any locale and with any selection of columns."""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from scripts.procmon.contracts import columns as shown
from scripts.procmon.contracts import processes as contract
from scripts.procmon.contracts.source import Batch, Tables
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.actors import IDENTITY, Actors
from scripts.procmon.sources.ahead import ahead
from scripts.procmon.sources.clock import Clock, date_of, zone_name
from scripts.procmon.sources.code_pages import code_page
from scripts.procmon.sources.columns import columns_of
from scripts.procmon.sources.dates import DateEvidence, Dating
from scripts.procmon.sources.export_info import Rejected, can_show, export_info
from scripts.procmon.sources.exported_events import ExportedEvents
from scripts.procmon.sources.sniffing import HEAD, PREAMBLES, text_encoding
from scripts.procmon.sources.utf8 import Utf8
from scripts.procmon.zones import zone_of

#: Rows are read in blocks of this many bytes; no row may be longer.
BLOCK = 8 << 20
#: Bytes at the end of the file that tell whether it is whole.
_TAIL = 4096

_TEXTS = pa.dictionary(pa.int32(), pa.string())
_CLOCKS = (shown.TIME_OF_DAY, shown.COMPLETION_TIME, shown.RELATIVE_TIME)
_USED = {
    *IDENTITY,
    shown.OPERATION,
    shown.PATH,
    shown.RESULT,
    shown.DETAIL,
    shown.DATE_AND_TIME,
    shown.DURATION,
    shown.EVENT_CLASS,
    shown.CATEGORY,
    shown.TID,
}


def open_csv(path: Path, *, name: str, settings: Mapping[str, Any] | None = None) -> CsvExport:
    """A CSV export, opened; ``name`` stands for it in errors.

    ``settings``: date_order ("day-month-year", "month-day-year", "year-month-day"), date ("2020-07-12", for
    exports without one), time_zone ("+02:00", "Europe/Berlin"). Raises CaptureError without a header of
    Process Monitor's columns.
    """
    return CsvExport(path, name=name, settings=settings or {})


def _page_of(path: Path) -> str | None:
    with path.open("rb") as file:
        return code_page(file)


class CsvExport:
    """A reader (contracts.source.Reader) of one CSV file."""

    def __init__(self, path: Path, *, name: str, settings: Mapping[str, Any]) -> None:
        self._path, self._name, self._settings = path, name, settings
        with path.open("rb") as file:
            head = file.read(HEAD)
        self._encoding = text_encoding(head)
        self._page = (
            _page_of(path) if self._encoding == "utf-8-sig" and not head.startswith(BOM_UTF8) else None
        )
        self._encoding = self._page or self._encoding
        self._read_header(head.decode(self._encoding, "replace").lstrip("\ufeff"))
        self._rejected = Rejected()
        self._replaced = 0
        self._evidence = DateEvidence()
        self._dating = self._order_of_dates()
        self._start = date_of(settings.get("date"))
        self._clock = Clock(
            set(self.columns),
            order=self._dating.order,
            start=self._start,
            zone=zone_of(settings.get("time_zone")),
        )
        self._actors = Actors(self.columns)
        self._export = ExportedEvents(clock=self._clock, who=self._actors.numbers)
        self._remarks: list[str] = []

    @property
    def zone(self) -> str | None:
        """ "UTC" if a setting gives the zone, otherwise None: exports hold local time."""
        return self._export.zone

    def batches(self) -> Iterator[Batch]:
        """The events, in the order of the file. Raises CaptureError where no row can be read."""
        for texts in ahead(self._texts(self._wanted(), self._rejected)):
            if not self._clock.dated and not self._evidence.certain and shown.DETAIL in texts.schema.names:
                self._evidence.add_details(texts.column(shown.DETAIL).dictionary.to_pylist())
            yield Batch(self._export.events(texts), None)

    def tables(self) -> Tables:
        """Processes as far as the columns tell; a CSV export holds no modules."""
        if not self._clock.dated:
            self._dating = self._weighed()
        if self._quoted and not self._end.endswith(("\n", '"')):
            self._rejected.rest_lost = True
        zoned = self._clock.zone is not None
        info = export_info(
            format="CSV",
            columns=self.columns,
            dating=self._dating,
            dated=self._clock.dated,
            start=self._start,
            hour_known=self._clock.hour_known,
            zone=zone_name(self._clock.zone),
            zone_known_by="setting" if zoned else "the export holds local time and does not tell the zone",
            bits=self._actors.bits,
            host=self._actors.host,
            rejected=self._rejected,
            remarks=self._said(),
            more={
                **can_show("stacks", value=False, yes="", no="CSV exports hold no call stacks."),
                **can_show("modules", value=False, yes="", no="CSV exports hold no modules."),
                **can_show(
                    "process_table",
                    value=False,
                    yes="",
                    no="CSV exports hold no table of processes; "
                    "they were put together from the columns and the process events.",
                ),
            },
        )
        modules = contract.MODULES_SCHEMA.empty_table()
        return Tables(processes=self._actors.table(self.zone), modules=modules, info=info)

    def _said(self) -> list[str]:
        said = [*self._remarks, *self._clock.remarks()]
        if self._settings.get("time_zone") and self._clock.zone is None:
            said.append(
                "The time zone that is set was not applied, because the export has no date. Set date as well."
            )
        if self._page:
            number = self._page.removeprefix("cp").replace("gbk", "936")
            said.append(
                f"The text is not UTF-8 and was read in Windows' code page {number}, whose letters it was found to hold."
            )
        if self._replaced:
            encoding = self._encoding.removesuffix("-sig").upper()
            said.append(f"{self._replaced:,} places are not valid {encoding}; they show as U+FFFD.")
        if self._unknown:
            listed = ", ".join(repr(name[:40]) for name in self._unknown[:10])
            said.append(f"Columns of names that are not known were left out: {listed}.")
        return said

    def _read_header(self, text: str) -> None:
        lines = text.splitlines()
        self._skipped = 0
        while self._skipped < len(lines) and (
            not lines[self._skipped].strip() or lines[self._skipped].startswith(PREAMBLES)
        ):
            self._skipped += 1
        line = lines[self._skipped] if self._skipped < len(lines) else ""
        names = {separator: next(csv.reader([line], delimiter=separator), []) for separator in ",;\t"}
        found = {separator: columns_of(names[separator]) for separator in names}
        self._separator = max(
            found, key=lambda separator: sum(column is not None for column in found[separator])
        )
        self._fields = found[self._separator]
        self.columns = [column for column in self._fields if column]
        if len(self.columns) < 2:
            raise CaptureError(
                self._name,
                where="row 1",
                expected="a header with the names of Process Monitor's columns",
                found=repr(line[:80]),
            )
        self._unknown = [
            name
            for name, column in zip(names[self._separator], self._fields, strict=True)
            if not column and name.strip()
        ]
        first_row = "\n".join(lines[self._skipped + 1 : self._skipped + 2])
        self._quoted = first_row.startswith('"')
        self._decimal_comma = bool(re.search(r"\d:\d\d,\d", first_row))

    def _wanted(self) -> list[str]:
        clock = next((name for name in _CLOCKS if name in self.columns), None)
        return [name for name in self.columns if name in _USED or name == clock]

    def _order_of_dates(self) -> Dating:
        """Reads ahead until the dates of the capture can be read one way only."""
        if shown.DATE_AND_TIME not in self.columns:
            return Dating(None, False, "")
        if not self._settings.get("date_order"):
            for texts in self._texts(
                [c for c in (shown.DATE_AND_TIME, shown.DETAIL) if c in self.columns], Rejected()
            ):
                self._evidence.add_shown(
                    filter(None, texts.column(shown.DATE_AND_TIME).dictionary.to_pylist())
                )
                if shown.DETAIL in self.columns:
                    self._evidence.add_details(texts.column(shown.DETAIL).dictionary.to_pylist())
                if self._evidence.certain:
                    break
        return self._weighed()

    def _weighed(self) -> Dating:
        return self._evidence.dating(
            decimal_comma=self._decimal_comma, setting=self._settings.get("date_order")
        )

    def _texts(self, columns: Sequence[str], rejected: Rejected) -> Generator[pa.RecordBatch]:
        """Blocks of rows: the time of day as bytes, all other columns as dictionaries of distinct texts."""
        places = [str(self._fields.index(column)) for column in columns]
        kinds = [pa.string() if column in _CLOCKS else _TEXTS for column in columns]
        rows = 0

        def reject(row: Any) -> str:
            # Arrow counts from 1 and counts the rows skipped at the top, as a spreadsheet does.
            where = "a row" if row.number is None else f"row {row.number:,}"
            lines = row.text.count("\n") + 1
            over = f" over {lines:,} lines" if lines > 1 else ""
            reason = (
                f"{row.actual_columns:,} fields instead of {row.expected_columns:,}{over}: {row.text[:80]!r}"
            )
            if self._breaks_off(row.text):
                reason = f"the file ends in the middle of this row: {reason}"
                rejected.rest_lost = True
            rejected.add(where, reason)
            return "skip"

        with self._opened() as file:
            try:
                blocks = pacsv.open_csv(
                    file,
                    read_options=pacsv.ReadOptions(
                        use_threads=False,
                        block_size=BLOCK,
                        skip_rows=self._skipped + 1,
                        column_names=[str(place) for place in range(len(self._fields))],
                    ),
                    parse_options=pacsv.ParseOptions(
                        delimiter=self._separator, newlines_in_values=True, invalid_row_handler=reject
                    ),
                    convert_options=pacsv.ConvertOptions(
                        check_utf8=False,
                        include_columns=places,
                        column_types=dict(zip(places, kinds, strict=True)),
                        strings_can_be_null=False,
                    ),
                )
                for block in blocks:
                    rows += len(block)
                    yield block.rename_columns(list(columns))
            except pa.ArrowInvalid as error:
                self._give_up(error, rows, rejected)

    def _give_up(self, error: Exception, rows: int, rejected: Rejected) -> None:
        """The rest of the file can't be split into rows; what was read before stands."""
        if "Empty CSV file" in str(error):
            return
        where = f"after row {rows + rejected.count + self._skipped + 1:,}"
        expected = f"rows of at most {BLOCK:,} bytes with every quotation mark closed"
        if rows == 0:
            raise CaptureError(
                self._name, where=where, expected=expected, found="none that can be read"
            ) from error
        rejected.add(where, f"the rest of the file can't be read: expected {expected}")
        rejected.rest_lost = True

    @cached_property
    def _end(self) -> str:
        """The last characters of the file."""
        with self._path.open("rb") as file:
            file.seek(max(self._path.stat().st_size - _TAIL, 0))
            return file.read().decode(self._encoding.removesuffix("-sig"), "replace")

    def _breaks_off(self, row: str) -> bool:
        """Whether the file ends with this row, and without the end of a line that Process Monitor writes."""
        return not self._end.endswith("\n") and self._end.endswith(row[-_TAIL // 8 :])

    @contextmanager
    def _opened(self) -> Iterator[Utf8]:
        with self._path.open("rb") as file:
            text = Utf8(file, self._encoding)
            yield text
            self._replaced = text.replaced
