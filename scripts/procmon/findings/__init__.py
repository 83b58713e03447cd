"""Events → findings: analyses, each a file beside what it is made of, run in order on all events; then one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from scripts.procmon.contracts.capture import Capture


def summarise(
    capture: Capture, stages: pd.DataFrame, *, last_stage: int | None = None, language: str = "en"
) -> tuple[dict[str, Any], pd.DataFrame]:
    """(findings.json, shown_events.parquet) of a converted capture.

    ``stages`` is stages.parquet; ``last_stage`` the number of stages of the funnel (by default the highest
    stage that an event survived). Findings are computed on all events, whatever the stages hide.
    """
    # Late, so that who imports one analysis does not load them all.
    from scripts.procmon.findings.analyses import run
    from scripts.procmon.findings.document import document
    from scripts.procmon.findings.evidence.advanced_output import with_usual_names
    from scripts.procmon.findings.evidence.blank_paths import with_paths
    from scripts.procmon.findings.shown import STAGE, shown_events

    capture = with_paths(capture)
    summary = document(capture, run(with_usual_names(capture)), language)
    last = last_stage if last_stage is not None else int(stages[STAGE].max()) if len(stages) else 0
    return summary, shown_events(capture, stages, summary["findings"], last_stage=last)
