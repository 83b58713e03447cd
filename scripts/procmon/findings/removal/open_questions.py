"""What stays open after all findings: what the capture can't tell, asked as plainly as it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import FileRow, ProcessRow, QuestionRow
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.removal.traces import Traces, leads, traces, weighty

MOST_EVENTS = 20


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``questions``, from the findings and tables of the analyses before it."""
    left = traces(earlier)
    rows = [*_deletions(earlier), *_files(left), *_injections(earlier), *_from_findings(earlier)]
    rows += [*_origins(earlier, left), *_leads(earlier)]
    rows += _limits(capture, earlier, any_weighty=bool(weighty(earlier)))
    return Analysis(
        name="open_questions", outcome="found" if rows else "not found", tables={"questions": rows}
    )


def _deletions(earlier: Mapping[str, Analysis]) -> Iterator[QuestionRow]:
    for row in rows_of(earlier, "registry_deletions"):
        if row.explanation is None:
            yield QuestionRow(
                kind="unexplained_deletion",
                facts={"path": row.path, "who": row.who, "result": row.result},
                events=row.events,
            )


def _from_findings(earlier: Mapping[str, Analysis]) -> Iterator[QuestionRow]:
    for finding in weighty(earlier):
        facts = finding.facts
        events = list(finding.evidence[:MOST_EVENTS])
        if (
            finding.kind == "uac_bypass"
            and not facts["seen_after"]
            and set(facts["data"]) - set(facts["unrunnable"])
        ):
            yield QuestionRow(
                kind="elevated_outcome",
                facts={
                    "who": facts["started"],
                    "program": facts["program"],
                    "user": facts["user"],
                    "data": [one for one in facts["data"] if one not in facts["unrunnable"]],
                },
                events=events,
            )
        elif finding.kind == "com_hijack" and facts.get("before") is None:
            yield QuestionRow(kind="previous_value", facts={"path": facts["paths"][0]}, events=events)
        elif finding.kind in ("suspect_talked", "unanswered_peers"):
            peers = finding.subjects.get("peers", ())
            yield QuestionRow(
                kind="content_of_talk" if finding.kind == "suspect_talked" else "later_answers",
                facts={"who": facts["who"], "peers": list(peers)},
                events=events,
            )
        elif finding.kind == "user_file_as_system":
            yield QuestionRow(
                kind="how_elevated", facts={"path": facts["path"], "who": facts["who"]}, events=events
            )
        elif finding.kind == "relaunch_elevated":
            yield QuestionRow(
                kind="who_agreed", facts={"again": facts["again"], "through": facts["through"]}, events=events
            )


def _injections(earlier: Mapping[str, Analysis]) -> Iterator[QuestionRow]:
    """How code came into programs of Windows: one question, however many there are."""
    injected = [one for one in weighty(earlier) if one.kind == "injected_code" and one.facts["windows_own"]]
    loaded = [one for one in weighty(earlier) if one.kind == "odd_module" and not one.facts["named_by"]]
    if injected:
        yield QuestionRow(
            kind="how_injected",
            facts={"who": [who for one in injected for who in one.facts["who"]]},
            events=[one.evidence[0] for one in injected],
        )
    if loaded:
        yield QuestionRow(
            kind="how_loaded",
            facts={
                "who": list(dict.fromkeys(who for one in loaded for who in one.facts["who"])),
                "paths": list(dict.fromkeys(str(one.facts["path"]) for one in loaded)),
                "seen": "yes" if all(one.facts["loads"] for one in loaded) else "",
            },
            events=[one.evidence[0] for one in loaded if one.evidence],
        )


def _files(left: Traces) -> Iterator[QuestionRow]:
    data = [
        file
        for file in left.files.values()
        if file.what not in ("folder", "driver") and file.left and not _is_empty(file)
    ]
    if data:
        yield QuestionRow(
            kind="file_contents",
            facts={
                "files": list(dict.fromkeys(_name(file) for file in data)),
                "count": str(len(data)),
            },
            events=[event for file in data for event in file.events[:1]][:MOST_EVENTS],
        )


def _is_empty(file: FileRow) -> bool:
    """Whether the file was made here and nothing was written to it: there is nothing to ask."""
    return file.made and not file.bytes_written


def _name(file: FileRow) -> str:
    return file.path.rpartition("\\")[2]


def _origins(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[QuestionRow]:
    """How a program came to the machine, where the capture shows neither its file being made nor who started it."""
    by_number = {row.process: row for row in tree(earlier)}
    made = {row.path.lower() for row in rows_of(earlier, "files") if row.made}
    told: set[str] = set()
    for row in left.programs:
        path = (row.image_path or "").lower()
        if path and path not in made and path not in told:
            told.add(path)
            yield QuestionRow(
                kind="origin",
                facts={"path": row.image_path or "", "who": row.who, "parent": _parent(row, by_number)},
                events=[row.start_event] if row.start_event is not None else [],
            )


def _leads(earlier: Mapping[str, Analysis]) -> Iterator[QuestionRow]:
    """Libraries that a command line runs and that no other finding explains: what they are the capture can't tell."""
    made = {row.path.lower() for row in rows_of(earlier, "files") if row.made}
    for finding in leads(earlier):
        files = [path for path in finding.subjects["files"] if path.lower() not in made]
        if files:
            yield QuestionRow(
                kind="named_only",
                facts={"files": files, "who": finding.facts["who"][0]},
                events=list(finding.evidence[:MOST_EVENTS]),
            )


def _parent(row: ProcessRow, by_number: Mapping[int, ProcessRow]) -> str:
    parent = by_number.get(row.parent) if row.parent is not None else None
    return parent.who if parent else ""


def _limits(capture: Capture, earlier: Mapping[str, Analysis], *, any_weighty: bool) -> Iterator[QuestionRow]:
    """What a capture with something in it should have held and does not."""
    if not any_weighty:
        return
    can_show = capture.info["can_show"]
    missing = [what for what in ("reads", "network_events", "registry_events", "file_events", "process_events")
               if not can_show[what]["value"]]  # fmt: skip
    if missing:
        yield QuestionRow(kind="not_captured", facts={"what": [_MISSING[one] for one in missing]})
    # What these did is asked already, beside what they were started for.
    asked = {
        who
        for finding in weighty(earlier)
        for who in {
            "uac_bypass": finding.facts.get("started", ()),
            "relaunch_elevated": [finding.facts.get("through")],
        }.get(finding.kind, ())
    }
    ended = [row for row in tree(earlier) if row.started_here and not row.events and row.who not in asked]
    if ended:
        yield QuestionRow(
            kind="children_not_captured",
            facts={"who": [row.who for row in ended]},
            events=[row.start_event for row in ended if row.start_event is not None][:MOST_EVENTS],
        )


_MISSING = {
    "reads": "what was read",
    "network_events": "network traffic",
    "registry_events": "the registry",
    "file_events": "files",
    "process_events": "starts and ends of processes",
}
