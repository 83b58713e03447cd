"""The logo of who reports: a local PNG or SVG, checked, small, and carried inside the report."""

from __future__ import annotations

import re
import struct
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.procmon.errors import SettingsError

#: Bytes that a logo may have; it stands in every report.
MOST_BYTES = 200_000
#: Points of a PNG's longer side.
MOST_POINTS = 4000

#: What to do about an SVG that holds more than is taken.
ADVICE = "programs that draw can save it as plain SVG or as PNG"

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink"

#: The elements that draw shapes and words and do nothing else (SVG 1.1, 5, 7, 9, 10, 13 and 14.3).
_ELEMENTS = {
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "defs",
    "linearGradient", "radialGradient", "stop", "clipPath", "title", "desc", "use",
}  # fmt: skip
#: The attributes of these that hold numbers, colours, names and references to the file's own parts.
_ATTRIBUTES = {
    "id", "class", "style", "transform", "href", "version", "viewBox", "preserveAspectRatio", "width",
    "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "d",
    "points", "dx", "dy", "rotate", "textLength", "lengthAdjust", "pathLength", "offset", "gradientUnits",
    "gradientTransform", "spreadMethod", "clipPathUnits", "clip-path", "clip-rule", "color",
    "color-interpolation", "color-rendering", "direction", "display", "dominant-baseline",
    "alignment-baseline", "baseline-shift", "enable-background", "fill", "fill-opacity", "fill-rule",
    "font-family", "font-size", "font-stretch", "font-style", "font-variant", "font-weight",
    "image-rendering", "isolation", "kerning", "letter-spacing", "mix-blend-mode", "opacity", "overflow",
    "paint-order", "role", "shape-rendering", "stop-color", "stop-opacity", "stroke", "stroke-dasharray",
    "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity",
    "stroke-width", "text-anchor", "text-decoration", "text-rendering", "unicode-bidi", "vector-effect",
    "visibility", "word-spacing", "writing-mode", "aria-label", "aria-labelledby", "aria-hidden",
}  # fmt: skip
_XML = "{http://www.w3.org/XML/1998/namespace"
_XML_ATTRIBUTES = {"space", "lang"}

#: Attributes that are read to people and by nothing else.
_WORDS = {"id", "class", "aria-label", "aria-labelledby"}

#: Whether an element stands within one that a <use> points to.
_USED = "boolean(ancestor::*[concat('#', @id) = //@*[local-name() = 'href']])"
_OWN_PART = re.compile(r"#[\w.:-]+")
#: Functions that CSS and SVG know for numbers and colours; url() is looked at for itself.
_FUNCTIONS = {
    "rgb", "rgba", "hsl", "hsla", "calc", "matrix", "translate", "translatex", "translatey", "scale",
    "scalex", "scaley", "rotate", "skewx", "skewy",
}  # fmt: skip
_FUNCTION = re.compile(r"([\w-]*)\s*\(([^)]*)")


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A picture that is safe to embed."""

    kind: str  #: its media type
    content: bytes

    @property
    def address(self) -> str:
        """As a data: address."""
        return f"data:{self.kind};base64,{b64encode(self.content).decode()}"


def read_logo(file: str | Path | None, *, place: str = "report.logo") -> Logo | None:
    """The logo in ``file``; None for none. Raises SettingsError for one that can't be embedded.

    ``place`` tells where it is set: "config.yaml, line 17, report.logo".
    """
    if not file:
        return None
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{place}: {file} can't be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise SettingsError(f"{place}: {file} has more than {MOST_BYTES:,} bytes; please save it smaller")
    kind = "image/png" if content.startswith(_PNG) else "image/svg+xml"
    wrong = _wrong_png(content) if kind == "image/png" else _wrong_svg(content)
    if wrong:
        raise SettingsError(f"{place}: {file} {wrong}")
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
    if root.getroottree().xpath("//processing-instruction()"):
        return "has a processing instruction, which a logo needs not"
    wrong = next(filter(None, map(_wrong_element, root.iter(etree.Element))), "")
    return f"{wrong}; {ADVICE}" if wrong else ""


def _wrong_element(element: Any) -> str:
    name = element.tag.rpartition("}")[2]
    if name == "style":
        return "holds <style>, which can't be checked: please have it written as attributes"
    if element.tag != f"{_SVG}{name}" or name not in _ELEMENTS:
        return f"holds <{name}>, but a logo may hold shapes and words only"
    if name == "use" and element.xpath(_USED):
        return "holds <use> within a part that is used itself, so that it could be repeated without end"
    for key, value in element.attrib.items():
        if wrong := _wrong_attribute(str(key), str(value)):
            return f"holds the attribute {wrong}"
    return ""


def _wrong_attribute(key: str, value: str) -> str:
    """The attribute's name and what is wrong with it."""
    space, _, name = key.rpartition("}")
    known = {"": _ATTRIBUTES, _XLINK: {"href"}, _XML: _XML_ATTRIBUTES}.get(space, set())
    if name not in known:
        return f"{name}, which is not among those that shapes and words need"
    if name == "href":
        return "" if _OWN_PART.fullmatch(value) else "href, which points outside the file"
    if name in _WORDS:
        return ""
    if "\\" in value or "@" in value or "/*" in value:
        return f"{name}, whose value is written in a way that can't be checked"
    for function, inner in _FUNCTION.findall(value):
        if function.lower() == "url":
            if not _OWN_PART.fullmatch(inner.strip(" '\"")):
                return f"{name}, whose url() points outside the file"
        elif function.lower() not in _FUNCTIONS:
            return f"{name}, which calls {function}()"
    return ""
