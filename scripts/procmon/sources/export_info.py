"""What an export's share of capture.json says: its columns, dates and zone, and what it can show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from scripts.procmon.contracts import columns as shown

if TYPE_CHECKING:
    from scripts.procmon.sources.dates import Dating

#: How many of the rejected rows capture.json lists; all are counted.
_MOST_LISTED = 100


@dataclass
class Rejected:
    """Rows that could not be read, counted, the first of them with place and reason.

    ``rest_lost`` where the last of them stands for the rest of the file, however much that was.
    """

    count: int = 0
    rows: list[dict[str, str]] = field(default_factory=list)
    rest_lost: bool = False

    def add(self, where: str, reason: str) -> None:
        self.count += 1
        if len(self.rows) < _MOST_LISTED:
            self.rows.append({"where": where, "reason": reason})


def can_show(name: str, *, value: bool, yes: str, no: str) -> dict[str, dict[str, Any]]:
    """One entry of ``can_show``."""
    return {name: {"value": value, "reason": yes if value else no}}


def shown_by(columns: Collection[str]) -> dict[str, dict[str, Any]]:
    """The entries of ``can_show`` that depend on the columns of an export."""
    missing = "The export does not hold the column {}."
    return {
        **can_show(
            "category",
            value=True,
            yes="The export holds the column Category."
            if shown.CATEGORY in columns
            else "Derived from Operation and Detail, because the export does not hold the column Category.",
            no="",
        ),
        **can_show("tid", value=shown.TID in columns, yes="The column is there.", no=missing.format("TID")),
        **can_show(
            "duration",
            value=shown.DURATION in columns,
            yes="The column is there.",
            no=missing.format("Duration"),
        ),
    }


def export_info(
    *,
    format: str,
    columns: Sequence[str],
    dating: Dating,
    dated: bool,
    start: date | None,
    hour_known: bool,
    start_known_by: str = "setting",
    zone: str | None,
    zone_known_by: str,
    bits: int | None,
    host: str | None,
    rejected: Rejected,
    remarks: list[str],
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """The keys of capture.json that the reader of an export knows; ``more`` adds to ``can_show``."""
    known = dated or start is not None
    why = "the column Date & Time" if dated else start_known_by if start else "the export holds no date"
    if dating.ambiguous:
        remarks = [
            *remarks,
            f"The dates can be read day first or month first; {dating.order} was assumed. "
            "Set date_order for this capture if that is wrong.",
        ]
    return {
        "format": format,
        "version": None,
        "bits": bits,
        "host": host,
        "os": None,
        "time_zone": {"name": zone, "known_by": zone_known_by},
        "date": {
            "known": known,
            "order": dating.order,
            "ambiguous": dating.ambiguous,
            "known_by": f"{why}; order: {dating.known_by}",
            "hour_known": hour_known,
        },
        "can_show": {
            **shown_by(columns),
            **can_show("dates", value=known, yes=why.capitalize() + ".", no="The export holds no date."),
            **more,
        },
        "filtered": {
            "value": None,
            "reason": "An export does not tell whether a filter was active when it was captured or saved.",
        },
        "columns": list(columns),
        "rejected": {"count": rejected.count, "rows": rejected.rows, "rest_lost": rejected.rest_lost},
        "remarks": remarks,
    }
