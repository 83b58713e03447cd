"""report.html: one file that works offline, asks nothing of any server and is whole without JavaScript."""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scripts.procmon.report import prose
from scripts.procmon.report.comparison import Comparison
from scripts.procmon.report.material import Settings
from scripts.procmon.report.view import Report
from scripts.procmon.text import catalogue, visible
from scripts.procmon.text.forms import forms

HERE = Path(__file__).parent
STYLE = HERE / "style"

#: Markings of the Traffic Light Protocol 2.0, which gives each its colour on black.
TLP = {
    "TLP:RED": "tlp-red",
    "TLP:AMBER": "tlp-amber",
    "TLP:AMBER+STRICT": "tlp-amber",
    "TLP:GREEN": "tlp-green",
    "TLP:CLEAR": "tlp-clear",
}


def report_html(report: Report) -> str:
    """The report as one HTML page."""
    return page("report.html.j2", report.settings, report=report, logo=report.logo)


def write_comparison_html(comparison: Comparison, file: Path) -> None:
    """Write the page on two captures to ``file``."""
    shown = page("comparison.html.j2", comparison.settings, report=comparison, logo=comparison.logo)
    file.write_text(shown, encoding="utf-8")


def page(template: str, settings: Settings, /, **context: Any) -> str:
    """A page of templates/ with style and script inside it, and their hashes for its security policy."""
    style, script = _style("screen.css") + _sheets(settings), _style("report.js")
    rendered = (
        environment(settings.language)
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 (our own files, and texts set as CSS sets them)
            script=Markup(script),  # noqa: S704
            style_hash=_hash(style),
            script_hash=_hash(script),
            screen=catalogue("screen", settings.language),
            settings=settings,
            **context,
        )
    )
    return _without_surrogates(rendered)


@cache
def environment(language: str = "en") -> Environment:
    """Where all templates live: autoescape on, a missing name is an error; numbers as ``language`` writes them."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        bytecode_cache=_cache(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        n=forms(language).number,
        bytes=forms(language).size,
        name=partial(prose.name, language=language),
        breakable=partial(prose.breakable, language=language),
        operation=partial(prose.operation, language=language),
        heading=partial(prose.title, language=language),
        prose=partial(prose.sentence, language=language),
        blocks=prose.blocks,
        ranges=prose.ranges,
        visible=lambda value: visible(str(value)),
        tlp=_tlp,
        short=lambda value, most: visible(prose.shorten(str(value), most, language)),
    )
    return made


def _cache() -> FileSystemBytecodeCache | None:
    """Compiled templates beside compiled Python, where that may be written: a fifth of a second a page."""
    folder = HERE / "templates" / "__pycache__"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


def _tlp(marking: str) -> str:
    """The class that colours a marking of the Traffic Light Protocol; "" for another marking."""
    return TLP.get(marking, "")


def widths() -> str:
    """The classes that give columns their width: a style attribute would need a weaker security policy."""
    return "".join(f".w{percent}{{width:{percent}%}}" for percent in range(5, 96))


@cache
def _style(name: str) -> str:
    text = (STYLE / name).read_text(encoding="utf-8")
    return text + widths() if name.endswith(".css") else text


def _sheets(settings: Settings) -> str:
    """What stands in the margins of each sheet when a browser prints the page: the marking, the case, the number."""
    case = settings.case and f"{catalogue('report', settings.language)['cover']['case']} {settings.case}"
    return f"""@page {{
  @top-right {{ content: {_quoted(settings.marking)}; font-weight: bold }}
  @bottom-left {{ content: {_quoted(case)} }}
  @bottom-right {{ content: counter(page) " / " counter(pages) }}
}}"""


def _quoted(text: str | None) -> str:
    """A string of CSS: all but letters, digits and blanks by their numbers, so that nothing ends it or the style."""
    shown = visible(prose.shorten(text or "", 60))
    return '"' + "".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in shown) + '"'


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _without_surrogates(text: str) -> str:
    # Half a surrogate pair that reached a place without a filter would make the page unwritable.
    return text.encode("utf-8", "replace").decode("utf-8")


def describe(report: Report) -> Mapping[str, str]:
    """Title and description of the report without markup, for the metadata of a page."""
    headline = report.brief.headline if report.brief else report.words["refused.title"]
    return {"title": visible(report.title), "description": prose.bare(headline, report.words.language)}
