"""The list of processes and modules of an XML export."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scripts.procmon.contracts import columns as shown
from scripts.procmon.contracts import processes as contract
from scripts.procmon.detail_text import environment, fields, number
from scripts.procmon.sources.columns import folded

_TEXTS = {
    "processname": contract.PROCESS_NAME,
    "imagepath": contract.IMAGE_PATH,
    "commandline": contract.COMMAND_LINE,
    "owner": contract.USER,
    "companyname": contract.COMPANY,
    "description": contract.DESCRIPTION,
    "version": contract.VERSION,
    "authenticationid": contract.AUTHENTICATION_ID,
    "integrity": contract.INTEGRITY,
}
_MODULE_TEXTS = {
    "path": contract.MODULE_PATH,
    "version": contract.VERSION,
    "company": contract.COMPANY,
    "description": contract.DESCRIPTION,
}
#: ticks of 100 ns between 1601 and 1970
_EPOCH = 116_444_736_000_000_000
_ARCHITECTURES = {"1": "64-bit", "0": "32-bit"}
#: 4294967295 is "not known"
_VIRTUALIZED = {"1": "True", "0": "False"}


class Listed:
    """The processes as the export lists them, numbered in that order; ProcessIndex is only the export's own name."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._by_index: dict[str, int] = {}
        self._parents: list[str] = []
        self._modules: dict[str, list[Any]] = {field.name: [] for field in contract.MODULES_SCHEMA}
        self.unlisted = 0
        self.unplaced = 0
        self.host: str | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def bits(self) -> int | None:
        """64 or 32; None where no process tells."""
        told = {row.get(contract.ARCHITECTURE) for row in self._rows}
        return 64 if "64-bit" in told else 32 if "32-bit" in told else None

    def add(self, process: Any) -> None:
        """One process element."""
        told = _told(process)
        row: dict[str, Any] = {column: told.get(tag) or None for tag, column in _TEXTS.items()}
        row[contract.PID] = number(told.get("processid", ""))
        row[contract.PROCESS_NAME] = row[contract.PROCESS_NAME] or f"PID {row[contract.PID]}"
        row[contract.PARENT_PID] = number(told.get("parentprocessid", ""))
        row[contract.ARCHITECTURE] = _ARCHITECTURES.get(told.get("isbit", ""))
        row[contract.VIRTUALIZED] = _VIRTUALIZED.get(told.get("isvirtualized", ""))
        row[contract.START] = filetime(told.get("createtime", ""))
        row[contract.END] = filetime(told.get("finishtime", ""))
        self._by_index.setdefault(told.get("processindex", ""), len(self._rows))
        self._parents.append(told.get("parentprocessindex", ""))
        for module in process.iterfind("modulelist/module"):
            self._add_module(len(self._rows), module)
        self._rows.append(row)

    def numbers(self, indices: list[str | None], texts: pa.RecordBatch) -> npt.NDArray[np.int32]:
        """The process of each event by its ProcessIndex; one that is not listed is added as the event describes it."""
        for row in (row for row, index in enumerate(indices) if (index or "") not in self._by_index):
            if (indices[row] or "") not in self._by_index:
                self._add_unlisted(indices[row] or "", texts, row)
        if self.host is None:
            self._find_host(texts)
        return np.array([self._by_index[index or ""] for index in indices], dtype=np.int32)

    def times(self, index: str | None) -> tuple[int | None, int | None]:
        """Start and end of the process with this ProcessIndex, UTC ns."""
        row = self._rows[self._by_index[index]] if index in self._by_index else {}
        return row.get(contract.START), row.get(contract.END)

    def table(self, zone: str | None) -> pa.Table:
        """processes.parquet; without a zone start and end are null, because they are known in UTC only."""
        schema = contract.processes_schema(zone=zone)
        arrays = []
        for field in schema:
            values: list[Any] = [row.get(field.name) for row in self._rows]
            if field.name == contract.PROCESS:
                values = list(range(len(self._rows)))
            elif field.name == contract.PARENT:
                values = [self._parent(row, index) for row, index in enumerate(self._parents)]
            elif field.name in (contract.START, contract.END) and zone is None:
                values = [None] * len(self._rows)
            arrays.append(pa.array(values, field.type))
        return pa.table(arrays, schema=schema)

    def modules(self) -> pa.Table:
        """modules.parquet"""
        arrays = [pa.array(self._modules[field.name], field.type) for field in contract.MODULES_SCHEMA]
        return pa.table(arrays, schema=contract.MODULES_SCHEMA)

    def _parent(self, row: int, index: str) -> int | None:
        parent = self._by_index.get(index)
        # An index is given out anew as well: whoever has another PID than the parent's is not the parent.
        told = self._rows[row].get(contract.PARENT_PID)
        if parent is None or parent == row or self._rows[parent].get(contract.PID) != told:
            return None
        return parent

    def _add_module(self, process: int, module: Any) -> None:
        told = _told(module)
        base, size = number(told.get("baseaddress", "")), number(told.get("size", ""))
        if base is None or size is None:
            self.unplaced += 1
            return
        row = {
            contract.PROCESS: process,
            contract.BASE: base % (1 << 64),
            contract.SIZE: size % (1 << 64),
            contract.TIMESTAMP: filetime(told.get("timestamp", "")),
            **{column: told.get(tag) or None for tag, column in _MODULE_TEXTS.items()},
        }
        for name, values in self._modules.items():
            values.append(row[name])

    def _add_unlisted(self, index: str, texts: pa.RecordBatch, row: int) -> None:
        def text(column: str) -> str | None:
            return texts.column(column)[row].as_py() if column in texts.schema.names else None

        pid = number(text(shown.PID) or "")
        name = text(shown.PROCESS_NAME) or (f"PID {pid}" if pid is not None else "<unknown>")
        self._by_index[index] = len(self._rows)
        self._rows.append({contract.PROCESS_NAME: name, contract.PID: pid})
        self._parents.append("")
        self.unlisted += 1

    def _find_host(self, texts: pa.RecordBatch) -> None:
        if shown.DETAIL in texts.schema.names:
            for detail in texts.column(shown.DETAIL).dictionary.to_pylist():
                if ", Environment: " in detail and self.host is None:
                    self.host = environment(fields(detail).get("Environment", "")).get("COMPUTERNAME")


def _told(element: Any) -> dict[str, str]:
    return {folded(child.tag): (child.text or "").strip() for child in element if isinstance(child.tag, str)}


def filetime(text: str) -> int | None:
    """ns since 1970 of a FILETIME in decimal; None for 0, which is "not yet", and for what no time can be."""
    value = number(text)
    if value is None or not _EPOCH < value < _LAST:
        return None
    return (value - _EPOCH) * 100


_LAST = (
    _EPOCH
    + (datetime(2262, 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
)
