"""What lies beside a capture, built by hand: files as VMMap and Autoruns save them, and the tables read from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

import pandas as pd
import pyarrow as pa

from scripts.procmon.contracts import sidecars as s
from scripts.procmon.contracts.capture import _NULLABLE

#: PAGE_* constants of Windows.
READ, READ_WRITE, EXECUTE_READ, EXECUTE_READ_WRITE = 0x02, 0x04, 0x20, 0x40
#: VMMap's UseType.
HEAP, STACK, IMAGE, MAPPED, PRIVATE, SHAREABLE, FREE, MANAGED = 0, 1, 2, 3, 4, 5, 6, 8

AUTORUNS_COLUMNS = (
    "Time", "Entry Location", "Entry", "Enabled", "Category", "Profile", "Description", "Signer", "Company",
    "Image Path", "Version", "Launch String", "MD5", "SHA-1", "PESHA-1", "PESHA-256", "SHA-256", "IMP",
)  # fmt: skip


def region(address: int, size: int, use: int = PRIVATE, protection: int = READ_WRITE, **more: str) -> str:
    """A Region of a snapshot."""
    told = {"Address": address, "Size": size, "UseType": use, "Protection": protection, **more}
    return f"<Region {' '.join(f'{name}={quoteattr(str(value))}' for name, value in told.items())}/>"


def mmp(*snapshots: Sequence[str], attributes: str = "") -> str:
    """A snapshot file of VMMap; each snapshot is its regions."""
    inner = "".join(
        f"<Snapshot><MemoryRegions>{''.join(one)}</MemoryRegions></Snapshot>" for one in snapshots
    )
    return f'<?xml version="1.0"?><root {attributes}><Snapshots>{inner}</Snapshots></root>'


def autoruns_csv(*entries: Mapping[str, str], headings: Sequence[str] = ()) -> str:
    """An export of autorunsc: headings of places have a field less than entries."""
    blank = "," * (len(AUTORUNS_COLUMNS) - 3)
    rows = [",".join(AUTORUNS_COLUMNS), *(f'1/1/2010 1:00 AM,"{place}"{blank}' for place in headings)]
    for entry in entries:
        cells = [str(entry.get(column, "")) for column in AUTORUNS_COLUMNS]
        rows.append(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
    return "\r\n".join(rows) + "\r\n"


def regions(*rows: Mapping[str, Any], pid: int | None = None, name: str | None = None) -> pd.DataFrame:
    """regions.parquet of one snapshot; a row tells address, size, type and protection, and details of files."""
    told = []
    for row in rows:
        words = str(row.get("protection") or "").lower()
        told.append(
            {
                s.SOURCE: f"case.{pid}.mmp",
                s.PID: pid,
                s.PROCESS_NAME: name,
                s.WRITABLE: "write" in words if words else None,
                s.EXECUTABLE: "execute" in words if words else None,
                **row,
            }
        )
    return _frame(s.REGIONS_SCHEMA, told)


def autoruns(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """autoruns.parquet; a row tells location and entry at least."""
    return _frame(s.AUTORUNS_SCHEMA, [{s.SOURCE: "case.arn.csv", s.ENABLED: True, **row} for row in rows])


def _frame(schema: pa.Schema, rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame: pd.DataFrame = pa.Table.from_pylist(rows, schema=schema).to_pandas(types_mapper=_NULLABLE.get)
    return frame
