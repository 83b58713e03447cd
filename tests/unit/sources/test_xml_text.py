"""What XML forbids does not end the reading of an export."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from scripts.procmon.sources.xml_text import XmlText


def whole(content: bytes, size: int = 1 << 20) -> tuple[bytes, int]:
    text = XmlText(io.BytesIO(content))
    return b"".join(iter(lambda: text.read(size), b"")), text.replaced


def allowed(character: str) -> bool:
    """XML 1.0 (fifth edition), production 2."""
    point = ord(character)
    return (
        character in "\t\n\r"
        or 0x20 <= point <= 0xD7FF
        or 0xE000 <= point <= 0xFFFD
        or 0x10000 <= point <= 0x10FFFF
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(1, 40))
def test_an_xml_parser_reads_any_text_however_the_file_is_cut(text, size):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    got, replaced = whole(f"<a>{escaped}</a>".encode(), size)
    expected = "".join(one if allowed(one) else "\ufffd" for one in text)
    # A parser makes one line end of all (XML 1.0, 2.11).
    lines = expected.replace("\r\n", "\n").replace("\r", "\n")
    assert (etree.fromstring(got).text or "") == lines
    assert replaced == sum(not allowed(one) for one in text)


@given(st.integers(0, 0x11FFFF), st.booleans(), st.integers(1, 30))
def test_a_reference_to_a_forbidden_character_is_replaced_and_no_other(point, by_hex, size):
    reference = f"&#x{point:x};" if by_hex else f"&#{point};"
    got, replaced = whole(f"<a>{reference}</a>".encode(), size)
    if point > 0x10FFFF or (0xD800 <= point <= 0xDFFF and not by_hex):
        return  # no writer of characters makes these
    assert (got != f"<a>{reference}</a>".encode()) == (not allowed(chr(point)))
    assert replaced == (not allowed(chr(point)))
    etree.fromstring(got)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251"])
def test_a_declared_encoding_or_a_byte_order_mark_counts(encoding):
    declared = encoding.removesuffix("-sig")
    got, replaced = whole(f'<?xml version="1.0" encoding="{declared}"?><a>имя</a>'.encode(encoding))
    assert "<a>имя</a>" in got.decode()
    assert replaced == 0


def test_a_declaration_that_the_bytes_belie_does_not_count():
    got, _ = whole(b'<?xml version="1.0" encoding="utf-16"?><a>x</a>')
    assert got.endswith(b"<a>x</a>")
    got, _ = whole(b'<?xml version="1.0" encoding="rot13"?><a>x</a>')
    assert got.endswith(b"<a>x</a>")


@given(st.integers(1, 200))
def test_references_to_entities_that_a_file_declares_are_replaced_and_counted(size):
    declared = '<!DOCTYPE a [<!ENTITY far SYSTEM "file:///C:/secret">]>'
    got, replaced = whole(f"{declared}<a>&far;&amp;&lt;x &far;</a>".encode(), size)
    assert etree.fromstring(got).text == "\ufffd&<x \ufffd"
    assert replaced == 2
