"""What Process Monitor's own default filter hides: who follows a finding's filter there may have to reset it first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import yaml

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.select import Mask, of_processes, where
from scripts.procmon.knowledge import FOLDER

_RELATIONS: Mapping[str, Callable[[str, str], bool]] = {
    "is": str.__eq__,
    "begins with": str.startswith,
    "ends with": str.endswith,
    "contains": str.__contains__,
}
_COLUMNS = {
    "Operation": e.OPERATION,
    "Path": e.PATH,
    "Result": e.RESULT,
    "Event Class": e.EVENT_CLASS,
    "Process Name": p.PROCESS_NAME,
}


def hidden_by_default(capture: Capture) -> Mask:
    """True for the events that the rules of config/filters/procmon-defaults.yaml exclude."""
    hidden = np.zeros(len(capture.events), dtype=bool)
    for column in (e.OPERATION, e.PATH, e.RESULT, e.EVENT_CLASS):
        hidden |= where(capture.events[column], lambda text, column=column: _excludes(column, text))  # type: ignore[misc]
    names = capture.processes[p.PROCESS_NAME]
    tools = [int(str(process)) for process, name in names.items() if _excludes(p.PROCESS_NAME, str(name))]
    return hidden | of_processes(capture, tools)


def _excludes(column: str, text: str) -> bool:
    lower = text.lower()
    return any(holds(lower, value) for name, holds, value in _rules() if name == column)


@cache
def _rules() -> tuple[tuple[str, Callable[[str, str], bool], str], ...]:
    """(column, relation, value in lower case) of each rule."""
    file = FOLDER.parent / "filters" / "procmon-defaults.yaml"
    rules: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
    return tuple(
        (_COLUMNS[rule["column"]], _RELATIONS[rule["relation"]], str(rule["value"]).lower()) for rule in rules
    )
