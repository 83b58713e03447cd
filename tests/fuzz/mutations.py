"""Damaged copies of files, the same ones for the same seed."""

from __future__ import annotations

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


_WAYS: tuple[Callable[[bytearray, Random, Sequence[bytes]], None], ...] = (
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


def mutation(seeds: Sequence[bytes], number: int) -> bytes:
    """Damaged copy ``number`` of one of the ``seeds``: one to three ways of damage, one after the other."""
    random = Random(number)  # noqa: S311
    data = bytearray(random.choice(seeds))
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if data:
            random.choice(_WAYS)(data, random, seeds)
    return bytes(data)
