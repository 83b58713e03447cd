"""The logo of who reports: a local PNG or SVG, checked, small, and carried inside the report."""

from __future__ import annotations

import struct
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from scripts.procmon.errors import SettingsError

#: Bytes that a logo may have; it stands in every report.
MOST_BYTES = 200_000
#: Points of a PNG's longer side.
MOST_POINTS = 4000

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_ACTIVE = {"script", "foreignObject", "style", "animate", "set", "handler", "use", "image"}


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A picture that is safe to embed."""

    kind: str  #: its media type
    content: bytes

    @property
    def address(self) -> str:
        """As a data: address."""
        return f"data:{self.kind};base64,{b64encode(self.content).decode()}"


def read_logo(file: str | Path | None) -> Logo | None:
    """The logo in ``file``; None for none. Raises SettingsError for one that can't be embedded."""
    if not file:
        return None
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"report.logo: {file} can't be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise SettingsError(f"report.logo: {file} has more than {MOST_BYTES:,} bytes; please save it smaller")
    kind = "image/png" if content.startswith(_PNG) else "image/svg+xml"
    wrong = _wrong_png(content) if kind == "image/png" else _wrong_svg(content)
    if wrong:
        raise SettingsError(f"report.logo: {file} {wrong}")
    return Logo(kind=kind, content=content)


def _wrong_png(content: bytes) -> str:
    if len(content) < 33 or content[12:16] != b"IHDR":
        return "is no whole PNG"
    sides = struct.unpack(">II", content[16:24])
    if not all(0 < side <= MOST_POINTS for side in sides):
        return f"has {sides[0]} x {sides[1]} points; at most {MOST_POINTS} a side are taken"
    return ""


def _wrong_svg(content: bytes) -> str:
    """What keeps the text from being an SVG of shapes and words alone."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return "is neither PNG nor SVG"
    if root.tag != f"{_SVG}svg":
        return "is neither PNG nor SVG"
    if root.getroottree().docinfo.internalDTD is not None:
        return "has a document type, which a logo needs not"
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        if name in _ACTIVE:
            return f"holds <{name}>; a logo may hold shapes and words only"
        for key, value in element.attrib.items():
            attribute = etree.QName(key).localname
            if (
                attribute.startswith("on")
                or attribute == "href"
                or ("url(" in value and "url(#" not in value)
            ):
                return f"holds the attribute {attribute}, which could act or reach outside"
    return ""
