"""Events of one operation, as the decoders of details see them."""

from __future__ import annotations

from codecs import utf_16_le_decode
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scripts.procmon.sources.pml import columns, layout
from scripts.procmon.sources.pml.columns import Encoded, Ints

if TYPE_CHECKING:
    from scripts.procmon.sources.pml.records import Records

U1, U2, U4, U8, I8 = (np.dtype(name) for name in ("u1", "<u2", "<u4", "<u8", "<i8"))


def decoded(raw: bytes, is_ascii: bool = False) -> str:
    """The text of bytes as Process Monitor stores them; what is no text becomes U+FFFD."""
    # bytes.decode would look the codec up and call it from Python, each time.
    return raw.decode("latin-1") if is_ascii else utf_16_le_decode(raw, "replace", True)[0]


def decoded_all(blobs: Sequence[bytes], is_ascii: bool) -> list[str]:
    """``decoded`` of each: in one stroke where a place in the bytes tells the place in the text."""
    raw = b"".join(blobs)
    text, width = decoded(raw, is_ascii), 1 if is_ascii else 2
    if width * len(text) != len(raw) or "\ufffd" in text:
        return [decoded(blob, is_ascii) for blob in blobs]
    ends = accumulate((len(blob) // width for blob in blobs), initial=0)
    return [text[at:end] for at, end in pairwise(ends)]


class Group:
    """Rows of a batch that share class, operation and sub-operation; decoders read their columns from it.

    A read past the end of a detail gives 0 and marks the row in ``short``: its detail is then told as "". The results
    of a decoder are ``detail`` and, where the operation alone does not settle them, ``category``, ``path`` and
    ``operation``.
    """

    def __init__(self, records: Records, rows: Ints, name: str) -> None:
        self.records = records
        self.source, self.bits = records.source, records.bits
        self.rows = rows
        self.size = int(rows.size)
        self.name = name
        self.short = np.zeros(self.size, bool)
        self.detail: Encoded[str] | None = None
        self.category_word: str | None = None
        self.category: Encoded[str | None] | None = None
        self.path: Encoded[str] | None = None
        self.operation: Encoded[str] | None = None

    @cached_property
    def headers(self) -> NDArray[Any]:
        """layout.EVENT of every row."""
        return self.records.headers[self.rows]

    @cached_property
    def start(self) -> Ints:
        """Where the details begin."""
        return self.records.detail_at[self.rows]

    @cached_property
    def end(self) -> Ints:
        """Where the details end."""
        return self.records.detail_end[self.rows]

    @cached_property
    def _room(self) -> Ints:
        return self.end - self.start

    @cached_property
    def after_path(self) -> Ints:
        """What follows the path."""
        return self.records.after_path[self.rows]

    @cached_property
    def extra_at(self) -> Ints:
        """Where the extra details begin."""
        return self.records.extra_at[self.rows]

    @cached_property
    def extra_size(self) -> Ints:
        """Bytes of extra detail; 0 where there is none."""
        return self.records.extra_size[self.rows]

    @cached_property
    def stored_path(self) -> Encoded[str]:
        """The paths as the details hold them."""
        return self.records.paths.take(self.rows)

    def at(self, offset: int | Ints, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A field at ``offset`` in the detail."""
        if not isinstance(offset, int) or offset + dtype.itemsize > columns.HEAD:
            return self._read(self.start + offset, self.end, dtype)
        self.short |= self._room < offset + dtype.itemsize
        return self.records.at(self.rows, offset, dtype)

    def parameter(self, offset: dict[int, int], dtype: np.dtype[Any] = U4) -> NDArray[Any]:
        """A field of the parameters of a file-system event; ``offset`` by bits."""
        return self.at(layout.FILE_PARAMETERS_AT + offset[self.bits], dtype)

    def after(self, offset: int | Ints, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A field at ``offset`` behind the path."""
        return self._read(self.after_path + offset, self.end, dtype)

    def has_after(self, size: int) -> NDArray[np.bool_]:
        """Where the detail has at least ``size`` bytes behind the path."""
        return self.after_path + size <= self.end

    def in_extra(self, offset: int | Ints, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A field at ``offset`` in the extra detail; 0 where that is shorter or absent."""
        return self._read(self.extra_at + offset, self.extra_at + self.extra_size, dtype, mark=False)

    def extra_blob(self, offset: int = 0, size: Ints | int | None = None) -> Encoded[bytes]:
        """Bytes of the extra detail from ``offset`` on, at most ``size``; b"" where there are none."""
        left = np.maximum(self.extra_size - offset, 0)
        wanted = left if size is None else np.minimum(left, size)
        return self.source.blobs(
            np.where(wanted > 0, self.extra_at + offset, self.start), np.maximum(wanted, 0)
        )

    def blob(self, start: Ints, size: Ints) -> Encoded[bytes]:
        """Bytes of the detail from absolute ``start`` on; a row whose bytes don't lie in its detail is short."""
        fits = (size >= 0) & (start >= self.start) & (start + size <= self.end)
        self.short |= ~fits
        return self.source.blobs(np.where(fits, start, self.start), np.where(fits, size, 0))

    def text(self, start: Ints, info: NDArray[Any]) -> Encoded[str]:
        """The text that the u16 ``info`` describes, from absolute ``start`` on."""
        is_ascii = (info & layout.TEXT_IS_ASCII) != 0
        return columns.texts(decoded, self.blob(start, text_size(info)), is_ascii.astype(np.uint8))

    def form(self, form: Callable[..., Any], *values: NDArray[Any] | Encoded[Any]) -> Encoded[Any]:
        """``form`` of the values, called once for every distinct combination."""
        return columns.texts(form, *values)

    def numbers(self, values: NDArray[Any]) -> Encoded[str]:
        """Integers as text: "12,345"; for ``joined``."""
        return columns.numbers(values)

    def joined(self, *pieces: str | Encoded[str], told: NDArray[np.bool_] | None = None) -> Encoded[str]:
        """The pieces one after the other; "" where not ``told``."""
        return columns.joined(*pieces, told=told)

    def _read(self, at: Ints, end: Ints, dtype: np.dtype[Any], *, mark: bool = True) -> NDArray[Any]:
        fits = at + dtype.itemsize <= end
        if fits.all():
            return self.source.fields(at, dtype)
        if mark:
            self.short |= ~fits
        values = self.source.fields(np.where(fits, at, 0), dtype)
        values[~fits] = np.zeros(1, dtype)[0]
        return values


def text_size(info: NDArray[Any]) -> Ints:
    """Bytes of the text that the u16 ``info`` describes."""
    length = (info & layout.TEXT_LENGTH).astype(np.int64)
    return np.where(info & layout.TEXT_IS_ASCII, length, 2 * length)
