"""The logo: small, local, and unable to act or to reach outside; the marking in the colours of its protocol."""

from __future__ import annotations

import struct
from base64 import b64encode
from pathlib import Path

import pytest

from scripts.procmon.cases import told_place
from scripts.procmon.errors import SettingsError
from scripts.procmon.report import pdf
from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import report_html
from scripts.procmon.report.logo import MOST_BYTES, read_logo
from scripts.procmon.report.material import Settings
from tests.captures.results import material

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
PLAIN = SVG.format('<circle cx="4" cy="4" r="4" fill="url(#a)"/>')


def logo(folder: Path, content: str | bytes) -> Path:
    file = folder / "logo"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII5x4x", 13, b"IHDR", width, height)


def test_an_svg_and_a_png_are_told_by_what_they_hold(tmp_path: Path):
    for content, kind in ((PLAIN, "image/svg+xml"), (png(40, 20), "image/png")):
        made = read_logo(logo(tmp_path, content))
        assert made is not None
        assert made.kind == kind


def test_an_svg_of_shapes_words_gradients_and_repeated_parts_is_taken(tmp_path: Path):
    drawn = """<title>A laboratory</title><!-- drawn by hand -->
        <defs><linearGradient id="a" x1="0" x2="1"><stop offset="0" stop-color="rgb(1, 2, 3)"/></linearGradient>
        <clipPath id="c"><rect width="9" height="9" rx="1"/></clipPath><path id="p" d="M0 0L9 9z"/></defs>
        <g transform="translate(1 2) rotate(45)" clip-path="url(#c)" style="fill:url('#a');stroke:#fff">
        <use href="#p"/><use xmlns:x="http://www.w3.org/1999/xlink" x:href="#p" x="3"/></g>
        <text x="1" y="2" font-family="serif" xml:space="preserve">A (laboratory) \\ <tspan>url(x)</tspan></text>"""
    whole = SVG.format(drawn).replace("<svg ", '<svg id="Layer_1" ')
    assert read_logo(logo(tmp_path, whole)) is not None


def test_no_logo_is_none():
    assert read_logo("") is None
    assert read_logo(None) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG.format("<script>alert(1)</script>"), "<script>"),
        (SVG.format('<rect onload="alert(1)"/>'), "onload"),
        (SVG.format('<a href="http://example.org/"/>'), "<a>"),
        (SVG.format('<use href="http://example.org/a.svg#a"/>'), "href"),
        (SVG.format('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="a.svg#a"/>'), "href"),
        (SVG.format('<g id="a"><use href="#a"/><use href="#a"/></g>'), "repeated without end"),
        (SVG.format('<rect xmlns:x="x" x:fill="red"/>'), "fill"),
        (SVG.format('<x:rect xmlns:x="http://www.w3.org/1999/xhtml"/>'), "<rect>"),
        (SVG.format('<rect fill="URL(http://example.org/x)"/>'), "url() points outside"),
        (SVG.format('<rect fill="url(#a) url(http://example.org/x)"/>'), "url() points outside"),
        (SVG.format('<rect style="fill: url (http://example.org/x"/>'), "url() points outside"),
        (SVG.format(r'<rect style="fill:u\72l(http://example.org/x)"/>'), "can't be checked"),
        (SVG.format("<rect style=\"fill:u/**/rl('http://example.org/x')\"/>"), "can't be checked"),
        (SVG.format("<rect style=\"background:image('http://example.org')\"/>"), "image()"),
        (SVG.format("<style>rect{fill:red}</style>"), "plain SVG or as PNG"),
        (SVG.format('<filter><feImage href="#a"/></filter>'), "<filter>"),
        (SVG.format('<rect><animateTransform attributeName="transform"/></rect>'), "<animateTransform>"),
        ('<?xml-stylesheet href="http://example.org/a.css"?>' + PLAIN, "processing instruction"),
        (SVG.format('<rect fill="url(http://example.org/x)"/>'), "fill"),
        (SVG.format('<image href="x.png"/>'), "<image>"),
        (
            '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG.format("<text>&x;</text>"),
            "document type",
        ),
        ("<html/>", "neither PNG nor SVG"),
        ("GIF89a", "neither PNG nor SVG"),
        (png(9, 5000), "5000 points"),
        (png(9, 9)[:20], "no whole PNG"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * MOST_BYTES, "more than 200,000 bytes"),
    ],
)
def test_what_could_act_reach_outside_or_be_large_is_refused_with_its_reason(
    tmp_path: Path, content: str | bytes, said: str
):
    with pytest.raises(SettingsError, match=r"report\.logo") as caught:
        read_logo(logo(tmp_path, content))
    assert said in str(caught.value)


def test_a_logo_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SettingsError, match="can't be read"):
        read_logo(tmp_path / "none.svg")


def test_what_is_wrong_with_a_logo_is_told_by_the_line_where_it_is_set(tmp_path: Path):
    config, wrong = tmp_path / "config.yaml", logo(tmp_path, "GIF89a")
    config.write_text(f"report:\n  case: x\n  logo: {wrong}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_logo(wrong, place=told_place(config, ("report", "logo")))
    assert str(caught.value) == f"{config}, line 3, report.logo: {wrong} is neither PNG nor SVG"


def test_the_page_carries_the_logo_and_allows_pictures_for_it_alone(tmp_path: Path):
    settings = Settings(logo=str(logo(tmp_path, PLAIN)), organisation="A laboratory")
    html = report_html(make_report(material(), settings, medium="html"))
    assert f"data:image/svg+xml;base64,{b64encode(PLAIN.encode()).decode()}" in html
    assert 'alt="A laboratory"' in html
    assert "img-src data:" in html
    assert "img-src" not in report_html(make_report(material(), Settings(), medium="html"))


def test_the_pdf_carries_the_logo_with_the_name_of_the_organisation(tmp_path: Path):
    reader = pytest.importorskip("pypdf").PdfReader
    plain, marked = tmp_path / "a.pdf", tmp_path / "b.pdf"
    pdf.write_pdf(material(), Settings(organisation="A laboratory"), plain)
    pdf.write_pdf(
        material(),
        Settings(organisation="A laboratory", logo=str(logo(tmp_path, png_of_one_point()))),
        marked,
    )
    assert not list(reader(plain).pages[0].images)
    assert len(list(reader(marked).pages[0].images)) == 1


def png_of_one_point() -> bytes:
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
        + chunk(b"IEND", b"")
    )


def test_a_marking_wears_the_colour_of_its_protocol():
    html = report_html(make_report(material(), Settings(marking="TLP:AMBER+STRICT"), medium="html"))
    assert '<span class="marking tlp-amber">TLP:AMBER+STRICT</span>' in html


def test_the_method_tells_versions_settings_and_commands():
    report = make_report(material(), Settings(case="K-7", analyst="An analyst"), medium="html")
    assert "numpy" in report.made_with
    assert ("case", "K-7") in report.asked
    assert report.commands[0] == "sha256sum inputs/one.PML"
    html = report_html(report)
    for told in ("sha256sum inputs/one.PML", "K-7", report.made_with):
        assert told in html
