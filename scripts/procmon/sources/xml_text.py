"""An XML export as UTF-8 that an XML parser reads to its end, whatever characters the names in it hold."""

from __future__ import annotations

import codecs
import re
from typing import IO

from scripts.procmon.sources.sniffing import text_encoding
from scripts.procmon.sources.utf8 import Utf8

_MARK = "\ufffd".encode()
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r"})
#: Control characters, U+FFFE and U+FFFF, and references to any of them or to a surrogate (XML 1.0, 2.2 and 4.1).
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]"
    rb"|&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]|[dD][89a-fA-F]..));"
)
#: References to a file's own entities. They are not resolved: such may name other files, or grow without end.
_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z_:\x80-\xff][^\s;<&]{0,100};")
#: The begin of what may be forbidden, at the end of a block.
_BEGUN = re.compile(rb"(?:&[^;<&]{0,120}|\xef\xbf?)\Z")


class XmlText:
    """What ``file`` holds as UTF-8; characters that XML does not allow, and references to the file's own entities, become
    U+FFFD and are counted.

    A registry key may bear a name with any character, and an export that stopped there would hide what follows.
    """

    def __init__(self, file: IO[bytes]) -> None:
        head = file.read(256)
        file.seek(0)
        self._text = Utf8(file, _encoding(head))
        self._rest = b""
        self._forbidden = 0
        self._declares, self._last = False, b""

    @property
    def replaced(self) -> int:
        """How many places were replaced so far: forbidden in XML, not resolved, or not valid in the file's encoding."""
        return self._forbidden + self._text.replaced

    def read(self, size: int) -> bytes:
        """Some ``size`` bytes, none at the end of the file."""
        while block := self._text.read(size):
            block, self._rest = self._rest + block, b""
            if begun := _BEGUN.search(block, max(len(block) - 121, 0)):
                block, self._rest = block[: begun.start()], begun.group()
            if block:
                return self._allowed(block)
        block, self._rest = self._rest, b""
        return self._allowed(block)

    def _allowed(self, block: bytes) -> bytes:
        # Without a declaration the parser stops at such a reference, and says so.
        if not self._declares:
            self._declares, self._last = b"<!DOCTYPE" in self._last + block, (self._last + block)[-8:]
        if self._declares:
            block, count = _ENTITY.subn(_MARK, block)
            self._forbidden += count
        if (
            len(block.translate(None, _CONTROLS)) == len(block)
            and b"\xef\xbf" not in block
            and b"&#" not in block
        ):
            return block
        block, count = _FORBIDDEN.subn(_MARK, block)
        self._forbidden += count
        return block


def _encoding(head: bytes) -> str:
    """By the file's first bytes, else by what it declares, else UTF-8."""
    told = text_encoding(head)
    declared = _DECLARED.match(head)
    if told != "utf-8-sig" or not declared:
        return told
    try:
        found = codecs.lookup(declared[1].decode("ascii"))
    except (LookupError, UnicodeDecodeError):
        return told
    # A file that begins with a readable declaration is in no encoding of wide characters, whatever it declares.
    wide = found.name.startswith(("utf-16", "utf-32"))
    return told if wide or not getattr(found, "_is_text_encoding", True) else found.name
