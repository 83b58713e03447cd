"""The PDF as ISO 14289-1 (PDF/UA-1) asks, as far as its objects can tell: conditions of the Matterhorn protocol."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.procmon.report import pdf
from scripts.procmon.report.material import Settings
from tests.captures.results import check, event, finding, info, material, process, stages

pytest.importorskip("pypdf")
from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, IndirectObject

#: What may stand in what, where the standard says so.
WITHIN = {
    "/L": {"/LI", "/Caption"},
    "/LI": {"/Lbl", "/LBody"},
    "/Table": {"/TR", "/THead", "/TBody", "/TFoot", "/Caption"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TR": {"/TH", "/TD"},
}
PAINTS = set(b"Tj TJ ' \" S s f F f* B B* b b* sh Do BI".split())


@pytest.fixture(scope="module", params=["en", "ja"])
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    made = material(
        findings=[finding(1), finding(2, severity="low")],
        checks=[check("dropped_files", "found"), check("network", "could not be checked", reason="No network events.")],
        events=[event(n, findings=["F1"]) for n in range(10, 30)],
        tables={"processes": [process(1), process(2, 1)]},
        funnel=stages(30_000, 600, 133),
    )  # fmt: skip
    file = tmp_path_factory.mktemp("pdf") / "a.pdf"
    pdf.write_pdf(made, Settings(language=request.param, marking="TLP:AMBER"), file)
    return PdfReader(file)


def elements(reader: PdfReader) -> Iterator[Any]:
    """Every structure element in the order of reading."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop()
        if "/S" in element:
            yield element
        waiting.extend(reversed(kids(element)))


def kids(element: Any) -> list[Any]:
    inside = element.get("/K", [])
    inside = inside if isinstance(inside, ArrayObject) else [inside]
    found = [kid.get_object() if isinstance(kid, IndirectObject) else kid for kid in inside]
    return [kid for kid in found if isinstance(kid, dict) and "/S" in kid]


def test_a_validator_of_the_standard_finds_nothing_to_object_to(reader: PdfReader):
    page = pytest.importorskip("page")
    told = page.validate_pdf_bytes(reader.stream.getvalue(), profile="ua1")
    assert told.rules.total > 100
    assert [(one.rule_id, one.message) for one in told.failures] == []


def test_the_file_calls_itself_accessible_and_shows_its_title(reader: PdfReader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/Lang"] in ("en", "ja")
    told = root["/Metadata"].get_data().decode()
    assert 'pdfuaid:part="1"' in told or "<pdfuaid:part>1" in told
    assert "Process Monitor" in told or "case/one" in told


def test_all_that_is_painted_is_marked_as_content_or_as_decoration(reader: PdfReader):
    for page in reader.pages:
        depth = 0
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"BDC", b"BMC"):
                depth += 1
            elif operator == b"EMC":
                depth -= 1
            elif operator in PAINTS:
                assert depth > 0, (operands, operator)
        assert depth == 0


def test_headings_go_down_one_step_at_a_time(reader: PdfReader):
    levels = [
        int(element["/S"][2]) for element in elements(reader) if element["/S"] in ("/H1", "/H2", "/H3", "/H4")
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_lists_and_tables_hold_what_they_may(reader: PdfReader):
    seen = set()
    for element in elements(reader):
        if allowed := WITHIN.get(element["/S"]):
            seen.add(element["/S"])
            assert {kid["/S"] for kid in kids(element)} <= allowed, element["/S"]
    assert seen == set(WITHIN)


def test_every_cell_knows_its_header(reader: PdfReader):
    cells = [element for element in elements(reader) if element["/S"] == "/TD"]
    assert cells
    headers = [element for element in elements(reader) if element["/S"] == "/TH"]
    assert {str(header["/A"]["/Scope"]) for header in headers} == {"/Column"}
    heads = {header["/ID"] for header in headers}
    assert all(cell["/A"]["/Headers"] and set(cell["/A"]["/Headers"]) <= heads for cell in cells)


def test_every_picture_is_told_in_words_that_say_what_it_shows(reader: PdfReader):
    told = [str(element["/Alt"]) for element in elements(reader) if element["/S"] == "/Figure"]
    assert len(told) >= 3
    assert any("600" in one or "133" in one for one in told)


def test_every_link_says_where_it_leads_and_belongs_to_the_text(reader: PdfReader):
    links = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    owners = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    of_links = {int(at): element.get_object() for at, element in zip(owners[::2], owners[1::2], strict=True)}
    assert links
    for link in links:
        assert of_links[link["/StructParent"]]["/S"] == "/Link"
        assert "-" not in str(link["/Contents"])
    assert all(page["/Tabs"] == "/S" for page in reader.pages)
    assert all(str(link["/Dest"]) in reader.named_destinations for link in links)


def test_fonts_are_in_the_file_with_the_characters_that_they_stand_for(reader: PdfReader):
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            assert "/ToUnicode" in font
            (descendant,) = font["/DescendantFonts"]
            descriptor = descendant.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_words_can_be_copied_whole(reader: PdfReader, tmp_path: Path):
    made = material(findings=[finding()], events=[event(10, findings=["F1"])])
    pdf.write_pdf(made, Settings(marking="TLP:AMBER", language="en"), tmp_path / "a.pdf")
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages)
    for words in ("Process Monitor capture report", "TLP:AMBER", "How the computer was changed", "●●● High"):
        assert words in text


def test_a_refused_capture_is_accessible_as_well(tmp_path: Path):
    refused = {"file": "x", "where": None, "expected": "a capture", "found": "y", "advice": None}
    pdf.write_pdf(material(capture=info(refused=refused)), Settings(), tmp_path / "a.pdf")
    levels = [
        element["/S"]
        for element in elements(PdfReader(tmp_path / "a.pdf"))
        if str(element["/S"]).startswith("/H")
    ]
    assert levels == ["/H1", "/H2"]
