"""The pages in a real Chromium: whole, quiet, closed to the outside, and usable by hand, key, phone and reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
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
from tests.unit.comparison.test_comparison import results, told

pytest.importorskip("playwright")
pytest.importorskip("pypdf")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.chromium import chromium, find_chromium, opened

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
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def show(browser: Browser, pages: Path) -> Iterator[Callable[..., Page]]:
    """Opens a page by its name; all are closed after the test."""
    with ExitStack() as stack:
        yield lambda name, **how: stack.enter_context(opened(browser, pages / f"{name}.html", **how))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_nothing_to_the_console_and_asks_nobody(browser: Browser, pages: Path, name: str):
    said: list[str] = []
    asked: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    address = (pages / f"{name}.html").as_uri()
    page.goto(address, wait_until="networkidle")
    page.close()
    assert said == []
    assert [one for one in asked if not one.startswith("data:")] == [address]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_fits_a_phone(show: Callable[..., Page], name: str, dark: bool):
    page = show(name, width=360, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("name", NAMES[:3])
def test_every_link_leads_to_a_place_on_the_page(show: Callable[..., Page], name: str):
    links = "[...document.querySelectorAll('a')].map((a) => a.getAttribute('href') || a.href.baseVal)"
    lost = f"{links}.filter((to) => to[0] !== '#' || !document.getElementById(to.slice(1)))"
    assert show(name).evaluate(lost) == []


def test_the_logo_is_shown(show: Callable[..., Page]):
    assert show("report").locator("img.logo").evaluate("(logo) => logo.naturalWidth") > 0


def test_the_list_of_events_is_searched_and_chosen_and_says_how_much_is_left(show: Callable[..., Page]):
    events = show("report").locator(".p-events")
    shown, said, search = (
        events.locator("tbody tr:visible"),
        events.get_by_role("status"),
        events.get_by_role("searchbox"),
    )
    search.fill("readfile 13")
    expect(shown).to_have_count(1)
    expect(said).to_have_text("1 of 30 rows")
    search.fill("")
    expect(shown).to_have_count(30)
    expect(said).to_have_text("")
    events.get_by_label("Operation").select_option("ReadFile")
    expect(shown).to_have_count(15)
    expect(said).to_have_text("15 of 30 rows")


def test_a_link_to_a_row_that_is_searched_away_finds_it(show: Callable[..., Page]):
    page = show("report")
    page.locator(".p-events").get_by_role("searchbox").fill("xyz")
    page.locator("#finding-1 a[href='#event-10']").first.click()
    expect(page.locator("#event-10")).to_be_in_viewport()
    page.locator("#event-10 a[href='#finding-1']").click()
    expect(page.locator("#finding-1")).to_be_in_viewport()
    assert page.url.endswith("#finding-1")


@pytest.mark.parametrize("width", [360, 1280])
def test_checks_that_found_something_are_seen_at_any_width(show: Callable[..., Page], width: int):
    expect(show("report", width=width).locator("tr.found").first).to_be_visible()


def test_each_printed_sheet_bears_the_marking_the_case_and_its_number(
    show: Callable[..., Page], tmp_path: Path
):
    show("report").pdf(path=tmp_path / "printed.pdf")
    sheets = [page.extract_text() for page in PdfReader(tmp_path / "printed.pdf").pages]
    assert len(sheets) > 2
    for number, text in enumerate(sheets, 1):
        assert "TLP:AMBER" in text
        assert "K-7" in text
        assert f"{number} / {len(sheets)}" in text
    assert any("Found" in text for text in sheets)


def test_the_contents_name_each_finding_and_show_where_one_is(show: Callable[..., Page]):
    page = show("report")
    contents = page.locator(".contents")
    expect(contents.locator(".within a")).to_have_count(2)
    contents.locator("a[href='#finding-2']").click()
    expect(contents.locator("[aria-current]")).to_have_attribute("href", "#finding-2")
    contents.locator("a[href='#part-events']").click()
    expect(contents.locator("[aria-current]")).to_have_attribute("href", "#part-events")


def test_a_head_sorts_by_key_and_says_how(show: Callable[..., Page]):
    page = show("report")
    page.locator(".events th button").first.focus()
    for order, first in (("ascending", "10"), ("descending", "39")):
        page.keyboard.press("Enter")
        expect(page.locator(".events th").first).to_have_attribute("aria-sort", order)
        expect(page.locator(".events tbody td").first).to_have_text(first)


def test_the_filter_for_process_monitor_is_copied_one_rule_a_line(show: Callable[..., Page]):
    page = show("report")
    page.evaluate(
        "navigator.clipboard.writeText = (text) => { window.took = text; return Promise.resolve() }"
    )
    copy = page.locator("#finding-1").get_by_role("button", name="Copy")
    copy.click()
    expect(page.locator("#finding-1 .copy")).to_have_text("Copied")
    assert page.evaluate("took") == "Path · is · C:\\a.sys · Include"


def test_the_tree_folds(show: Callable[..., Page]):
    page = show("report")
    page.locator(".fold > summary").click()
    tree = page.locator(".treelist")
    before = tree.bounding_box()
    page.locator(".treelist summary").first.focus()
    page.keyboard.press("Enter")
    after = tree.bounding_box()
    assert before
    assert after
    assert after["height"] < before["height"]


def test_the_first_tab_leads_past_the_heading_to_the_report(show: Callable[..., Page]):
    page = show("report")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#report")


def test_without_javascript_all_is_there_and_no_button_that_does_nothing(show: Callable[..., Page]):
    page = show("report", script=False)
    expect(page.locator(".events tbody tr")).to_have_count(30)
    expect(page.locator("button, input, [hidden]")).to_have_count(0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_violation(show: Callable[..., Page], name: str, dark: bool, width: int):
    found = Axe().run(show(name, dark=dark, width=width)).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_box_of_code_leaves_no_empty_stub_at_the_end_of_a_japanese_line(browser: Browser, tmp_path: Path):
    said = "".join(f"{'漢' * n}`x\\y{n}.exe`が`C:\\Windows\\a{n}.dll`を読み、" for n in range(1, 60))
    made = material(findings=[finding(statement=said, meaning=said)])
    report = make_report(made, Settings(language="ja"), medium="html")
    (tmp_path / "ja.html").write_text(report_html(report), encoding="utf-8")
    stubs = "[...document.querySelectorAll('p code')].flatMap((c) => [...c.getClientRects()]).filter((r) => r.width < 12)"
    for width in (420, 700, 1280):
        with opened(browser, tmp_path / "ja.html", width=width) as page:
            assert page.evaluate(f"{stubs}.length") == 0
