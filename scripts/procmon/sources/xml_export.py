"""Process Monitor's XML export → events, stacks, processes and modules, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa

from scripts.procmon.contracts import columns as shown
from scripts.procmon.contracts.source import Batch, Tables
from scripts.procmon.sources.actors import Actors
from scripts.procmon.sources.clock import Clock, date_of, zone_name
from scripts.procmon.sources.dates import DateEvidence
from scripts.procmon.sources.export_info import Rejected, can_show, export_info
from scripts.procmon.sources.exported_events import ExportedEvents
from scripts.procmon.sources.xml_processes import Listed
from scripts.procmon.sources.xml_stacks import Stacks
from scripts.procmon.sources.xml_stream import read_rows
from scripts.procmon.sources.xml_text import XmlText
from scripts.procmon.sources.xml_zone import ZoneEvidence
from scripts.procmon.zones import zone_of

#: Where no start or end of a process is among so many events, none further on is waited for.
_LOOKED_AT = 200_000
_LOOKED_AT_ONCE = 2_000


def open_xml(path: Path, *, name: str, settings: Mapping[str, Any] | None = None) -> XmlExport:
    """An XML export, opened; ``name`` stands for it in errors; settings as ``csv_export.open_csv`` has them.

    Raises CaptureError for what is no XML, or holds nothing that can be read.
    """
    return XmlExport(path, name=name, settings=settings or {})


class XmlExport:
    """A reader (contracts.source.Reader) of one XML file.

    Times of events are local; those of processes and modules UTC. Where a process starts or ends among the events, the
    two tell the zone and the date.
    """

    def __init__(self, path: Path, *, name: str, settings: Mapping[str, Any]) -> None:
        self._path, self._name, self._settings = path, name, settings
        self._rejected = Rejected()
        self._stacks = Stacks()
        self._replaced = 0
        self._dates = DateEvidence()
        self.columns: list[str] = []
        zone, start = zone_of(settings.get("time_zone")), date_of(settings.get("date"))
        self._known_by = "setting" if zone else "the export holds local time and does not tell the zone"
        self._date_by = "setting"
        self._listed = Listed()
        self._look_ahead(zone_asked=zone is not None, start_asked=start is not None)
        if self._seen:
            offset, day = self._seen
            if zone is None:
                zone = timezone(timedelta(seconds=offset))
                self._known_by = (
                    "the start or end of a process, which the export holds in local time and in UTC"
                )
            if start is None:
                start, self._date_by = day, "the start or end of a process"
        self._start = start
        self._dating = self._dates.dating(setting=settings.get("date_order"))
        self._clock = Clock(set(self.columns), order=self._dating.order, start=start, zone=zone)
        self._actors = Actors(self.columns)
        self._export = ExportedEvents(clock=self._clock, who=self._who)

    @property
    def zone(self) -> str | None:
        """ "UTC" if the zone is known, by the export or a setting; otherwise None."""
        return self._export.zone

    def batches(self) -> Iterator[Batch]:
        """The events, in the order of the file, and the stacks first met among them."""
        self._listed = Listed()
        told: dict[str, Any] = {"name": self._name, "rejected": self._rejected, "listed": self._listed}
        with self._path.open("rb") as file:
            text = XmlText(file)
            for rows in read_rows(text, stacks=self._stacks, **told):
                texts = rows.texts(self.columns)
                if not self._dates.certain and shown.DETAIL in self.columns:
                    self._dates.add_details(texts.column(shown.DETAIL).dictionary.to_pylist())
                self._indices = rows.processes
                numbers = pa.array(rows.stacks, pa.int64())
                yield Batch(self._export.events(texts, stacks=numbers), self._stacks.taken())
        self._replaced = text.replaced

    def tables(self) -> Tables:
        """Processes and modules as listed; put together from the columns where a trimmed export lists none."""
        if not self._clock.dated:
            self._dating = self._dates.dating(setting=self._settings.get("date_order"))
        listed = bool(len(self._listed))
        table = self._listed.table(self.zone) if listed else self._actors.table(self.zone)
        modules = self._listed.modules()
        zoned = self._clock.zone is not None
        info = export_info(
            format="XML",
            columns=self.columns,
            dating=self._dating,
            dated=self._clock.dated,
            start=self._start,
            hour_known=self._clock.hour_known,
            start_known_by=self._date_by,
            zone=zone_name(self._clock.zone),
            zone_known_by=self._known_by
            if zoned
            else "the export holds local time and does not tell the zone",
            bits=self._listed.bits or self._actors.bits,
            host=self._listed.host or self._actors.host,
            rejected=self._rejected,
            remarks=self._said(listed),
            more={
                **can_show(
                    "stacks",
                    value=self._stacks.count > 0,
                    yes="The export holds call stacks.",
                    no="The export was saved without call stacks.",
                ),
                **can_show(
                    "modules",
                    value=len(modules) > 0,
                    yes="The export lists the modules of the processes.",
                    no="The export lists no modules.",
                ),
                **can_show(
                    "process_table",
                    value=listed,
                    yes="The export lists the processes.",
                    no="The export lists no processes; they were put together from the columns and the process events.",
                ),
            },
        )
        return Tables(processes=table, modules=modules, info=info)

    def _look_ahead(self, *, zone_asked: bool, start_asked: bool) -> None:
        """Reads the first events for what must be known before the first batch: columns, dates, zone."""
        evidence: ZoneEvidence | None = None
        self._seen: tuple[int, date] | None = None
        looked_at = 0
        told: dict[str, Any] = {"name": self._name, "rejected": Rejected(), "listed": self._listed}
        with self._path.open("rb") as file:
            for rows in read_rows(XmlText(file), stacks=None, batch=_LOOKED_AT_ONCE, **told):
                self.columns = self.columns or rows.columns()
                texts = rows.texts(self.columns)
                looked_at += len(texts)
                dated = shown.DATE_AND_TIME in self.columns
                if dated:
                    self._dates.add_shown(
                        filter(None, texts.column(shown.DATE_AND_TIME).dictionary.to_pylist())
                    )
                if shown.DETAIL in self.columns:
                    self._dates.add_details(texts.column(shown.DETAIL).dictionary.to_pylist())
                evidence = evidence or ZoneEvidence(self.columns)
                self._seen = self._seen or evidence.weigh(texts, rows.processes, self._listed)
                enough = self._seen or (zone_asked and start_asked) or not len(self._listed)
                if (enough or looked_at >= _LOOKED_AT) and (self._dates.certain or not dated):
                    break

    def _who(self, texts: pa.RecordBatch, times: Any) -> Any:
        if not len(self._listed):
            return self._actors.numbers(texts, times)
        return self._listed.numbers(self._indices, texts)

    def _said(self, listed: bool) -> list[str]:
        said = self._clock.remarks()
        if self._settings.get("time_zone") and self._clock.zone is None:
            said.append(
                "The time zone that is set was not applied, because the export has no date. Set date as well."
            )
        if listed and self.zone is None:
            said.append(
                "When the processes started and ended is left out, because the export gives it in UTC and the events "
                "in local time of an unknown zone. Set time_zone and date for this capture."
            )
        if self._replaced:
            said.append(
                f"{self._replaced:,} characters are not allowed in XML, or not valid; they show as U+FFFD."
            )
        if self._listed.unlisted:
            said.append(
                f"{self._listed.unlisted:,} processes have events but are not in the list of processes."
            )
        if self._listed.unplaced:
            said.append(
                f"{self._listed.unplaced:,} modules were left out, because address or size can't be read."
            )
        return said
