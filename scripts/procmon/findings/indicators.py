"""What to look for on other machines: names, values, addresses that the weighty findings are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.contracts.tables import IndicatorRow
from scripts.procmon.findings.places import below_windows
from scripts.procmon.findings.process_tree import tree
from scripts.procmon.findings.traces import Traces, rows_of, traces, weighty

#: Public name servers are no sign of anything.
_PUBLIC_DNS = re.compile(
    r"^(?:8\.8\.[84]\.[84]|1\.[01]\.[01]\.1|9\.9\.9\.9|(?:google-public-dns-[ab]|dns)\.google(?:\.com)?|one\.one\.one\.one)",
    re.I,
)


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:  # noqa: ARG001
    """The table ``indicators``, each thing once."""
    left = traces(earlier)
    rows: dict[tuple[str, str], IndicatorRow] = {}
    for row in [
        *_files(left),
        *_from_findings(earlier),
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
        yield IndicatorRow(type="file", value=path, why=left.why[path.lower()], events=file.events[:5])


def _from_findings(earlier: Mapping[str, Analysis]) -> Iterator[IndicatorRow]:
    for finding in weighty(earlier):
        events = list(finding.evidence[:5])
        for path in _registry(finding):
            yield IndicatorRow(type="registry", value=path, why=finding.kind, events=events)
        for path in finding.subjects.get("files", ()) if finding.kind in ("autostart", "com_hijack") else ():
            yield IndicatorRow(type="file", value=path.rstrip("."), why=finding.kind, events=events)
        for peer in finding.subjects.get("peers", ()):
            if not _PUBLIC_DNS.match(peer):
                yield IndicatorRow(type="address", value=peer, why=finding.kind, events=events)


def _registry(finding: Finding) -> list[str]:
    """The values to look for; what was taken away is missing on an infected machine, not found there."""
    if finding.kind in _REMOVALS:
        return []
    paths = finding.subjects.get("registry", ())
    if finding.kind == "winsock_hijack":
        return list(dict.fromkeys(path.partition("\\Catalog_Entries")[0] for path in paths))
    return list(paths)


#: Findings on keys of Windows' own that are gone.
_REMOVALS = {"protection_removed", "service_removed", "registry_deletion_security"}


def _services(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[IndicatorRow]:
    for row in rows_of(earlier, "drivers"):
        if row.service and row.dropped:
            yield IndicatorRow(
                type="service",
                value=row.service,
                why=left.why.get(row.service.lower(), "driver"),
                events=row.registry_events[:5],
            )
    for row in rows_of(earlier, "services"):
        if row.change == "created" and row.service.lower() in left.why:
            yield IndicatorRow(
                type="service", value=row.service, why=left.why[row.service.lower()], events=row.events[:5]
            )


def _programs(earlier: Mapping[str, Analysis], left: Traces) -> Iterator[IndicatorRow]:
    for row in left.programs:
        events = [row.start_event] if row.start_event is not None else []
        if row.image_path:
            yield IndicatorRow(
                type="file", value=row.image_path, why=left.why.get(row.who.lower(), ""), events=events
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
