"""shown_events.parquet: the events that the report may show, as Process Monitor shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture

TIME_OF_DAY = "time_of_day"
STAGE = "stage"
FINDINGS = "findings"

#: The columns in order; ``time_of_day`` is that of ``time`` (UTC where the capture knows its zone), 100 ns digits.
COLUMNS = (
    e.EVENT,
    e.TIME,
    TIME_OF_DAY,
    p.PROCESS_NAME,
    p.PID,
    e.TID,
    e.OPERATION,
    e.PATH,
    e.RESULT,
    e.DETAIL,
    e.CATEGORY,
    e.EVENT_CLASS,
    STAGE,
    FINDINGS,
)


def shown_schema(*, zone: str | None) -> pa.Schema:
    """The schema of shown_events.parquet; ``zone`` as that of the capture's times."""
    known = {field.name: field for field in e.events_schema(zone=zone)} | {
        TIME_OF_DAY: pa.field(TIME_OF_DAY, pa.string()),
        p.PROCESS_NAME: pa.field(p.PROCESS_NAME, pa.string()),
        p.PID: pa.field(p.PID, pa.int64()),
        STAGE: pa.field(STAGE, pa.int64()),
        FINDINGS: pa.field(FINDINGS, pa.list_(pa.string())),
    }
    return pa.schema([known[name] for name in COLUMNS])


def shown_table(shown: pd.DataFrame) -> pa.Table:
    """The shown events as they are written, with types that don't depend on what they hold."""
    zone = "UTC" if getattr(shown[e.TIME].dtype, "tz", None) is not None else None
    return pa.Table.from_pandas(shown, schema=shown_schema(zone=zone), preserve_index=False)


def shown_events(
    capture: Capture, stages: pd.DataFrame, findings: Sequence[Mapping[str, Any]], *, last_stage: int
) -> pd.DataFrame:
    """The events that survived ``last_stage`` or that a finding cites, in order; columns ``COLUMNS``."""
    cited: dict[int, list[str]] = {}
    for finding in findings:
        for event in finding["evidence"]:
            cited.setdefault(event, []).append(finding["id"])
    stage = stages.set_index(e.EVENT)[STAGE].reindex(capture.events[e.EVENT]).to_numpy()
    numbers = capture.events[e.EVENT].to_numpy()
    rows = np.flatnonzero((stage >= last_stage) | np.isin(numbers, list(cited)))
    shown = capture.events.iloc[rows].reset_index(drop=True)
    actors = capture.processes.loc[shown[e.PROCESS]].reset_index(drop=True)
    shown[p.PROCESS_NAME] = actors[p.PROCESS_NAME]
    shown[p.PID] = actors[p.PID]
    shown[TIME_OF_DAY] = _time_of_day(shown[e.TIME])
    shown[STAGE] = stage[rows]
    shown[FINDINGS] = pd.Series([cited.get(event, []) for event in shown[e.EVENT]], dtype=object)
    for column in e.TEXT_COLUMNS:
        shown[column] = shown[column].cat.remove_unused_categories()
    return shown[list(COLUMNS)]


def _time_of_day(times: pd.Series[Any]) -> pd.Series[Any]:
    """ "20:16:22.8459553"; null where the event has no time."""
    # %f has six digits; the seventh is that of the 100 ns.
    seventh = (times.dt.nanosecond // 100).astype("Int64").astype("string")
    shown: pd.Series[Any] = times.dt.strftime("%H:%M:%S.%f").astype("string") + seventh
    return shown.mask(times.isna())
