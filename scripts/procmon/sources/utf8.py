"""A text file in any encoding as a stream of valid UTF-8, which is what Arrow reads."""

from __future__ import annotations

import codecs
from typing import IO

_REPLACEMENT = "\ufffd"


class Utf8:
    """A file object; what is not valid in the file's encoding becomes U+FFFD and is counted in ``replaced``."""

    closed = False

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        # Arrow takes a byte order mark away by itself.
        encoding = encoding.removesuffix("-sig")
        self._as_it_is = encoding == "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._rest = b""
        self._own = _REPLACEMENT.encode(encoding, "ignore").removeprefix(codecs.BOM_UTF16)
        self.replaced = 0

    def readable(self) -> bool:
        """True."""
        return True

    def close(self) -> None:
        """Nothing: who opened the file closes it."""

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes, none at the end of the file."""
        while True:
            block = self._file.read(max(size - len(self._rest), 1))
            if self._as_it_is and not self._rest and block.isascii() and not self._decoder.getstate()[0]:
                return block
            text = self._decoder.decode(block, final=not block)
            if not text.isascii() and _REPLACEMENT in text:
                # The file may hold the character itself.
                self.replaced += max(
                    0, text.count(_REPLACEMENT) - (block.count(self._own) if self._own else 0)
                )
            self._rest += text.encode("utf-8", "replace")
            # A block may end within its first character: no bytes yet, and yet not the end.
            if self._rest or not block:
                given, self._rest = self._rest[:size], self._rest[size:]
                return given
