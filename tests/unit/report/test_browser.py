"""The pages in a real Chromium: whole, quiet, closed to the outside, and usable by hand, key, phone and reader."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.procmon.report.comparison import make_comparison
from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import report_html, write_comparison_html
from scripts.procmon.report.index import index_html
from scripts.procmon.report.material import Settings
from scripts.procmon.report.overview import Entry, Failure, Overview
from tests.captures.events import Row
from tests.captures.results import check, event, finding, info, material, process, stages
from tests.chromium import Page, chromium, find_chromium
from tests.unit.comparison.test_comparison import results, told

pytestmark = pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium on this system (Debian: apt-get install chromium)"
)
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" fill="#1f4e79"/></svg>'
NAMES = ("report", "calm", "refused", "index", "comparison")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with findings, one without, one on a refused capture, the index, and one on two captures."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "logo.svg").write_text(LOGO)
    settings = Settings(
        marking="TLP:AMBER", case="K-7", organisation="A laboratory", logo=str(folder / "logo.svg")
    )
    rows = [
        event(n, operation=("WriteFile", "ReadFile")[n % 2], findings=["F1"] if n < 13 else [])
        for n in range(10, 40)
    ]
    rows[0] |= {"operation": "FASTIO_RELEASE_FOR_SECTION_SYNCHRONIZATION"}
    busy = material(
        findings=[finding(), finding(2, severity="low", evidence=[20])],
        checks=[check("dropped_files", "found"), check("network", "could not be checked", reason="No such events.")],
        tables={"processes": [process(1), process(2, 1), process(3, 2), process(4, 1)]},
        events=rows,
        capture=info(operations={"WriteFile": 20, "ReadFile": 15}),
        funnel=stages(30_000, 600, 133),
    )  # fmt: skip
    refused = info(
        refused={"file": "x", "where": None, "expected": "a capture", "found": "y", "advice": None}
    )
    made = {"report": busy, "calm": material(), "refused": material(capture=refused)}
    for name, one in made.items():
        html = report_html(make_report(one, settings, medium="html"))
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    entries = [
        Entry(name=name, material=busy, events=1, left=1, severities={"high": 1}) for name in ("a", "b")
    ]
    overview = Overview(entries=entries, failures=[Failure(name="x.CSV", reason="row 3: expected 7 fields")])
    (folder / "index.html").write_text(index_html(overview, report={"marking": "TLP:RED"}), encoding="utf-8")
    before = results(folder / "before", Row("WriteFile", "C:\\a.txt", category="Write"))
    after = results(folder / "after", Row("WriteFile", f"C:\\{'b' * 90}.sys", category="Write"))
    two = make_comparison(told(before, after), settings, medium="html")
    write_comparison_html(two, folder / "comparison.html")
    return folder


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_nothing_to_the_console_and_asks_nobody(page: Page, pages: Path, name: str):
    page.messages.clear()
    page.requests.clear()
    page.open(pages / f"{name}.html")
    page.run("new Promise((done) => setTimeout(done, 100))")
    assert page.messages == []
    asked = [address for address in page.requests if not address.startswith("data:")]
    assert asked == [(pages / f"{name}.html").as_uri()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_fits_a_phone(page: Page, pages: Path, name: str, dark: bool):
    page.open(pages / f"{name}.html", width=360, dark=dark)
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("name", NAMES[:3])
def test_every_link_leads_to_a_place_on_the_page(page: Page, pages: Path, name: str):
    page.open(pages / f"{name}.html")
    lost = "[...document.querySelectorAll('a')].map((a) => a.getAttribute('href') || a.href.baseVal)"
    assert page.run(f"{lost}.filter((to) => to[0] !== '#' || !document.getElementById(to.slice(1)))") == []


def test_the_logo_is_shown(page: Page, pages: Path):
    page.open(pages / "report.html")
    assert page.run("document.querySelector('img.logo').naturalWidth") > 0


def narrowed(page: Page, script: str) -> tuple[int, str]:
    page.run(
        f"var at = document.querySelector('#part-events').parentNode; {script}; void 0".replace(
            "const at", "var at"
        )
    )
    shown = page.run("at.querySelectorAll('tbody tr:not([hidden])').length")
    return shown, page.run("at.querySelector('[role=status]').textContent")


def test_the_list_of_events_is_searched_and_chosen_and_says_how_much_is_left(page: Page, pages: Path):
    page.open(pages / "report.html")
    typed = "at.querySelector('input').value = 'readfile 13'; at.querySelector('input').dispatchEvent(new Event('input'))"
    assert narrowed(page, typed) == (1, "1 of 30 rows")
    cleared = (
        "at.querySelector('input').value = ''; at.querySelector('input').dispatchEvent(new Event('input'))"
    )
    assert narrowed(page, cleared) == (30, "")
    chosen = "var by = at.querySelectorAll('select')[1]; by.value = 'ReadFile'; by.dispatchEvent(new Event('input'))"
    assert narrowed(page, chosen) == (15, "15 of 30 rows")


def test_a_link_to_a_row_that_is_searched_away_finds_it(page: Page, pages: Path):
    page.open(pages / "report.html")
    narrowed(
        page,
        "at.querySelector('input').value = 'xyz'; at.querySelector('input').dispatchEvent(new Event('input'))",
    )
    page.run("document.querySelector('#finding-1 a[href=\"#event-10\"]').click()")
    page.run("new Promise((done) => setTimeout(done, 50))")
    assert page.run("location.hash") == "#event-10"
    assert page.run("document.getElementById('event-10').getBoundingClientRect().top < innerHeight")
    page.run("document.querySelector('#event-10 a[href=\"#finding-1\"]').click()")
    assert page.run("location.hash") == "#finding-1"


def test_a_head_sorts_by_key_and_says_how(page: Page, pages: Path):
    page.open(pages / "report.html")
    page.run("document.querySelector('.events th button').focus()")
    for order, first in (("ascending", "10"), ("descending", "39")):
        page.press("Enter")
        assert page.run("document.querySelector('.events th').getAttribute('aria-sort')") == order
        assert page.run("document.querySelector('.events tbody td').textContent") == first


def test_the_filter_for_process_monitor_is_copied_one_rule_a_line(page: Page, pages: Path):
    page.open(pages / "report.html")
    page.run("var took; document.addEventListener('copy', () => { took = String(getSelection()) })")
    page.run("navigator.clipboard.writeText = (text) => { took = text; return Promise.resolve() }")
    page.run(
        "document.querySelector('#finding-1 .copy').click(); new Promise((done) => setTimeout(done, 20))"
    )
    assert page.run("took") == "Path · is · C:\\a.sys · Include"
    assert page.run("document.querySelector('#finding-1 .copy').textContent") == "Copied"


def test_the_tree_folds(page: Page, pages: Path):
    page.open(pages / "report.html")
    height = "document.querySelector('.treelist').offsetHeight"
    page.run(
        "document.querySelector('.fold').open = true; document.querySelector('.treelist summary').focus()"
    )
    before = page.run(height)
    page.press("Enter")
    assert page.run(height) < before


def test_the_first_tab_leads_past_the_heading_to_the_report(page: Page, pages: Path):
    page.open(pages / "report.html")
    page.press("Tab")
    assert page.run("document.activeElement.getAttribute('href')") == "#report"


def test_without_javascript_all_is_there_and_no_button_that_does_nothing(page: Page, pages: Path):
    page.open(pages / "report.html", script=False)
    root = page.ask("DOM.getDocument", depth=1)["root"]["nodeId"]

    def count(selector: str) -> int:
        return len(page.ask("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"])

    assert count(".events tbody tr") == 30
    assert count("button") == count("input") == count("[hidden]") == 0
    page.ask("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.skipif("AXE" not in os.environ, reason="AXE names no axe.min.js (of the npm package axe-core)")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_violation(page: Page, pages: Path, name: str, dark: bool, width: int):
    page.open(pages / f"{name}.html", dark=dark, width=width)
    page.run(Path(os.environ["AXE"]).read_text(encoding="utf-8") + "; void 0")
    told = "axe.run().then((found) => found.violations.map((one) => [one.id, one.nodes[0].html]))"
    assert page.run(told) == []


def test_a_box_of_code_leaves_no_empty_stub_at_the_end_of_a_japanese_line(page: Page, tmp_path: Path):
    said = "".join(f"{'漢' * n}`x\\y{n}.exe`が`C:\\Windows\\a{n}.dll`を読み、" for n in range(1, 60))
    made = material(findings=[finding(statement=said, meaning=said)])
    report = make_report(made, Settings(language="ja"), medium="html")
    (tmp_path / "ja.html").write_text(report_html(report), encoding="utf-8")
    stubs = "[...document.querySelectorAll('p code')].flatMap((c) => [...c.getClientRects()]).filter((r) => r.width < 12)"
    for width in (420, 700, 1280):
        page.open(tmp_path / "ja.html", width=width)
        assert page.run(f"{stubs}.length") == 0
