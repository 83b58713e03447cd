"""What to look for on other machines: names, values, addresses that the weighty findings are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.contracts.tables import IndicatorRow
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.findings.registry.name_servers import is_public_name_server
from scripts.procmon.findings.removal.traces import Traces, leads, traces, weighty

#: Of its events; a page shows the first of them and that there are more.
MOST_EVENTS = 50
MOST_LOOKED_AT = 5_000


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``indicators``, each thing once."""
    left = traces(earlier)
    rows: dict[tuple[str, str], IndicatorRow] = {}
    for row in [
        *_files(left),
        *_from_findings(capture, earlier),
        *_services(earlier, left),
        *_programs(earlier, left),
    ]:
        rows.setdefault((row.type, row.value.lower()), row)
    return Analysis(
        name="indicators",
        outcome="found" if rows else "not found",
        tables={"indicators": list(rows.values())},
    )


def _files(left: Traces) -> Iterator[IndicatorRow]:
    for path, file in left.files.items():
        yield IndicatorRow(
            type="folder" if file.what == "folder" else "file",
            value=path,
            why=left.why[path.lower()],
            events=file.events[:MOST_EVENTS],
            gone=file.fate in ("deleted", "deleted on close"),
        )


def _from_findings(capture: Capture, earlier: Mapping[str, Analysis]) -> Iterator[IndicatorRow]:
    peers = {
        (row.who, f"{end}:{row.port}"): row
        for row in rows_of(earlier, "peers")
        for end in (row.peer, *row.addresses)
    }
    for finding in [*weighty(earlier), *leads(earlier)]:
        events = list(finding.evidence[:MOST_EVENTS])
        own = _events_by_path(capture, finding)
        for path, data in _registry(finding).items():
            yield IndicatorRow(
                type="registry",
                value=path,
                why=finding.kind,
                events=own.get(path.lower(), events),
                data=data,
                gone=finding.kind == "registry_link" and finding.facts["removed"],
            )
        for path in finding.subjects.get("files", ()) if finding.kind in _NAMING else ():
            yield IndicatorRow(type="file", value=path.rstrip("."), why=finding.kind, events=events)
        for peer in finding.subjects.get("peers", ()):
            row = peers.get((finding.subjects["processes"][0], peer))
            if not is_public_name_server(peer):
                yield IndicatorRow(
                    type="address",
                    value=peer,
                    why=finding.kind,
                    events=row.events[:MOST_EVENTS] if row else events,
                    protocol=row.protocol if row else None,
                )


#: Findings whose files are named by what they found, and need not have been made in the capture.
_NAMING = {"autostart", "com_hijack", "command_line"}
#: Findings on keys of Windows' own that are gone, and on entries that every machine has.
_NO_INDICATORS = {
    "protection_removed",
    "service_removed",
    "registry_deletion_security",
    "winsock_hijack",
}


def _registry(finding: Finding) -> dict[str, str | None]:
    """The values to look for, with their data where clean machines have such a value too.

    What was taken away is missing on an infected machine, not found there; containers that every machine has say nothing.
    """
    if finding.kind in _NO_INDICATORS:
        return {}
    found: dict[str, str | None] = dict.fromkeys(finding.subjects.get("registry", ()))
    if finding.kind == "weakened_settings":
        for one in finding.facts["settings"]:
            found[one["path"]] = None if one["clean"] is None else one["data"]
            if one["clean"] == one["data"] or one["deleted"]:
                del found[one["path"]]
    elif finding.kind == "uac_bypass" and finding.facts["removed"]:
        # What was there for seconds is found nowhere; what remains of it is.
        found = {finding.facts["key"]: None} if finding.facts["key_remains"] else {}
    elif finding.kind == "registry_link" and finding.facts["removed"]:
        # The key is gone, but its name, which Windows does not use, is in logs of the registry elsewhere.
        found = {finding.facts["key"]: None}
    elif finding.kind in ("autostart", "com_hijack"):
        for one in finding.facts["values"]:
            found[one["path"]] = one["data"] if finding.facts["machine"] else None
    return found


def _events_by_path(capture: Capture, finding: Finding) -> dict[str, list[int]]:
    """The events of a finding by their path in lower case, the first few of each."""
    events: dict[str, list[int]] = {}
    paths = capture.events[e.PATH].array
    for event in sorted(set(finding.evidence))[:MOST_LOOKED_AT]:
        mine = events.setdefault(str(paths[event]).lower(), [])
        if len(mine) < MOST_EVENTS:
            mine.append(int(event))
    return events


def _services(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[IndicatorRow]:
    for row in rows_of(earlier, "drivers"):
        if row.service and row.dropped:
            yield IndicatorRow(
                type="service",
                value=row.service,
                why=left.why.get(row.service.lower(), "driver"),
                events=row.registry_events[:MOST_EVENTS],
            )
    for row in rows_of(earlier, "services"):
        if row.change == "created" and row.service.lower() in left.why:
            yield IndicatorRow(
                type="service",
                value=row.service,
                why=left.why[row.service.lower()],
                events=row.events[:MOST_EVENTS],
            )


def _programs(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[IndicatorRow]:
    gone = {row.path.lower(): row.events for row in rows_of(earlier, "deletions") if not row.attempt}
    for row in left.programs:
        events = [row.start_event] if row.start_event is not None else []
        if row.image_path:
            path = row.image_path.lower()
            yield IndicatorRow(
                type="file",
                value=row.image_path,
                # A finding on the file itself goes before one on what ran from it.
                why=left.why.get(path, left.why.get(row.who.lower(), "")),
                events=[*events, *gone.get(path, [])][:MOST_EVENTS],
                gone=path in gone,
            )
    accused = {row.process for row in left.programs}
    for row in tree(earlier):
        telling = row.command_line and (row.process in accused or row.parent in accused)
        if (
            telling
            and " " in str(row.command_line).strip().strip('"')
            and not _bare(row.command_line, row.image_path)
        ):
            yield IndicatorRow(
                type="command line",
                value=str(row.command_line).strip()[:500],
                why=left.why.get(row.who.lower(), "process_tree"),
                events=[row.start_event] if row.start_event is not None else [],
            )


def _bare(command_line: str | None, image: str | None) -> bool:
    """A command line that is the program's path and nothing more says no more than the path."""
    text = (command_line or "").strip().strip('"').strip().lower()
    own = image is not None and below_windows(image) is not None
    return text == (image or "").lower() or (own and not re.search(r"\s", text.strip('"')))
