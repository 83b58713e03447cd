"""Where pages break: what announces something stands on its page, and no row stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.report import pdf
from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import describe
from scripts.procmon.report.material import Material, Settings
from tests.captures.results import HOUR, check, event, finding, info, material, process

pytest.importorskip("weasyprint")
from weasyprint.formatting_structure import boxes


def laid_out(made: Material, **settings: str) -> Any:
    report = make_report(made, Settings(**settings), medium="pdf")
    return pdf._document(pdf._weasyprint(), report, describe(report))


def walk(box: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    yield box, above
    for child in getattr(box, "children", ()):
        yield from walk(child, (*above, box))


def elements_of_last_line(page: Any) -> list[Any]:
    body = next(child for child in page._page_box.children if not isinstance(child, boxes.MarginBox))
    *_, (_, above) = (pair for pair in walk(body) if isinstance(pair[0], boxes.LineBox))
    return [box.element for box in above if box.element is not None]


def announcing(document: Any) -> set[Any]:
    """The elements that nothing but their followers give sense to: headings, heads, the sentence above a table."""
    root = next(box.element for box, _ in walk(document.pages[0]._page_box) if box.element_tag == "html")
    found = {one for one in root.iter() if one.tag in ("h1", "h2", "h3", "thead")}
    for parent in root.iter():
        pairs = zip(list(parent), list(parent)[1:], strict=False)
        found |= {one for one, after in pairs if one.get("class") == "said" and after.get("class") == "wide"}
    return found


def rows_by_table(document: Any) -> dict[int, list[int]]:
    """How many rows of each table stand on each page that it covers."""
    counts: dict[int, list[int]] = {}
    for page in document.pages:
        for box, _ in walk(page._page_box):
            if isinstance(box, boxes.TableBox):
                groups = [group for group in box.children if not group.is_header]
                counts.setdefault(id(box.element), []).append(sum(len(group.children) for group in groups))
    return counts


def long(lines: int) -> Material:
    """A capture with long tables, which begin ``lines`` lines further down than otherwise."""
    row = TABLES["files"](
        path="C:\\a\\b.txt", how="created", what="data", process=1, who="a.exe (1)", time=HOUR, events=[1]
    )
    return material(
        findings=[finding(n) for n in range(1, 4)],
        checks=[check("files", "found"), *(check(f"check {n}") for n in range(70))],
        events=[event(10, findings=["F1"])],
        tables={"processes": [process(1)], "files": [row.__dict__] * 30},
        capture=info(remarks=[f"Remark {n}." for n in range(lines)]),
    )


@pytest.mark.parametrize("lines", [0, 12, 30, 33, 34, 35, 36])
def test_no_page_ends_with_what_announces_the_next(lines: int):
    document = laid_out(long(lines))
    split = [counts for counts in rows_by_table(document).values() if len(counts) > 1]
    assert split
    assert [counts for counts in split if min(counts) < 2] == []
    alone = announcing(document)
    assert len(alone) > 10
    ends = {
        page_number: elements_of_last_line(page) for page_number, page in enumerate(document.pages, start=1)
    }
    assert {number: one.tag for number, ends_of in ends.items() for one in ends_of if one in alone} == {}


def test_an_entry_of_the_contents_that_fills_its_line_leaves_no_line_for_the_number_alone():
    title = "A title of very many words " * 3
    for more in (0, 10, 20):
        document = laid_out(material(findings=[finding(1, title=title + "x" * more)]))
        lines = [
            "".join(part.text for part, _ in walk(box) if isinstance(part, boxes.TextBox)).strip()
            for page in document.pages
            for box, above in walk(page._page_box)
            if isinstance(box, boxes.LineBox) and any(one.element_tag == "nav" for one in above)
        ]
        assert any("A title" in line for line in lines)
        assert [line for line in lines if set(line) <= set(". ●○")] == []
