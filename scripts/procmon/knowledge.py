"""What is known of Windows, from config/knowledge/*.yaml: data, not code."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from scripts.procmon.own_yaml import read_own

FOLDER = Path(__file__).parents[2] / "config" / "knowledge"


@cache
def knowledge(name: str) -> Any:
    """The content of config/knowledge/{name}.yaml; callers must not change it."""
    return read_own(FOLDER / f"{name}.yaml")
