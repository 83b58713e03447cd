"""Columns out of bytes, and texts out of pieces, as the decoders of details use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scripts.procmon.sources.pml.columns import HEAD, Encoded, Source, constant, dictionary, joined
from scripts.procmon.sources.pml.group import decoded, decoded_all
from tests.captures.pml_kinds import a_capture

CONTENT = bytes(range(200))


def source(content: bytes = CONTENT) -> Source:
    return Source(np.frombuffer(content, np.uint8))


@pytest.mark.parametrize(
    "ranges",
    [
        [(3, 10), (50, 51), (60, 90)],
        [(150, 160), (0, 4), (20, 20), (90, 91)],  # in no order, one of them empty
        [(10, 60), (20, 40), (10, 60)],  # of each other's bytes
        [(0, 200)],
        [(0, 0)],
        [],
    ],
)
def test_ranges_are_told_apart_wherever_they_lie(ranges: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in ranges], np.int64)
    sizes = np.array([end - start for start, end in ranges], np.int64)
    codes, unique = source().distinct(starts, sizes)
    assert [unique[code].as_py() for code in codes.tolist()] == [CONTENT[start:end] for start, end in ranges]
    assert len(unique) == len({CONTENT[start:end] for start, end in ranges})
    blobs = source().blobs(starts, sizes)
    assert [blobs.values[code] for code in blobs.codes] == [CONTENT[start:end] for start, end in ranges]


def test_heads_end_with_the_file() -> None:
    starts = [5, 200 - HEAD, 200 - HEAD + 1, 199, 200]
    heads = source().heads(np.array(starts, np.int64)).tolist()
    assert [head[: 200 - start] for head, start in zip(heads, starts, strict=True)] == [
        CONTENT[start : start + HEAD] for start in starts
    ]
    assert not any(any(head[200 - start :]) for head, start in zip(heads, starts, strict=True))


def test_pieces_are_joined_row_by_row() -> None:
    size = Encoded(np.array([0, 1, 1, 0], np.int32), ["1", "2,048"])
    unit = Encoded(np.array([0, 0, 1, 1], np.int32), [" B", " ß€\U0001f600"])
    told = np.array([True, True, True, False])
    column = dictionary([(slice(None), joined("Size: ", size, unit, told=told))], 4)
    assert column.to_pylist() == ["Size: 1 B", "Size: 2,048 B", "Size: 2,048 ß€\U0001f600", ""]
    assert column.dictionary.null_count == 0


def test_later_parts_of_a_column_win_and_what_nobody_uses_is_gone() -> None:
    first = Encoded(np.array([0, 1, 2, 1], np.int32), ["a", "b", "c"])
    later = Encoded(np.array([0, 1], np.int32), ["b", None])
    column = dictionary([(slice(None), first), (np.array([0, 2]), later)], 4)
    assert column.to_pylist() == ["b", "b", None, "b"]
    assert column.dictionary.to_pylist() == ["b"]
    assert dictionary([(np.array([1]), constant("x", 1))], 2).to_pylist() == [None, "x"]


@pytest.mark.parametrize(
    "texts",
    [["C:\\a", "", "C:\\ä"], ["\U0001f600", "a"], ["a\ufffd", "b"], []],
)
def test_many_texts_are_decoded_like_each(texts: list[str]) -> None:
    raw = [text.encode("utf-16-le") for text in texts]
    assert decoded_all(raw, is_ascii=False) == texts


def test_half_a_character_does_not_reach_into_the_next_text() -> None:
    high, low = b"\x3d\xd8", b"\x00\xde"  # together one character
    raw = [b"a\0" + high, low + b"b\0", high, low]
    assert (
        decoded_all(raw, is_ascii=False)
        == [decoded(blob) for blob in raw]
        == ["a\ufffd", "\ufffdb"] + ["\ufffd"] * 2
    )


def test_bytes_of_an_ascii_text_are_characters() -> None:
    assert decoded_all([b"C:\\\xe4", b"", b"\xff"], is_ascii=True) == ["C:\\ä", "", "ÿ"]


def test_a_capture_is_decoded_without_pandas(tmp_path: Path) -> None:
    """Importing it takes longer than decoding many a capture."""
    (tmp_path / "kinds.PML").write_bytes(a_capture(64))
    code = (
        "import sys; from pathlib import Path; from scripts.procmon.sources.convert import convert; "
        "here = Path(sys.argv[1]); info = convert([here / 'kinds.PML'], here / 'out', name='x', settings={}); "
        "sys.exit(not info['events'] or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0
