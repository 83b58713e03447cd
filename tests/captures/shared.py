"""Where real captures lie that tests may read but the project must not hold; tests skip where they are absent."""

from __future__ import annotations

import atexit
import gzip
import os
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

#: Beside the repository, or where PROCMON_CAPTURES says.
FOLDER = Path(os.environ.get("PROCMON_CAPTURES", Path(__file__).parents[2].parent / "shared" / "captures"))


@cache
def scratch() -> Path:
    """A folder for files that many tests share; it goes when the tests are over."""
    folder = Path(mkdtemp(prefix="captures-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def shared(name: str) -> Path:
    """The shared capture ``name``; skips the test where it is absent."""
    file = FOLDER / name
    if not file.is_file():
        pytest.skip(f"the shared capture {name} is not beside the repository")
    return file


def unpacked(name: str) -> Path:
    """The shared capture ``name`` (without .gz), unpacked if it lies packed."""
    if (FOLDER / name).is_file():
        return FOLDER / name
    packed, plain = shared(f"{name}.gz"), scratch() / Path(name).name
    if not plain.exists():
        with gzip.open(packed) as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target)
    return plain
