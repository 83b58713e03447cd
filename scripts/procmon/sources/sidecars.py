"""The sidecars of a capture → regions.parquet, autoruns.parquet, and sidecars.json that tells what became of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.procmon.contracts import files as contract
from scripts.procmon.contracts import sidecars as s
from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.autoruns import read_autoruns
from scripts.procmon.sources.inputs import sidecar_pid
from scripts.procmon.sources.sidecar_text import Content
from scripts.procmon.sources.vmmap import read_vmmap

VMMAP, AUTORUNS = "VMMap", "Autoruns"
_HIGHEST_PID = 0xFFFF_FFFF
_READERS: dict[str, Callable[[Path, str], Content]] = {VMMAP: read_vmmap, AUTORUNS: read_autoruns}


def read_sidecars(files: Sequence[Path], folder: Path, *, name: str) -> dict[str, Any]:
    """sidecars.json, after it and the two tables were written into ``folder``.

    ``name`` is {capture}. A sidecar that can't be read raises nothing: its entry says why ("refused").
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, Any]]] = {VMMAP: [], AUTORUNS: []}
    entries = [_read(file, str(PurePosixPath(name).parent / file.name), rows) for file in files]
    for kind, schema, file in (
        (VMMAP, s.REGIONS_SCHEMA, contract.REGIONS_FILE),
        (AUTORUNS, s.AUTORUNS_SCHEMA, contract.AUTORUNS_FILE),
    ):
        pq.write_table(pa.Table.from_pylist(rows[kind], schema=schema), folder / file, compression="zstd")
    document = {"files": entries}
    text = json.dumps(document, ensure_ascii=False, indent=1)
    # A file's name may hold half a surrogate pair, which is no character and is written escaped.
    (folder / contract.SIDECARS_FILE).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    return document


def _read(file: Path, name: str, rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The entry of one file in sidecars.json; its rows go to ``rows``."""
    kind = VMMAP if ".mmp" in file.name.lower() or ".vmmap." in file.name.lower() else AUTORUNS
    entry: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "format": None,
        **_fingerprint(file),
        "rows": 0,
        "rejected": 0,
        "cut": False,
        "pid": None,
        "process_name": None,
        "pid_known_by": None,
        "refused": None,
    }
    try:
        content = _READERS[kind](file, name)
    except CaptureError as error:
        return entry | {"refused": error.refused()}
    except OSError as error:
        unread = CaptureError(name, expected="a readable file", found=error.strerror or str(error))
        return entry | {"refused": unread.refused()}
    process = _process(file, content) if kind == VMMAP else {}
    also = {key: process[key] for key in (s.PID, s.PROCESS_NAME) if key in process}
    rows[kind].extend({s.SOURCE: name, **also, **row} for row in content.rows)
    told = {"rows": len(content.rows), "rejected": content.rejected, "cut": content.cut}
    return entry | {"format": content.format, **told, **process}


def _process(file: Path, content: Content) -> dict[str, Any]:
    """Whose memory it is: by the number in the file's name, else by what the snapshot says of itself."""
    named = sidecar_pid(file.name)
    told = content.told.get("pid", "")
    inside = int(told) if told.isascii() and told.isdigit() and len(told) <= 10 else None
    pid = named if named is not None else inside
    known_by = "file name" if named is not None else "snapshot" if inside is not None else None
    if pid is not None and pid > _HIGHEST_PID:
        pid, known_by = None, None
    name = content.told.get("process_name", "").rpartition("\\")[2] or None
    return {s.PID: pid, s.PROCESS_NAME: name, "pid_known_by": known_by}


def _fingerprint(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        return {"size": file.stat().st_size, "sha256": digest}
    except OSError:
        return {"size": None, "sha256": None}
