"""reports/index.html: every capture of a run on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from scripts.procmon.cases import strictest
from scripts.procmon.contracts.files import COMPARISONS
from scripts.procmon.report.brief import make_headline
from scripts.procmon.report.comparison import summary
from scripts.procmon.report.html import page
from scripts.procmon.report.language import in_words_of
from scripts.procmon.report.logo import read_logo
from scripts.procmon.report.material import Material, Settings, report_stems
from scripts.procmon.report.moments import moments_of
from scripts.procmon.report.overview import Entry, Failure, Overview
from scripts.procmon.report.shared import MOST, kinds, own_exports, shared
from scripts.procmon.report.words import Words
from scripts.procmon.text import catalogue
from scripts.procmon.text.phrases import in_language


@dataclass(frozen=True, kw_only=True)
class Line:
    """One capture as the index sets it."""

    name: str
    title: str
    note: str
    folder: str  #: as an address, relative to the index
    covers: str
    host: str
    headline: str
    events: int
    left: int
    severities: Mapping[str, int]
    marks: Sequence[str]  #: keys of the catalogue: what the capture is known not to hold all of
    missing: Sequence[str]  #: reports that were not made
    log: str  #: that tells why


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One comparison as the index sets it."""

    title: str
    folder: str  #: as an address, relative to the index
    said: str


def index_html(
    overview: Overview,
    *,
    report: Mapping[str, Any] | None = None,
    captures: Mapping[str, Any] | None = None,
    compare: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]] = (),
) -> str:
    """The index; ``report`` and ``captures`` are those of config.yaml.

    It bears the strictest of their markings, for it tells something of every capture.

    ``compare`` holds for each entry of its ``compare`` the entry and comparison.json.
    """
    settings = Settings.of(report)
    markings = [settings.marking, *((own or {}).get("marking") for own in (captures or {}).values())]
    settings = replace(settings, marking=strictest(markings))
    words = Words(settings.language)
    lines = [
        _line(entry, Settings.of(None, (captures or {}).get(entry.name)), settings)
        for entry in overview.entries
    ]
    told = [
        replace(in_words_of(entry.material, settings.language), name=entry.name) for entry in overview.entries
    ]
    in_common = shared(told)
    lines.sort(
        key=lambda line: [-line.severities.get(key, 0) for key in ("high", "medium", "low")] + [line.name]
    )
    return page(
        "index.html.j2",
        settings,
        lines=lines,
        failures=[(failure, quote(failure.name), _reason(failure, words)) for failure in overview.failures],
        shared=in_common[:MOST],
        shared_more=max(0, len(in_common) - MOST),
        exports=sorted(own_exports(material.name for material in told).items()),
        kinds=kinds(told),
        logo=read_logo(settings.logo),
        w=words,
        stems={Words(language)["language"]: stem for language, stem in report_stems(report or {}).items()},
        comparisons=[_compared(entry, told, settings.language) for entry, told in compare],
        compare=catalogue("comparison", settings.language),
        high=sum(1 for line in lines if line.severities.get("high")),
    )


def _compared(entry: Mapping[str, Any], document: Mapping[str, Any], language: str) -> Compared:
    return Compared(
        title=str(entry.get("title") or entry["name"]),
        folder=quote(f"{COMPARISONS}/{entry['name']}"),
        said=summary(document, language),
    )


def _reason(failure: Failure, words: Words) -> str:
    if not failure.refused:
        return str(in_language(failure.reason, words.language, known="capture"))
    return words.refused(failure.refused)


def _line(entry: Entry, own: Settings, general: Settings) -> Line:
    material = in_words_of(entry.material, general.language)
    info = material.info
    moments = moments_of(material, general.language)
    return Line(
        name=entry.name,
        title=own.title or "",
        note=own.note or "",
        folder=quote(entry.name),
        covers=moments.covers(*material.span),
        host=str(info.get("host") or ""),
        headline=make_headline(material, general.language),
        events=entry.events,
        left=entry.left,
        severities=entry.severities,
        marks=_marks(material),
        missing=entry.missing,
        log=entry.log,
    )


def _marks(material: Material) -> list[str]:
    damage = ["broken"] if material.breaks_off else ["damaged"] if material.damaged else []
    return damage + ["filtered"] * material.filtered
