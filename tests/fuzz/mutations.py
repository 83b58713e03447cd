"""Damaged copies of files, the same ones for the same seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

#: Numbers that break readers: empty, one too many, negative, largest.
_EDGES = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFE,
    0xFFFF_FFFF,
)


_TOKENS = (
    *(
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"\x1a",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xf0\x9f\x98",
    ),
    *(
        b"<",
        b"</",
        b"/>",
        b"<event>",
        b"</event>",
        b"</eventlist>",
        b"<process>",
        b"<stack>",
        b"<frame>",
        b"</procmon>",
    ),
    *(b"&", b"&#0;", b"&#x1;", b"&#55296;", b"&lol;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml ?>"),
    *(
        b'<!DOCTYPE a [<!ENTITY lol "lol">]>',
        b"AM",
        b"\xe4\xb8\x8b\xe5\x8d\x88",
        b"1/1/1601",
        b"29/02/2100",
        b"9" * 5000,
    ),
)
_WORDS = re.compile(rb"(?<=[ :>\"\\])(?:0x)?[A-Za-z0-9]{1,30}(?=[ ,.<\"\\])")
_LIES = (
    *(
        b"-1",
        b"9" * 25,
        b"0x" + b"f" * 16,
        b"0x",
        b"1e999",
        b"nan",
        b"\xc2\xb2",
        b"\xd9\xa3",
        b"1/1/1601 12:00:00 AM",
    ),
    *(
        b"",
        b"..",
        b"*",
        b"\xe2\x80\xae",
        b"{{ 7 * 7 }}",
        b"&lt;script&gt;",
        b"`",
        b"S-1-16-" + b"9" * 25,
        b"a\\" * 2000,
    ),
    *(
        b"Process Start",
        b"Process Exit",
        b"Load Image",
        b"RegSetValue",
        b"RegDeleteValue",
        b"WriteFile",
        b"TCP Send",
    ),
    *(
        b"lsass.exe",
        b"HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath",
        b"C:\\Windows\\inf\\a.pnf",
        b"Explorer.EXE",
    ),
)
_DIGITS = re.compile(rb"[0-9]+")


def _other_bytes(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    for _n in range(random.randint(1, 30)):
        data[random.randrange(len(data))] = random.randrange(256)


def _one_bit(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _extreme_numbers(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    for _n in range(random.randint(1, 6)):
        width = random.choice((1, 2, 4, 8))
        at = random.randrange(len(data))
        number = random.choice(
            (random.choice(_EDGES), random.getrandbits(64), len(data) + random.randint(-9, 9))
        )
        data[at : at + width] = (number & (256**width - 1)).to_bytes(width, "little")[: len(data) - at]


def _nearby_numbers(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    """A number that is a little larger or smaller than it was."""
    at = random.randrange(max(1, len(data) - 4))
    number = int.from_bytes(data[at : at + 4], "little") + random.choice(
        (-16, -8, -4, -2, -1, 1, 2, 4, 8, 16)
    )
    data[at : at + 4] = (number & 0xFFFF_FFFF).to_bytes(4, "little")


def _truncated(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    del data[random.randrange(len(data)) :]


def _cut(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at = random.randrange(len(data))
    del data[at : at + random.randint(1, 400)]


def _repeated(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    at = random.randrange(len(data))
    data[at:at] = data[at : at + random.randint(1, 400)] * random.randint(1, 3)


def _moved(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    size = random.randint(1, 200)
    source, target = random.randrange(len(data)), random.randrange(len(data))
    data[target : target + size] = data[source : source + size]


def _spliced(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    other = random.choice(others)
    at = random.randrange(len(data))
    data[at:] = other[min(at, len(other)) if random.random() < 0.7 else random.randrange(len(other)) :]


def _tokens(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    """What means something to readers of text, put in or in the place of what stood there."""
    for _n in range(random.randint(1, 4)):
        at, token = random.randrange(len(data)), random.choice(_TOKENS)
        data[at : at + random.choice((0, 0, 1, len(token)))] = token


def _other_digits(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    """A number in digits becomes another one: longer, negative, with other signs in it."""
    at = random.randrange(len(data))
    found = _DIGITS.search(data, at)
    if found:
        number = random.choice((*_EDGES, random.getrandbits(80), 10 ** random.randint(1, 400)))
        data[found.start() : found.end()] = random.choice((b"%d", b"-%d", b"%d.5", b"%d,5", b"0%d")) % number


def _lying_value(data: bytearray, random: Random, _: Sequence[bytes]) -> None:
    """A word or number of a value becomes another one; what holds the file together stays."""
    words = list(_WORDS.finditer(data, random.randrange(len(data))))
    if words:
        word = random.choice(words[:50])
        data[word.start() : word.end()] = random.choice(_LIES)


Way = Callable[[bytearray, Random, Sequence[bytes]], None]
WAYS: Sequence[Way] = (
    _other_bytes,
    _one_bit,
    _extreme_numbers,
    _extreme_numbers,
    _nearby_numbers,
    _truncated,
    _cut,
    _repeated,
    _moved,
    _spliced,
)
#: For formats of text.
VALUE_WAYS: Sequence[Way] = (_lying_value,)
TEXT_WAYS: Sequence[Way] = (*WAYS, _tokens, _tokens, _tokens, _other_digits, _other_digits)


def mutation(seeds: Sequence[bytes], number: int, ways: Sequence[Way] = WAYS) -> bytes:
    """Damaged copy ``number`` of one of the ``seeds``: one to three ways of damage, one after the other."""
    random = Random(number)  # noqa: S311
    data = bytearray(random.choice(seeds))
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if data:
            random.choice(ways)(data, random, seeds)
    return bytes(data)
