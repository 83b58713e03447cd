"""What a report is made of: the JSON documents and the shown events of one results/{capture} folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# Names of files as in contracts.capture, which loads pandas: the index of many captures is made without it.
INFO_FILE = "capture.json"
FUNNEL_FILE = "funnel.json"
FINDINGS_FILE = "findings.json"
SHOWN_EVENTS_FILE = "shown_events.parquet"
SIDECARS_FILE = "sidecars.json"
SUGGESTIONS_FILE = "suggestions.json"

#: Shares from which on the absence of findings says nothing.
MOST, LARGE = 1 / 2, 1 / 5

#: Analyses that put together what others found: they check nothing.
NO_CHECKS = frozenset(
    {"registry_values", "capture_limits", "removal", "open_questions", "indicators", "activity"}
)


def report_stems(report: Mapping[str, Any]) -> dict[str, str]:
    """language → the name of its report without its ending: "report" for the first, "report.ja" for another.

    ``report`` is that of config.yaml.
    """
    first, *others = report.get("languages") or ["en"]
    return {first: "report", **{language: f"report.{language}" for language in others}}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Who reports to whom (config.yaml ``report``), and how this capture is called there (``captures``)."""

    marking: str | None = None
    organisation: str | None = None
    analyst: str | None = None
    case: str | None = None
    logo: str | None = None  #: a local file
    title: str | None = None
    note: str | None = None  #: printed on the cover, in the running head and in the index
    language: str = "en"
    pdf_rows: int = 300  #: of events that the PDF lists, and at most of any table

    @classmethod
    def of(
        cls,
        report: Mapping[str, Any] | None = None,
        capture: Mapping[str, Any] | None = None,
        *,
        language: str | None = None,
    ) -> Settings:
        """The settings of one capture; what stands beside the capture wins, blank means not set.

        ``language`` is the first of the report's where it is not given.
        """
        from scripts.procmon.text.phrases import in_language

        merged = {**(report or {}), **(capture or {})}
        merged["language"] = language or merged.get("language") or next(iter(report_stems(report or {})))
        rows = int(merged.get("pdf_rows") or cls.pdf_rows)
        words = [name for name in cls.__dataclass_fields__ if name != "pdf_rows"]
        told = {name: str(merged[name]) for name in words if merged.get(name)}
        return cls(pdf_rows=rows, **in_language(told, merged["language"], known="capture"))


@dataclass(frozen=True, kw_only=True)
class Material:
    """One capture's results; ``events`` is None where they are not needed or the capture was refused."""

    name: str
    info: Mapping[str, Any]
    funnel: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()
    checks: Sequence[Mapping[str, Any]] = ()
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    events: pa.Table | None = None
    suggestions: Sequence[Mapping[str, Any]] = ()
    #: by id of a finding: how much of its evidence the stages leave, and how much of it the baseline has as well
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    #: files of other tools beside the capture, as sidecars.json has them
    sidecars: Sequence[Mapping[str, Any]] = ()
    attack_version: str = ""

    @property
    def refused(self) -> Mapping[str, Any] | None:
        """Why the capture could not be read: file, where, expected, found, advice; None for one that was."""
        return self.info.get("refused")

    @property
    def filtered(self) -> bool:
        """True where the capture is known to have been filtered before it was saved."""
        return bool((self.info.get("filtered") or {}).get("value"))

    @property
    def whole(self) -> bool:
        """True where the capture is known to hold every event between its first and its last."""
        return (self.info.get("filtered") or {}).get("value") is False

    @property
    def missing(self) -> int:
        """How many events between the first and the last are known to be missing."""
        return int((self.info.get("filtered") or {}).get("missing") or 0)

    @property
    def lost(self) -> tuple[int, int]:
        """How many events, and how many names of processes and modules, could not be read: the file is damaged."""
        return int((self.info.get("rejected") or {}).get("count") or 0), int(self.info.get("lost_texts") or 0)

    @property
    def lost_hosts(self) -> bool:
        """True where names of hosts and ports are missing because the file is cut off or damaged."""
        return bool(self.info.get("lost_hosts"))

    @property
    def breaks_off(self) -> bool:
        """True where the rest of the file could not be read, however much that was."""
        return bool((self.info.get("rejected") or {}).get("rest_lost"))

    @property
    def damaged(self) -> bool:
        """True where events, names or hosts could not be read, or the file breaks off: a whole copy may hold more."""
        return any(self.lost) or self.lost_hosts or self.breaks_off

    @property
    def unanswered(self) -> dict[str, tuple[int, int]]:
        """Why nothing follows from nothing being found, each with how many of how many; {} for most captures.

        "checks" that could not be made where they are most, "rows" that could not be read, and "words": events with an
        operation or a result that Process Monitor does not write, where they are a large share.
        """
        read, words = int(self.info.get("events") or 0), self.info.get("unknown_words") or {}
        blocked = sum(check["outcome"] == "could not be checked" for check in self.looked)
        why = {
            "checks": (blocked, len(self.looked), MOST),
            "rows": (self.lost[0], read + self.lost[0], LARGE),
            "words": (max(words.values(), default=0), read, LARGE),
        }
        return {key: (n, of) for key, (n, of, share) in why.items() if n and n > share * of}

    @property
    def looked(self) -> list[Mapping[str, Any]]:
        """The checks in the narrow sense: what looked for something that an intruder does."""
        return [check for check in self.checks if check["analysis"] not in NO_CHECKS]

    @property
    def span(self) -> tuple[str | None, str | None]:
        """The times of the first and the last event, ISO 8601."""
        return self.info.get("first_time"), self.info.get("last_time")

    @property
    def zone(self) -> str:
        """The zone of the computer; "" where it is not known and times are local. Where it is known, times are UTC."""
        return str((self.info.get("time_zone") or {}).get("name") or "")

    def table(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a table of contracts.tables; () where there are none."""
        return self.tables.get(name) or ()


def read_material(folder: Path, *, name: str | None = None, events: bool = True) -> Material:
    """The results that lie in ``folder``; for a refused capture only capture.json is needed."""
    info = read_json(folder / INFO_FILE)
    called = name or str(info.get("capture") or folder.name)
    if info.get("refused"):
        return Material(name=called, info=info, sidecars=_sidecars(folder))
    findings = read_json(folder / FINDINGS_FILE)
    return Material(
        name=called,
        info=info,
        funnel=read_json(folder / FUNNEL_FILE),
        findings=findings.get("findings", ()),
        checks=findings.get("checks", ()),
        tables=findings.get("tables", {}),
        events=_events(folder / SHOWN_EVENTS_FILE) if events else None,
        **(_suggested(folder / SUGGESTIONS_FILE) if events else {}),
        sidecars=_sidecars(folder),
        attack_version=str(findings.get("attack_version", "")),
    )


def _sidecars(folder: Path) -> Sequence[Mapping[str, Any]]:
    file = folder / SIDECARS_FILE
    told: Sequence[Mapping[str, Any]] = read_json(file)["files"] if file.is_file() else ()
    return told


def read_json(file: Path) -> dict[str, Any]:
    """A document of results/; half a surrogate pair in a name of it is kept, and made visible when it is set."""
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8", errors="surrogatepass"))
    return document


def _suggested(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    told = read_json(file)
    return {"suggestions": told["suggestions"], "shares": {one["id"]: one for one in told["findings"]}}


def _events(file: Path) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.ParquetFile(file).read()  # read_table would load what data sets of many files need
