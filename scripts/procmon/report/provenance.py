"""Where a report comes from: the versions that made it, the settings asked for, the commands that make it again."""

from __future__ import annotations

import platform
import shlex
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from scripts.procmon.report.material import Material, Settings
from scripts.procmon.report.words import Words

ROOT = Path(__file__).parents[3]

#: What a report's numbers and pages depend on.
PACKAGES = ("numpy", "pandas", "pyarrow", "lxml", "babel", "jinja2", "weasyprint", "snakemake")


def provenance(material: Material, settings: Settings, words: Words) -> dict[str, Any]:
    """``made_with``, ``asked`` and ``commands`` of a report."""
    asked = ("title", "case", "organisation", "analyst", "marking", "logo", "language")
    files = [str(file["name"]) for file in material.info.get("files", ()) if file.get("name")]
    folder = shlex.quote(f"reports/{material.name}/")
    return {
        "made_with": f"{words['made_by']} {own_version()}, Python {platform.python_version()}, {_packages()}",
        "asked": [(name, str(value)) for name in asked if (value := getattr(settings, name))],
        "commands": [
            *(f"sha256sum {shlex.quote(f'inputs/{file}')}" for file in files[:4]),
            f"./run && ls {folder}",
        ],
    }


@cache
def own_version() -> str:
    """The version in pyproject.toml."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


@cache
def _packages() -> str:
    return ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
