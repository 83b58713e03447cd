"""What WMI's event subscriptions ran, and writes into WMI's repository past WMI: persistence that no Run key shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Rule, Severity, Technique
from scripts.procmon.contracts.tables import FileRow, ProcessRow
from scripts.procmon.findings.autostart.wmi_subscriptions import subscriptions
from scripts.procmon.findings.evidence.names import name_of
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.paths.file_kinds import PROGRAMS, is_stray
from scripts.procmon.findings.paths.places import in_its_place
from scripts.procmon.findings.programs.askers import lies_loose
from scripts.procmon.findings.programs.command_lines import telling
from scripts.procmon.findings.programs.commands import is_interpreter

#: WMI's host for consumers that are scripts; it runs for nothing else.
CONSUMER = "scrcons.exe"
#: WMI's host for everything else, also for consumers that are command lines and for what other computers ask.
PROVIDER = "wmiprvse.exe"
#: Where WMI keeps what it knows, its subscriptions among it.
_REPOSITORY = re.compile(r"\\(?:system32|sysnative)\\wbem\\repository\\[^*]+$", re.IGNORECASE)
#: WMI itself, what sets it up, and what puts a whole disk back.
_KEEPERS = frozenset(
    {
        *(
            "svchost.exe",
            "system",
            "wmiprvse.exe",
            "winmgmt.exe",
            "mofcomp.exe",
            "wmiadap.exe",
            "rundll32.exe",
        ),
        *(
            "tiworker.exe",
            "trustedinstaller.exe",
            "poqexec.exe",
            "setuphost.exe",
            "wbengine.exe",
            "services.exe",
        ),
    }
)


def wmi_findings(capture: Capture, earlier: Mapping[str, Analysis]) -> list[Finding]:
    """Findings "wmi_consumer_ran", "wmi_started", "wmi_repository_written" and "wmi_subscription"."""
    return [
        *_consumers(earlier),
        *_started(earlier),
        *_written(earlier),
        *subscriptions(capture, earlier),
    ]


def _consumers(earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """Severity: high where it started an interpreter or a program from where users may write, or made a program."""
    rows = tree(earlier)
    made: dict[int, list[FileRow]] = {}
    for file in rows_of(earlier, "files"):
        if file.made and file.what in PROGRAMS and file.ordinary is None:
            made.setdefault(file.process, []).append(file)
    for host in rows:
        if host.process_name.lower() != CONSUMER or not in_its_place(host.image_path):
            continue
        ran = [row for row in rows if row.parent == host.process and row.start_event is not None]
        files = made.get(host.process, [])
        if ran or files:
            yield _consumer(host, ran, files)


def _consumer(host: ProcessRow, ran: list[ProcessRow], files: list[FileRow]) -> Finding:
    grave = files or any(
        is_stray(row.image_path) or is_interpreter(row.image_path or row.process_name) for row in ran
    )
    severity: Severity = "high" if grave else "medium"
    evidence = {
        *(row.start_event for row in ran if row.start_event is not None),
        *(event for file in files for event in file.events),
        *([host.start_event] if host.start_event is not None else []),
    }
    pids = [Rule("PID", "is", str(row.pid)) for row in (host, *ran[:10]) if row.pid is not None]
    return Finding(
        kind="wmi_consumer_ran",
        severity=severity,
        confidence="certain",
        facts={
            "who": host.who,
            "ran": [{"who": row.who, "command_line": row.command_line, "time": row.start} for row in ran],
            "files": [file.path for file in files],
            "time": ran[0].start if ran else files[0].time,
            "events": sorted(evidence)[:20],
        },
        evidence=sorted(evidence),
        reproduce=pids or [Rule("Process Name", "is", host.process_name)],
        attack=[Technique("T1546.003", "high")],
        subjects={
            "processes": [host.who, *(row.who for row in ran)],
            "files": [
                *(file.path for file in files),
                *(row.image_path for row in ran if row.image_path and is_stray(row.image_path)),
            ],
        },
    )


def _started(earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """Severity: medium for a program from where nothing is set up, and for an interpreter whose command line weighs as
    much; low for another interpreter.

    Who asked, an event subscription, another computer or a program of this one, is not recorded.
    """
    rows = tree(earlier)
    by_number = {row.process: row for row in rows}
    for row in rows:
        host = by_number.get(row.parent) if row.parent is not None else None
        if host is None or host.process_name.lower() != PROVIDER or row.start_event is None:
            continue
        loose = lies_loose(row.image_path)
        if not loose and not is_interpreter(row.image_path or row.process_name):
            continue
        known = telling(row.command_line, row.image_path) if row.command_line and not loose else None
        grave = known if known and known["severity"] in ("high", "medium") else None
        yield Finding(
            kind="wmi_started",
            severity="medium" if loose or grave else "low",
            confidence="certain",
            facts={
                "who": row.who,
                "host": host.who,
                "command_line": row.command_line,
                "image": row.image_path,
                "loose": loose,
                "what": grave["what"] if grave else None,
                "time": row.start,
                "event": row.start_event,
            },
            evidence=[row.start_event],
            reproduce=[Rule("PID", "is", str(one.pid)) for one in (row, host) if one.pid is not None]
            or [Rule("Process Name", "is", row.process_name)],
            attack=[Technique("T1047", "high" if loose else "medium"), Technique("T1546.003", "low")],
            subjects={
                "processes": [row.who],
                "files": [row.image_path] if loose and row.image_path else [],
            },
        )


def _written(earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """Severity: medium; whoever writes these files past WMI can put a subscription there that WMI never checked."""
    image_of = images(earlier)
    by_writer: dict[str, list[FileRow]] = {}
    for file in rows_of(earlier, "files"):
        name = name_of(file.who)
        keeper = name in _KEEPERS and in_its_place(image_of.get(file.process))
        if _REPOSITORY.search(file.path) and file.how != "changed" and file.what != "folder" and not keeper:
            by_writer.setdefault(file.who, []).append(file)
    for person, files in by_writer.items():
        yield Finding(
            kind="wmi_repository_written",
            severity="medium",
            confidence="likely",
            facts={
                "who": person,
                "paths": [file.path for file in files],
                "time": files[0].time,
                "events": sorted(event for file in files for event in file.events)[:20],
            },
            evidence=sorted({event for file in files for event in file.events}),
            reproduce=by_path([file.path for file in files], whos=[person]),
            attack=[Technique("T1546.003", "medium")],
            subjects={"processes": [person], "files": [file.path for file in files]},
        )
