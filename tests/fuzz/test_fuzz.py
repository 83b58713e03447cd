"""A slice of what ``python -m tests.fuzz`` does, short enough for every run of the suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.check import decodes_or_refuses
from tests.fuzz.formats import FORMATS
from tests.fuzz.mutations import mutation


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_captures_are_decoded_or_refused_with_the_place(name: str, tmp_path: Path) -> None:
    form, file = FORMATS[name], tmp_path / f"damaged.{name}"
    outcomes = set()
    for number in range(300):
        file.write_bytes(mutation(form.seeds(), number, form.ways))
        outcomes.add(decodes_or_refuses(form, file))
    assert outcomes == {True, False}


@pytest.mark.parametrize("name", FORMATS)
def test_what_damage_starts_from_is_whole(name: str, tmp_path: Path) -> None:
    for number, seed in enumerate(FORMATS[name].seeds()):
        file = tmp_path / f"{number}.{name}"
        file.write_bytes(seed)
        assert decodes_or_refuses(FORMATS[name], file)


def test_the_same_number_makes_the_same_damage() -> None:
    seeds = [bytes(range(256)) * 4, b"abc" * 100]
    assert mutation(seeds, 7) == mutation(seeds, 7)
    assert len({mutation(seeds, number) for number in range(50)}) > 45
