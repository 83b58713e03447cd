"""report.pdf: the same report on A4 pages, made by WeasyPrint, which may fetch nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.procmon.report.html import STYLE, describe, environment, widths
from scripts.procmon.report.view import Report

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a system lacks when WeasyPrint can't be imported, and the line that brings it.
INSTALL = (
    "The PDF needs Pango, which this system lacks. Install it with\n"
    "    apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0\n"
    "(Debian, Ubuntu), `dnf install pango harfbuzz` (Fedora) or `brew install pango` (macOS), then run again."
)


class PangoMissingError(Exception):
    """WeasyPrint's libraries are not on this system; the message is the line that installs them."""


def write_pdf(report: Report, file: Path) -> None:
    """Write the report to ``file``; the same report gives the same bytes. Raises PangoMissingError."""
    weasyprint = _weasyprint()
    told = describe(report)
    html = environment().get_template("report_pdf.html.j2").render(report=report, **told)
    document = weasyprint.HTML(
        string=html.encode("utf-8", "replace").decode("utf-8"), url_fetcher=_nothing_outside(weasyprint)
    )
    style = weasyprint.CSS(string=(STYLE / "print.css").read_text(encoding="utf-8") + widths())
    document.write_pdf(file, stylesheets=[style])


def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.urls
    except OSError as error:  # cffi could not open a library
        raise PangoMissingError(INSTALL) from error
    return weasyprint


def _nothing_outside(weasyprint: Any) -> Any:
    fatal = weasyprint.urls.FatalURLFetchingError

    class NothingOutside(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """The page holds all that it needs: any address in it was put there by a capture."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ARG002
            raise fatal(f"the report may fetch nothing, not {url[:200]!r}")

    return NothingOutside()
