"""The Windows code page of a text that is no UTF-8: spreadsheet programs save text in the one of their country."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import IO

BLOCK = 1 << 20
#: No further into the file, and no more distinct fields than these, is looked.
BLOCKS = 64
FIELDS = 1_000
#: Of the letters beyond ASCII so many at least must be usual ones of the code page, or the text is taken for UTF-8.
MOSTLY = 0.6

#: Longer fields are passed over.
LONGEST = 2_000

# None of these is the second byte of a letter in a two-byte code page.
_BETWEEN = re.compile(rb'[\t\r\n,";]+')
#: These say nothing: marks that many code pages share, and letters too rare to tell by.
_MARKS = set("\u00a0’‘“”„–—…•€«»°©®·¿¡ºªœŒ")
_WESTERN = set("àâäáãåæçèéêëìíîïñòóôöõøùúûüÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØÙÚÛÜŸ")
_RUSSIAN = {chr(code) for code in range(0x410, 0x450)} | set("ЁёІіЇїЄєҐґЎў")
_CENTRAL = set("áâäąćčçďđéëęěíîłĺľńňóôöőŕřśšşťţúüůűýźżžßÁÂÄĄĆČÇĎĐÉËĘĚÍÎŁĹĽŃŇÓÔÖŐŔŘŚŠŞŤŢÚÜŮŰÝŹŻŽ")


def code_page(file: IO[bytes]) -> str | None:
    """The Python codec of a text file, "cp932" say; None for UTF-8, pure ASCII and what cannot be told.

    Told by which letters come out: those that a country's texts are made of, or rare ones. The file is read from where it
    stands; it has no byte order mark.
    """
    fields = _fields(file)
    wrong = [field for field in fields if _decoded(field, "utf-8") is None]
    if len(wrong) * 2 <= len(fields):
        return None
    shares = {page: _share(wrong, page, usual) for page, usual in _PAGES.items()}
    # The first of equals: they are in the order in which they leave less to chance.
    best = max(shares, key=lambda page: shares[page])
    return best if shares[best] >= MOSTLY else None


def _fields(file: IO[bytes]) -> list[bytes]:
    """The distinct fields with a byte beyond ASCII, the first of them."""
    found: dict[bytes, None] = {}
    rest = b""
    for _ in range(BLOCKS):
        block = file.read(BLOCK)
        if not block or len(found) >= FIELDS:
            break
        if rest or not block.isascii():
            whole, end, rest = (rest + block).rpartition(b"\n")
            found.update(dict.fromkeys(_beyond_ascii(whole + end)))
            rest = b"" if rest.isascii() or len(rest) > BLOCK else rest
    found.update(dict.fromkeys(_beyond_ascii(rest)))
    return list(found)[:FIELDS]


def _beyond_ascii(block: bytes) -> list[bytes]:
    return [one for one in _BETWEEN.split(block) if len(one) <= LONGEST and not one.isascii()]


def _decoded(field: bytes, encoding: str) -> str | None:
    try:
        return field.decode(encoding)
    except UnicodeDecodeError:
        return None


def _share(fields: list[bytes], page: str, usual: Callable[[str, int], bool]) -> float:
    """The share of usual letters among all beyond ASCII; a field that is not valid counts all its bytes as unusual."""
    good = every = 0
    for field in fields:
        text = _decoded(field, page)
        if text is None:
            every += sum(byte > 0x7F for byte in field)
            continue
        letters = [at for at, letter in enumerate(text) if letter > "\x7f" and letter not in _MARKS]
        every += len(letters)
        good += sum(usual(text, at) for at in letters)
    return good / every if every else MOSTLY * (page == _WESTERN_PAGE)


def _beside(text: str, at: int) -> str:
    return text[max(at - 1, 0) : at] + text[at + 1 : at + 2]


def _in_rows(text: str, at: int, *, page: str, first: int, last: int, least: int = 0x40) -> bool:
    """Whether a letter stands in those rows of a two-byte code page that hold the everyday ones, and beside another."""
    code = text[at].encode(page)
    everyday = first <= code[0] <= last and code[-1] >= least
    marks = code[0] in (0x81, 0xA1, 0xA2, 0xA3)
    return len(code) == 2 and (everyday or marks) and not _beside(text, at).isascii()


def _japanese(text: str, at: int) -> bool:
    return "\u3041" <= text[at] <= "\u30ff" or _in_rows(text, at, page="cp932", first=0x88, last=0x97)


def _cyrillic(text: str, at: int) -> bool:
    """A Cyrillic letter beside another one; no capital after a small one."""
    letter, before = text[at], text[at - 1 : at]
    return (
        letter in _RUSSIAN
        and any(one in _RUSSIAN for one in _beside(text, at))
        and not (letter.isupper() and before.islower())
    )


def _latin(text: str, at: int, *, letters: set[str]) -> bool:
    """A letter with an accent beside one without."""
    return text[at] in letters and any(one.isascii() and one.isalpha() for one in _beside(text, at))


_WESTERN_PAGE = "cp1252"
#: Code pages and what is usual in each.
_PAGES: Mapping[str, Callable[[str, int], bool]] = {
    _WESTERN_PAGE: partial(_latin, letters=_WESTERN),
    "cp1250": partial(_latin, letters=_CENTRAL),
    "cp1251": _cyrillic,
    "cp932": _japanese,
    "cp949": partial(_in_rows, page="cp949", first=0xB0, last=0xC8, least=0xA1),
    "gbk": partial(_in_rows, page="gbk", first=0xB0, last=0xD7, least=0xA1),
    "cp950": partial(_in_rows, page="cp950", first=0xA4, last=0xC6),
}
