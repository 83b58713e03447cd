"""Event subscriptions that WMI's service may have been asked for: it notes them in the registry, but not who asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Technique
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.evidence.names import moment_of, process_name, who
from scripts.procmon.findings.evidence.select import Mask, one_of, where
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.programs.doers import Doers, interprets

#: What WMI's event subsystem keeps of the namespaces and providers that filters have been set on. It writes there
#: whenever that changes, also when Windows starts and when a product sets a filter of its own.
_NOTED = re.compile(
    r"\\microsoft\\wbem\\(?:cimom\\list of event-active namespaces|ess\\//\./root[^*]*)$", re.IGNORECASE
)
_REPOSITORY = re.compile(r"\\wbem\\repository\\(?:fs\\)?objects\.data$", re.IGNORECASE)
#: The libraries by which programs and scripts speak with WMI.
_CLIENT = re.compile(r"\\(?:wbemdisp|wbemprox|fastprox|wmidcom)\.dll$", re.IGNORECASE)
_SERVICE = "svchost.exe"
#: Longer before is another's doing as likely.
WITHIN = pd.Timedelta(seconds=5)
#: More such notes are those of a service that starts.
MOST = 50


def subscriptions(capture: Capture, earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """Findings "wmi_subscription", one a program that spoke with WMI within the seconds before such a note.

    Severity: medium for a program from where users may write, or an interpreter that one started or that runs a file from
    there; low for another interpreter. Installed programs and Windows' own are none.
    """
    notes = _by_service(capture, {"RegSetValue", "RegCreateKey"}, _NOTED)
    if not 0 < np.count_nonzero(notes) <= MOST:
        return
    rows = tree(earlier)
    doers, by_number = Doers(rows), {row.process: row for row in rows}
    events = capture.events
    stored = _by_service(capture, {"WriteFile"}, _REPOSITORY)
    clients, found = _Clients(capture), dict[int, list[int]]()
    for note in np.flatnonzero(notes):
        for process in clients.before(int(note), events[e.TIME].iloc[note]):
            found.setdefault(process, []).append(int(note))
    for process, told in found.items():
        row, doer = by_number.get(process), doers.of(process)
        if row is None or (doer != "stray" and not (doer == "script" and interprets(row.image_path or ""))):
            continue
        near = events[e.TIME].iloc[told[-1]]
        writes = stored & ((events[e.TIME] - near).abs() <= WITHIN).to_numpy(dtype=bool, na_value=False)
        yield _finding(capture, row, told, np.flatnonzero(writes).tolist(), stray=doer == "stray")


def _by_service(capture: Capture, operations: set[str], paths: re.Pattern[str]) -> Mask:
    """What WMI's own service did there."""
    events = capture.events
    mask = one_of(events[e.OPERATION], operations) & one_of(events[e.RESULT], {"SUCCESS"})
    mask[mask] = where(events[e.PATH][mask], lambda path: paths.search(path) is not None)
    services = {
        number
        for number in events[e.PROCESS][mask].unique()
        if process_name(capture, number).lower() == _SERVICE
    }
    return mask & events[e.PROCESS].isin(list(services)).to_numpy()


class _Clients:
    """The processes that had one of WMI's libraries loaded, each from the event of that on."""

    def __init__(self, capture: Capture) -> None:
        events = capture.events
        loads = one_of(events[e.OPERATION], {"Load Image"})
        loads[loads] = where(events[e.PATH][loads], lambda path: _CLIENT.search(path) is not None)
        loaded = events[loads].drop_duplicates(e.PROCESS)
        self._since = dict(zip(loaded[e.PROCESS], loaded[e.EVENT], strict=True))
        mine = events[events[e.PROCESS].isin(list(self._since))]
        self._events, self._processes = mine[e.EVENT].to_numpy(), mine[e.PROCESS].to_numpy()
        self._times = mine[e.TIME]

    def before(self, event: int, moment: pd.Timestamp) -> list[int]:
        """Those that did anything within the seconds before an event."""
        if pd.isna(moment):
            return []
        near = (self._times <= moment) & (self._times >= moment - WITHIN)
        found = np.unique(self._processes[near.to_numpy(bool, na_value=False) & (self._events < event)])
        return [int(one) for one in found if self._since[one] < event]


def _finding(
    capture: Capture, row: ProcessRow, notes: Sequence[int], writes: Sequence[int], *, stray: bool
) -> Finding:
    service = int(capture.events[e.PROCESS].iloc[notes[0]])
    paths = capture.events[e.PATH].iloc[list(notes)].astype(str)
    evidence = sorted({*notes, *writes[:200], *([row.start_event] if row.start_event is not None else [])})
    return Finding(
        kind="wmi_subscription",
        severity="medium" if stray else "low",
        confidence="possible",
        facts={
            "who": row.who,
            "image": row.image_path,
            "command_line": row.command_line,
            "stray": stray,
            "service": who(capture, service),
            "paths": list(dict.fromkeys(paths)),
            "time": moment_of(capture, notes[0]),
            "events": list(notes)[:20],
            "stored": len(writes),
        },
        evidence=evidence,
        key_events=list(notes)[:4],
        reproduce=[
            Rule("Path", "contains", "\\Microsoft\\WBEM\\"),
            Rule("Path", "contains", "\\wbem\\Repository\\"),
        ],
        attack=[Technique("T1546.003", "low")],
        subjects={"processes": [row.who]},
    )
