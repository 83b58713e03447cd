"""capture.json, and a converted capture as the rooms after it hold it in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from scripts.procmon.contracts.files import AUTORUNS_FILE as AUTORUNS_FILE
from scripts.procmon.contracts.files import CAN_SHOW as CAN_SHOW
from scripts.procmon.contracts.files import EVENTS_FILE as EVENTS_FILE
from scripts.procmon.contracts.files import FINDINGS_FILE as FINDINGS_FILE
from scripts.procmon.contracts.files import FUNNEL_FILE as FUNNEL_FILE
from scripts.procmon.contracts.files import INFO_FILE as INFO_FILE
from scripts.procmon.contracts.files import MODULES_FILE as MODULES_FILE
from scripts.procmon.contracts.files import PROCESSES_FILE as PROCESSES_FILE
from scripts.procmon.contracts.files import REGIONS_FILE as REGIONS_FILE
from scripts.procmon.contracts.files import SHOWN_EVENTS_FILE as SHOWN_EVENTS_FILE
from scripts.procmon.contracts.files import SIDECARS_FILE as SIDECARS_FILE
from scripts.procmon.contracts.files import STACKS_FILE as STACKS_FILE
from scripts.procmon.contracts.files import STAGES_FILE as STAGES_FILE
from scripts.procmon.contracts.files import SUGGESTIONS_FILE as SUGGESTIONS_FILE
from scripts.procmon.contracts.sidecars import AUTORUNS_SCHEMA, REGIONS_SCHEMA

_NULLABLE = {
    pa.int64(): pd.Int64Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.string(): pd.StringDtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def _empty(schema: pa.Schema) -> pd.DataFrame:
    frame: pd.DataFrame = schema.empty_table().to_pandas(types_mapper=_NULLABLE.get)
    return frame


@dataclass(frozen=True, kw_only=True, eq=False)
class Capture:
    """A converted capture: ``info`` is capture.json, the tables are as their contracts say.

    In ``events`` the text columns are pandas categoricals: work on their categories, not on the rows.
    ``processes`` is indexed by ``process``; ``stacks`` by ``stack``. ``regions`` and ``autoruns`` come from sidecars and
    are empty where none lay beside the capture.
    """

    info: dict[str, Any]
    events: pd.DataFrame
    processes: pd.DataFrame
    modules: pd.DataFrame
    stacks: pd.DataFrame
    regions: pd.DataFrame = field(default_factory=lambda: _empty(REGIONS_SCHEMA))
    autoruns: pd.DataFrame = field(default_factory=lambda: _empty(AUTORUNS_SCHEMA))


def read_table(file: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A parquet file of ours, or some of its columns, with nulls kept as nulls and dictionaries as categoricals."""
    table = pq.read_table(file, columns=None if columns is None else list(columns))
    frame: pd.DataFrame = table.to_pandas(types_mapper=_NULLABLE.get)
    return frame


def read_capture(folder: Path) -> Capture:
    """The converted capture that lies in ``folder`` (results/{capture}), with its sidecars if they were read."""
    beside = {"regions": folder / REGIONS_FILE, "autoruns": folder / AUTORUNS_FILE}
    return Capture(
        info=json.loads((folder / INFO_FILE).read_text(encoding="utf-8")),
        events=read_table(folder / EVENTS_FILE),
        processes=read_table(folder / PROCESSES_FILE).set_index("process", drop=False),
        modules=read_table(folder / MODULES_FILE),
        stacks=read_table(folder / STACKS_FILE).set_index("stack", drop=False),
        **{name: read_table(file) for name, file in beside.items() if file.is_file()},
    )
