"""What the report says of the files of other tools that lay beside the capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.procmon.text.phrases import in_language
from scripts.procmon.text.telling import beside

_READ = {"VMMap": "vmmap_read", "Autoruns": "autoruns_read"}


def beside_said(sidecars: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """A sentence or more on each entry of sidecars.json: what it is and how much of it was read, or why it was not."""
    return [
        beside(key, {**file, **_refusal(file, language)}, language)
        for file in sidecars
        for key in _keys(file)
    ]


def _refusal(file: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = in_language(file["refused"] or {}, language, known="capture")
    return told


def _keys(file: Mapping[str, Any]) -> list[str]:
    if file["refused"]:
        return ["refused"]
    return [
        _READ[file["kind"]],
        *(["rejected"] if file["rejected"] else []),
        *(["cut"] if file["cut"] else []),
    ]
