"""Settings of what a browser shows and where its traffic goes: several kinds set at once are a bundle's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.procmon.contracts.findings import Severity
from scripts.procmon.findings.programs.doers import Doer

Setting = Mapping[str, Any]


def together(settings: Sequence[Setting]) -> list[bool]:
    """Which of one process's settings are told: those that tell something together stand beside one of another kind."""
    kinds = {one["id"] for one in settings if one.get("web")}
    return [not one.get("together") or len(kinds) > 1 for one in settings]


def severity_of(settings: Sequence[Setting], doer: Doer, *, registers: bool) -> Severity | None:
    """What several kinds of these settings weigh that one program set; None where they say no more than each alone.

    They weigh where a program from where users may write was at work: high for what the browser shows together with
    where its traffic goes, medium for two kinds of the former; a step less for one that enters itself in the list of
    installed programs.
    """
    shown = {one["id"] for one in settings if one.get("web") == "browser"}
    led = {one["id"] for one in settings if one.get("web") == "traffic"}
    if doer != "stray" or not shown or len(shown | led) < 2:
        return None
    if led:
        return "medium" if registers else "high"
    return "low" if registers else "medium"


def about(settings: Sequence[Setting]) -> list[str]:
    """What the settings are about, each once: "protection", "access" (who may reach the computer) or "browser"."""
    return list(
        dict.fromkeys(
            "browser" if one.get("web") else str(one.get("about", "protection")) for one in settings
        )
    )
