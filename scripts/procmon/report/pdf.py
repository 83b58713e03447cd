"""report.pdf: the same report on A4 pages, made by WeasyPrint, which may fetch nothing."""

from __future__ import annotations

import ctypes.util
import gc
import re
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.procmon.report.comparison import Comparison
from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import STYLE, describe, environment, widths
from scripts.procmon.report.logo import Logo
from scripts.procmon.report.material import Material, Settings
from scripts.procmon.report.prose import bare
from scripts.procmon.report.tags import mend_tags, name_links
from scripts.procmon.report.view import Caps, Report
from scripts.procmon.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

#: Beyond this nobody reads on; a report that would be longer is made again with TIGHT caps.
MOST_PAGES = 56
TIGHT = Caps(rows=10, findings=10, titles=40, events=100, evidence=3, rules=5)

#: Tagged, so that it can be read aloud: ISO 14289-1.
VARIANT = "pdf/ua-1"

#: What a system lacks when WeasyPrint can't be imported, and the line that brings it.
INSTALL = (
    "The PDF needs Pango, which this system lacks. Install it with\n"
    "    apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0\n"
    "(Debian, Ubuntu), `dnf install pango harfbuzz` (Fedora) or `brew install pango` (macOS), then run again."
)


class PangoMissingError(Exception):
    """WeasyPrint's libraries are not on this system; the message is the line that installs them."""


#: What is set in these faces: most pages hold none of it, and do without reading them.
_FAR = re.compile("[\u2e80-\U0010ffff]")
#: The faces of the lock that set what DejaVu lacks; a system without fonts of its own has them too.
FACES = {"normal": "noto_cjk_sans_jp_regular", "bold": "noto_cjk_sans_jp_bold"}


def write_pdf(material: Material, settings: Settings, file: Path) -> None:
    """Write the report on ``material`` to ``file``, at most MOST_PAGES pages; the same material gives the same bytes.

    Raises PangoMissingError.
    """
    with _keeping_all():
        weasyprint = _weasyprint()
        report = make_report(material, settings, medium="pdf")
        document = _document(weasyprint, report, describe(report))
        if len(document.pages) > MOST_PAGES:
            report = make_report(material, settings, medium="pdf", caps=TIGHT)
            document = _document(weasyprint, report, describe(report))
        document.write_pdf(file, pdf_variant=VARIANT, finisher=lambda _, made: _finish(made, report))


def write_comparison_pdf(comparison: Comparison, file: Path) -> None:
    """Write the pages on two captures to ``file``. Raises PangoMissingError."""
    with _keeping_all():
        weasyprint = _weasyprint()
        told = {"description": bare(" ".join(comparison.said), comparison.settings.language)}
        document = _document(weasyprint, comparison, told, "comparison_pdf.html.j2")
        document.write_pdf(file, pdf_variant=VARIANT, finisher=lambda _, made: mend_tags(made))


@contextmanager
def _keeping_all() -> Iterator[None]:
    """Layout makes millions of objects that live to its end: to look for dead ones takes a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _finish(made: Any, report: Report) -> None:
    mend_tags(made)
    name_links(made, report)


def _document(
    weasyprint: Any,
    report: Report | Comparison,
    told: Mapping[str, str],
    name: str = "report_pdf.html.j2",
) -> Any:
    template = environment(report.settings.language).get_template(name)
    html = _lighter(template.render(report=report, **told))
    page = weasyprint.HTML(
        string=html.encode("utf-8", "replace").decode("utf-8"),
        url_fetcher=_nothing_outside(weasyprint, logo=report.logo),
    )
    faces = _faces() if _FAR.search(html) else {}
    rules = (STYLE / "print.css").read_text(encoding="utf-8") + widths() + _pages_style(report.words)
    fonts = weasyprint.text.fonts.FontConfiguration()
    own = _nothing_outside(weasyprint, but=frozenset(faces.values()))
    style = weasyprint.CSS(string=_faces_style(faces) + rules, font_config=fonts, url_fetcher=own)
    return page.render(stylesheets=[style], font_config=fonts)


def _faces() -> dict[str, str]:
    """Weight → the address of the file in the environment; only those that are there."""
    found: dict[str, str] = {}
    for weight, package in FACES.items():
        if spec := find_spec(package):
            for folder in spec.submodule_search_locations or ():
                found.update((weight, file.as_uri()) for file in Path(folder).glob("*.otf"))
    return found


def _faces_style(faces: Mapping[str, str]) -> str:
    return "".join(
        f'@font-face {{ font-family: "Noto Sans CJK JP"; font-weight: {weight}; src: url("{address}") }}\n'
        for weight, address in faces.items()
    )


def _pages_style(words: Words) -> str:
    """What the feet of pages and references to pages say, as the language of the report has it."""

    def content(dotted: str, page: str) -> str:
        parts = re.split(r"(\{pages?\})", words[dotted])
        counters = {"{page}": page, "{pages}": "counter(pages)"}
        return " ".join(counters.get(part) or f'"{part}"' for part in parts if part)

    see = content("page.see", "target-counter(attr(data-target url), page)")
    return f"""
@page {{ @bottom-right {{ content: {content("page.number", "counter(page)")} }} }}
.onpage::after {{ content: {see} }}"""


def _lighter(html: str) -> str:
    # Fewer boxes lay out faster: a third of the time. What a capture holds is escaped, so these tags are ours.
    return html.replace("<wbr>", "\u200b").replace("<bdi>", "").replace("</bdi>", "")


def _weasyprint() -> Any:
    try:
        with _asking_no_compiler():
            import weasyprint
            import weasyprint.text.fonts
            import weasyprint.urls
    except OSError as error:  # cffi could not open a library
        raise PangoMissingError(INSTALL) from error
    return weasyprint


@contextmanager
def _asking_no_compiler() -> Iterator[None]:
    """On Linux the loader knows each library by its file's name, which WeasyPrint tries last.

    For the names that it tries before, ctypes starts a C compiler and a linker where there are any, each time anew.
    """
    if sys.platform != "linux":
        yield
        return
    find = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None  # noqa: ARG005
    try:
        yield
    finally:
        ctypes.util.find_library = find


def _nothing_outside(weasyprint: Any, *, but: Container[str] = (), logo: Logo | None = None) -> Any:
    fatal = weasyprint.urls.FatalURLFetchingError

    class NothingOutside(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """The page holds all that it needs: any address in it was put there by a capture."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            if logo and url == "logo:own":
                return weasyprint.urls.URLFetcherResponse(url, logo.content, {"Content-Type": logo.kind})
            if url in but:
                return super().fetch(url, headers)
            raise fatal(f"the report may fetch nothing, not {url[:200]!r}")

    return NothingOutside()
