"""The rows of the tables that earlier analyses made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import CopyRow, FileRow, ProcessRow
from scripts.procmon.findings.paths.path_forms import file_key


def rows_of(earlier: Mapping[str, Analysis], table: str) -> list[Any]:
    """The rows of a table, whichever analyses made them."""
    return [row for analysis in earlier.values() for row in analysis.tables.get(table, ())]


def written_files(earlier: Mapping[str, Analysis]) -> Sequence[FileRow]:
    """The files that were created, overwritten or written; none that only got other permissions or attributes."""
    return earlier["dropped_files"].tables.get("files", ()) if "dropped_files" in earlier else ()


def copies_by_target(earlier: Mapping[str, Analysis]) -> dict[str, CopyRow]:
    """The copies, by the key of the file (``path_forms.file_key``) that was copied to."""
    return {file_key(row.target): row for row in rows_of(earlier, "copies")}


def tree(earlier: Mapping[str, Analysis]) -> list[ProcessRow]:
    """The rows of the table ``processes`` that the analysis process_tree made; [] before it ran."""
    done = earlier.get("process_tree")
    return list(done.tables.get("processes", ())) if done else []
