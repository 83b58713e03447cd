"""Files and shortcuts that bear the name of a tool which is worth a word: present, and no more than that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from ntpath import splitext

import numpy as np

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.names import moment_of, name_of, who
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.select import one_of, where
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.knowledge import knowledge

MOST_PATHS = 20
MOST_EVENTS = 200
#: A program, in quotes or not, and a number behind it.
_NUMBER = re.compile(r"""\s*(?:"[^"]*"|\S+)\s+(\d{1,4})(?:\s|$)""")
_PART = re.compile(r"[\\:]+")


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """Findings "tool_present", one a tool; none for one that other findings already tell of as a program at work."""
    can = capture.info["can_show"]
    if not (can["file_events"]["value"] or can["registry_events"]["value"]):
        return Analysis(name="named_tools", outcome="could not be checked", reason="no_events")
    events = capture.events
    met = one_of(events[e.RESULT], {"SUCCESS"}) & where(events[e.PATH], lambda path: _tool(path) is not None)
    told = events[met]
    accused = {name_of(one) for one in accusations(earlier)}
    findings = []
    paths = told[e.PATH].astype(str)
    tools = paths.map(_tool)
    started = {row.image_path or row.process_name for row in tree(earlier)}
    for tool in dict.fromkeys(tools):
        if any(splitext(name)[0].startswith(tool) for name in accused):
            continue
        mine = told[(tools == tool).to_numpy(dtype=bool)]
        named = list(dict.fromkeys(paths[tools == tool]))
        findings.append(
            Finding(
                kind="tool_present",
                severity="info",
                confidence="certain",
                facts={
                    "tool": tool,
                    "what": _known()[tool],
                    "paths": named[:MOST_PATHS],
                    "count": len(named),
                    "by": [who(capture, int(one)) for one in mine[e.PROCESS].unique()[:4]],
                    "ran": sorted(one for one in started if _tool(one) == tool)[:4],
                    "time": moment_of(capture, int(mine[e.EVENT].iloc[0])),
                },
                evidence=[int(one) for one in mine[e.EVENT].to_numpy()[:MOST_EVENTS]],
                reproduce=by_path(named[:MOST_PATHS]),
                subjects={"files": [path for path in named[:MOST_PATHS] if path[1:3] == ":\\"]},
            )
        )
    return Analysis(
        name="named_tools",
        outcome="found" if findings else "not found",
        examined=int(np.count_nonzero(met)),
        findings=findings,
    )


def _tool(path: str) -> str | None:
    """The tool that one part of a path names: "kmspico" for ``C:\\Users\\a\\Desktop\\KMSpico-setup.zip``."""
    lower = path.lower()
    if not any(name in lower for name in _known()):
        return None
    for part in _PART.split(lower):
        found = _part().fullmatch(part)
        if found:
            return found[1]
    return None


def tool_called(program: str, command_line: str | None) -> tuple[str, str | None] | None:
    """The public tool that a program bears the name of, and the number that it was given; None for any other.

    A name proves nothing: to be told beside what the program did, with that said.
    """
    found = _tool(program)
    tool = next((one for one in knowledge("named_tools") if found in one["names"] and "called" in one), None)
    if found is None or tool is None:
        return None
    number = _NUMBER.match(command_line or "") if tool.get("numbered") else None
    return str(tool["called"]), number[1] if number else None


@cache
def _known() -> dict[str, str]:
    return {name: tool["what"] for tool in knowledge("named_tools") for name in tool["names"]}


@cache
def _part() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _known()), key=len, reverse=True))
    return re.compile(rf"({names})(?:[-_ .\d(][^\\]*)?")
