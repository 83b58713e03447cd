"""Compute the findings of a converted capture: results/{capture}/ → findings.json, shown_events.parquet."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from scripts.procmon.contracts.capture import (
    FINDINGS_FILE,
    FUNNEL_FILE,
    SHOWN_EVENTS_FILE,
    STAGES_FILE,
    read_capture,
    read_table,
)
from scripts.procmon.findings import summarise


def main(folder: Path) -> None:
    """Write findings.json and shown_events.parquet into ``folder``, the converted capture's."""
    funnel: dict[str, Any] = json.loads((folder / FUNNEL_FILE).read_text(encoding="utf-8"))
    document, shown = summarise(
        read_capture(folder), read_table(folder / STAGES_FILE), last_stage=len(funnel["stages"])
    )
    shown.to_parquet(folder / SHOWN_EVENTS_FILE, index=False)
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / FINDINGS_FILE).write_text(text, encoding="utf-8", errors="surrogatepass")


if "snakemake" in globals():
    main(Path(globals()["snakemake"].output[0]).parent)
elif __name__ == "__main__":
    main(Path(sys.argv[1]))
