"""Clock times, durations and numbers as Windows writes them in any locale → integers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scripts.procmon.detail_text import HALVES, mark_of

#: What stands for a time that can't be read, as NumPy and pandas have it.
NAT: int = int(np.iinfo(np.int64).min)

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_TIME = re.compile(
    r"(?P<before>[^0-9]*?)\s*(?P<hour>0{1,4})[:.](?P<minute>00)[:.](?P<second>00)(?:[.,](?P<part>0{1,9}))?\s*(?P<after>[^0-9]*)"
)
#: What a spreadsheet leaves of a time when it saves the file again: minutes, seconds, tenths.
_HOURLESS = re.compile(r"(?P<minute>0{1,2}):(?P<second>00)[.,](?P<part>0{1,3})")

_ZEROS = np.arange(256, dtype=np.uint8)
_ZEROS[ord("0") : ord("9") + 1] = ord("0")

Ticks = npt.NDArray[np.int64]


def clock_times(texts: pa.Array) -> tuple[Ticks, dict[str, int]]:
    """ns since midnight of each text, ``NAT`` where it is none, and how often each oddity was met.

    ``texts`` is a string array. Reads "1:18:10.7752429 AM", "15:42:22,8459553", "上午 01:09:44.8222664" and what
    spreadsheets leave ("47:57.9": the hour is lost, so the time is ns since the hour). Oddities: "no hour",
    "unreadable", and each AM/PM mark that is not known. All rows of one shape (the text with its digits as 0)
    are read in one go.
    """
    texts = texts.cast(pa.large_binary()).combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    texts = texts.cast(pa.large_binary())
    times = np.full(len(texts), NAT, dtype=np.int64)
    odd: dict[str, int] = {}
    if not len(texts):
        return times, odd
    offsets, content = _buffers(texts)
    shapes = _with_content(texts, _ZEROS[content]).dictionary_encode()
    codes = shapes.indices.fill_null(len(shapes.dictionary)).to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(shapes.dictionary)), side="right")
    begin = 0
    for shape, end in zip(shapes.dictionary.to_pylist(), ends.tolist(), strict=True):
        rows = order[begin:end]
        begin = end
        read = _Shape.of(shape.decode("utf-8", "replace"), shape)
        if read is None:
            odd["unreadable"] = odd.get("unreadable", 0) + len(rows)
            continue
        if read.oddity:
            odd[read.oddity] = odd.get(read.oddity, 0) + len(rows)
        characters = content[offsets[rows][:, None] + np.arange(len(shape))]
        times[rows] = read.ticks(characters)
    return times, odd


class _Shape:
    """Where the digits of a time stand in texts of one shape (positions in bytes)."""

    def __init__(self, match: re.Match[str]) -> None:
        parts = match.groupdict()
        self.hourless = "hour" not in parts
        self.spans = {
            name: tuple(len(match.string[:at].encode()) for at in match.span(name))
            for name in ("hour", "minute", "second", "part")
            if parts.get(name)
        }
        mark = mark_of(f"{parts.get('before') or ''}{parts.get('after') or ''}")
        self.half = HALVES.get(mark)
        self.oddity = "no hour" if self.hourless else mark if mark and self.half is None else ""

    @classmethod
    def of(cls, shape: str, raw: bytes) -> _Shape | None:
        if shape.encode("utf-8", "replace") != raw:
            return None
        match = _TIME.fullmatch(shape) or _HOURLESS.fullmatch(shape)
        return cls(match) if match else None

    def ticks(self, characters: npt.NDArray[np.uint8]) -> Ticks:
        values = {name: self._number(characters, *span) for name, span in self.spans.items()}
        none = np.zeros(len(characters), dtype=np.int64)
        hour, minute, second = (values.get(name, none) for name in ("hour", "minute", "second"))
        if self.half is not None:
            hour = np.where(hour <= 12, hour % 12 + self.half, hour)
        part = values.get("part", none)
        if "part" in self.spans:
            start, end = self.spans["part"]
            part = part * 10 ** (9 - (end - start))
        ticks: Ticks = ((hour * 60 + minute) * 60 + second) * SECOND + part
        return np.where((minute < 60) & (second < 60), ticks, NAT)

    @staticmethod
    def _number(characters: npt.NDArray[np.uint8], start: int, end: int) -> Ticks:
        digits = characters[:, start:end].astype(np.int64) - ord("0")
        number: Ticks = digits @ (10 ** np.arange(end - start - 1, -1, -1, dtype=np.int64))
        return number


def durations(texts: list[str | None]) -> list[int | None]:
    """ns of each distinct duration in seconds ("0.0000074", "0,0000074"); None where blank, pending or unreadable."""
    return [_duration(text) for text in texts]


def _duration(text: str | None) -> int | None:
    match = re.fullmatch(r"([0-9]{1,9})(?:[.,]([0-9]{1,9}))?", (text or "").strip())
    return int(match[1]) * SECOND + int((match[2] or "").ljust(9, "0")) if match else None


def _buffers(texts: Any) -> tuple[Ticks, npt.NDArray[np.uint8]]:
    _, offsets, content = texts.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    characters = (
        np.frombuffer(content, dtype=np.uint8) if content is not None else np.zeros(0, dtype=np.uint8)
    )
    return starts, characters


def _with_content(texts: Any, content: npt.NDArray[np.uint8]) -> Any:
    valid, offsets, _ = texts.buffers()
    return pa.Array.from_buffers(
        texts.type, len(texts), [valid, offsets, pa.py_buffer(content)], texts.null_count, texts.offset
    )
